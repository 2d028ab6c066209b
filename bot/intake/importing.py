"""Take in a file of results while families write: judged first, then kept in a short write."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.intake.judging import Place
from bot.intake.outcome_files import (
    Imported,
    Prepared,
    Read,
    prepare_import,
    sparing_the_collector,
    store_prepared,
)
from bot.store import Database, Session, outcomes

TRIES = 3  # to judge while others may write


@dataclass(frozen=True)
class Arrival:
    """A file that is read, and the codes that somebody confirmed for it."""

    name: str
    content: bytes
    read: Read
    confirmed: Mapping[Place, str] = field(default_factory=dict)
    confirmed_in: str = ""


async def note_nothing(_session: Session) -> None:
    """Leave no note."""


async def import_apart(
    database: Database,
    arrival: Arrival,
    *,
    now: datetime,
    note: Callable[[Session], Awaitable[None]] = note_nothing,
    show_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Imported:
    """Take in a file, and `note` it in the same transaction; raise FileRefused.

    It is judged before that transaction begins, which on SQLite keeps every other writer waiting.
    Where a file or a roster came in meanwhile it is judged again, and in the end within it.
    """
    for _ in range(TRIES):
        async with database.reading() as session:
            prepared = await prepare(session, arrival)
        async with database.writing() as session:
            if await outcomes.read_stamp(session) == prepared.stamp:
                return await keep(session, prepared, now=now, note=note, show=show_progress)
    async with database.writing() as session:
        prepared = await prepare(session, arrival)
        return await keep(session, prepared, now=now, note=note, show=show_progress)


async def prepare(session: Session, arrival: Arrival) -> Prepared:
    """Judge what has arrived."""
    return await prepare_import(
        session,
        arrival.name,
        arrival.content,
        read=arrival.read,
        confirmed=arrival.confirmed,
        confirmed_in=arrival.confirmed_in,
    )


async def keep(
    session: Session,
    prepared: Prepared,
    *,
    now: datetime,
    note: Callable[[Session], Awaitable[None]],
    show: Callable[[int, int], None],
) -> Imported:
    """Keep all that is prepared, with its note."""
    with sparing_the_collector():
        imported = await store_prepared(session, prepared, now=now, show_progress=show)
    await note(session)
    return imported
