"""A child's weeks: what it has had, which time that is, and what it did most often."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, desc, exists, insert, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col, func, select, update

from bot.core.choosing import Pass, Variant
from bot.store.database import Session
from bot.store.reading import among_numbers, read
from bot.store.states import DeliveryStatus, EventKind
from bot.store.tables import ChildWeek, Delivery, EngagementEvent, Pair


class Week(NamedTuple):
    """A child's week as it stands, read for many at once."""

    child_id: int
    week: int
    monday: date
    activity_id: str
    swapped_id: str | None
    chosen_at: datetime
    sent_at: datetime | None


def had_enough(
    child_id: Mapped[int] | ColumnElement[int], *earlier: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Say in SQL that one of a child's earlier deliveries had the hardest form, or did not suit.

    They are found by its guardians, since deliveries have no index by child.
    """
    were_sent = (
        col(Pair.child_id) == child_id,
        col(Delivery.guardian_id) == col(Pair.guardian_id),
        col(Delivery.child_id) == child_id,
        *earlier,
        col(Delivery.status) == DeliveryStatus.SENT,
    )
    return or_(
        exists().where(*were_sent, col(Delivery.variant) == Variant.HARDER),
        exists().where(
            *were_sent,
            col(EngagementEvent.delivery_id) == col(Delivery.id),
            col(EngagementEvent.kind).in_((EventKind.TOO_HARD, EventKind.NOT_FOR_US)),
        ),
    )


async def list_weeks(session: Session, child_id: int) -> Sequence[ChildWeek]:
    """List what a child has had, oldest first."""
    statement = (
        select(ChildWeek).where(col(ChildWeek.child_id) == child_id).order_by(col(ChildWeek.week))
    )
    return (await session.exec(statement)).all()


WEEKS = select_columns(
    col(ChildWeek.child_id),
    col(ChildWeek.week),
    col(ChildWeek.monday),
    col(ChildWeek.activity_id),
    col(ChildWeek.swapped_id),
    col(ChildWeek.chosen_at),
    col(ChildWeek.sent_at),
).where(among_numbers(col(ChildWeek.child_id)))
IN_ORDER = WEEKS.order_by(col(ChildWeek.week))
NUMBERED = (
    select_columns(col(ChildWeek.child_id), func.max(ChildWeek.week).label("week"))
    .where(among_numbers(col(ChildWeek.child_id)))
    .group_by(col(ChildWeek.child_id))
    .subquery()
)
LATEST = WEEKS.join(
    NUMBERED,
    (col(ChildWeek.child_id) == NUMBERED.c.child_id) & (col(ChildWeek.week) == NUMBERED.c.week),
)


async def list_weeks_of(session: Session, numbers: Sequence[int]) -> dict[int, list[Week]]:
    """List what each of some children has had, oldest first."""
    weeks: dict[int, list[Week]] = defaultdict(list)
    for row in await read(session, IN_ORDER, numbers=numbers):
        week = Week(*row)
        weeks[week.child_id].append(week)
    return weeks


async def list_latest_weeks(session: Session, numbers: Sequence[int]) -> dict[int, Week]:
    """Give the latest week that each of some children has begun."""
    found = [Week(*row) for row in await read(session, LATEST, numbers=numbers)]
    return {week.child_id: week for week in found}


async def list_passes(session: Session, numbers: Sequence[int]) -> dict[int, Pass]:
    """Say of some children's latest weeks which time it is that they have the activity.

    Who has it for the first time is left out.
    """
    found = await read(session, AGAIN, numbers=numbers)
    return {child: Pass.AGAIN if had_enough else Pass.HARDER for child, had_enough in found}


EARLIER = aliased(ChildWeek)
AGAIN = (
    select_columns(
        col(ChildWeek.child_id),
        had_enough(
            col(ChildWeek.child_id),
            col(Delivery.activity_id) == col(ChildWeek.activity_id),
            col(Delivery.week) < col(ChildWeek.week),
        ),
    )
    .join(
        NUMBERED,
        (col(ChildWeek.child_id) == NUMBERED.c.child_id) & (col(ChildWeek.week) == NUMBERED.c.week),
    )
    .where(
        among_numbers(col(ChildWeek.child_id)),
        exists().where(
            col(EARLIER.child_id) == col(ChildWeek.child_id),
            col(EARLIER.activity_id) == col(ChildWeek.activity_id),
            col(EARLIER.week) < col(ChildWeek.week),
            col(EARLIER.sent_at).is_not(None),
        ),
    )
)


async def list_favourites(session: Session, numbers: Sequence[int]) -> dict[int, str]:
    """Give what each of some children did most often, by what its guardians told; ties: the latest.

    A child of whom nothing was told is left out.
    """
    favourites: dict[int, str] = {}
    for child_id, activity_id, _, _ in await read(session, FAVOURITES, numbers=numbers):
        favourites.setdefault(child_id, activity_id)
    return favourites


FAVOURITES = (
    select_columns(
        col(Delivery.child_id),
        col(Delivery.activity_id),
        func.count(col(Delivery.id).distinct()).label("times"),
        func.max(Delivery.week).label("latest"),
    )
    .join(EngagementEvent, col(EngagementEvent.delivery_id) == col(Delivery.id))
    .where(
        among_numbers(col(EngagementEvent.child_id)),
        col(Delivery.activity_id).is_not(None),
        col(EngagementEvent.kind) == EventKind.DID_IT,
    )
    .group_by(col(Delivery.child_id), col(Delivery.activity_id))
    .order_by(desc("times"), desc("latest"))
)


async def list_last_weeks(
    session: Session, numbers: Sequence[int], *, week: int
) -> dict[int, Week]:
    """Give, of some children, the programme's last week where they have reached it."""
    found = [Week(*row) for row in await read(session, FROM_WEEK, numbers=numbers, week=week)]
    return {each.child_id: each for each in found}


FROM_WEEK = WEEKS.where(col(ChildWeek.week) >= bindparam("week"))


async def record_week(session: Session, week: ChildWeek) -> None:
    """Write down what a child has in a week; every guardian of the child gets the same."""
    session.add(week)
    await session.flush()


async def begin_weeks(session: Session, weeks: Sequence[Week]) -> None:
    """Write down the weeks that children begin; every guardian of a child gets the same."""
    if not weeks:
        return
    connection = await session.connection()
    await connection.execute(insert(ChildWeek), [each._asdict() for each in weeks])


async def take_up_weeks(session: Session, weeks: Sequence[Week]) -> None:
    """Write down the calendar week and the activity of weeks of which nothing was sent yet."""
    if not weeks:
        return
    connection = await session.connection()
    taken_up = [
        {
            "child": each.child_id,
            "number": each.week,
            "new_monday": each.monday,
            "new_activity": each.activity_id,
        }
        for each in weeks
    ]
    await connection.execute(TAKE_UP, taken_up)


TAKE_UP = (
    update(ChildWeek)
    .where(
        col(ChildWeek.child_id) == bindparam("child"),
        col(ChildWeek.week) == bindparam("number"),
    )
    .values(monday=bindparam("new_monday"), activity_id=bindparam("new_activity"))
)


async def record_weeks_sent(
    session: Session, weeks: Sequence[tuple[int, int]], *, now: datetime
) -> None:
    """Note that something of (child, week) was sent, the first time."""
    if not weeks:
        return
    connection = await session.connection()
    await connection.execute(
        RECORD_SENT, [{"child": child, "number": week, "now": now} for child, week in weeks]
    )


RECORD_SENT = (
    update(ChildWeek)
    .where(
        col(ChildWeek.child_id) == bindparam("child"),
        col(ChildWeek.week) == bindparam("number"),
        col(ChildWeek.sent_at).is_(None),
    )
    .values(sent_at=bindparam("now"))
)
