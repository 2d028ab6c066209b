"""The inbox of updates: stored before they are acknowledged, in order for each chat."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, bindparam, exists
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, func, or_, select, update

from bot.store.database import Session, insert_into
from bot.store.overview import Waiting
from bot.store.reading import among_numbers
from bot.store.states import UpdateStatus
from bot.store.tables import StoredUpdate

LONGEST_CLAIM = timedelta(minutes=15)  # a claim until later was made before the clock went back
UNDONE = (UpdateStatus.STORED, UpdateStatus.APPLIED)
EARLIER = aliased(StoredUpdate)
IS_FIRST = ~exists().where(
    col(EARLIER.chat_key) == col(StoredUpdate.chat_key),
    col(EARLIER.id) < col(StoredUpdate.id),
    col(EARLIER.status).in_(UNDONE),
)
IS_FREE = and_(
    col(StoredUpdate.status).in_(UNDONE),
    or_(
        col(StoredUpdate.claimed_until).is_(None),
        col(StoredUpdate.claimed_until) <= bindparam("now"),
        col(StoredUpdate.claimed_until) > bindparam("latest"),
    ),
)
OLDEST = (
    select(StoredUpdate.id)
    .where(IS_FREE, IS_FIRST)
    .order_by(col(StoredUpdate.id))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("oldest")
)
CLAIM = (  # this and the next three are written once and for all, since every tap takes them
    update(StoredUpdate)
    .where(col(StoredUpdate.id).in_(select(OLDEST.c.id)), IS_FREE)
    .values(claimed_by=bindparam("claimant"), claimed_until=bindparam("until"))
    .returning(StoredUpdate)
    .execution_options(synchronize_session=False, populate_existing=True)
)
APPLIED = (
    update(StoredUpdate)
    .where(col(StoredUpdate.id) == bindparam("number"))
    .values(
        status=UpdateStatus.APPLIED,
        replies_sealed=bindparam("replies"),
        replies_sent=0,
        attempts=0,
    )
)
COUNTED = (
    select(StoredUpdate.chat_key, func.count())
    .where(
        col(StoredUpdate.chat_key).in_(bindparam("chats", expanding=True)),
        col(StoredUpdate.status).in_(UNDONE),
    )
    .group_by(col(StoredUpdate.chat_key))
)
CLOSED = (
    update(StoredUpdate)
    .where(among_numbers(col(StoredUpdate.id)))
    .values(status=UpdateStatus.DONE, chat_key=None, body_sealed=None, replies_sealed=None)
)


class Arrived(NamedTuple):
    """An update as it came: sealed, its chat known by a keyed hash alone."""

    id: int
    chat_key: str | None
    body_sealed: bytes
    received_at: datetime


NEW = {"status": UpdateStatus.STORED, "attempts": 0, "replies_sent": 0}


async def store_updates(session: Session, arrived: Sequence[Arrived]) -> int:
    """Store updates, each once: one that arrives twice changes nothing; return how many are new."""
    if not arrived:
        return 0
    statement = insert_into(session, StoredUpdate).on_conflict_do_nothing(index_elements=["id"])
    connection = await session.connection()
    rows = [{**NEW, **each._asdict()} for each in arrived]
    return len((await connection.execute(statement.returning(col(StoredUpdate.id)), rows)).all())


async def claim_updates(
    session: Session, *, now: datetime, claimant: str, until: datetime, limit: int
) -> Sequence[StoredUpdate]:
    """Take updates to handle, oldest first: of each chat only the first that is not done."""
    latest = now + LONGEST_CLAIM
    given = {"now": now, "latest": latest, "claimant": claimant, "until": until, "most": limit}
    claimed = (await session.exec(CLAIM, params=given)).scalars().all()
    return sorted(claimed, key=lambda each: each.id)


async def count_undone(session: Session, chat_keys: Collection[str]) -> dict[str, int]:
    """Count, for chats by their hashes, the updates that are not done; none is left out."""
    connection = await session.connection()
    counted = await connection.execute(COUNTED, {"chats": list(chat_keys)})
    return {key: count for key, count in counted.all() if key}


async def record_applied(session: Session, update_id: int, *, replies_sealed: bytes) -> None:
    """Write, with the update's effect, the replies that are to be sent for it."""
    connection = await session.connection()
    await connection.execute(APPLIED, {"number": update_id, "replies": replies_sealed})


async def record_reply_sent(session: Session, update_id: int, *, count: int) -> None:
    """Note how many of an update's replies are out."""
    await change(session, update_id, replies_sent=count)


async def record_done(session: Session, numbers: Sequence[int]) -> None:
    """Close updates; neither what they said nor whose they were is kept, only their numbers are.

    Against a number, one that arrives twice is known.
    """
    if not numbers:
        return
    connection = await session.connection()
    await connection.execute(CLOSED, {"numbers": numbers})


async def record_given_up(session: Session, update_id: int) -> None:
    """Close an update that cannot be handled; it stays, sealed, for whoever looks into it.

    Of one whose effect is written, and whose replies alone did not go out, nothing is kept: it may
    be the one by which a family asked to be forgotten.
    """
    is_applied = col(StoredUpdate.status) == UpdateStatus.APPLIED
    statement = (
        update(StoredUpdate)
        .where(col(StoredUpdate.id) == update_id, is_applied)
        .values(chat_key=None, body_sealed=None, replies_sealed=None)
    )
    await session.exec(statement.execution_options(synchronize_session=False))
    await change(session, update_id, status=UpdateStatus.FAILED)


async def record_attempt(
    session: Session,
    stored: StoredUpdate,
    *,
    again_at: datetime,
    replies_sealed: bytes | None = None,
) -> None:
    """Count a failed attempt, and let the update be taken again later.

    Its replies are written only where they are new: others may be sealed anew by now.
    """
    new = {"replies_sealed": replies_sealed} if replies_sealed else {}
    again = {"attempts": stored.attempts + 1, "claimed_until": again_at}
    await change(session, stored.id, **again, **new)


async def record_waiting(
    session: Session,
    stored: StoredUpdate,
    *,
    again_at: datetime,
    replies_sealed: bytes | None = None,
) -> None:
    """Let an update be taken again later; what keeps it is not its own.

    Its replies are written only where they are new: others may be sealed anew by now.
    """
    new = {"replies_sealed": replies_sealed} if replies_sealed else {}
    await change(session, stored.id, claimed_until=again_at, **new)


async def release(session: Session, name: str, *, known: Sequence[int] = ()) -> None:
    """Give back the updates that one process holds, but for those that it knows of."""
    statement = (
        update(StoredUpdate)
        .where(col(StoredUpdate.claimed_by) == name, col(StoredUpdate.status).in_(UNDONE))
        .where(col(StoredUpdate.id).not_in(known))
        .values(claimed_by=None, claimed_until=None)
    )
    await session.exec(statement.execution_options(synchronize_session=False))


async def release_all(session: Session) -> None:
    """Give back every update, where none of the processes that held one is left."""
    statement = (
        update(StoredUpdate)
        .where(col(StoredUpdate.claimed_by).is_not(None), col(StoredUpdate.status).in_(UNDONE))
        .values(claimed_by=None, claimed_until=None)
    )
    await session.exec(statement.execution_options(synchronize_session=False))


async def find_status(session: Session, update_id: int) -> UpdateStatus | None:
    """Look up where an update stands."""
    statement = select(StoredUpdate.status).where(col(StoredUpdate.id) == update_id)
    found = (await session.exec(statement)).first()
    return UpdateStatus(found) if found else None


async def find_waiting(session: Session) -> Waiting:
    """Say how many updates are not done, and since when the oldest waits."""
    statement = select(func.count(), func.min(StoredUpdate.received_at)).where(
        col(StoredUpdate.status).in_(UNDONE)
    )
    return Waiting(*(await session.exec(statement)).one())


async def count_given_up(session: Session) -> int:
    """Count the updates that could not be handled."""
    statement = select(func.count()).where(col(StoredUpdate.status) == UpdateStatus.FAILED)
    return (await session.exec(statement)).one()


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
