"""What the console shows at a glance: how deliveries ended, who got nothing, and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, not_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from bot.store.columns import Moment
from bot.store.database import Session
from bot.store.deliveries import literal
from bot.store.reading import read
from bot.store.states import DeliveryKind, DeliveryStatus, GuardianState
from bot.store.tables import Centre, Child, Delivery, Guardian, Question

UNSENT = (DeliveryStatus.FAILED, DeliveryStatus.SKIPPED)


class Ended(NamedTuple):
    """How many deliveries ended in a way, and why where they were not sent."""

    status: DeliveryStatus
    reason: str | None
    many: int


class Waiting(NamedTuple):
    """What waits: how much, and since when the oldest."""

    many: int
    oldest_at: datetime | None


class Silence(NamedTuple):
    """Families of a centre, in a language, that got nothing of the programme, and why."""

    centre: str
    language: str
    reason: str
    many: int


ENDED = (
    select_columns(col(Delivery.status), col(Delivery.reason), func.count())
    .where(
        col(Delivery.ended_at) >= bindparam("since", type_=Moment),
        col(Delivery.ended_at) < bindparam("until", type_=Moment),
    )
    .group_by(col(Delivery.status), col(Delivery.reason))
)


async def count_ended(session: Session, *, since: datetime, until: datetime) -> list[Ended]:
    """Count deliveries by how they ended, between two moments."""
    return [Ended(*row) for row in await read(session, ENDED, since=since, until=until)]


async def find_due(session: Session, *, now: datetime) -> Waiting:
    """Say how many deliveries are due and not yet claimed, and since when the oldest."""
    found = [
        Waiting(*(await session.exec(select_due(asked=asked, now=now))).one())
        for asked in (True, False)  # each kind has an index of its own
    ]
    oldest = [each.oldest_at for each in found if each.oldest_at]
    return Waiting(sum(each.many for each in found), min(oldest, default=None))


def select_due(*, asked: bool, now: datetime) -> Any:
    """Select how many of a kind are due, and since when the oldest, by the index of that kind."""
    is_asked = col(Delivery.asked) if asked else not_(col(Delivery.asked))
    return select(func.count(), func.min(Delivery.due_at)).where(
        col(Delivery.status) == literal(DeliveryStatus.PLANNED),
        is_asked,
        col(Delivery.due_at) <= now,
    )


async def count_guardians(session: Session) -> dict[GuardianState, int]:
    """Count guardians by state; those whose place another phone took are left out."""
    statement = (
        select(Guardian.state, func.count())
        .where(col(Guardian.state) != GuardianState.MOVED)
        .group_by(col(Guardian.state))
    )
    return {GuardianState(state): many for state, many in (await session.exec(statement)).all()}


async def count_questions(session: Session) -> tuple[Waiting, int]:
    """Say how many questions are open, since when the oldest, and how many are urgent."""
    is_open = col(Question.closed_at).is_(None)
    all_open = select(func.count(), func.min(Question.asked_at)).where(is_open)
    urgent = select(func.count()).where(is_open, col(Question.is_urgent))
    waiting = Waiting(*(await session.exec(all_open)).one())
    return waiting, (await session.exec(urgent)).one()


LATER = aliased(Delivery)
HAS_SENT = exists().where(
    col(LATER.guardian_id) == col(Delivery.guardian_id),
    col(LATER.status) == DeliveryStatus.SENT,
    col(LATER.kind) == DeliveryKind.PROGRAMME,
    col(LATER.ended_at) >= bindparam("since", type_=Moment),
)
LAST_UNSENT = (  # of each pair that got nothing: the last that was to be sent
    select_columns(func.max(Delivery.id).label("id"))
    .where(
        col(Delivery.kind) == DeliveryKind.PROGRAMME,
        col(Delivery.status).in_(UNSENT),
        col(Delivery.ended_at) >= bindparam("since", type_=Moment),
        ~HAS_SENT,
    )
    .group_by(col(Delivery.guardian_id))
    .subquery()
)
SILENT = (
    select_columns(col(Centre.code), col(Guardian.language), col(Delivery.reason), func.count())
    .join(LAST_UNSENT, LAST_UNSENT.c.id == col(Delivery.id))
    .join(Guardian, col(Guardian.id) == col(Delivery.guardian_id))
    .join(Child, col(Child.id) == col(Delivery.child_id))
    .join(Centre, col(Centre.id) == col(Child.centre_id))
    .group_by(col(Centre.code), col(Guardian.language), col(Delivery.reason))
)


async def list_silences(session: Session, *, since: datetime) -> list[Silence]:
    """Count families that got nothing of the programme since a moment, though something was due.

    The reason is that of the last message that was to be sent.
    """
    found = [
        Silence(centre, language, reason or "", many)
        for centre, language, reason, many in await read(session, SILENT, since=since)
    ]
    return sorted(found, key=lambda each: (each.centre, each.language, -each.many, each.reason))


MISSED = (
    select(Delivery)
    .join(LAST_UNSENT, LAST_UNSENT.c.id == col(Delivery.id))
    .join(Guardian, col(Guardian.id) == col(Delivery.guardian_id))
    .join(Child, col(Child.id) == col(Delivery.child_id))
    .join(Centre, col(Centre.id) == col(Child.centre_id))
    .where(
        col(Centre.code) == bindparam("centre"),
        col(Guardian.language) == bindparam("language"),
        func.coalesce(Delivery.reason, "") == bindparam("reason"),
        col(Guardian.state) == GuardianState.ACTIVE,
    )
    .order_by(col(Delivery.id))
)


async def list_missed(
    session: Session, *, centre: str, language: str, reason: str, since: datetime
) -> Sequence[Delivery]:
    """List, of active guardians who got nothing for a reason, the last that was to be sent."""
    given = {"centre": centre, "language": language, "reason": reason, "since": since}
    return (await session.exec(MISSED, params=given)).all()


AGAIN = aliased(Delivery)


async def list_resent(session: Session, numbers: Sequence[int]) -> set[int]:
    """Say which of some deliveries were planned again already."""
    statement = select(AGAIN.about_id).where(
        col(AGAIN.about_id).in_(numbers), col(AGAIN.kind) == DeliveryKind.ANSWER
    )
    return {number for number in (await session.exec(statement)).all() if number is not None}
