"""What families said that a child can do: the last word on each question counts."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select as select_columns
from sqlmodel import col

from bot.core.actions import Able
from bot.core.levels import Said
from bot.store.database import Session
from bot.store.events import ABLES
from bot.store.reading import among_numbers, read
from bot.store.tables import Delivery, EngagementEvent

SAID = (
    select_columns(
        col(EngagementEvent.child_id),
        col(Delivery.week),
        col(Delivery.touch),
        col(EngagementEvent.kind),
    )
    .join(Delivery, col(Delivery.id) == col(EngagementEvent.delivery_id))
    .where(among_numbers(col(EngagementEvent.child_id)), col(EngagementEvent.kind).in_(ABLES))
    .order_by(col(EngagementEvent.id))
)


async def list_said(session: Session, numbers: Sequence[int]) -> dict[int, list[Said]]:
    """List what was said of some children, whoever of the family said it, the last word last."""
    said: dict[int, list[Said]] = defaultdict(list)
    if not numbers:
        return said
    for child_id, week, touch, kind in await read(session, SAID, numbers=numbers):
        said[child_id].append(Said(week or 0, touch, Able(kind)))
    return said
