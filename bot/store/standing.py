"""Where a sent delivery stands: what was tapped on it, what came of that, where its child is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam
from sqlmodel import col, select

from bot.store.database import Session
from bot.store.events import ANSWERS, WISHES
from bot.store.reading import read
from bot.store.tables import (
    Centre,
    CentreTheme,
    Child,
    Delivery,
    DeliveryKind,
    EngagementEvent,
    EventKind,
    id_of,
)


@dataclass(frozen=True)
class Standing:
    """What a guardian tapped about a delivery, the last tap of each kind, and what follows it."""

    answer: EventKind | None = None
    wish: EventKind | None = None
    will_try: bool = False
    has_open_check: bool = False
    has_followed: bool = False


@dataclass(frozen=True)
class Surroundings:
    """What a child's centre adds to an activity: its language, and what it works on that week."""

    school_language: str
    theme: str


KINDS = (
    select(EngagementEvent.kind)
    .where(col(EngagementEvent.delivery_id) == bindparam("delivery_id"))
    .order_by(col(EngagementEvent.id))
)
FOLLOWING = select(Delivery.kind, col(Delivery.ended_at).is_(None)).where(
    col(Delivery.guardian_id) == bindparam("guardian_id"),
    col(Delivery.about_id) == bindparam("delivery_id"),
)
THEME_THEN = (col(CentreTheme.centre_id) == col(Centre.id)) & (
    col(CentreTheme.monday) == bindparam("monday")
)
SURROUNDINGS = (
    select(Centre.language, CentreTheme.words)
    .join(Child, col(Child.centre_id) == col(Centre.id))
    .join(CentreTheme, THEME_THEN, isouter=True)
    .where(col(Child.id) == bindparam("child_id"))
)


async def get_standing(session: Session, delivery: Delivery) -> Standing:
    """Tell where a delivery stands with its guardian."""
    number = id_of(delivery)
    kinds = [kind for (kind,) in await read(session, KINDS, delivery_id=number)]
    guardian_id = delivery.guardian_id
    following = await read(session, FOLLOWING, guardian_id=guardian_id, delivery_id=number)
    return Standing(
        answer=last_of(kinds, ANSWERS),
        wish=last_of(kinds, WISHES),
        will_try=EventKind.WILL_TRY in kinds,
        has_open_check=any(kind is DeliveryKind.CHECK and is_open for kind, is_open in following),
        has_followed=any(kind is DeliveryKind.ANSWER for kind, _is_open in following),
    )


def last_of(kinds: Sequence[EventKind], wanted: Sequence[EventKind]) -> EventKind | None:
    """Give the last of the kinds that is wanted; the last one counts."""
    return next((kind for kind in reversed(kinds) if kind in wanted), None)


async def find_surroundings(
    session: Session, child_id: int, *, monday: date | None
) -> Surroundings | None:
    """Look up what a child's centre adds to the week of a Monday."""
    found = await read(session, SURROUNDINGS, child_id=child_id, monday=monday)
    return Surroundings(found[0][0], found[0][1] or "") if found else None
