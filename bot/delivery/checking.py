"""Decide, right before a delivery goes out, whether it still should: now, later or never."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.cadence import (
    Slot,
    end_of_quiet,
    is_quiet,
    is_too_old,
    local_date,
    same_hour_tomorrow,
)
from bot.delivery.planning import day_around, rhythm_of, slot_of, week_around
from bot.store import Session, deliveries, guardians
from bot.store.tables import (
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    Guardian,
    GuardianState,
    id_of,
)

JUST_ASKED = timedelta(hours=1)  # after this, even an asked-for activity respects the night


@dataclass(frozen=True)
class Ending:
    """It is not sent, and this is why."""

    status: DeliveryStatus
    reason: str


@dataclass(frozen=True)
class Wait:
    """It is sent later, and this is why."""

    until: datetime
    reason: str


Verdict = Ending | Wait | None  # None: it goes out now


async def decide(
    session: Session, guardian: Guardian, delivery: Delivery, *, cap: int, now: datetime
) -> Verdict:
    """Decide about one claimed delivery; None means that it goes out now."""
    if guardian.state is not GuardianState.ACTIVE:
        return Ending(DeliveryStatus.SKIPPED, str(guardian.state))
    if delivery.kind is not DeliveryKind.PROGRAMME:
        return None
    slot = slot_of(delivery)
    if was_just_asked_for(delivery, slot, now=now):
        return None
    if is_too_old(rhythm_of(guardian), slot, now=now):
        return Ending(DeliveryStatus.SKIPPED, "too late")
    if not await is_focus(session, guardian, delivery, slot=slot):
        return Ending(DeliveryStatus.SKIPPED, "sibling's week")
    return await decide_pace(session, guardian, cap=cap, now=now)


def was_just_asked_for(delivery: Delivery, slot: Slot, *, now: datetime) -> bool:
    """Say whether a guardian's own tap brought this delivery about, just now."""
    return slot.due_at == delivery.planned_at and now - slot.due_at < JUST_ASKED


async def decide_pace(session: Session, guardian: Guardian, *, cap: int, now: datetime) -> Verdict:
    """Keep the quiet hours, one message a day and the weekly cap."""
    rhythm, guardian_id = rhythm_of(guardian), id_of(guardian)
    if is_quiet(rhythm, now=now):
        return Wait(end_of_quiet(rhythm, now=now), "quiet hours")
    start, end = week_around(rhythm, now=now)
    if await deliveries.count_sent_between(session, guardian_id, start=start, end=end) >= cap:
        return Ending(DeliveryStatus.SKIPPED, "weekly cap")
    start, end = day_around(rhythm, now=now)
    if await deliveries.count_sent_between(session, guardian_id, start=start, end=end):
        return Wait(same_hour_tomorrow(rhythm, now=now), "one message a day")
    return None


async def is_focus(session: Session, guardian: Guardian, delivery: Delivery, *, slot: Slot) -> bool:
    """Say whether the slot's calendar week is this child's: siblings take turns, week by week."""
    pairs = await guardians.list_pairs(session, id_of(guardian))
    children = [pair.child_id for pair in pairs]
    if len(children) < 2 or delivery.child_id not in children:
        return True
    weeks_since_epoch = (local_date(slot.due_at, guardian.zone).toordinal() - 1) // 7
    return children[weeks_since_epoch % len(children)] == delivery.child_id
