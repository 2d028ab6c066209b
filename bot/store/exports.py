"""What exports and the report are made from: whole tables, without anything that names a chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy import select as select_columns
from sqlmodel import col, func, select

from bot.core.actions import Purpose
from bot.store.database import Session
from bot.store.evaluation_tables import Outcome
from bot.store.funnel import counted_children
from bot.store.reading import read
from bot.store.states import ConsentAnswer, OutcomeEnd
from bot.store.tables import (
    Card,
    Centre,
    Child,
    Consent,
    Delivery,
    EngagementEvent,
    ForgottenCount,
    Pair,
)


@dataclass(frozen=True)
class RosterRow:
    """A child on the roster, joined or not."""

    child_id: int
    centre: str
    centre_name: str
    study_code: str
    birth_month: date | None
    enrolled_at: datetime
    opened_at: datetime | None
    withdrawn_at: datetime | None = None


async def list_roster(session: Session) -> list[RosterRow]:
    """List every child, with its centre and when a card of its was first opened."""
    opened = (
        select(Card.child_id, func.min(Card.opened_at).label("opened_at"))
        .group_by(col(Card.child_id))
        .subquery()
    )
    statement = (
        select(Child, Centre, opened.c.opened_at)
        .join(Centre, col(Child.centre_id) == col(Centre.id))
        .outerjoin(opened, opened.c.child_id == col(Child.id))
        .where(col(Centre.is_test).is_(False))
        .order_by(col(Centre.code), col(Child.id))
    )
    return [
        RosterRow(
            child_id=child.id or 0,
            centre=centre.code,
            centre_name=centre.name,
            study_code=child.study_code,
            birth_month=child.birth_month,
            enrolled_at=child.enrolled_at,
            opened_at=opened_at,
            withdrawn_at=child.withdrawn_at,
        )
        for child, centre, opened_at in (await session.exec(statement)).all()
    ]


@dataclass(frozen=True)
class ForgottenRow:
    """What stays of the forgotten families of one centre."""

    centre: str
    guardians: int
    sent: int
    answered: int


async def list_forgotten(session: Session) -> list[ForgottenRow]:
    """Add up what stays of forgotten families, for each centre that has any."""
    statement = (
        select(
            Centre.code,
            func.sum(ForgottenCount.guardians),
            func.sum(ForgottenCount.sent),
            func.sum(ForgottenCount.answered),
        )
        .join(ForgottenCount, col(ForgottenCount.centre_id) == col(Centre.id))
        .where(col(Centre.is_test).is_(False))
        .group_by(col(Centre.code))
        .order_by(col(Centre.code))
    )
    rows = (await session.exec(statement)).all()
    return [ForgottenRow(code, int(many), int(sent), int(said)) for code, many, sent, said in rows]


async def list_pairs(session: Session) -> Sequence[Pair]:
    """List every guardian and child that count."""
    is_counted = col(Pair.child_id).in_(counted_children())
    return (await session.exec(select(Pair).where(is_counted).order_by(col(Pair.id)))).all()


async def list_last_consents(session: Session, purpose: Purpose) -> dict[int, ConsentAnswer]:
    """Give each guardian's last word on a purpose."""
    statement = (
        select(Consent.guardian_id, Consent.answer)
        .where(col(Consent.purpose) == purpose)
        .order_by(col(Consent.id))
    )
    rows = (await session.exec(statement)).all()
    return {guardian_id: ConsentAnswer(answer) for guardian_id, answer in rows}


async def list_deliveries(session: Session) -> Sequence[Delivery]:
    """List every delivery, in the order of planning."""
    statement = select(Delivery).where(is_counted(Delivery)).order_by(col(Delivery.id))
    return (await session.exec(statement)).all()


async def list_events(session: Session) -> Sequence[EngagementEvent]:
    """List every engagement event, in the order of happening."""
    statement = (
        select(EngagementEvent).where(is_counted(EngagementEvent)).order_by(col(EngagementEvent.id))
    )
    return (await session.exec(statement)).all()


def is_counted(table: type[Delivery] | type[EngagementEvent]) -> ColumnElement[bool]:
    """Condition: a row is not of a child, nor of its guardian, at a centre for tests."""
    of_child, guardian = col(table.child_id), col(table.guardian_id)
    return or_(
        of_child.in_(counted_children()),
        and_(of_child.is_(None), or_(guardian.is_(None), guardian.not_in(list_testers()))),
    )


def list_testers() -> Select[Any]:
    """Select the guardians of a child at a centre for trying things out."""
    return (
        select_columns(col(Pair.guardian_id))
        .join(Child, col(Child.id) == col(Pair.child_id))
        .join(Centre, col(Centre.id) == col(Child.centre_id))
        .where(col(Centre.is_test).is_(True))
    )


class AssessedRow(NamedTuple):
    """One result of a child that was assessed, and in use."""

    child_id: int
    instrument: str
    wave: str
    score: float


ASSESSED = (
    select_columns(
        col(Outcome.child_id), col(Outcome.instrument), col(Outcome.wave), col(Outcome.score)
    )
    .where(col(Outcome.ended) != OutcomeEnd.QUARANTINED, col(Outcome.score).is_not(None))
    .where(col(Outcome.child_id).in_(counted_children()))
    .order_by(col(Outcome.id))
)


async def list_outcomes(session: Session) -> list[AssessedRow]:
    """List every result of a child that was assessed, but those in quarantine."""
    return [AssessedRow(*row) for row in await read(session, ASSESSED)]
