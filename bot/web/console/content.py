"""Content: how far every language is, which versions ran, what each changed, and the way back."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from starlette.responses import Response

from bot.catalogue.desk.standing import Standing, survey
from bot.catalogue.files import unpack
from bot.catalogue.reading.loading import read_catalogue
from bot.catalogue.reading.parsing import Findings
from bot.errors import BotError
from bot.store import content_folders, snapshots
from bot.store.snapshots import Accepted, short
from bot.web.console.previews import RUNNING, address_of, list_addresses
from bot.web.console.remembering import LASTING, Memory
from bot.web.console.visits import Visit

MOST_FILES = 200
PATIENCE = 0.05  # seconds, for what is found once in a version's life
Known = TypeVar("Known")


@dataclass(frozen=True)
class Changed:
    """What a version changed, compared with the one before: files by what became of them."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many files differ."""
        return len(self.added) + len(self.changed) + len(self.removed)


async def show(visit: Visit, memory: Memory) -> Response:
    """Show versions, refusals, and how far each language is."""
    async with visit.office.database.reading() as session:
        version = await snapshots.find_accepted_version(session)
        refusals = await content_folders.list_refusals(session)
    accepted = await recall_accepted(visit, memory, version)
    standing = warnings = None
    if version:
        standing, warnings = await asyncio.gather(
            give_soon(recall_standing(visit, memory, version)),
            give_soon(recall_warnings(visit, memory, version)),
        )
    return visit.page(
        "content",
        version=version,
        accepted=sorted(accepted, key=lambda each: each.accepted_at, reverse=True),
        refusals=refusals,
        standing=standing,
        warnings=warnings,
        preview=address_of(RUNNING),
        addresses=list_addresses(visit.office.running()),
        short=short,
    )


async def show_standing(visit: Visit, memory: Memory) -> Response:
    """Show how far each language is: a part of the page, for whoever need not wait for it."""
    return visit.page(
        "standing",
        standing=await find_standing(visit, memory),
        addresses=list_addresses(visit.office.running()),
    )


async def give_soon(found: Awaitable[Known]) -> Known | None:
    """Give what a page waits for a moment only; None where it is still being found."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await found
    except TimeoutError:
        return None


async def recall_accepted(visit: Visit, memory: Memory, version: str | None) -> list[Accepted]:
    """List every version with how much was sent of it, as it was counted a moment ago."""

    async def count() -> list[Accepted]:
        async with visit.office.database.reading() as session:
            return await snapshots.list_accepted(session)

    remembered = await memory.recall(("accepted", version), count, now=visit.now)
    accepted: list[Accepted] = remembered.value
    return accepted


async def find_standing(visit: Visit, memory: Memory) -> Standing | None:
    """Say how far each item is in each language; None before any content was accepted."""
    async with visit.office.database.reading() as session:
        version = await snapshots.find_accepted_version(session)
    return await recall_standing(visit, memory, version) if version else None


async def recall_standing(visit: Visit, memory: Memory, version: str) -> Standing:
    """Say how far each item is in each language, of the content that runs."""

    async def look() -> Standing:
        async with visit.office.database.reading() as session:
            found = await snapshots.find_snapshot(session, version)
        body = found.body if found else b""
        return await asyncio.to_thread(lambda: survey(unpack(body)))

    remembered = await memory.recall(("standing", version), look, now=visit.now, fresh=LASTING)
    standing: Standing = remembered.value
    return standing


async def recall_warnings(visit: Visit, memory: Memory, version: str) -> int:
    """Count what the check has to say of the content that runs, which holds nothing wrong."""

    async def look() -> int:
        async with visit.office.database.reading() as session:
            found = await snapshots.find_snapshot(session, version)
        return await asyncio.to_thread(count_warnings, found.body) if found else 0

    remembered = await memory.recall(("warnings", version), look, now=visit.now, fresh=LASTING)
    warnings: int = remembered.value
    return warnings


def count_warnings(body: bytes) -> int:
    """Count what the check says of a snapshot."""
    findings = Findings()
    read_catalogue(unpack(body), findings)
    return len(findings.warnings)


async def show_version(visit: Visit) -> Response:
    """Show what a version changed."""
    version = visit.request.path_params["version"]
    async with visit.office.database.reading() as session:
        accepted = sorted(
            await snapshots.list_accepted(session), key=lambda each: each.first_accepted_at
        )
        before = find_before(accepted, version)
        bodies = [
            found.body if found else b""
            for found in [
                await snapshots.find_snapshot(session, each) if each else None
                for each in (version, before)
            ]
        ]
        running = await snapshots.find_accepted_version(session)
    if not bodies[0]:
        raise BotError(visit.words.say("There is no such version."))
    changed = await asyncio.to_thread(compare, bodies[0], bodies[1])
    return visit.page(
        "version",
        version=version,
        before=before,
        changed=changed,
        most=MOST_FILES,
        runs=version == running,
        preview=address_of(RUNNING if version == running else version),
        short=short,
    )


def find_before(accepted: list[Accepted], version: str) -> str | None:
    """Give the version that was first accepted right before one."""
    names = [each.version for each in accepted]
    place = names.index(version) if version in names else 0
    return names[place - 1] if place else None


def compare(body: bytes, before: bytes) -> Changed:
    """Say which files of a snapshot differ from those of another; "" has none."""
    new, old = (unpack(each) if each else {} for each in (body, before))
    return Changed(
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(name for name in new.keys() & old.keys() if new[name] != old[name])),
        tuple(sorted(old.keys() - new.keys())),
    )


async def use(visit: Visit) -> Response:
    """Run an earlier version again, everywhere."""
    version = await visit.office.helpers.use_version(visit.request.path_params["version"])
    async with visit.office.database.writing() as session:
        await visit.note(session, "content changed back", short(version))
    said = visit.words.say("This version runs within five seconds, on every machine.")
    return visit.back("/content", said=said)
