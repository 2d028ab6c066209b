"""Take up changed content while the bot runs: all or nothing, and the same on every machine."""

import asyncio
import logging
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.app.clocks import SystemClock
from bot.app.settling import Reading, StillBench
from bot.catalogue.files import pack
from bot.catalogue.reading.workbench import Workbench
from bot.catalogue.records import Catalogue
from bot.core.clock import Clock
from bot.delivery.shelf import Shelf, load_body
from bot.errors import BotError, FileRefused
from bot.settings import Settings
from bot.store import Database, Session, content_folders, snapshots
from bot.store.content_folders import MOST_PROBLEMS, Place
from bot.store.snapshots import short

LOOK_SECONDS = 1
PLACES_STAY = timedelta(days=7)

log = logging.getLogger(__name__)


def place_of(settings: Settings) -> Place:
    """Say where this machine's content lies."""
    return Place(socket.gethostname(), str(settings.content.resolve()))


class Reloader:
    """Keeps the shelf at the accepted catalogue, and accepts this machine's files when they change.

    `clock` says when something is accepted, `wall` how long files have lain still: the demo's clock
    moves, and that of its files does not.
    """

    def __init__(
        self,
        database: Database,
        bench: Workbench,
        *,
        place: Place,
        clock: Clock,
        wall: Clock,
    ) -> None:
        """Begin with nothing read."""
        self.database = database
        self.place = place
        self.clock = clock
        self.wall = wall
        self._bench = StillBench(bench)
        self._unloadable: str | None = None
        self._refused: Reading | None = None
        self._told_waiting = False

    @classmethod
    def of(cls, database: Database, settings: Settings, *, clock: Clock) -> "Reloader":
        """Make one for the folders that the settings name."""
        bench = Workbench(settings.content, settings.locales)
        return cls(database, bench, place=place_of(settings), clock=clock, wall=SystemClock())

    async def open(self) -> Shelf:
        """Give the shelf that a process starts with.

        Raise FileRefused where the files are refused and there is no accepted catalogue to run.
        """
        await self._read()  # the first of two looks
        reading = await self._read()
        accepted = await self._load_accepted(besides=reading)
        while reading is None and accepted is None:
            await asyncio.sleep(LOOK_SECONDS)
            reading = await self._read()
        taken = await self._take(reading) if reading else None
        if taken and accepted:
            self._tell_accepted(taken)
        catalogue = taken or accepted
        if catalogue is None and reading:
            catalogue = self._make_do(reading)
        if catalogue is None:
            raise BotError("There is no catalogue to run.")
        return Shelf(catalogue)

    def _make_do(self, reading: Reading) -> Catalogue | None:
        """Run our own files where the accepted catalogue cannot be loaded here."""
        if reading.problems:
            raise FileRefused(reading.problems)
        log.warning("content %s of %s runs here, not accepted", short(reading.version), self.place)
        return reading.catalogue

    async def look(self, shelf: Shelf) -> None:
        """Run what was accepted elsewhere; accept this machine's files where they changed."""
        await self._follow(shelf)
        reading = await self._read()
        if reading is None:
            return
        try:
            taken = await self._take(reading)
        except BaseException:
            self._bench.read_again()
            raise
        if taken:
            shelf.replace(taken)
            self._tell_accepted(taken)

    async def tidy(self) -> None:
        """Say that this machine looks at its content still; forget those that do so no more."""
        now = self.clock.now()
        async with self.database.writing() as session:
            await content_folders.keep_alive(session, self.place, now=now)
            await content_folders.forget_before(session, now - PLACES_STAY)

    async def _read(self) -> Reading | None:
        """Read what changed and lies still; say once what it waits for."""
        reading = await asyncio.to_thread(self._bench.read, now=self.wall.now())
        waits_for = self._bench.waits_for
        if waits_for and not self._told_waiting:
            log.info("the content of %s waits while there is %s", self.place, waits_for)
        self._told_waiting = waits_for is not None
        return reading

    async def _follow(self, shelf: Shelf) -> None:
        """Run the accepted catalogue, whoever accepted it."""
        async with self.database.reading() as session:
            version = await snapshots.find_accepted_version(session)
        if version in (None, shelf.current.version, self._unloadable):
            return
        catalogue = await self._load_accepted()
        if catalogue:
            shelf.replace(catalogue)
            log.info("content %s runs now: it was accepted elsewhere", short(catalogue.version))

    async def _load_accepted(self, *, besides: Reading | None = None) -> Catalogue | None:
        """Load the accepted catalogue; None where there is none, or none that we can load.

        What was read already is not loaded again.
        """
        async with self.database.reading() as session:
            version = await snapshots.find_accepted_version(session)
            if version is None:
                return None
            if besides and besides.catalogue and besides.version == version:
                return besides.catalogue
            snapshot = await snapshots.find_snapshot(session, version)
        if snapshot is None:
            return None
        try:
            return await asyncio.to_thread(load_body, snapshot.body)
        except FileRefused as refused:
            self._unloadable = version
            count, first = len(refused.problems), refused.problems[0]
            log.error(
                "the accepted content %s cannot be loaded by this version of Kuffert "
                "(%d problems; the first: %s)",
                short(version),
                count,
                first,
            )
            return None

    async def _take(self, reading: Reading) -> Catalogue | None:
        """Accept what was read; None where it is refused, or is no change here."""
        if reading.catalogue is None:
            await self._refuse(reading)
            return None
        async with self.database.reading() as session:
            is_change = await self._is_change(session, reading.version)
        now, version = self.clock.now(), reading.version
        body = await asyncio.to_thread(pack, reading.files) if is_change else b""
        async with self.database.writing() as session:
            if is_change:
                await snapshots.accept_snapshot(session, version, body=body, now=now)
            await content_folders.record_seen(session, self.place, version, now=now)
        if self._refused:
            log.info("the content of %s is sound again", self.place)
        self._refused = None
        return reading.catalogue if is_change else None

    def _tell_accepted(self, catalogue: Catalogue) -> None:
        """Say that this machine's content changed, and runs."""
        log.info("content %s of %s is accepted, and runs now", short(catalogue.version), self.place)

    async def _is_change(self, session: Session, version: str) -> bool:
        """Say whether a sound version in this place is to be accepted; say so where it is not."""
        accepted = await snapshots.find_accepted_version(session)
        if accepted is None:
            return True
        seen = await content_folders.find_seen(session, self.place)
        names = {each for each in (version, seen, accepted) if each}
        first_at = await snapshots.list_first_accepted(session, names)
        if is_change(version, seen=seen, accepted=accepted, first_at=first_at):
            return True
        if version != accepted:
            log.info(
                "content %s of %s was accepted before; %s runs, which was accepted after it "
                "(to run it again: kuffert content use %s)",
                short(version),
                self.place,
                short(accepted),
                short(version),
            )
        return False

    async def _refuse(self, reading: Reading) -> None:
        """Say why what was read is refused, and write it down for everybody."""
        problems, last = reading.problems, self._refused
        if last and (last.version, last.problems) == (reading.version, problems):
            return
        async with self.database.writing() as session:
            await content_folders.record_refused(
                session, self.place, reading.version, problems=problems, now=self.clock.now()
            )
        self._refused = reading
        log.error(
            "the content of %s is refused whole (%d problems); what was accepted before runs on",
            self.place,
            len(problems),
        )
        for problem in problems[:MOST_PROBLEMS]:
            log.error("refused: %s", problem)


def is_change(
    version: str, *, seen: str | None, accepted: str, first_at: Mapping[str, datetime]
) -> bool:
    """Say whether a sound version on a machine is something new there, and to be accepted.

    `seen` is what lay there last, `first_at` when each of the three was first accepted, if ever.
    What was accepted before counts as new where it was changed back to by hand: not where a machine
    is new, nor where it only comes after the others on their way to what runs.
    """
    if version in (seen, accepted):
        return False
    if version not in first_at:
        return True
    if seen is None:
        return False
    if seen not in first_at or accepted not in first_at:
        return True
    return not first_at[seen] < first_at[version] < first_at[accepted]
