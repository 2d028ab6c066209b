"""Who has taken which due delivery, for how long, and how it is given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, bindparam
from sqlmodel import col, select, update

from bot.store.columns import Moment
from bot.store.database import Session
from bot.store.deliveries import OPEN, literal
from bot.store.reading import among_numbers, read
from bot.store.states import DeliveryStatus
from bot.store.tables import Delivery

NO_CLAIM: dict[str, None] = {"claimed_by": None, "claimed_until": None, "handed_at": None}


async def lock_due(
    session: Session, *, now: datetime, asked: bool, limit: int
) -> Sequence[Delivery]:
    """Take up to `limit` due deliveries that nobody else holds, oldest first.

    They are ours until the transaction ends; what becomes of them is written in it.
    """
    return (await session.exec(DUE[asked], params={"now": now, "most": limit})).all()


DUE = {
    asked: select(Delivery)
    .where(col(Delivery.status) == literal(DeliveryStatus.PLANNED))
    .where(col(Delivery.asked) if asked else ~col(Delivery.asked))
    .where(col(Delivery.due_at) <= bindparam("now", type_=Moment))
    .order_by(col(Delivery.due_at))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    for asked in (True, False)
}


@dataclass(frozen=True)
class Locked:
    """Where deliveries stand whose results are to be written: all, those open, those still ours."""

    exist: frozenset[int]
    open: frozenset[int]
    ours: frozenset[int]


async def lock_ours(session: Session, numbers: Sequence[int], *, claimant: str) -> Locked:
    """Lock deliveries whose results are to be written, and say where they stand."""
    statement = (
        select(Delivery.id, Delivery.status, Delivery.claimed_by)
        .where(among_numbers(col(Delivery.id)))
        .order_by(col(Delivery.id))
        .with_for_update()
    )
    rows = await read(session, statement, numbers=numbers)
    return Locked(
        frozenset(number for number, *_ in rows if number),
        frozenset(number for number, status, _ in rows if number and status in OPEN),
        frozenset(
            number
            for number, status, claimed_by in rows
            if number and status is DeliveryStatus.CLAIMED and claimed_by == claimant
        ),
    )


async def list_ours(session: Session, numbers: Sequence[int], *, claimant: str) -> frozenset[int]:
    """List which claimed deliveries are still the claimant's: not stopped, not taken over."""
    statement = select(Delivery.id).where(
        among_numbers(col(Delivery.id)),
        col(Delivery.status) == DeliveryStatus.CLAIMED,
        col(Delivery.claimed_by) == claimant,
    )
    return frozenset(number for (number,) in await read(session, statement, numbers=numbers))


async def record_handed(
    session: Session, delivery_id: int, *, claimant: str, now: datetime
) -> bool:
    """Note that a claimed delivery goes to the network now; say whether it is still ours."""
    statement = (
        update(Delivery)
        .where(
            col(Delivery.id) == delivery_id,
            col(Delivery.status) == DeliveryStatus.CLAIMED,
            col(Delivery.claimed_by) == claimant,
        )
        .values(handed_at=now)
        .execution_options(synchronize_session=False)
    )
    return (await session.exec(statement)).rowcount == 1


async def release_one(session: Session, delivery_id: int) -> None:
    """Give back one claim."""
    await release(session, col(Delivery.id) == delivery_id)


async def release_unknown(session: Session, *, claimant: str, known: Sequence[int]) -> int:
    """Plan again what was claimed for a claimant who never learned of it, so that it is unsent."""
    statement = (
        update(Delivery)
        .where(
            col(Delivery.status) == literal(DeliveryStatus.CLAIMED),
            col(Delivery.claimed_by) == claimant,
            col(Delivery.id).not_in(known),
        )
        .values(status=DeliveryStatus.PLANNED, **NO_CLAIM)
        .execution_options(synchronize_session=False)
    )
    return (await session.exec(statement)).rowcount


async def has_due(session: Session, *, now: datetime) -> bool:
    """Look whether anything is due, without taking it."""
    for wanted in (col(Delivery.asked), ~col(Delivery.asked)):
        statement = (
            select(Delivery.id)
            .where(col(Delivery.status) == literal(DeliveryStatus.PLANNED), wanted)
            .where(col(Delivery.due_at) <= now)
            .order_by(col(Delivery.due_at))
            .limit(1)
        )
        if (await session.exec(statement)).first() is not None:
            return True
    return False


async def release_expired(session: Session, *, now: datetime) -> int:
    """Give back the claims whose lease has run out; return how many."""
    return await release(session, col(Delivery.claimed_until) <= now)


async def release(session: Session, *where: ColumnElement[bool]) -> int:
    """Plan claimed deliveries again; of one that was handed to the network the answer is lost."""
    handed = col(Delivery.handed_at).is_not(None)
    statement = (
        update(Delivery)
        .where(col(Delivery.status) == literal(DeliveryStatus.CLAIMED), *where)
        .values(
            status=DeliveryStatus.PLANNED,
            lost_answers=col(Delivery.lost_answers) + handed.cast(Integer),
            **NO_CLAIM,
        )
        .execution_options(synchronize_session=False)
    )
    return (await session.exec(statement)).rowcount
