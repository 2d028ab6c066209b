"""Examine a live database: every guardian's record, and what stands still; mend it if asked."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.app.clocks import SystemClock
from bot.app.content_versions import read_running
from bot.app.health import list_health
from bot.app.opening import open_store
from bot.catalogue.programme import Programme
from bot.delivery.examining import Breach, examine
from bot.delivery.mending import mend, read_records
from bot.settings import Settings
from bot.store import Database, records
from bot.store.columns import id_of

BATCH = 200


@dataclass
class Examined:
    """What an examination found: how much it looked at, what was wrong, what is wrong still."""

    guardians: int = 0
    found: int = 0
    left: int = 0

    @property
    def mended(self) -> int:
        """How many breaches are gone."""
        return self.found - self.left


async def examine_database(
    settings: Settings,
    *,
    repairs: bool,
    say: Callable[[str], None],
    show_progress: Callable[[int, int], None],
) -> Examined:
    """Examine everything; say each breach and each note; return the counts."""
    examined, now = Examined(), SystemClock().now()
    async with open_store(settings) as store:
        programme = (await read_running(store.database, settings)).programme
        for line in await list_health(store, settings, now=now):
            say(line)
        async for breaches, count, total in walk(store.database, programme, now=now):
            examined.guardians += count
            show_progress(examined.guardians, total)
            await tell(store.database, programme, breaches, examined, repairs=repairs, say=say)
    return examined


async def walk(
    database: Database, programme: Programme, *, now: datetime
) -> AsyncIterator[tuple[list[Breach], int, int]]:
    """Go through all guardians, a batch at a time; each batch is seen at one moment."""
    async with database.reading() as session:
        total = await records.count_guardians(session)
    last = 0
    while True:
        async with database.reading() as session:
            batch = await records.list_guardians(session, after=last, limit=BATCH)
            found = await read_records(session, batch)
        if not batch:
            return
        last = id_of(batch[-1])
        breaches = [
            breach
            for record in found
            for breach in examine(record, cap=programme.weekly_cap, now=now)
        ]
        yield breaches, len(batch), total


async def tell(
    database: Database,
    programme: Programme,
    breaches: list[Breach],
    examined: Examined,
    *,
    repairs: bool,
    say: Callable[[str], None],
) -> None:
    """Say what is wrong, mend it where that was asked for, and say what is wrong still."""
    examined.found += len(breaches)
    for breach in breaches:
        say(breach.sentence)
    if not repairs:
        examined.left += len(breaches)
        return
    for number in sorted({each.guardian_id for each in breaches}):
        left = await mend_guardian(database, programme, number)
        examined.left += len(left)
        for breach in left:
            say(f"not mended: {breach.sentence}")


async def mend_guardian(database: Database, programme: Programme, number: int) -> list[Breach]:
    """Mend one guardian's record, in a transaction of its own."""
    now = SystemClock().now()
    async with database.writing() as session:
        return await mend(session, number, cap=programme.weekly_cap, weeks=programme.weeks, now=now)
