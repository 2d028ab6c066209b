"""What each child's family received and did, added up in the database over all its guardians."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, case
from sqlalchemy import select as select_columns
from sqlmodel import col, func

from bot.core.actions import Purpose
from bot.store.database import Session
from bot.store.events import ANSWERS
from bot.store.funnel import TAPS
from bot.store.reading import read
from bot.store.states import (
    ConsentAnswer,
    DeliveryKind,
    DeliveryStatus,
    EventKind,
    GuardianState,
)
from bot.store.tables import Consent, Delivery, EngagementEvent, Guardian, Pair

ENDED = (GuardianState.STOPPED, GuardianState.UNREACHABLE)


class Received(NamedTuple):
    """What was sent about a child: messages of the programme, and weeks of which any came."""

    child_id: int
    delivered: int
    weeks: int


class DoneWeek(NamedTuple):
    """An activity of a child's week that a guardian did: the last answer to a touch says so."""

    child_id: int
    week: int
    activity_id: str


class Family(NamedTuple):
    """A child's guardians: how many, how many of them ended, and when the first one joined.

    A chat whose place another phone has taken is the same guardian, and not counted again.
    """

    child_id: int
    guardians: int
    ended: int
    joined_at: datetime


RECEIVED = (
    select_columns(
        col(Delivery.child_id),
        func.count(),
        func.count(col(Delivery.week).distinct()),
    )
    .where(
        col(Delivery.kind) == DeliveryKind.PROGRAMME,
        col(Delivery.status) == DeliveryStatus.SENT,
        col(Delivery.child_id).is_not(None),
    )
    .group_by(col(Delivery.child_id))
)
FAMILIES = (
    select_columns(
        col(Pair.child_id),
        func.sum(case((col(Guardian.state) == GuardianState.MOVED, 0), else_=1)),
        func.sum(case((col(Guardian.state).in_(ENDED), 1), else_=0)),
        func.min(col(Pair.joined_at)),
    )
    .join(Guardian, col(Guardian.id) == col(Pair.guardian_id))
    .group_by(col(Pair.child_id))
)


async def list_received(session: Session) -> list[Received]:
    """Add up what was sent about each child of whom anything was."""
    return [Received(*row) for row in await read(session, RECEIVED)]


async def list_families(session: Session) -> list[Family]:
    """Count the guardians of each child that has any."""
    return [Family(*row) for row in await read(session, FAMILIES)]


async def list_done_weeks(session: Session, *, for_research: bool) -> list[DoneWeek]:
    """List what each child's guardians did, each activity of a week once.

    For research only those guardians count who let researchers use what they tapped.
    """
    place = func.row_number().over(
        partition_by=col(EngagementEvent.delivery_id), order_by=col(EngagementEvent.id).desc()
    )
    last = (
        select_columns(
            col(EngagementEvent.delivery_id), col(EngagementEvent.kind), place.label("place")
        )
        .where(
            col(EngagementEvent.kind).in_(ANSWERS),
            col(EngagementEvent.delivery_id).is_not(None),
        )
        .subquery()
    )
    statement = (
        select_columns(col(Delivery.child_id), col(Delivery.week), col(Delivery.activity_id))
        .join(last, last.c.delivery_id == col(Delivery.id))
        .where(
            last.c.place == 1,
            last.c.kind == EventKind.DID_IT,
            col(Delivery.child_id).is_not(None),
            col(Delivery.week).is_not(None),
            col(Delivery.activity_id).is_not(None),
            *may_count(Delivery.guardian_id, for_research=for_research),
        )
        .distinct()
    )
    return [DoneWeek(*row) for row in await read(session, statement)]


async def count_tapped(session: Session, *, for_research: bool) -> dict[int, int]:
    """Count each child's messages of the programme with which anything was done."""
    statement = (
        select_columns(
            col(Delivery.child_id), func.count(col(EngagementEvent.delivery_id).distinct())
        )
        .join(Delivery, col(Delivery.id) == col(EngagementEvent.delivery_id))
        .where(
            col(EngagementEvent.kind).in_(TAPS),
            col(Delivery.kind) == DeliveryKind.PROGRAMME,
            col(Delivery.child_id).is_not(None),
            *may_count(EngagementEvent.guardian_id, for_research=for_research),
        )
        .group_by(col(Delivery.child_id))
    )
    return dict(await read(session, statement))


async def count_heard(session: Session, *, for_research: bool) -> dict[int, int]:
    """Count how often something was heard: a child's activity, or a page of its family's stories.

    A story is told to all of a family's children, so it counts for each.
    """
    allowed = may_count(EngagementEvent.guardian_id, for_research=for_research)
    activities = (
        select_columns(col(EngagementEvent.child_id), func.count())
        .where(
            col(EngagementEvent.kind) == EventKind.LISTENED,
            col(EngagementEvent.child_id).is_not(None),
            *allowed,
        )
        .group_by(col(EngagementEvent.child_id))
    )
    stories = (
        select_columns(col(Pair.child_id), func.count())
        .join(EngagementEvent, col(EngagementEvent.guardian_id) == col(Pair.guardian_id))
        .where(col(EngagementEvent.kind) == EventKind.STORY_HEARD, *allowed)
        .group_by(col(Pair.child_id))
    )
    heard = dict(await read(session, activities))
    for child_id, times in await read(session, stories):
        heard[child_id] = heard.get(child_id, 0) + times
    return heard


def may_count(guardian_id: object, *, for_research: bool) -> list[ColumnElement[bool]]:
    """Give the condition under which what a guardian did counts; none but for research."""
    return [col(guardian_id).in_(researched())] if for_research else []


def researched() -> Select[int]:
    """Select the guardians whose last word on research is yes."""
    last = (
        select_columns(func.max(col(Consent.id)))
        .where(col(Consent.purpose) == Purpose.RESEARCH)
        .group_by(col(Consent.guardian_id))
    )
    return select_columns(col(Consent.guardian_id)).where(
        col(Consent.id).in_(last), col(Consent.answer) == ConsentAnswer.GIVEN
    )
