"""Decide, right before a delivery goes out, whether it still should: now, later or never."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.catalogue.shown.notices import Notice
from bot.core.cadence import (
    DAYS_A_WEEK,
    do_day,
    end_of_quiet,
    is_quiet,
    local_date,
    monday_of,
    same_hour_tomorrow,
    start_of,
)
from bot.core.slots import History, Slot, is_too_old
from bot.delivery.planning import CHILD_GONE, find_hindrance, slot_of
from bot.store.guardians import rhythm_of
from bot.store.states import DeliveryKind, DeliveryStatus, Pace
from bot.store.tables import Delivery, Guardian, Pair

JUST_ASKED = timedelta(hours=1)  # after this, even an asked-for activity respects the night
GIVE_UP = timedelta(hours=24)  # for what has no slot; a slot is given up when the next one is due
WEEKS_UNTIL_TAPER = 2
WEEKS_UNTIL_QUESTION = 4


class Reason(StrEnum):
    """Why a delivery ended otherwise than sent, or waits."""

    TOO_LATE = "too late"
    SIBLING = "sibling's week"
    CAP = "weekly cap"
    ONE_A_WEEK = "one a week"
    LOST_TWICE = "answer lost twice"
    QUIET_HOURS = "quiet hours"
    ONE_A_DAY = "one message a day"
    CONSENT = "consent is to be renewed"


@dataclass(frozen=True)
class Ending:
    """It is not sent, and this is why."""

    status: DeliveryStatus
    reason: str
    tapers: bool = False


@dataclass(frozen=True)
class Wait:
    """It is sent later, and this is why."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Going:
    """It goes out now; `asks` puts a question in the touch's place."""

    ignored_weeks: int = 0
    tapers: bool = False
    asks: Notice | None = None


Verdict = Ending | Wait | Going


@dataclass(frozen=True)
class Case:
    """A due delivery and what deciding about it takes; no more is asked of anybody.

    `sent_at` holds when the guardian's scheduled programme messages of the last days went out,
    `pairs` are those whose programme goes on, in the order of joining, where there are several.
    `question_at` is when the question was asked that an answer of staff's is to. `is_outdated` says
    that messages were agreed to in older words than those asked for now.
    """

    delivery: Delivery
    guardian: Guardian
    history: History
    pairs: Sequence[Pair]
    sent_at: Sequence[datetime]
    is_child_gone: bool = False
    question_at: datetime | None = None
    is_outdated: bool = False


def decide(case: Case, *, cap: int, now: datetime) -> Verdict:
    """Decide about one due delivery."""
    absence = find_hindrance(case.guardian, case.delivery, now=now)
    if absence:
        return Ending(DeliveryStatus.SKIPPED, absence)
    if case.is_child_gone:
        return Ending(DeliveryStatus.SKIPPED, CHILD_GONE)
    if case.delivery.lost_answers > 1:
        return Ending(DeliveryStatus.FAILED, Reason.LOST_TWICE)
    asked_at = case.question_at or case.delivery.planned_at
    if case.delivery.asked and now - asked_at < JUST_ASKED:
        return Going()
    if case.delivery.kind is not DeliveryKind.PROGRAMME:
        return decide_beside(case, now=now)
    slot = slot_of(case.delivery)
    if is_too_old(case.history, slot, now=now):
        return Ending(DeliveryStatus.SKIPPED, too_late(case.delivery))
    if case.delivery.asked:
        return wait_out_quiet(case, now=now) or Going()
    return decide_scheduled(case, slot, cap=cap, now=now)


def decide_beside(case: Case, *, now: datetime) -> Verdict:
    """Decide about a check, an answer or a notice: outside the cap, but never at night.

    What staff wrote to somebody is never too late, and needs no newer consent: it was asked for.
    Nor does the farewell to a chat whose place another phone has taken.
    """
    is_from_staff = case.delivery.question_id is not None
    is_farewell = case.delivery.notice == Notice.MOVED
    is_wanted = case.delivery.asked or is_from_staff or is_farewell
    if case.is_outdated and not is_wanted:
        return Ending(DeliveryStatus.SKIPPED, Reason.CONSENT)
    if not is_from_staff and now - (case.delivery.slot_at or case.delivery.due_at) > GIVE_UP:
        return Ending(DeliveryStatus.SKIPPED, too_late(case.delivery))
    return wait_out_quiet(case, now=now) or Going()


def decide_scheduled(case: Case, slot: Slot, *, cap: int, now: datetime) -> Verdict:
    """Decide about a touch that comes by itself: turns, quiet, pace, cap, and who still reads."""
    if not is_focus(case, slot):
        return Ending(DeliveryStatus.SKIPPED, Reason.SIBLING)
    quiet = wait_out_quiet(case, now=now)
    if quiet:
        return quiet
    rhythm = rhythm_of(case.guardian)
    today = local_date(now, rhythm.zone)
    if count_between(case, monday_of(today), days=DAYS_A_WEEK) >= min(cap, len(case.guardian.days)):
        return Ending(DeliveryStatus.SKIPPED, Reason.CAP)
    if count_between(case, today, days=1):
        return Wait(same_hour_tomorrow(rhythm, now=now), Reason.ONE_A_DAY)
    return decide_interest(case, slot)


def decide_interest(case: Case, slot: Slot) -> Verdict:
    """Slow down for whoever ignores what is sent, and ask before falling quiet (F11).

    Where the words of the consent are newer than the last yes, that is asked first: until it is
    answered, nothing but this question takes a touch's place.
    """
    ignored = count_ignored_weeks(case.guardian, slot)
    if case.is_outdated:
        return Going(ignored, asks=Notice.RENEWED)
    if ignored >= WEEKS_UNTIL_QUESTION:
        return Going(ignored, asks=Notice.STILL_USEFUL)
    tapers = ignored >= WEEKS_UNTIL_TAPER and case.guardian.pace is Pace.FULL
    if tapers and slot.day_on.weekday() != do_day(case.guardian.days):
        return Ending(DeliveryStatus.SKIPPED, Reason.ONE_A_WEEK, tapers=True)
    return Going(ignored, tapers=tapers)


def count_ignored_weeks(guardian: Guardian, slot: Slot) -> int:
    """Count the calendar weeks on end, before the slot's, that brought messages and no tap."""
    last = guardian.last_monday
    if last is None or monday_of(slot.day_on) <= last:
        return guardian.ignored_weeks
    was_heard = guardian.heard_at >= start_of(last, guardian.zone)
    return 0 if was_heard else guardian.ignored_weeks + 1


def wait_out_quiet(case: Case, *, now: datetime) -> Wait | None:
    """Wait until the guardian's quiet hours are over."""
    rhythm = rhythm_of(case.guardian)
    if not is_quiet(rhythm, now=now):
        return None
    return Wait(end_of_quiet(rhythm, now=now), Reason.QUIET_HOURS)


def count_between(case: Case, first_on: date, *, days: int) -> int:
    """Count the scheduled messages that went out on a guardian's dates, from one on."""
    start = start_of(first_on, case.guardian.zone)
    until = start_of(first_on + timedelta(days=days), case.guardian.zone)
    return sum(start <= each < until for each in case.sent_at)


def is_focus(case: Case, slot: Slot) -> bool:
    """Say whether the slot's calendar week is this child's: siblings take turns, week by week.

    Who joins in mid-week takes turns from the next Monday on, so that a week that has begun stays
    with its child.
    """
    monday, zone = monday_of(slot.day_on), case.guardian.zone
    children = [pair.child_id for pair in case.pairs]
    if len(children) < 2 or case.delivery.child_id not in children:
        return True
    earlier = [pair.child_id for pair in case.pairs if local_date(pair.joined_at, zone) < monday]
    turns = earlier or children[:1]
    return turns[monday.toordinal() // DAYS_A_WEEK % len(turns)] == case.delivery.child_id


def too_late(delivery: Delivery) -> str:
    """Say that a delivery came too late and, where the network was in trouble, which."""
    if not delivery.attempts or not delivery.reason:
        return Reason.TOO_LATE
    return f"{Reason.TOO_LATE}, after {delivery.attempts} attempts: {delivery.reason}"
