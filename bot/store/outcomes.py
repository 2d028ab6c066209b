"""Outcomes: results of children, from the files of schools, in bulk and past the ORM."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple

from sqlalchemy import delete, func, insert, or_
from sqlalchemy import select as select_columns
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from bot.errors import BotError
from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.evaluation_tables import Allotment, Arm, Outcome, OutcomeFile
from bot.store.reading import read
from bot.store.states import OutcomeEnd
from bot.store.tables import Centre, Child

PORTION = 5_000  # rows that are read before others have their turn
CHUNK = 20_000  # rows in one statement's hands
MOST_SHOWN = 10_000  # quarantined results of one file
SHORTEST_DIGEST = 8  # characters of a hash that name a file


class StoredOutcome(NamedTuple):
    """One result as it is kept, but for its number and its file's."""

    line: int
    child_id: int | None
    written_code: str | None
    instrument: str
    wave: str
    score: float | None
    missing: str | None
    assessed_on: date | None
    ended: OutcomeEnd
    reason: str | None


COLUMNS = tuple(col(getattr(Outcome, name)) for name in StoredOutcome._fields)


class KnownOutcome(NamedTuple):
    """A result as linking counts it."""

    child_id: int | None
    instrument: str
    wave: str
    ended: OutcomeEnd
    reason: str | None
    is_assessed: bool


class Stamp(NamedTuple):
    """What tells whether the files in use, their results or the roster have changed."""

    files: frozenset[tuple[int, datetime, datetime | None]]  # number, taken in, taken back
    last_outcome: int
    children: int


class LinkedChild(NamedTuple):
    """A child of the roster, its centre, and the arm that it or its centre was drawn into."""

    child_id: int
    centre: str
    arm: str | None


async def find_file(session: Session, digest: str) -> OutcomeFile | None:
    """Look up a file that was imported before, by its content; it may have been taken back."""
    statement = select(OutcomeFile).where(col(OutcomeFile.digest) == digest)
    return (await session.exec(statement)).first()


async def list_files(session: Session, called: str) -> Sequence[OutcomeFile]:
    """List the files in use that have a name, or a hash that begins so."""
    is_called = col(OutcomeFile.name) == called
    if len(called) >= SHORTEST_DIGEST and called.isalnum():
        is_called = or_(is_called, col(OutcomeFile.digest).startswith(called.lower()))
    in_use = col(OutcomeFile.undone_at).is_(None)
    statement = select(OutcomeFile).where(is_called, in_use).order_by(col(OutcomeFile.id))
    return (await session.exec(statement)).all()


async def list_all_files(session: Session) -> Sequence[OutcomeFile]:
    """List the files whose results are in, the latest first."""
    statement = (
        select(OutcomeFile)
        .where(col(OutcomeFile.undone_at).is_(None))
        .order_by(col(OutcomeFile.imported_at).desc(), col(OutcomeFile.id).desc())
    )
    return (await session.exec(statement)).all()


async def record_file(
    session: Session, digest: str, *, name: str, rows: int, mapping: str, now: datetime
) -> OutcomeFile:
    """Remember a file; one that was taken back is in use again."""
    file = await find_file(session, digest) or OutcomeFile(
        digest=digest, name=name, rows=rows, imported_at=now
    )
    file.name, file.rows, file.mapping = name, rows, mapping
    file.imported_at, file.undone_at = now, None
    session.add(file)
    with telling_of_another():
        await session.flush()
    return file


@contextmanager
def telling_of_another() -> Iterator[None]:
    """Raise BotError where another process wrote the same at the same time."""
    try:
        yield
    except IntegrityError:
        raise BotError(
            "Another import took in the same results meanwhile; nothing of this one is kept. "
            "Import it again."
        ) from None


async def record_undone(session: Session, file: OutcomeFile, *, now: datetime) -> int:
    """Take a file's results out; give how many there were."""
    file.undone_at = now
    session.add(file)
    await session.flush()
    return await remove_outcomes(session, file)


async def remove_outcomes(session: Session, file: OutcomeFile) -> int:
    """Delete a file's results; give how many there were."""
    connection = await session.connection()
    done = await connection.execute(delete(Outcome).where(col(Outcome.file_id) == id_of(file)))
    return done.rowcount


async def list_stored(session: Session, file: OutcomeFile) -> list[StoredOutcome]:
    """List what is kept of a file, as it is kept."""
    statement = select_columns(*COLUMNS).where(col(Outcome.file_id) == id_of(file))
    return [StoredOutcome(*row) for row in await read(session, statement)]


async def list_quarantined(
    session: Session, file: OutcomeFile, *, limit: int = MOST_SHOWN
) -> list[StoredOutcome]:
    """List what is quarantined of a file, in the order of its lines."""
    statement = (
        select_columns(*COLUMNS)
        .where(col(Outcome.file_id) == id_of(file), col(Outcome.ended) == OutcomeEnd.QUARANTINED)
        .order_by(col(Outcome.line), col(Outcome.id))
        .limit(limit)
    )
    return [StoredOutcome(*row) for row in await read(session, statement)]


async def count_quarantined(session: Session) -> dict[int, int]:
    """Count what is quarantined, by the file's number."""
    statement = (
        select_columns(col(Outcome.file_id), func.count())
        .where(col(Outcome.ended) == OutcomeEnd.QUARANTINED)
        .group_by(col(Outcome.file_id))
    )
    return dict(await read(session, statement))


async def add_outcomes(
    session: Session,
    file: OutcomeFile,
    outcomes: Iterable[StoredOutcome],
    *,
    show_progress: Callable[[int], None] = lambda _done: None,
) -> int:
    """Add a file's results, many at a time; give how many."""
    connection, file_id = await session.connection(), id_of(file)
    fields, left, done = StoredOutcome._fields, iter(outcomes), 0
    while chunk := list(islice(left, CHUNK)):
        rows = [{"file_id": file_id, **dict(zip(fields, each, strict=True))} for each in chunk]
        with telling_of_another():
            await connection.execute(insert(Outcome), rows)
        done += len(chunk)
        show_progress(done)
    return done


async def read_stamp(session: Session) -> Stamp:
    """Read what is another whenever a file or a roster was taken in, or a file taken back.

    It is cheap. A child's study code never changes, and no child leaves the roster.
    """
    files = select_columns(
        col(OutcomeFile.id), col(OutcomeFile.imported_at), col(OutcomeFile.undone_at)
    )
    (last_outcome,) = (await read(session, select_columns(func.max(col(Outcome.id)))))[0]
    (children,) = (await read(session, select_columns(func.count(col(Child.id)))))[0]
    return Stamp(
        frozenset((number, since, until) for number, since, until in await read(session, files)),
        last_outcome or 0,
        children,
    )


async def list_known(
    session: Session, *, besides: OutcomeFile | None = None
) -> dict[tuple[int, str, str], float | None]:
    """Give every score by child, instrument and wave, but those of one file."""
    statement = select_columns(
        col(Outcome.child_id), col(Outcome.instrument), col(Outcome.wave), col(Outcome.score)
    ).where(col(Outcome.ended) != OutcomeEnd.QUARANTINED)
    if besides is not None:
        statement = statement.where(col(Outcome.file_id) != id_of(besides))
    rows = await read(session, statement)
    return {(child_id, test, wave): score for child_id, test, wave, score in rows}


async def list_study_codes(session: Session) -> dict[str, int]:
    """Give every child's number by study code."""
    rows = await read(session, select_columns(col(Child.study_code), col(Child.id)))
    return dict(rows)


async def list_ends(session: Session, *, portion: int = PORTION) -> list[KnownOutcome]:
    """List every result of every file in use, as linking counts it.

    They are read some at a time, so that whoever waits for something else is not kept waiting.
    """
    statement = select_columns(
        col(Outcome.id),
        col(Outcome.child_id),
        col(Outcome.instrument),
        col(Outcome.wave),
        col(Outcome.ended),
        col(Outcome.reason),
        col(Outcome.score).is_not(None),
    ).order_by(col(Outcome.id))
    ends: list[KnownOutcome] = []
    rows = await read(session, statement.limit(portion))
    while rows:
        ends += [KnownOutcome(*row[1:]) for row in rows]
        after = col(Outcome.id) > rows[-1][0]
        rows = await read(session, statement.where(after).limit(portion))
    return ends


async def list_linked_children(session: Session) -> list[LinkedChild]:
    """List the schools' lists, each child with its own arm or its centre's."""
    arms = select_columns(col(Allotment.child_id), col(Allotment.centre_id), col(Arm.name)).join(
        Arm, col(Arm.id) == col(Allotment.arm_id)
    )
    of_child, of_centre = {}, {}
    for child_id, centre_id, arm in await read(session, arms):
        if child_id is not None:
            of_child[child_id] = arm
        else:
            of_centre[centre_id] = arm
    children = (
        select_columns(col(Child.id), col(Child.centre_id), col(Centre.code))
        .join(Centre, col(Centre.id) == col(Child.centre_id))
        .where(col(Child.is_open).is_(False), col(Centre.is_test).is_(False))
        .order_by(col(Centre.code), col(Child.id))
    )
    return [
        LinkedChild(child_id, code, of_child.get(child_id, of_centre.get(centre_id)))
        for child_id, centre_id, code in await read(session, children)
    ]
