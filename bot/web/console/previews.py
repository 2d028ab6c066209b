"""The preview within the console: what families see of the content that runs, or that once ran."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.responses import Response

from bot.catalogue.files import CONTENT, unpack
from bot.catalogue.materials import Printable, Story
from bot.catalogue.reading.loading import read_catalogue
from bot.catalogue.reading.parsing import Findings
from bot.catalogue.records import Activity, Catalogue
from bot.errors import BotError, Problem
from bot.printing.drawings import Drawings
from bot.store import snapshots
from bot.store.snapshots import short
from bot.web.console.offices import Office
from bot.web.console.visits import Visit
from bot.web.preview.desk import Exhibit, Look
from bot.web.preview.pages import make_pages
from bot.web.preview.within import WayBack, Within

RUNNING = "running"  # in an address, in the place of a version: the one that runs at that moment
MOST = 2  # versions whose pages are kept, each with its catalogue and what was drawn
UNKNOWN = Problem(
    CONTENT,
    0,
    "this was not accepted, so what the check says of it is not known here",
    "Run kuffert content check where its files lie.",
)


class Previews:
    """The preview's pages of each version, made when they are first asked for."""

    def __init__(self, office: Office) -> None:
        """Begin with nothing made."""
        self.office = office
        self._made: OrderedDict[str, asyncio.Task[Starlette]] = OrderedDict()

    async def show(self, visit: Visit) -> Response:
        """Answer with a page or a file of the preview."""
        asked = visit.request.path_params["version"]
        running = self.office.running()
        version = running.version if asked == RUNNING else asked
        pages = await self.find(visit, version)
        back = way_back(visit, version, runs=version == running.version)
        return Within(pages, address_of(asked), back)

    async def find(self, visit: Visit, version: str) -> Starlette:
        """Find a version's pages; whoever asks while they are made waits for the same."""
        task = self._made.get(version)
        if task is None:
            task = asyncio.create_task(self.make(visit, version))
            self._made[version] = task
            while len(self._made) > MOST:
                self._made.popitem(last=False)
        try:
            pages = await asyncio.shield(task)
        except Exception:
            if self._made.get(version) is task:  # the next one may find the database well again
                del self._made[version]
            raise
        if version in self._made:
            self._made.move_to_end(version)
        return pages

    async def make(self, visit: Visit, version: str) -> Starlette:
        """Make a version's pages; raise BotError for one that was never accepted."""
        running = self.office.running()
        known = running if running.version == version else None
        async with self.office.database.reading() as session:
            found = await snapshots.find_snapshot(session, version)
        if found is None and known is None:
            raise BotError(visit.words.say("There is no such version."))
        look = await asyncio.to_thread(take_look, found.body if found else None, known)
        return make_pages(Exhibit(look, Drawings()))


def take_look(body: bytes | None, known: Catalogue | None) -> Look:
    """Read and check a snapshot; a catalogue that is loaded already is shown, not a second one."""
    if body is None:
        return Look(1, (), (UNKNOWN,), known)
    findings = Findings()
    read = read_catalogue(unpack(body), findings)
    errors = () if known else sorted(findings.errors)
    return Look(1, errors, sorted(findings.warnings), known or (None if errors else read))


def address_of(version: str) -> str:
    """Give the path that the preview of a version stands below."""
    return f"/content/{version}/preview"


def way_back(visit: Visit, version: str, *, runs: bool) -> WayBack:
    """Say how the preview leads back to the page about its content, and which content it shows."""
    say = visit.words.say
    state = say("runs") if runs else say("does not run")
    notes = [f"{say('Version')} {short(version)}: {state}"]
    if visit.office.is_demo:
        notes.append(say("This is the demo: nobody here exists."))
    return WayBack("/content", say("Kuffert console"), visit.words.language, tuple(notes))


def list_addresses(catalogue: Catalogue) -> Mapping[str, str]:
    """Say where each item of content is shown in all languages side by side, by its folder."""
    kinds: tuple[tuple[str, Mapping[str, Activity | Story | Printable]], ...] = (
        ("activity", catalogue.activities),
        ("story", catalogue.stories),
        ("printable", catalogue.printables),
    )
    return {
        told.folder.removeprefix(f"{CONTENT}/"): (
            f"{address_of(RUNNING)}/{kind}/{name}?language=all"
        )
        for kind, things in kinds
        for name, told in things.items()
    }
