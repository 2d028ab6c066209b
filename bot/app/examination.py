"""Examine a live database: every guardian's record, and what stands still; mend it if asked."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.app.clocks import SystemClock
from bot.app.content_versions import read_running
from bot.app.forgetting import RETENTION, read_retirement
from bot.app.opening import open_store
from bot.catalogue.programme import Programme
from bot.delivery.examining import Breach, examine
from bot.delivery.mending import mend, read_records
from bot.settings import Settings
from bot.store import Database, Session, budget, deliveries, deployment, records, updates
from bot.store.columns import id_of

BATCH = 200
LATE = timedelta(minutes=15)


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
        for note in await list_notes(store.database, now=now):
            say(f"note: {note}")
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


async def list_notes(database: Database, *, now: datetime) -> list[str]:
    """List what stands still: no breach of the record, but somebody should know."""
    async with database.reading() as session:
        return [
            note
            for note in (
                await note_budget(session, now=now),
                await note_late(session, now=now),
                await note_updates(session, now=now),
                await note_retirement(session),
            )
            if note
        ]


async def note_budget(session: Session, *, now: datetime) -> str | None:
    """Say when sending is stopped, or the network asked for quiet."""
    found = await budget.find_budget(session)
    if found and found.stopped_at:
        since = f"{found.stopped_at:%Y-%m-%d %H:%M} UTC"
        return f"sending has been stopped since {since}. To go on: kuffert sending resume."
    held = budget.held_for(found, now=now) if found else timedelta()
    return f"the network asked for {held.total_seconds():.0f} s of quiet." if held else None


async def note_late(session: Session, *, now: datetime) -> str | None:
    """Say how many deliveries nobody has looked at in time."""
    count = await deliveries.count_due_before(session, now - LATE)
    minutes = LATE.total_seconds() / 60
    if not count:
        return None
    return f"{count} deliveries have been due for over {minutes:.0f} minutes. Does a sender run?"


async def note_updates(session: Session, *, now: datetime) -> str | None:
    """Say how many taps and words of guardians wait, or could not be handled."""
    waiting = await updates.count_undone_before(session, now - LATE)
    given_up = await updates.count_given_up(session)
    if not waiting and not given_up:
        return None
    return f"{waiting} updates wait, and {given_up} could not be handled (kept, sealed)."


async def note_retirement(session: Session) -> str | None:
    """Say when the nightly job that lets everything personal go ran, and what it removed."""
    last = read_retirement(await deployment.find_value(session, RETENTION))
    if last is None or not last.is_over:
        return None
    at = f"{last.at:%Y-%m-%d %H:%M} UTC"
    return f"the programme's time is over: {last.forgotten} chats were forgotten, last {at}."
