"""Plan what comes next: each slot that ends plans its successor, until the programme is over."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.cadence import (
    DAYS_A_WEEK,
    Rhythm,
    Slot,
    local_date,
    moment_on,
    plan_again,
    plan_first,
    plan_next,
)
from bot.errors import BotError
from bot.store import Session, centres, deliveries, guardians
from bot.store.tables import (
    Child,
    Delivery,
    DeliveryStatus,
    Guardian,
    GuardianState,
    Pair,
    id_of,
)


def rhythm_of(guardian: Guardian) -> Rhythm:
    """Give a guardian's days, hour, zone and quiet hours."""
    return Rhythm(
        zone=guardian.zone,
        days=guardian.days,
        hour=guardian.hour,
        quiet_from=guardian.quiet_from,
        quiet_until=guardian.quiet_until,
    )


def slot_of(delivery: Delivery) -> Slot:
    """Give the slot that a programme delivery fills; raise BotError for any other delivery."""
    if delivery.week is None or delivery.touch is None or delivery.slot_at is None:
        raise BotError(f"Delivery {id_of(delivery)} is not of the programme and has no slot.")
    return Slot(delivery.week, delivery.touch, delivery.slot_at)


async def plan_start(
    session: Session, guardian: Guardian, child: Child, *, now: datetime
) -> Delivery:
    """Plan a pair's first activity, at once: week 1, or the week that the child is in already."""
    reached = await centres.find_latest_week(session, id_of(child))
    slot = replace(plan_first(now=now), week=reached or 1)
    return await deliveries.plan_programme(
        session, id_of(guardian), child_id=id_of(child), slot=slot, now=now
    )


async def plan_successor(
    session: Session, guardian: Guardian, delivery: Delivery, *, weeks: int, now: datetime
) -> None:
    """Plan what follows a delivery that has ended, or finish the pair after the last week."""
    if guardian.state is not GuardianState.ACTIVE or delivery.child_id is None:
        return
    slot = slot_of(delivery)
    following = plan_next(rhythm_of(guardian), slot)
    await plan_slot(session, delivery, slot, following, weeks=weeks, now=now)


async def plan_slot(
    session: Session,
    ended: Delivery,
    slot: Slot,
    following: Slot,
    *,
    weeks: int,
    now: datetime,
) -> None:
    """Plan a slot after another; a week of which nothing was sent comes again."""
    guardian_id, child_id = ended.guardian_id, ended.child_id
    if child_id is None:
        return
    if following.week > slot.week and not await deliveries.count_sent_of_week(
        session, guardian_id, child_id=child_id, week=slot.week
    ):
        following = replace(following, week=slot.week)
    if following.week > weeks:
        await finish(session, guardian_id, child_id, now=now)
        return
    await deliveries.plan_programme(
        session, guardian_id, child_id=child_id, slot=following, now=now
    )


async def finish(session: Session, guardian_id: int, child_id: int, *, now: datetime) -> None:
    """Note that a pair has been through the whole programme."""
    pair = await guardians.find_pair(session, guardian_id, child_id)
    if pair:
        await guardians.finish_pair(session, pair, now=now)


async def plan_return(
    session: Session, guardian: Guardian, *, weeks: int, now: datetime
) -> datetime | None:
    """Plan again for every pair of a guardian who was away; return when the next message comes.

    A slot that the break skipped and that is still ahead is taken up again.
    """
    for pair in await guardians.list_pairs(session, id_of(guardian)):
        await plan_pair_return(session, guardian, pair, weeks=weeks, now=now)
    planned = await deliveries.find_planned(session, id_of(guardian))
    return planned.due_at if planned else None


async def plan_pair_return(
    session: Session, guardian: Guardian, pair: Pair, *, weeks: int, now: datetime
) -> None:
    """Plan again for one pair."""
    last = await deliveries.find_last_programme(session, pair.guardian_id, pair.child_id)
    if last is None:
        child = await centres.get_child(session, pair.child_id)
        await plan_start(session, guardian, child, now=now)
        return
    if last.status in deliveries.OPEN:
        return
    slot = slot_of(last)
    was_put_aside = last.status is DeliveryStatus.SKIPPED and last.handed_at is None
    if was_put_aside and slot.due_at > now:
        await deliveries.restore_skipped(session, last, now=now)
        return
    following = plan_again(rhythm_of(guardian), slot, now=now)
    await plan_slot(session, last, slot, following, weeks=weeks, now=now)


def day_around(rhythm: Rhythm, *, now: datetime) -> tuple[datetime, datetime]:
    """Give the guardian's calendar day around a moment, as [start, end) in UTC."""
    midnight = replace(rhythm, hour=0)
    today = local_date(now, rhythm.zone)
    return moment_on(midnight, today), moment_on(midnight, today + timedelta(days=1))


def week_around(rhythm: Rhythm, *, now: datetime) -> tuple[datetime, datetime]:
    """Give the guardian's calendar week around a moment, Monday to Monday, in UTC."""
    midnight = replace(rhythm, hour=0)
    today = local_date(now, rhythm.zone)
    monday = today - timedelta(days=today.weekday())
    return moment_on(midnight, monday), moment_on(midnight, monday + timedelta(days=DAYS_A_WEEK))
