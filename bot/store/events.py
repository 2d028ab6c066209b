"""Engagement events: all are kept, and the last answer counts."""

from datetime import datetime

from sqlmodel import col, select

from bot.store.database import Session
from bot.store.tables import EngagementEvent, EventKind

ANSWERS = (
    EventKind.DID_IT,
    EventKind.NOT_YET,
    EventKind.TOO_HARD,
    EventKind.NOT_FOR_US,
    EventKind.SEEN,
)


async def record_event(
    session: Session,
    kind: EventKind,
    *,
    guardian_id: int | None,
    now: datetime,
    child_id: int | None = None,
    delivery_id: int | None = None,
) -> None:
    """Write down something that a guardian did."""
    session.add(
        EngagementEvent(
            guardian_id=guardian_id,
            child_id=child_id,
            delivery_id=delivery_id,
            kind=kind,
            happened_at=now,
        )
    )
    await session.flush()


async def find_last_answer(session: Session, delivery_id: int) -> EventKind | None:
    """Look up the answer that counts for a delivery."""
    return await find_last(session, delivery_id, ANSWERS)


async def find_last_wish(session: Session, delivery_id: int) -> EventKind | None:
    """Look up the wish that counts for a delivery."""
    return await find_last(session, delivery_id, (EventKind.EASIER, EventKind.HARDER))


async def has_planned(session: Session, delivery_id: int) -> bool:
    """Say whether a guardian said when to try what a delivery told."""
    return await find_last(session, delivery_id, (EventKind.WILL_TRY,)) is not None


async def find_last(
    session: Session, delivery_id: int, kinds: tuple[EventKind, ...]
) -> EventKind | None:
    """Look up the latest of some kinds of events about a delivery."""
    statement = (
        select(EngagementEvent.kind)
        .where(
            col(EngagementEvent.delivery_id) == delivery_id, col(EngagementEvent.kind).in_(kinds)
        )
        .order_by(col(EngagementEvent.id).desc())
        .limit(1)
    )
    found = (await session.exec(statement)).first()
    return EventKind(found) if found else None
