"""Work that goes on behind the pages, and what it made, kept in parts for a while."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import col, delete, select, update

from bot.errors import BotError
from bot.store.columns import id_of
from bot.store.console_tables import Work, WorkPart
from bot.store.database import Database, Session
from bot.store.states import WorkStatus

PART_BYTES = 1_000_000
LOST_AFTER = timedelta(minutes=2)  # without a beat of whoever does it
RESTORED = "The database was restored meanwhile. Begin again."
OPEN = (WorkStatus.WAITING, WorkStatus.RUNNING)


async def begin(
    session: Session, *, account_id: int, kind: str, wanted: str, now: datetime
) -> Work:
    """Write down that work is wanted."""
    row = Work(account_id=account_id, kind=kind, wanted=wanted, begun_at=now, beat_at=now)
    session.add(row)
    await session.flush()
    return row


async def keep_file(
    session: Session,
    *,
    account_id: int,
    kind: str,
    file_name: str,
    media_type: str,
    content: bytes,
    now: datetime,
    expires_at: datetime,
    wanted: str = "",
) -> Work:
    """Keep a file that is made already, to be fetched until a moment."""
    row = await begin(session, account_id=account_id, kind=kind, wanted=wanted, now=now)
    row.status, row.ended_at, row.expires_at = WorkStatus.DONE, now, expires_at
    row.file_name, row.media_type = file_name, media_type
    session.add(row)
    for number, first in enumerate(range(0, len(content), PART_BYTES)):
        await add_part(session, id_of(row), number, content[first : first + PART_BYTES])
    return row


async def add_part(session: Session, work_id: int, number: int, body: bytes) -> None:
    """Keep a piece of what work made."""
    session.add(WorkPart(work_id=work_id, part=number, body=body))
    await session.flush()


async def find_work(session: Session, number: int) -> Work | None:
    """Look up work by its number."""
    return await session.get(Work, number)


async def get_work(session: Session, number: int) -> Work:
    """Get work by its number; raise BotError when there is none, or no longer."""
    found = await session.get(Work, number)
    if found is None:
        raise BotError("There is no such work, or no longer.")
    return found


async def list_work(
    session: Session, account_id: int, *, kinds: Sequence[str], limit: int
) -> Sequence[Work]:
    """List somebody's work of some kinds, the latest first."""
    statement = (
        select(Work)
        .where(col(Work.account_id) == account_id, col(Work.kind).in_(kinds))
        .order_by(col(Work.id).desc())
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def beat(session: Session, number: int, *, done: int, total: int, now: datetime) -> bool:
    """Note how far work is; say whether it is to go on."""
    statement = (
        update(Work)
        .where(col(Work.id) == number, col(Work.status).in_(OPEN))
        .values(status=WorkStatus.RUNNING, done=done, total=total, beat_at=now)
        .execution_options(synchronize_session=False)
    )
    if not (await session.exec(statement)).rowcount:
        return False
    asked = select(Work.is_to_stop).where(col(Work.id) == number)
    return not (await session.exec(asked)).one()


async def ask_to_stop(session: Session, number: int) -> None:
    """Ask that work stops at its next beat."""
    statement = (
        update(Work)
        .where(col(Work.id) == number, col(Work.status).in_(OPEN))
        .values(is_to_stop=True)
        .execution_options(synchronize_session=False)
    )
    await session.exec(statement)


async def finish(
    session: Session,
    number: int,
    status: WorkStatus,
    *,
    now: datetime,
    said: str = "",
    file_name: str = "",
    media_type: str = "",
    expires_at: datetime | None = None,
) -> None:
    """Write down how work ended."""
    statement = (
        update(Work)
        .where(col(Work.id) == number)
        .values(
            status=status,
            said=said[:500],
            file_name=file_name,
            media_type=media_type,
            ended_at=now,
            expires_at=expires_at,
        )
        .execution_options(synchronize_session=False)
    )
    await session.exec(statement)


async def has_lost(session: Session, *, now: datetime) -> bool:
    """Say whether there is work of which nothing was heard for a while."""
    lost = select(Work.id).where(col(Work.status).in_(OPEN), col(Work.beat_at) < now - LOST_AFTER)
    return (await session.exec(lost.limit(1))).first() is not None


async def give_up_lost(session: Session, *, now: datetime) -> int:
    """End work of which nothing was heard for a while: its process is gone; return how much."""
    statement = (
        update(Work)
        .where(col(Work.status).in_(OPEN), col(Work.beat_at) < now - LOST_AFTER)
        .values(
            status=WorkStatus.FAILED,
            said="The process that did this has ended. Begin again.",
            ended_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    return (await session.exec(statement)).rowcount


async def let_go_of_files(session: Session, *, now: datetime) -> None:
    """End work that goes on, and offer no file any more: neither comes back with a backup."""
    statement = (
        update(Work)
        .where(col(Work.status).in_(OPEN))
        .values(status=WorkStatus.FAILED, said=RESTORED, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    await session.exec(statement)
    statement = update(Work).values(file_name="").execution_options(synchronize_session=False)
    await session.exec(statement)


async def read_parts(database: Database, number: int) -> AsyncIterator[bytes]:
    """Read what work made, a piece at a time."""
    part = 0
    while True:
        async with database.reading() as session:
            found = await session.get(WorkPart, (number, part))
        if found is None:
            return
        yield found.body
        part += 1


async def forget_expired(session: Session, *, now: datetime) -> int:
    """Remove what work made once its time is over; return of how many."""
    over = select(Work.id).where(col(Work.expires_at) < now)
    await session.exec(delete(WorkPart).where(col(WorkPart.work_id).in_(over)))
    statement = (
        update(Work)
        .where(col(Work.expires_at) < now, col(Work.file_name) != "")
        .values(file_name="")
        .execution_options(synchronize_session=False)
    )
    return (await session.exec(statement)).rowcount
