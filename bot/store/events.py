"""Engagement events: all are kept, and the last answer counts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import col, select

from bot.store.database import Session
from bot.store.states import EventKind
from bot.store.tables import EngagementEvent

ANSWERS = (
    EventKind.DID_IT,
    EventKind.NOT_YET,
    EventKind.TOO_HARD,
    EventKind.NOT_FOR_US,
    EventKind.SEEN,
)
ABLES = (EventKind.CAN_NOT_YET, EventKind.CAN_A_LITTLE, EventKind.CAN)
WISHES = (EventKind.EASIER, EventKind.HARDER)
RECORD = insert(EngagementEvent).inline()


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
    connection = await session.connection()  # past the ORM, which would ask for the row's number
    await connection.execute(
        RECORD,
        {
            "guardian_id": guardian_id,
            "child_id": child_id,
            "delivery_id": delivery_id,
            "kind": kind,
            "happened_at": now,
        },
    )


async def find_last(
    session: Session, guardian_id: int, kinds: Sequence[EventKind]
) -> EventKind | None:
    """Look up which of some kinds of event a guardian's last one is."""
    statement = (
        select(EngagementEvent.kind)
        .where(
            col(EngagementEvent.guardian_id) == guardian_id, col(EngagementEvent.kind).in_(kinds)
        )
        .order_by(col(EngagementEvent.id).desc())
        .limit(1)
    )
    found = (await session.exec(statement)).first()
    return EventKind(found) if found else None
