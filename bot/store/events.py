"""Engagement events: all are kept, and the last answer counts."""

from datetime import datetime

from sqlalchemy import insert

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
