"""What families said that a child can do: the last word on each question counts."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select as select_columns
from sqlmodel import col

from bot.core.actions import Able
from bot.core.cadence import Touch
from bot.store.database import Session
from bot.store.events import ABLES
from bot.store.reading import among_numbers, read
from bot.store.tables import Delivery, EngagementEvent

SAID = (
    select_columns(col(EngagementEvent.child_id), col(Delivery.touch), col(EngagementEvent.kind))
    .join(Delivery, col(Delivery.id) == col(EngagementEvent.delivery_id))
    .where(among_numbers(col(EngagementEvent.child_id)), col(EngagementEvent.kind).in_(ABLES))
    .order_by(col(EngagementEvent.id))
)


async def list_said(session: Session, numbers: Sequence[int]) -> dict[int, dict[Touch, Able]]:
    """Give the last word on each question of some children, whoever of the family said it."""
    said: dict[int, dict[Touch, Able]] = defaultdict(dict)
    if not numbers:
        return said
    for child_id, touch, kind in await read(session, SAID, numbers=numbers):
        said[child_id][touch] = Able(kind)
    return said
