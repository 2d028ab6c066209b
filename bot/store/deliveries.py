"""The queue of deliveries: planned, claimed, and ended with a reason."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import col, func, select, update

from bot.core.cadence import Slot
from bot.core.choosing import Variant
from bot.store.database import Session
from bot.store.tables import Delivery, DeliveryKind, DeliveryStatus, id_of

OPEN = (DeliveryStatus.PLANNED, DeliveryStatus.CLAIMED)
NO_CLAIM: dict[str, None] = {"claimed_by": None, "claimed_until": None, "handed_at": None}


async def plan_programme(
    session: Session, guardian_id: int, *, child_id: int, slot: Slot, now: datetime
) -> Delivery:
    """Plan the programme delivery of one slot."""
    delivery = Delivery(
        guardian_id=guardian_id,
        child_id=child_id,
        kind=DeliveryKind.PROGRAMME,
        planned_at=now,
        due_at=slot.due_at,
        slot_at=slot.due_at,
        week=slot.week,
        touch=slot.touch,
    )
    session.add(delivery)
    await session.flush()
    return delivery


async def plan_notice(session: Session, guardian_id: int, *, notice: str, now: datetime) -> None:
    """Plan a message outside the programme, due now."""
    session.add(
        Delivery(
            guardian_id=guardian_id,
            kind=DeliveryKind.NOTICE,
            planned_at=now,
            due_at=now,
            notice=notice,
        )
    )
    await session.flush()


async def claim_due(
    session: Session, *, now: datetime, claimant: str, until: datetime, limit: int
) -> Sequence[Delivery]:
    """Take up to `limit` due deliveries for ourselves, oldest first.

    A claim that has run out is taken too: if its message had been handed to the network, it is in
    doubt from here on.
    """
    is_due = or_(
        and_(col(Delivery.status) == DeliveryStatus.PLANNED, col(Delivery.due_at) <= now),
        and_(col(Delivery.status) == DeliveryStatus.CLAIMED, col(Delivery.claimed_until) <= now),
    )
    oldest = (
        select(Delivery.id)
        .where(is_due)
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("oldest")
    )
    claim = (
        update(Delivery)
        .where(col(Delivery.id).in_(select(oldest.c.id)), is_due)
        .values(
            status=DeliveryStatus.CLAIMED,
            claimed_by=claimant,
            claimed_until=until,
            in_doubt=or_(col(Delivery.in_doubt), col(Delivery.handed_at).is_not(None)),
        )
        .returning(Delivery)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    claimed = (await session.exec(claim)).scalars().all()
    return sorted(claimed, key=lambda delivery: (delivery.due_at, id_of(delivery)))


async def record_handed(
    session: Session, delivery_id: int, *, claimant: str, now: datetime
) -> bool:
    """Note that a message goes to the network now; False when it is no longer ours to send."""
    return await change(
        session,
        *held_by(delivery_id, claimant),
        col(Delivery.claimed_until) > now,
        handed_at=now,
        attempts=col(Delivery.attempts) + 1,
    )


async def find_delivery(session: Session, delivery_id: int) -> Delivery | None:
    """Look up a delivery."""
    return await session.get(Delivery, delivery_id)


async def record_content(
    session: Session,
    delivery_id: int,
    *,
    activity_id: str | None,
    variant: Variant | None,
    language: str,
    content_version: str,
) -> None:
    """Write down what a delivery says, decided when it is sent."""
    await change(
        session,
        col(Delivery.id) == delivery_id,
        activity_id=activity_id,
        variant=variant,
        language=language,
        content_version=content_version,
    )


async def record_sent(
    session: Session, delivery_id: int, *, message_id: int, now: datetime
) -> bool:
    """End a delivery as sent: it reached the network, whatever was decided meanwhile.

    Return whether somebody else had ended or planned it again before.
    """
    was_open = await change(
        session,
        col(Delivery.id) == delivery_id,
        col(Delivery.status) == DeliveryStatus.CLAIMED,
        **sent_values(message_id, now),
    )
    if not was_open:
        await change(session, col(Delivery.id) == delivery_id, **sent_values(message_id, now))
    return not was_open


def sent_values(message_id: int, now: datetime) -> dict[str, object]:
    """Give the columns of a delivery that has been sent."""
    return {
        "status": DeliveryStatus.SENT,
        "message_id": message_id,
        "reason": None,
        "ended_at": now,
        **NO_CLAIM,
    }


async def record_end(
    session: Session,
    delivery_id: int,
    *,
    claimant: str,
    status: DeliveryStatus,
    reason: str,
    now: datetime,
) -> bool:
    """End a claimed delivery that was not sent; False when it was no longer ours to end."""
    return await change(
        session,
        *held_by(delivery_id, claimant),
        status=status,
        reason=reason,
        ended_at=now,
        **NO_CLAIM,
    )


async def put_back(
    session: Session,
    delivery_id: int,
    *,
    claimant: str,
    due_at: datetime,
    reason: str,
    in_doubt: bool = False,
) -> bool:
    """Plan a claimed delivery for later; False when the guardian has ended it meanwhile."""
    return await change(
        session,
        *held_by(delivery_id, claimant),
        status=DeliveryStatus.PLANNED,
        due_at=due_at,
        reason=reason,
        in_doubt=true() if in_doubt else col(Delivery.in_doubt),
        **NO_CLAIM,
    )


async def skip_open(session: Session, guardian_id: int, *, reason: str, now: datetime) -> int:
    """End everything that a guardian has queued, claimed rows included; return how many."""
    skip = (
        update(Delivery)
        .where(col(Delivery.guardian_id) == guardian_id, col(Delivery.status).in_(OPEN))
        .values(
            status=DeliveryStatus.SKIPPED,
            reason=reason,
            ended_at=now,
            claimed_by=None,
            claimed_until=None,
        )
        .execution_options(synchronize_session=False)
    )
    return (await session.exec(skip)).rowcount


async def find_last_programme(session: Session, guardian_id: int, child_id: int) -> Delivery | None:
    """Look up the latest slot's delivery of a pair, whatever became of it."""
    statement = (
        select(Delivery)
        .where(*of_programme(guardian_id, child_id))
        .order_by(col(Delivery.slot_at).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def find_planned(session: Session, guardian_id: int) -> Delivery | None:
    """Look up the next programme delivery that a guardian has ahead."""
    statement = (
        select(Delivery)
        .where(
            col(Delivery.guardian_id) == guardian_id,
            col(Delivery.kind) == DeliveryKind.PROGRAMME,
            col(Delivery.status).in_(OPEN),
        )
        .order_by(col(Delivery.due_at))
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def count_sent_of_week(
    session: Session, guardian_id: int, *, child_id: int, week: int
) -> int:
    """Count what a pair got of one programme week."""
    statement = (
        select(func.count())
        .select_from(Delivery)
        .where(
            *of_programme(guardian_id, child_id),
            col(Delivery.week) == week,
            col(Delivery.status) == DeliveryStatus.SENT,
        )
    )
    return (await session.exec(statement)).one()


async def count_sent_between(
    session: Session, guardian_id: int, *, start: datetime, end: datetime
) -> int:
    """Count a guardian's programme messages that went out in [start, end)."""
    statement = (
        select(func.count())
        .select_from(Delivery)
        .where(
            col(Delivery.guardian_id) == guardian_id,
            col(Delivery.kind) == DeliveryKind.PROGRAMME,
            col(Delivery.status) == DeliveryStatus.SENT,
            col(Delivery.ended_at) >= start,
            col(Delivery.ended_at) < end,
        )
    )
    return (await session.exec(statement)).one()


async def has_notice(session: Session, guardian_id: int, notice: str) -> bool:
    """Say whether a notice of this kind was ever planned for a guardian."""
    statement = select(Delivery.id).where(
        col(Delivery.guardian_id) == guardian_id, col(Delivery.notice) == notice
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def count_sent(session: Session) -> int:
    """Count everything that was ever sent."""
    statement = select(func.count()).where(col(Delivery.status) == DeliveryStatus.SENT)
    return (await session.exec(statement)).one()


async def find_next_due(session: Session) -> datetime | None:
    """Look up when the next open delivery is due, over all guardians."""
    statement = select(func.min(Delivery.due_at)).where(col(Delivery.status).in_(OPEN))
    return (await session.exec(statement)).one()


async def restore_skipped(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """Plan a skipped delivery again, whose slot is still ahead."""
    delivery.status = DeliveryStatus.PLANNED
    delivery.reason = delivery.ended_at = None
    delivery.planned_at = now
    session.add(delivery)
    await session.flush()


def of_programme(guardian_id: int, child_id: int) -> tuple[ColumnElement[bool], ...]:
    """Condition: the programme deliveries of one pair."""
    return (
        col(Delivery.guardian_id) == guardian_id,
        col(Delivery.child_id) == child_id,
        col(Delivery.kind) == DeliveryKind.PROGRAMME,
    )


def held_by(delivery_id: int, claimant: str) -> tuple[ColumnElement[bool], ...]:
    """Condition: one delivery, as long as a sender holds it."""
    return (
        col(Delivery.id) == delivery_id,
        col(Delivery.status) == DeliveryStatus.CLAIMED,
        col(Delivery.claimed_by) == claimant,
    )


async def change(session: Session, *where: ColumnElement[bool], **values: object) -> bool:
    """Set some columns of the delivery that meets the conditions; False when none does."""
    statement = update(Delivery).where(*where).values(**values)
    changed = await session.exec(statement.execution_options(synchronize_session=False))
    return changed.rowcount == 1
