"""Where a sent delivery stands: what was tapped on it, what came of that, where its child is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ScalarSelect, bindparam, exists
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.events import ANSWERS, WISHES
from bot.store.reading import read
from bot.store.states import DeliveryKind, EventKind
from bot.store.tables import Centre, CentreTheme, Child, Delivery, EngagementEvent


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


IS_ABOUT_IT = col(EngagementEvent.delivery_id) == bindparam("delivery_id")
FOLLOWS_IT = (
    col(Delivery.guardian_id) == bindparam("guardian_id"),
    col(Delivery.about_id) == bindparam("delivery_id"),
)


def last_of(kinds: Sequence[EventKind]) -> ScalarSelect[EventKind]:
    """Give the last event of these kinds; the last one counts."""
    return (
        select(EngagementEvent.kind)
        .where(IS_ABOUT_IT, col(EngagementEvent.kind).in_(kinds))
        .order_by(col(EngagementEvent.id).desc())
        .limit(1)
        .scalar_subquery()
    )


STANDING = select_columns(
    last_of(ANSWERS),
    last_of(WISHES),
    exists().where(IS_ABOUT_IT, col(EngagementEvent.kind) == EventKind.WILL_TRY),
    exists().where(
        *FOLLOWS_IT,
        col(Delivery.kind) == DeliveryKind.CHECK,
        col(Delivery.ended_at).is_(None),
    ),
    exists().where(*FOLLOWS_IT, col(Delivery.kind) == DeliveryKind.ANSWER),
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
    given = {"guardian_id": delivery.guardian_id, "delivery_id": id_of(delivery)}
    ((answer, wish, will_try, has_open_check, has_followed),) = await read(
        session, STANDING, **given
    )
    return Standing(answer, wish, will_try, has_open_check, has_followed)


async def find_surroundings(
    session: Session, child_id: int, *, monday: date | None
) -> Surroundings | None:
    """Look up what a child's centre adds to the week of a Monday."""
    found = await read(session, SURROUNDINGS, child_id=child_id, monday=monday)
    return Surroundings(found[0][0], found[0][1] or "") if found else None
