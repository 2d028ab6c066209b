"""Changed content is taken up while the bot runs: whole, once it lies still, on every machine."""

import asyncio
import gc
import logging
import re
import threading
import weakref
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

from bot.app.content_versions import find_standing, list_versions, read_running, use_version
from bot.app.reloading import Reloader, is_change
from bot.app.settling import MARKER
from bot.catalogue.files import pack, version_of
from bot.catalogue.reading.workbench import Checked, Workbench
from bot.cli.versions import list_lines, show_versions
from bot.delivery.shelf import EARLIER, Shelf
from bot.errors import BotError, FileRefused
from bot.settings import Settings
from bot.store import Database, snapshots
from bot.store.content_folders import Place
from bot.store.snapshots import short
from tests.catalogue.conftest import ENGLISH, SMALL
from tests.conftest import MONDAY_MORNING
from tests.shipped import shipped_files
from tests.town import SettableClock, Town, town_settings

pytestmark = pytest.mark.anyio
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TEXT = "content/activities/sock-pairs/en.md"
ARABIC_TEXT = "content/activities/sock-pairs/ar.md"
RETITLED = re.compile(rb"title: .*(?s:(.*))(?=\n\n## easier)")
PICTURE = "content/activities/sock-pairs/picture.png"
EARLY, LATER, LATEST = (MONDAY_MORNING + timedelta(hours=each) for each in range(3))


def title(words: str) -> bytes:
    """Write the English text under another title."""
    return ENGLISH.replace("Sock Pairs", words).encode()


@dataclass
class Machine:
    """A machine with content of its own, on a database that others may share."""

    database: Database
    folder: Path
    host: str = "one"
    clock: SettableClock = field(default_factory=lambda: SettableClock(MONDAY_MORNING))
    wall: SettableClock = field(default_factory=lambda: SettableClock(datetime.now(UTC)))
    bench: type[Workbench] = Workbench
    shelf: Shelf = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin with nothing in memory."""
        bench = self.bench(self.folder / "content", self.folder / "locales")
        place = Place(self.host, str(self.folder))
        self.reloader = Reloader(
            self.database, bench, place=place, clock=self.clock, wall=self.wall
        )

    @property
    def runs(self) -> str:
        """The title that parents read now."""
        return self.shelf.current.activities["A01"].texts["en"].title

    def write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def let_lie(self, **time: float) -> None:
        """Let time pass in which nobody touches the files."""
        self.wall.reset(datetime.now(UTC) + timedelta(**time))

    async def look(self) -> None:
        await self.reloader.look(self.shelf)

    async def look_twice(self) -> None:
        await self.look()
        await self.look()

    async def take_up(self) -> None:
        """Let the files lie for three seconds, and look."""
        self.let_lie(seconds=3)
        await self.look_twice()

    async def open(self) -> None:
        self.let_lie(seconds=3)
        self.shelf = await self.reloader.open()


def make_machine(database: Database, folder: Path, host: str = "one", **options: object) -> Machine:
    machine = Machine(database, folder / host, host, **options)  # type: ignore[arg-type]
    for name, content in SMALL.items():
        machine.write(name, content)
    return machine


@pytest.fixture
async def machine(database: Database, tmp_path: Path) -> Machine:
    """Give a machine that runs the small catalogue."""
    machine = make_machine(database, tmp_path)
    await machine.open()
    return machine


async def refusals(database: Database) -> list[str]:
    return [str(each.problems[0]) for each in (await find_standing(database)).refusals]


@on_sqlite
async def test_a_changed_text_is_taken_up_once_it_has_lain_still(machine: Machine) -> None:
    machine.write(TEXT, title("Sock Towers"))

    machine.let_lie(seconds=1)
    await machine.look_twice()
    too_early = machine.runs
    machine.let_lie(seconds=3)
    await machine.look()

    assert too_early == "Sock Pairs"
    assert machine.runs == "Sock Towers"


async def test_a_bad_text_is_refused_on_every_machine_until_it_is_mended(
    machine: Machine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = make_machine(machine.database, tmp_path, "two")
    await other.open()

    machine.write(TEXT, title("Sock Towers").replace(b"## do", b"## dont"))
    with caplog.at_level(logging.ERROR):
        await machine.take_up()
        await machine.take_up()
        machine.write(ARABIC_TEXT, SMALL[ARABIC_TEXT])  # touched, and the same
        await machine.take_up()
    await other.look()

    (refused,) = (await find_standing(machine.database)).refusals
    assert (machine.runs, other.runs) == ("Sock Pairs", "Sock Pairs")
    assert refused.place.host == "one"
    assert any(each.startswith("Refused since 2026-09-07 09:00") for each in list_lines(refused))
    assert any(f'{TEXT}, line 11: unknown section "dont"' in str(p) for p in refused.problems)
    told = [each for each in caplog.messages if "unknown section" in each]
    assert len(told) == 1

    machine.write(TEXT, title("Sock Towers"))
    await machine.take_up()
    await other.look()

    assert (machine.runs, other.runs) == ("Sock Towers", "Sock Towers")
    assert await refusals(machine.database) == []


@on_sqlite
async def test_nothing_of_a_copy_under_way_is_accepted(machine: Machine) -> None:
    new = {**SMALL, TEXT: title("Sock Towers"), PICTURE: SMALL[PICTURE] + b"\0"}

    for name, content in new.items():
        (machine.folder / name).unlink()
        for part in (b"", content[: len(content) // 2], content):
            machine.write(name, part)
            machine.let_lie(seconds=1)  # the next part comes soon
            await machine.look_twice()
            assert machine.runs == "Sock Pairs"

    assert (await find_standing(machine.database)).refusals == ()


@on_sqlite
async def test_a_real_copy_beside_us_gives_the_old_catalogue_or_the_new_one(
    machine: Machine,
) -> None:
    new = {**SMALL, TEXT: title("Sock Towers")}
    seen = set()

    def copy() -> None:
        for name, content in [*new.items()] * 5:
            with (machine.folder / name).open("wb", buffering=0) as file:
                for start in range(0, len(content), 200):
                    file.write(content[start : start + 200])

    copying = threading.Thread(target=copy)
    copying.start()
    while copying.is_alive():
        machine.let_lie()
        await machine.look()
        seen.add(machine.shelf.current.version)
    await machine.take_up()

    assert seen <= {version_of(SMALL)}
    assert machine.shelf.current.version == version_of(new)
    assert len(await list_all(machine.database)) == 2


async def list_all(database: Database) -> list[str]:
    async with database.reading() as session:
        return [each.version for each in await snapshots.list_accepted(session)]


@on_sqlite
@pytest.mark.parametrize("marker", [f"content/{MARKER}", ".git/index.lock"])
async def test_who_copies_slowly_says_so_with_a_file(machine: Machine, marker: str) -> None:
    machine.write(marker, b"")
    machine.write(TEXT, title("Half a Sock"))  # sound, and not yet what it shall be

    machine.let_lie(hours=1)
    await machine.look_twice()
    meanwhile = machine.runs
    (machine.folder / marker).unlink()
    await machine.look_twice()

    assert meanwhile == "Sock Pairs"
    assert machine.runs == "Half a Sock"


class BusyBench(Workbench):
    """A workbench on which somebody writes while it is read, the first two times."""

    count = 0

    def check(self) -> Checked:
        checked = super().check()
        self.count += 1
        if self.count in (2, 3):
            (self.content.parent / TEXT).write_bytes(title(f"Sock {self.count}"))
        return checked


@on_sqlite
async def test_what_changes_while_it_is_read_does_not_count(
    database: Database, tmp_path: Path
) -> None:
    machine = make_machine(database, tmp_path, bench=BusyBench)
    await machine.open()
    machine.write(TEXT, title("Sock Towers"))

    runs = []
    for _ in range(4):
        await machine.take_up()
        runs.append(machine.runs)

    assert runs == ["Sock Pairs", "Sock Pairs", "Sock 3", "Sock 3"]


@on_sqlite
async def test_a_folder_that_is_gone_for_a_while_is_refused_and_comes_back(
    machine: Machine,
) -> None:
    (machine.folder / "content").rename(machine.folder / "moved")
    await machine.take_up()
    told = await refusals(machine.database)
    (machine.folder / "moved").rename(machine.folder / "content")
    await machine.take_up()

    assert "there is no such folder" in told[0]
    assert machine.runs == "Sock Pairs"
    assert await refusals(machine.database) == []


@on_sqlite
async def test_a_process_starts_with_what_was_accepted_where_its_files_are_bad(
    machine: Machine,
) -> None:
    machine.write(TEXT, b"no front matter")

    machine.restart()
    await machine.open()

    assert machine.runs == "Sock Pairs"
    assert TEXT in (await refusals(machine.database))[0]


@on_sqlite
async def test_a_process_starts_with_content_that_changed_while_it_was_down(
    machine: Machine,
) -> None:
    machine.write(TEXT, title("Sock Towers"))

    machine.restart()
    await machine.open()

    assert machine.runs == "Sock Towers"


@on_sqlite
async def test_a_new_machine_with_older_content_runs_what_runs(
    machine: Machine, tmp_path: Path
) -> None:
    machine.write(TEXT, title("Sock Towers"))
    await machine.take_up()
    late = make_machine(machine.database, tmp_path, "late")

    await late.open()
    await late.take_up()
    await machine.take_up()

    assert (machine.runs, late.runs) == ("Sock Towers", "Sock Towers")


@pytest.mark.parametrize(
    ("version", "seen", "accepted", "expected"),
    [
        ("new", "b", "b", True),
        ("new", None, "b", True),
        ("b", None, "b", False),
        ("a", None, "b", False),  # a new machine, with what was overtaken
        ("a", "a", "c", False),  # nothing changed here
        ("b", "a", "c", False),  # it comes after the others
        ("a", "b", "b", True),  # changed back by hand
        ("b", "a", "a", True),  # and forth again
        ("a", "c", "b", True),
    ],
)
def test_a_machine_accepts_what_changed_there_and_never_undoes_another(
    version: str, seen: str | None, accepted: str, expected: bool
) -> None:
    first_at = {"a": EARLY, "b": LATER, "c": LATEST}
    assert is_change(version, seen=seen, accepted=accepted, first_at=first_at) is expected


async def test_the_one_accepted_last_is_known_within_one_instant_and_whatever_clocks_say(
    database: Database,
) -> None:
    found = []
    for version, now in (("a", LATER), ("b", LATER), ("a", LATER), ("c", EARLY)):
        async with database.writing() as session:
            await snapshots.accept_snapshot(session, version * 64, body=b"", now=now)
        async with database.reading() as session:
            found.append(await snapshots.find_accepted_version(session))

    assert [each and each[0] for each in found] == ["a", "b", "a", "c"]


async def test_machines_that_accept_at_once_come_to_run_the_same(
    machine: Machine, tmp_path: Path
) -> None:
    machines = [machine, *[make_machine(machine.database, tmp_path, f"m{n}") for n in range(1)]]
    for number, each in enumerate(machines):
        if each is not machine:
            await each.open()
        each.write(TEXT, title(f"Sock {number}"))
        each.let_lie(seconds=3)

    for _ in range(3):
        await asyncio.gather(*(each.look() for each in machines))

    assert len({each.runs for each in machines}) == 1
    assert len(await list_all(machine.database)) == 3


@pytest.fixture
def settings(database_url: str) -> Settings:
    return town_settings(database_url)


async def test_going_back_holds_everywhere_and_survives_a_restart(
    machine: Machine, tmp_path: Path, settings: Settings
) -> None:
    other = make_machine(machine.database, tmp_path, "two")
    await other.open()
    machine.write(TEXT, title("Sock Towers"))
    await machine.take_up()
    await other.take_up()

    used = await use_version(settings, version_of(SMALL)[:6].upper(), clock=machine.clock)
    for each in (machine, other):
        await each.take_up()
    there = [machine.runs, other.runs]
    for each in (machine, other):
        each.restart()
        await each.open()
        await each.take_up()

    assert used == version_of(SMALL)
    assert there == ["Sock Pairs", "Sock Pairs"]
    assert (machine.runs, other.runs) == ("Sock Pairs", "Sock Pairs")
    standing, accepted = await list_versions(settings)
    assert standing.version == version_of(SMALL)
    assert accepted[-1].version == version_of(SMALL)
    with (console := Console(width=100)).capture() as shown:
        console.print(show_versions(standing, accepted))
    assert [
        line.split()[0] for line in shown.get().splitlines() if line.rstrip().endswith("runs")
    ] == [short(version_of(SMALL))]


@on_sqlite
async def test_going_back_needs_one_version_that_can_be_loaded(
    machine: Machine, settings: Settings
) -> None:
    lacking = {name: body for name, body in SMALL.items() if "consent" not in name}
    async with machine.database.writing() as session:
        for version in (version_of(lacking), "0" * 64, "0" * 63 + "1"):
            await snapshots.accept_snapshot(
                session, version, body=pack(lacking), now=MONDAY_MORNING
            )
    wrong = {"00000": "too short", "123456": "No accepted content", "000000": "not enough"}
    for prefix, expected in wrong.items():
        with pytest.raises(BotError, match=expected):
            await use_version(settings, prefix, clock=machine.clock)

    with pytest.raises(FileRefused, match=r"content/consent/1/en\.md: there is no such file"):
        await use_version(settings, version_of(lacking), clock=machine.clock)


@on_sqlite
async def test_what_cannot_be_loaded_here_is_told_once_and_what_runs_stays(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    lacking = {name: body for name, body in SMALL.items() if "consent" not in name}
    async with machine.database.writing() as session:
        await snapshots.accept_snapshot(
            session, version_of(lacking), body=pack(lacking), now=MONDAY_MORNING
        )

    await machine.look_twice()
    there = machine.runs
    told = [each for each in caplog.messages if "cannot be loaded" in each]
    machine.restart()
    await machine.open()

    assert (there, machine.runs) == ("Sock Pairs", "Sock Pairs")
    assert len(told) == 1


@on_sqlite
async def test_a_command_that_only_reads_accepts_nothing(
    machine: Machine, settings: Settings
) -> None:
    folders = {"content": machine.folder / "content", "locales": machine.folder / "locales"}
    machine.write(TEXT, title("Sock Towers"))

    catalogue = await read_running(machine.database, settings.model_copy(update=folders))

    assert catalogue.version == version_of(SMALL)
    assert await list_all(machine.database) == [version_of(SMALL)]


@on_sqlite
async def test_catalogues_that_nobody_asks_for_are_freed(machine: Machine) -> None:
    dropped = weakref.ref(machine.shelf.current)

    for number in range(EARLIER + 1):
        assert dropped() is not None
        machine.write(TEXT, title(f"Sock {number}"))
        await machine.take_up()
    gc.collect()

    assert dropped() is None


GOOD = ((TEXT, title("Sock {}")), (TEXT, title("Sock {}") + b"\n"))
BAD = (
    (TEXT, title("Sock {}").replace(b"## grow", b"## groow")),
    (TEXT, title("Sock {}")[:60]),
    (TEXT, b"\xff\xfe"),
    (PICTURE, SMALL[PICTURE][:4]),
    ("content/programme.yaml", SMALL["content/programme.yaml"][:50]),
    ("locales/ar/LC_MESSAGES/bot.po", b"msgid"),
    ("content/consent/1/ar.md", None),
)


@pytest.mark.parametrize("edits", [10, pytest.param(200, marks=pytest.mark.long)])
async def test_of_many_edits_on_two_machines_the_last_sound_one_runs(
    machine: Machine, tmp_path: Path, edits: int
) -> None:
    rng, other = Random(20), make_machine(machine.database, tmp_path, "two")
    await other.open()
    expected = "Sock Pairs"

    for number in range(edits):
        editor, reader = rng.sample([machine, other], 2)
        is_good = rng.random() < 0.4
        name, content = rng.choice(GOOD if is_good else BAD)
        for other_name, sound in SMALL.items():
            path = editor.folder / other_name
            if other_name != TEXT and (not path.exists() or path.read_bytes() != sound):
                path.write_bytes(sound)
        if not is_good:
            editor.write(TEXT, title(expected))
        if content is None:
            (editor.folder / name).unlink()
        else:
            editor.write(name, content.replace(b"{}", str(number).encode()))
        if is_good:
            expected = f"Sock {number}"
        await editor.take_up()
        await reader.look()

        assert (machine.runs, other.runs) == (expected, expected)
        hosts = {each.place.host for each in (await find_standing(machine.database)).refusals}
        assert (editor.host in hosts) is not is_good


async def test_a_message_of_an_earlier_version_is_drawn_again_in_its_words(
    town: Town, tmp_path: Path
) -> None:
    for name, content in shipped_files().items():
        path = tmp_path / "one" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    machine = Machine(town.store.database, tmp_path / "one", clock=town.clock)
    machine.let_lie(seconds=3)
    town.runtime.reloader = machine.reloader
    phone = town.phone(language="en")
    first = await phone.join(await town.card("en"))
    (told,) = [row for row in await town.deliveries() if row.activity_id]
    activity = town.runtime.shelf.current.activities[told.activity_id or ""]
    old_title = activity.texts["en"].title

    path, words = f"{activity.folder}/en.md", "locales/en/LC_MESSAGES/bot.po"
    machine.write(
        path, RETITLED.sub(rb"title: Another Title\1\nSaid anew.", shipped_files()[path], count=1)
    )
    described = re.sub(
        rb'(msgid "bot-short-description"\nmsgstr) "[^"]*"', rb'\1 "New"', shipped_files()[words]
    )
    machine.write(words, described)
    machine.let_lie(seconds=3)
    await town.runtime.reload()
    await town.runtime.reload()
    await phone.tap(first, "did-it")
    answered = next(each for each in phone.from_bot if each.id == first.id)
    await town.skip(days=5)

    assert town.runtime.shelf.current.activities[activity.card.id].texts["en"].title == (
        "Another Title"
    )
    assert old_title in answered.text
    assert "✅" in answered.text
    assert "Said anew." in phone.last.text
    assert {row.content_version for row in await town.deliveries() if row.activity_id} == {
        told.content_version,
        town.runtime.shelf.current.version,
    }
    assert "New" in str(town.sandbox.descriptions)
