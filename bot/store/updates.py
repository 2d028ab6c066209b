"""The inbox of updates: stored before they are acknowledged, in order for each chat."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, exists
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, func, or_, select, update

from bot.store.database import Session
from bot.store.tables import StoredUpdate, UpdateStatus

UNDONE = (UpdateStatus.STORED, UpdateStatus.APPLIED)


async def store_updates(session: Session, arrived: Sequence[StoredUpdate]) -> int:
    """Store updates, each once: one that arrives twice changes nothing; return how many are new."""
    if not arrived:
        return 0
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    rows = [each.model_dump() for each in arrived]
    statement = insert(StoredUpdate).values(rows).on_conflict_do_nothing(index_elements=["id"])
    return (await session.exec(statement)).rowcount


async def claim_updates(
    session: Session, *, now: datetime, claimant: str, until: datetime, limit: int
) -> Sequence[StoredUpdate]:
    """Take updates to handle, oldest first: of each chat only the first that is not done."""
    earlier = aliased(StoredUpdate)
    is_first = ~exists().where(
        col(earlier.chat_key) == col(StoredUpdate.chat_key),
        col(earlier.id) < col(StoredUpdate.id),
        col(earlier.status).in_(UNDONE),
    )
    is_free = and_(
        col(StoredUpdate.status).in_(UNDONE),
        or_(col(StoredUpdate.claimed_until).is_(None), col(StoredUpdate.claimed_until) <= now),
    )
    oldest = (
        select(StoredUpdate.id)
        .where(is_free, is_first)
        .order_by(col(StoredUpdate.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("oldest")
    )
    claim = (
        update(StoredUpdate)
        .where(col(StoredUpdate.id).in_(select(oldest.c.id)), is_free)
        .values(claimed_by=claimant, claimed_until=until)
        .returning(StoredUpdate)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    claimed = (await session.exec(claim)).scalars().all()
    return sorted(claimed, key=lambda each: each.id)


async def record_applied(session: Session, update_id: int, *, replies_sealed: bytes) -> None:
    """Write, with the update's effect, the replies that are to be sent for it."""
    await change(
        session,
        update_id,
        status=UpdateStatus.APPLIED,
        replies_sealed=replies_sealed,
        replies_sent=0,
        attempts=0,
    )


async def record_reply_sent(session: Session, update_id: int, *, count: int) -> None:
    """Note how many of an update's replies are out."""
    await change(session, update_id, replies_sent=count)


async def record_done(session: Session, update_id: int) -> None:
    """Close an update; what it said is not kept, its number is, against a repeat."""
    await change(
        session, update_id, status=UpdateStatus.DONE, body_sealed=None, replies_sealed=None
    )


async def record_given_up(session: Session, update_id: int) -> None:
    """Close an update that cannot be handled; it stays, sealed, for whoever looks into it."""
    await change(session, update_id, status=UpdateStatus.FAILED)


async def record_attempt(session: Session, stored: StoredUpdate, *, again_at: datetime) -> None:
    """Count a failed attempt, and let the update be taken again later."""
    await change(session, stored.id, attempts=stored.attempts + 1, claimed_until=again_at)


async def release(session: Session, name: str) -> None:
    """Give back the updates that one process holds."""
    statement = (
        update(StoredUpdate)
        .where(col(StoredUpdate.claimed_by) == name, col(StoredUpdate.status).in_(UNDONE))
        .values(claimed_by=None, claimed_until=None)
    )
    await session.exec(statement.execution_options(synchronize_session=False))


async def find_status(session: Session, update_id: int) -> UpdateStatus | None:
    """Look up where an update stands."""
    statement = select(StoredUpdate.status).where(col(StoredUpdate.id) == update_id)
    found = (await session.exec(statement)).first()
    return UpdateStatus(found) if found else None


async def count_undone_before(session: Session, moment: datetime) -> int:
    """Count the updates that arrived before a moment and are not done."""
    statement = select(func.count()).where(
        col(StoredUpdate.status).in_(UNDONE), col(StoredUpdate.received_at) < moment
    )
    return (await session.exec(statement)).one()


async def count_given_up(session: Session) -> int:
    """Count the updates that could not be handled."""
    statement = select(func.count()).where(col(StoredUpdate.status) == UpdateStatus.FAILED)
    return (await session.exec(statement)).one()


async def get_update(session: Session, update_id: int) -> StoredUpdate:
    """Get a stored update as it stands now."""
    statement = select(StoredUpdate).where(col(StoredUpdate.id) == update_id)
    return (await session.exec(statement.execution_options(populate_existing=True))).one()


async def forget_done_before(session: Session, moment: datetime) -> int:
    """Forget closed updates that arrived before a moment; return how many."""
    statement = delete(StoredUpdate).where(
        col(StoredUpdate.status) == UpdateStatus.DONE, col(StoredUpdate.received_at) < moment
    )
    return (await session.exec(statement)).rowcount


async def change(session: Session, update_id: int, **values: object) -> None:
    """Set some columns of one update."""
    statement = update(StoredUpdate).where(col(StoredUpdate.id) == update_id).values(**values)
    await session.exec(statement.execution_options(synchronize_session=False))
