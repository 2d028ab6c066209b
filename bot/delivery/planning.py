"""Plan what comes next: each slot that ends plans its successor, until the programme is over."""

from datetime import datetime, timedelta

from bot.catalogue.shown.notices import Notice
from bot.core.cadence import (
    DAYS_A_WEEK,
    LONGEST_BREAK_WEEKS,
    Rhythm,
    check_rhythm,
    local_date,
    moment_on,
    monday_of,
    start_of,
)
from bot.core.slots import Beginning, History, Slot, first_slot, next_slot, setting_at
from bot.errors import BotError
from bot.store import Session, arms, centres, child_weeks, deliveries, events, guardians, histories
from bot.store.child_weeks import Week
from bot.store.columns import id_of
from bot.store.guardians import find_absence
from bot.store.states import DeliveryStatus, EventKind, GuardianState, Pace
from bot.store.tables import Child, Delivery, Guardian, Pair


def slot_of(delivery: Delivery) -> Slot:
    """Give the slot that a programme delivery fills; raise BotError for any other delivery."""
    if delivery.slot_on is None or delivery.touch is None or delivery.slot_at is None:
        raise BotError(f"Delivery {id_of(delivery)} is not of the programme and has no slot.")
    return Slot(delivery.slot_on, delivery.touch, delivery.slot_at)


async def plan_start(
    session: Session, guardian: Guardian, child: Child, *, now: datetime
) -> datetime | None:
    """Plan a pair's first activity, at once, ahead of everything that is not asked for.

    Where the child's arm starts later it is planned for then, and that moment is returned.
    """
    history = histories.settled_history(guardian)
    beginning = await arms.find_beginning(session, id_of(child), joined_at=now)
    slot = first_slot(history, beginning)
    if slot is None:
        return None
    is_waiting = beginning.is_waiting(guardian.zone)
    first = deliveries.fill_slot(id_of(guardian), id_of(child), slot, now=now, asked=not is_waiting)
    await deliveries.plan(session, first)
    return slot.due_at if is_waiting else None


def list_successors(
    history: History, ended: Delivery, *, guardian: Guardian, now: datetime
) -> list[Delivery]:
    """List the deliveries to plan after one that ended: the next slot's.

    Slots that an absence cost are ended at once; the last one in the list is planned, unless the
    guardian is away without a known return.
    """
    planned: list[Delivery] = []
    slot = next_slot(history, slot_of(ended))
    while slot is not None:
        delivery = deliveries.fill_slot(ended.guardian_id, ended.child_id or 0, slot, now=now)
        planned.append(delivery)
        if setting_at(history, slot.due_at).is_on and find_absence(guardian, now=now) is None:
            break
        if setting_at(history, slot.due_at).is_on and slot.due_at > now:
            break  # a known return
        end(delivery, reason=find_absence(guardian, now=now) or "away", now=now)
        slot = next_slot(history, slot)
    return planned


def find_hindrance(guardian: Guardian, delivery: Delivery, *, now: datetime) -> str | None:
    """Say why a delivery may not go to a guardian; None where it may.

    An answer of staff's comes in a break too. A chat that was let go for another phone gets one
    message still: the one that says so.
    """
    is_answer = delivery.question_id is not None and guardian.state in BREAKS
    is_farewell = guardian.state is GuardianState.MOVED and delivery.notice == Notice.MOVED
    return None if is_answer or is_farewell else find_absence(guardian, now=now)


def end(delivery: Delivery, *, reason: str, now: datetime) -> None:
    """End a delivery as skipped."""
    delivery.status, delivery.reason, delivery.ended_at = DeliveryStatus.SKIPPED, reason, now
    delivery.claimed_by = delivery.claimed_until = None


def is_over(slot: Slot, latest: Week | None, *, weeks: int) -> bool:
    """Say whether a slot lies behind the programme's last week, of which something was sent."""
    if latest is None or latest.week < weeks or latest.sent_at is None:
        return False
    return monday_of(slot.day_on) > latest.monday


async def plan_after(
    session: Session, ended: Delivery, *, guardian: Guardian, weeks: int, now: datetime
) -> None:
    """Plan what follows one delivery that has ended, or finish the pair after the last week."""
    history = await histories.get_history(session, guardian)
    successors = list_successors(history, ended, guardian=guardian, now=now)
    latest = await child_weeks.list_latest_weeks(session, [ended.child_id or 0])
    if successors and is_over(
        slot_of(successors[-1]), latest.get(ended.child_id or 0), weeks=weeks
    ):
        await finish(session, ended, before=slot_of(successors[0]), now=now)
        return
    await deliveries.plan_all(session, successors)


async def finish(session: Session, ended: Delivery, *, before: Slot, now: datetime) -> None:
    """Note that a pair is through the whole programme: after its last slot, before another."""
    pair = await guardians.find_pair(session, ended.guardian_id, ended.child_id or 0)
    if pair:
        finished_at = max(now, slot_of(ended).due_at + timedelta(seconds=1))
        await guardians.finish_pair(session, pair, now=min(finished_at, before.due_at))


# What a guardian changes


async def change_rhythm(
    session: Session, guardian: Guardian, rhythm: Rhythm, *, weeks: int, now: datetime
) -> None:
    """Set zone, days, hour and quiet hours; what is queued moves at once."""
    check_rhythm(rhythm)
    await move_checks(session, guardian, rhythm)
    guardian.zone, guardian.days, guardian.hour = rhythm.zone, tuple(rhythm.days), rhythm.hour
    guardian.quiet_from, guardian.quiet_until = rhythm.quiet_from, rhythm.quiet_until
    await note(session, guardian, EventKind.RHYTHM, now=now)
    await settle(session, guardian, weeks=weeks, now=now)


async def move_checks(session: Session, guardian: Guardian, rhythm: Rhythm) -> None:
    """Let the checks that are queued keep their date, and take the new hour and zone."""
    for check in await deliveries.list_planned_checks(session, id_of(guardian)):
        due_at = moment_on(rhythm, local_date(check.due_at, guardian.zone))
        check.due_at = check.slot_at = due_at
        session.add(check)


async def leave(
    session: Session,
    guardian: Guardian,
    state: GuardianState,
    *,
    weeks: int,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Let nothing more go out, what is queued and claimed included; `until` is a known return."""
    guardian.state, guardian.snoozed_until = state, until
    await note(session, guardian, LEAVINGS[state], now=now)
    keeps_answers = state in BREAKS
    await deliveries.skip_open(
        session, id_of(guardian), reason=state, now=now, keeps_answers=keeps_answers
    )
    await settle(session, guardian, weeks=weeks, now=now)


LEAVINGS = {
    GuardianState.SNOOZED: EventKind.SNOOZED,
    GuardianState.PAUSED: EventKind.PAUSED,
    GuardianState.QUIET: EventKind.FELL_QUIET,
    GuardianState.STOPPED: EventKind.STOPPED,
    GuardianState.UNREACHABLE: EventKind.UNREACHABLE,
    GuardianState.MOVED: EventKind.MOVED,
}


BREAKS = (GuardianState.SNOOZED, GuardianState.PAUSED, GuardianState.QUIET)  # staff still answer
CHILD_GONE = "child is gone"
SILENT = (GuardianState.QUIET, GuardianState.UNREACHABLE)  # not by a guardian's own wish


async def snooze(
    session: Session, guardian: Guardian, *, pause_weeks: int, weeks: int, now: datetime
) -> datetime:
    """Take a break of one to four weeks; return when it is over."""
    if not 1 <= pause_weeks <= LONGEST_BREAK_WEEKS:
        raise BotError(f"A break is 1 to {LONGEST_BREAK_WEEKS} weeks long, not {pause_weeks}.")
    until = now + timedelta(days=DAYS_A_WEEK * pause_weeks)
    await leave(session, guardian, GuardianState.SNOOZED, weeks=weeks, now=now, until=until)
    return until


async def come_back(session: Session, guardian: Guardian, *, weeks: int, now: datetime) -> None:
    """Let messages go out again, at the full pace."""
    guardian.state, guardian.snoozed_until, guardian.pace = GuardianState.ACTIVE, None, Pace.FULL
    guardian.ignored_weeks, guardian.heard_at = 0, now
    await note(session, guardian, EventKind.RESUMED, now=now)
    await settle(session, guardian, weeks=weeks, now=now)


async def hear(session: Session, guardian: Guardian, *, weeks: int, now: datetime) -> None:
    """Note that a guardian did something; whoever had gone quiet gets the full pace again.

    So does one who was out of reach: whoever writes to us can be written to.
    """
    if is_heard_already(guardian, now=now):
        return
    guardian.heard_at, guardian.ignored_weeks = now, 0
    session.add(guardian)
    if guardian.state in SILENT:
        await come_back(session, guardian, weeks=weeks, now=now)
    elif guardian.pace is Pace.WEEKLY:
        guardian.pace = Pace.FULL
        await note(session, guardian, EventKind.RESUMED, now=now)
        await settle(session, guardian, weeks=weeks, now=now)


def is_heard_already(guardian: Guardian, *, now: datetime) -> bool:
    """Say whether a tap tells nothing new: this calendar week counts as answered already."""
    this_monday = monday_of(local_date(now, guardian.zone))
    is_known = start_of(this_monday, guardian.zone) <= guardian.heard_at <= now
    keeps_pace = guardian.pace is Pace.FULL and guardian.state not in SILENT
    return is_known and keeps_pace and not guardian.ignored_weeks


async def taper(session: Session, guardian: Guardian, *, weeks: int, now: datetime) -> None:
    """Slow down to one message a week, since nothing was answered."""
    guardian.pace = Pace.WEEKLY
    await note(session, guardian, EventKind.TAPERED, now=now)
    await settle(session, guardian, weeks=weeks, now=now)


async def note(session: Session, guardian: Guardian, kind: EventKind, *, now: datetime) -> None:
    """Write down that a guardian's settings changed."""
    session.add(guardian)
    await events.record_event(session, kind, guardian_id=id_of(guardian), now=now)


async def settle(session: Session, guardian: Guardian, *, weeks: int, now: datetime) -> None:
    """Write a guardian's settings into the history, and bring every pair's queue in line."""
    if guardian.state is GuardianState.SNOOZED and find_absence(guardian, now=now) is None:
        guardian.state, guardian.snoozed_until = GuardianState.ACTIVE, None
    await histories.record_setting(session, guardian, now=now)
    for pair in await guardians.list_pairs(session, id_of(guardian)):
        await realign(session, guardian, pair, weeks=weeks, now=now)


async def realign(
    session: Session, guardian: Guardian, pair: Pair, *, weeks: int, now: datetime
) -> None:
    """Bring one pair's queue in line with the settings: what lies ahead moves, or is put aside."""
    last = await list_up_to_ahead(session, pair, now=now)
    if not last:
        child = await centres.get_child(session, pair.child_id)
        await plan_start(session, guardian, child, now=now)
        return
    latest, before = last[0], last[1:]
    history = await histories.get_history(session, guardian)
    waited = None if before else await find_waited(session, pair, guardian)
    if lies_ahead(latest, now=now) and (before or waited):
        slot = first_slot(history, waited) if waited else next_slot(history, slot_of(before[0]))
        if slot is None:  # it was planned for a return that is no longer known
            await deliveries.forget(session, latest)
            return
        await move(session, latest, slot, guardian, now=now)
    elif latest.ended_at is None and find_absence(guardian, now=now):
        end(latest, reason=str(guardian.state), now=now)
        session.add(latest)
    if latest.ended_at is not None:
        await session.flush()
        await plan_after(session, latest, guardian=guardian, weeks=weeks, now=now)


async def find_waited(session: Session, pair: Pair, guardian: Guardian) -> Beginning | None:
    """Look up how a pair begins; None where its first activity came at once."""
    found = await arms.find_beginning(session, pair.child_id, joined_at=pair.joined_at)
    return found if found.starts_on is not None else None


async def list_up_to_ahead(session: Session, pair: Pair, *, now: datetime) -> list[Delivery]:
    """List the one delivery that lies ahead, if any, and the ones before it, latest first.

    Behind one that was put aside for a break with a known end, another is planned: it gives way.
    """
    last = list(
        await deliveries.list_last_of_pair(session, pair.guardian_id, pair.child_id, limit=4)
    )
    while len(last) > 1 and lies_ahead(last[1], now=now):
        await deliveries.forget(session, last.pop(0))
    return last


def lies_ahead(delivery: Delivery, *, now: datetime) -> bool:
    """Say whether a delivery's slot is to come; one that went out is past, whatever the clock."""
    is_untried = delivery.status in (DeliveryStatus.PLANNED, DeliveryStatus.SKIPPED)
    return is_untried and slot_of(delivery).due_at > now


async def move(
    session: Session, ahead: Delivery, slot: Slot, guardian: Guardian, *, now: datetime
) -> None:
    """Put the delivery that lies ahead into the slot that is called for now."""
    ahead.slot_on, ahead.touch = slot.day_on, slot.touch
    ahead.slot_at = ahead.due_at = slot.due_at
    is_wanted = find_absence(guardian, now=slot.due_at) is None
    if not is_wanted:
        end(ahead, reason=str(guardian.state), now=now)
    elif ahead.status is DeliveryStatus.SKIPPED:
        ahead.status, ahead.planned_at = DeliveryStatus.PLANNED, now
        ahead.reason = ahead.ended_at = None
    session.add(ahead)
    await session.flush()


async def find_expected_at(session: Session, guardian: Guardian, *, cap: int) -> datetime | None:
    """Say when a guardian's next message can be expected: not in a week that has had its share."""
    planned = await deliveries.find_planned(session, id_of(guardian))
    if planned is None:
        return None
    slot: Slot | None = slot_of(planned)
    full = monday_of(local_date(planned.due_at, guardian.zone))
    since = start_of(full, guardian.zone)
    recent = await deliveries.list_recent(session, [id_of(guardian)], since=since)
    count = sum(each.is_scheduled for each in recent)
    if count < min(cap, len(guardian.days)):
        return planned.due_at
    history = await histories.get_history(session, guardian)
    while slot and monday_of(slot.day_on) <= full:
        slot = next_slot(history, slot)
    return slot.due_at if slot else None
