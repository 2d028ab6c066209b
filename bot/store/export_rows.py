"""The rows that exports are made from, in the order of their numbers and a part at a time."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, case
from sqlalchemy import select as select_columns
from sqlmodel import col, func

from bot.store.arms import is_of_child
from bot.store.database import Session
from bot.store.evaluation_tables import Allotment, Arm, Outcome, RosterEntry
from bot.store.exports import list_testers
from bot.store.reading import read
from bot.store.states import DeliveryStatus, Disadvantage, OutcomeEnd
from bot.store.tables import Centre, Child, Delivery, EngagementEvent, Guardian

CHUNK = 10_000  # rows in a program's hands
DELIVERIES = select_columns(
    col(Delivery.id),
    col(Delivery.guardian_id),
    col(Delivery.child_id),
    col(Delivery.kind),
    col(Delivery.status),
    case(  # a failed one's is what the network wrote: free text
        (col(Delivery.status) == DeliveryStatus.FAILED, "refused by the network"),
        else_=col(Delivery.reason),
    ).label("reason"),
    col(Delivery.week),
    col(Delivery.touch),
    col(Delivery.slot_at),
    col(Delivery.planned_at),
    col(Delivery.due_at),
    col(Delivery.ended_at),
    col(Delivery.attempts),
    col(Delivery.lost_answers),
    col(Delivery.activity_id),
    col(Delivery.variant),
    col(Delivery.language),
    col(Delivery.content_version),
).order_by(col(Delivery.id))
EVENTS = select_columns(
    col(EngagementEvent.id),
    col(EngagementEvent.guardian_id),
    col(EngagementEvent.child_id),
    col(EngagementEvent.delivery_id),
    col(EngagementEvent.material),
    col(EngagementEvent.kind),
    col(EngagementEvent.happened_at),
).order_by(col(EngagementEvent.id))
OUTCOMES = (
    select_columns(
        col(Outcome.id),
        col(Outcome.child_id),
        col(Outcome.instrument),
        col(Outcome.wave),
        col(Outcome.score),
        col(Outcome.assessed_on),
        col(Outcome.ended),
    )
    .where(col(Outcome.ended) != OutcomeEnd.QUARANTINED, col(Outcome.child_id).is_not(None))
    .order_by(col(Outcome.id))
)


async def stream_rows(
    session: Session, statement: Select[Any], *, chunk: int = CHUNK
) -> AsyncIterator[Sequence[Any]]:
    """Give a statement's rows, so many at a time; no more are ever held."""
    connection = await session.connection()
    async with connection.stream(statement) as rows:
        async for part in rows.partitions(chunk):
            yield part


class Enrolled(NamedTuple):
    """A child of the roster that counts, with what is known of it beside its programme."""

    child_id: int
    centre_id: int
    centre: str
    zone: str
    birth_month: date | None
    enrolled_at: datetime
    withdrawn_at: datetime | None
    is_open: bool
    home_language: str | None
    baseline: float | None
    disadvantage: Disadvantage | None
    arm: str | None
    stratum: str | None


ENROLLED = (
    select_columns(
        col(Child.id),
        col(Child.centre_id),
        col(Centre.code),
        col(Centre.zone),
        col(Child.birth_month),
        col(Child.enrolled_at),
        col(Child.withdrawn_at),
        col(Child.is_open),
        col(RosterEntry.home_language),
        col(RosterEntry.baseline),
        col(RosterEntry.disadvantage),
        col(Arm.name),
        col(Allotment.stratum),
    )
    .join(Centre, col(Centre.id) == col(Child.centre_id))
    .outerjoin(RosterEntry, col(RosterEntry.child_id) == col(Child.id))
    .outerjoin(Allotment, is_of_child())
    .outerjoin(Arm, col(Arm.id) == col(Allotment.arm_id))
    .where(col(Centre.is_test).is_(False))
    .order_by(col(Child.id))
)


async def list_enrolled(session: Session) -> list[Enrolled]:
    """List every child that counts, once, joined or not."""
    return [Enrolled(*row) for row in await read(session, ENROLLED)]


async def list_guardian_zones(session: Session) -> dict[int, str]:
    """Give every guardian's time zone."""
    rows = await read(session, select_columns(col(Guardian.id), col(Guardian.zone)))
    return dict(rows)


async def list_centre_numbers(session: Session) -> dict[str, int]:
    """Give every centre's number by its code."""
    rows = await read(session, select_columns(col(Centre.code), col(Centre.id)))
    return dict(rows)


async def list_tester_numbers(session: Session) -> frozenset[int]:
    """List the guardians of a child at a centre for trying things out."""
    return frozenset(number for (number,) in await read(session, list_testers()))


async def list_content_versions(session: Session) -> list[str]:
    """List the catalogues that messages were made from."""
    statement = select_columns(col(Delivery.content_version)).distinct()
    return sorted(version for (version,) in await read(session, statement) if version)


async def count_rows(session: Session) -> int:
    """Say about how many rows there are to go through, from their numbers."""
    last = [
        select_columns(func.coalesce(func.max(col(table.id)), 0)).scalar_subquery()
        for table in (Delivery, EngagementEvent, Outcome)
    ]
    ((total,),) = await read(session, select_columns(sum(last[1:], last[0])))
    return int(total)
