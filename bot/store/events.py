"""Engagement events: all are kept, and the last answer counts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, insert
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.store.columns import Moment
from bot.store.database import Session
from bot.store.reading import among_numbers, read
from bot.store.states import EventKind
from bot.store.tables import Delivery, EngagementEvent

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
    material: str | None = None,
) -> None:
    """Write down something that a guardian did."""
    connection = await session.connection()  # past the ORM, which would ask for the row's number
    await connection.execute(
        RECORD,
        {
            "guardian_id": guardian_id,
            "child_id": child_id,
            "delivery_id": delivery_id,
            "material": material,
            "kind": kind,
            "happened_at": now,
        },
    )


async def list_done(session: Session, guardian_id: int) -> Sequence[tuple[int, str]]:
    """List what a guardian said was done, as (child, activity), in the order of sending.

    The last answer to each delivery counts.
    """
    statement = (
        select(Delivery.id, Delivery.child_id, Delivery.activity_id, EngagementEvent.kind)
        .join(EngagementEvent, col(EngagementEvent.delivery_id) == col(Delivery.id))
        .where(
            col(EngagementEvent.guardian_id) == guardian_id,
            col(EngagementEvent.kind).in_(ANSWERS),
        )
        .order_by(col(EngagementEvent.id))
    )
    last: dict[int, tuple[int, str, str]] = {}
    for number, child_id, activity_id, kind in (await session.exec(statement)).all():
        last[number or 0] = (child_id or 0, activity_id or "", kind)
    done = [each for _number, each in sorted(last.items())]
    return [(child, activity) for child, activity, kind in done if kind == EventKind.DID_IT]


class Done(NamedTuple):
    """An activity that a child's family said was done, in which week of its programme."""

    week: int | None
    activity_id: str


async def list_done_together(
    session: Session, numbers: Sequence[int], *, since: datetime
) -> dict[int, list[Done]]:
    """Give what was done with each of some children, in the order of sending.

    It is what any of its guardians said since a moment; of each one the last answer to each
    delivery counts.
    """
    last: dict[int, tuple[int, Done, EventKind]] = {}
    for number, child_id, week, activity_id, kind in await read(
        session, ANSWERED, numbers=numbers, since=since
    ):
        last[number] = (child_id, Done(week, activity_id or ""), kind)
    done: dict[int, list[Done]] = defaultdict(list)
    for _number, (child_id, each, kind) in sorted(last.items()):
        if kind is EventKind.DID_IT:
            done[child_id].append(each)
    return done


ANSWERED = (
    select_columns(
        col(Delivery.id),
        col(EngagementEvent.child_id),
        col(Delivery.week),
        col(Delivery.activity_id),
        col(EngagementEvent.kind),
    )
    .join(Delivery, col(Delivery.id) == col(EngagementEvent.delivery_id))
    .where(
        among_numbers(col(EngagementEvent.child_id)),
        col(EngagementEvent.kind).in_(ANSWERS),
        col(EngagementEvent.happened_at) >= bindparam("since", type_=Moment),
    )
    .order_by(col(EngagementEvent.id))
)


async def has_event(session: Session, guardian_id: int, kind: EventKind) -> bool:
    """Say whether a guardian has done something of a kind, or was asked."""
    return bool(await read(session, ONE_OF_KIND, guardian=guardian_id, kind=kind))


ONE_OF_KIND = (
    select_columns(col(EngagementEvent.id))
    .where(
        col(EngagementEvent.guardian_id) == bindparam("guardian"),
        col(EngagementEvent.kind) == bindparam("kind"),
    )
    .limit(1)
)


async def has_certificate(
    session: Session, guardian_id: int, child_id: int, *, since: datetime
) -> bool:
    """Say whether a guardian asked for a child's certificate since a moment."""
    statement = select(EngagementEvent.id).where(
        col(EngagementEvent.guardian_id) == guardian_id,
        col(EngagementEvent.child_id) == child_id,
        col(EngagementEvent.kind) == EventKind.CERTIFICATE,
        col(EngagementEvent.happened_at) >= since,
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def has_listened(session: Session, delivery_id: int, *, since: datetime) -> bool:
    """Say whether the recording of a delivery was asked for since a moment."""
    statement = select(EngagementEvent.id).where(
        col(EngagementEvent.delivery_id) == delivery_id,
        col(EngagementEvent.kind) == EventKind.LISTENED,
        col(EngagementEvent.happened_at) >= since,
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def has_used(
    session: Session, guardian_id: int, kind: EventKind, *, material: str, since: datetime
) -> bool:
    """Say whether a guardian has done something of a kind with a material since a moment."""
    statement = select(EngagementEvent.id).where(
        col(EngagementEvent.guardian_id) == guardian_id,
        col(EngagementEvent.kind) == kind,
        col(EngagementEvent.material) == material,
        col(EngagementEvent.happened_at) >= since,
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def find_last_use(
    session: Session, guardian_id: int, kinds: Sequence[EventKind], *, material: str
) -> EventKind | None:
    """Look up which of some kinds of event a guardian's last one with a material is."""
    statement = (
        select(EngagementEvent.kind)
        .where(
            col(EngagementEvent.guardian_id) == guardian_id,
            col(EngagementEvent.kind).in_(kinds),
            col(EngagementEvent.material) == material,
        )
        .order_by(col(EngagementEvent.id).desc())
        .limit(1)
    )
    found = (await session.exec(statement)).first()
    return EventKind(found) if found else None


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
