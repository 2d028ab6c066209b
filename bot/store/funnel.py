"""What the funnel is counted from: each child's card and joining, and when its family tapped."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select
from sqlalchemy import select as select_columns
from sqlalchemy.orm import Mapped
from sqlmodel import col, func, select

from bot.store.database import Session
from bot.store.evaluation_tables import RosterEntry
from bot.store.events import ABLES, ANSWERS, WISHES
from bot.store.reading import read
from bot.store.states import Disadvantage, EventKind
from bot.store.tables import Card, Centre, Child, EngagementEvent, Pair

TAPS = (*ANSWERS, *WISHES, *ABLES, EventKind.WILL_TRY)  # what is done with a touch


class FunnelRow(NamedTuple):
    """A child of the roster: whose, in which language its card is, and how far its family came."""

    child_id: int
    centre: str
    language: str | None
    disadvantage: Disadvantage | None
    is_open: bool
    withdrawn_at: datetime | None
    issued_at: datetime | None
    printed_at: datetime | None
    opened_at: datetime | None
    joined_at: datetime | None


def counted_children() -> Select[Any]:
    """Select the children that count: those of a centre where nobody only tries things out."""
    return (
        select_columns(col(Child.id))
        .join(Centre, col(Centre.id) == col(Child.centre_id))
        .where(col(Centre.is_test).is_(False))
    )


def first_of_cards(column: Mapped[Any]) -> ColumnElement[datetime | None]:
    """Give the first of a moment over all cards of a child."""
    statement = select(func.min(column)).where(col(Card.child_id) == col(Child.id))
    return statement.correlate(Child).scalar_subquery()


LANGUAGE = (
    select(Card.language)
    .where(col(Card.child_id) == col(Child.id))
    .order_by(col(Card.id).desc())
    .limit(1)
    .correlate(Child)
    .scalar_subquery()
)
JOINED = (
    select(func.min(Pair.joined_at))
    .where(col(Pair.child_id) == col(Child.id))
    .correlate(Child)
    .scalar_subquery()
)
CHILDREN = (
    select_columns(
        col(Child.id),
        col(Centre.code),
        LANGUAGE,
        col(RosterEntry.disadvantage),
        col(Child.is_open),
        col(Child.withdrawn_at),
        first_of_cards(col(Card.issued_at)),
        first_of_cards(col(Card.printed_at)),
        first_of_cards(col(Card.opened_at)),
        JOINED,
    )
    .join(Centre, col(Centre.id) == col(Child.centre_id))
    .outerjoin(RosterEntry, col(RosterEntry.child_id) == col(Child.id))
    .where(col(Centre.is_test).is_(False))
    .order_by(col(Child.id))
)
TAPPED = (
    select_columns(col(EngagementEvent.child_id), col(EngagementEvent.happened_at))
    .where(
        col(EngagementEvent.child_id).is_not(None),
        col(EngagementEvent.delivery_id).is_not(None),
        col(EngagementEvent.kind).in_(TAPS),
        col(EngagementEvent.child_id).in_(counted_children()),
    )
    .distinct()
)


async def list_children(session: Session) -> list[FunnelRow]:
    """List every child on a roster that counts, once, however many guardians and cards it has."""
    return [FunnelRow(*row) for row in await read(session, CHILDREN)]


async def list_taps(session: Session) -> Sequence[tuple[int, datetime]]:
    """List when something was tapped on a touch of which child, by whichever guardian."""
    return [(child_id, at) for child_id, at in await read(session, TAPPED)]
