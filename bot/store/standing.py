"""Where a sent delivery stands: what was tapped on it, what came of that, where its child is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, ScalarSelect, String, bindparam, exists, or_
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.core.choosing import Pass
from bot.store.child_weeks import had_enough
from bot.store.columns import Moment, id_of
from bot.store.database import Session
from bot.store.events import ABLES, ANSWERS, WISHES
from bot.store.reading import read
from bot.store.states import DeliveryKind, EventKind
from bot.store.tables import Centre, CentreTheme, Child, ChildWeek, Delivery, EngagementEvent, Pair


@dataclass(frozen=True)
class Standing:
    """What a guardian tapped about a delivery, the last tap of each kind, and what follows it."""

    answer: EventKind | None = None
    wish: EventKind | None = None
    able: EventKind | None = None
    will_try: bool = False
    has_open_check: bool = False
    has_followed: bool = False


@dataclass(frozen=True)
class Surroundings:
    """What a child's centre adds to an activity: its language, and what it works on that week.

    `is_level_known` is about the child; `has_siblings` says that the guardian was ever tied to more
    than this one child.
    """

    school_language: str
    theme: str
    is_level_known: bool
    has_siblings: bool
    time: Pass


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
    last_of(ABLES),
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
    select_columns(
        col(Centre.language),
        col(CentreTheme.words),
        col(Child.level_source),
        exists().where(
            col(Pair.guardian_id) == bindparam("guardian_id"),
            col(Pair.child_id) != bindparam("child_id"),
        ),
        exists().where(
            col(ChildWeek.child_id) == bindparam("child_id"),
            col(ChildWeek.activity_id) == bindparam("activity_id", type_=String),
            col(ChildWeek.week) < bindparam("week"),
            col(ChildWeek.sent_at).is_not(None),
        ),
        had_enough(
            bindparam("child_id", type_=BigInteger),
            col(Delivery.activity_id) == bindparam("activity_id", type_=String),
            col(Delivery.week) < bindparam("week"),
        ),
    )
    .join(Child, col(Child.centre_id) == col(Centre.id))
    .join(CentreTheme, THEME_THEN, isouter=True)
    .where(col(Child.id) == bindparam("child_id"))
)


async def get_standing(session: Session, delivery: Delivery) -> Standing:
    """Tell where a delivery stands with its guardian."""
    given = {"guardian_id": delivery.guardian_id, "delivery_id": id_of(delivery)}
    ((answer, wish, able, will_try, has_open_check, has_followed),) = await read(
        session, STANDING, **given
    )
    return Standing(answer, wish, able, will_try, has_open_check, has_followed)


async def find_surroundings(
    session: Session, delivery: Delivery, *, monday: date | None
) -> Surroundings | None:
    """Look up what a child's centre adds to the week of a Monday, and whether it is a repeat."""
    given = {
        "child_id": delivery.child_id or 0,
        "guardian_id": delivery.guardian_id,
        "monday": monday,
        "activity_id": delivery.activity_id,
        "week": delivery.week or 0,
    }
    found = await read(session, SURROUNDINGS, **given)
    if not found:
        return None
    ((language, words, level_source, has_siblings, had_before, had_enough),) = found
    time = Pass.FIRST
    if had_before:
        time = Pass.AGAIN if had_enough else Pass.HARDER
    return Surroundings(language, words or "", level_source is not None, has_siblings, time)


async def list_family(
    session: Session, guardian_id: int, *, at: datetime
) -> list[tuple[int, date | None]]:
    """List the children whose programme went on at a moment, in the order of joining.

    Each as (child, month of birth).
    """
    found = await read(session, FAMILY, guardian_id=guardian_id, at=at)
    return [(child_id, birth_month) for child_id, birth_month in found]


FAMILY = (
    select_columns(col(Child.id), col(Child.birth_month))
    .join(Pair, col(Pair.child_id) == col(Child.id))
    .where(
        col(Pair.guardian_id) == bindparam("guardian_id"),
        col(Pair.joined_at) <= bindparam("at", type_=Moment),
        or_(col(Pair.finished_at).is_(None), col(Pair.finished_at) > bindparam("at", type_=Moment)),
    )
    .order_by(col(Pair.id))
)
