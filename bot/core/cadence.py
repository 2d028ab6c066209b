"""When a guardian hears from us: the week's touches on the guardian's days, hour and zone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.errors import BotError

DAYS_A_WEEK = 7
HOURS_A_DAY = 24


class Touch(StrEnum):
    """One of a week's messages, in their order."""

    WHY = "why"
    DO = "do"
    GROW = "grow"


TOUCHES = tuple(Touch)


@dataclass(frozen=True)
class Rhythm:
    """A guardian's zone, days (Monday is 0; the first brings why, then do, grow), hour, quiet.

    Quiet hours run from `quiet_from` to `quiet_until` o'clock and may cross midnight.
    """

    zone: str
    days: tuple[int, ...]
    hour: int
    quiet_from: int
    quiet_until: int


@dataclass(frozen=True)
class Slot:
    """A place in a child's programme: which week, which touch, and from when it may go out."""

    week: int
    touch: Touch
    due_at: datetime


def plan_first(*, now: datetime) -> Slot:
    """Plan the first activity: at once, for it was just asked for."""
    return Slot(week=1, touch=Touch.DO, due_at=now)


def plan_next(rhythm: Rhythm, slot: Slot) -> Slot:
    """Plan the slot that follows: a function of settings alone, whatever became of this one.

    A week's touches keep their days. What is left of the slot's calendar week goes on with this
    week's touches; a touch that it had already is not repeated, and the next week begins.
    """
    slot_on = local_date(slot.due_at, rhythm.zone)
    next_monday = slot_on + timedelta(days=DAYS_A_WEEK - slot_on.weekday())
    for day_on in (slot_on + timedelta(days=n) for n in range(1, 2 * DAYS_A_WEEK)):
        if day_on.weekday() not in rhythm.days:
            continue
        touch = touch_on(rhythm.days, day_on)
        if day_on >= next_monday:
            return Slot(slot.week + 1, touch, moment_on(rhythm, day_on))
        if TOUCHES.index(touch) > TOUCHES.index(slot.touch):
            return Slot(slot.week, touch, moment_on(rhythm, day_on))
    raise BotError("A guardian without days cannot be planned for. Choose at least one day.")


def plan_again(rhythm: Rhythm, slot: Slot, *, now: datetime) -> Slot:
    """Plan what follows a slot after a break: the first that is not past, no week left out."""
    following = plan_next(rhythm, slot)
    while following.due_at <= now:
        following = plan_next(rhythm, following)
    return replace(following, week=min(following.week, slot.week + 1))


def touch_on(days: Sequence[int], day_on: date) -> Touch:
    """Say which touch a date brings: the week's first day why, the second do, the third grow.

    With fewer days the later touches are kept: the activity itself matters most.
    """
    if len(days) == 1:
        return Touch.DO
    return TOUCHES[sorted(days).index(day_on.weekday())]


def moment_on(rhythm: Rhythm, day_on: date) -> datetime:
    """Give the moment, in UTC, of the guardian's hour on a date.

    An hour that a clock change removes is the same moment an hour later on the clock; of one that
    it doubles, the first is meant (PEP 495, fold=0).
    """
    local = datetime.combine(day_on, time(rhythm.hour), ZoneInfo(rhythm.zone))
    return local.astimezone(UTC)


def local_date(moment: datetime, zone: str) -> date:
    """Give the date on the guardian's calendar."""
    return moment.astimezone(ZoneInfo(zone)).date()


def is_quiet(rhythm: Rhythm, *, now: datetime) -> bool:
    """Say whether the guardian's quiet hours hold now."""
    hour = now.astimezone(ZoneInfo(rhythm.zone)).hour
    if rhythm.quiet_from <= rhythm.quiet_until:
        return rhythm.quiet_from <= hour < rhythm.quiet_until
    return hour >= rhythm.quiet_from or hour < rhythm.quiet_until


def end_of_quiet(rhythm: Rhythm, *, now: datetime) -> datetime:
    """Give the next moment, in UTC, at which the quiet hours are over."""
    zone = ZoneInfo(rhythm.zone)
    today = now.astimezone(zone).date()
    for day_on in (today, today + timedelta(days=1)):
        ends_at = datetime.combine(day_on, time(rhythm.quiet_until), zone).astimezone(UTC)
        if ends_at > now:
            return ends_at
    raise AssertionError("tomorrow's quiet hours end after now")


def is_too_old(rhythm: Rhythm, slot: Slot, *, now: datetime) -> bool:
    """Say whether a slot has lost its day: the slot that follows it is due already."""
    return plan_next(rhythm, slot).due_at <= now


def same_hour_tomorrow(rhythm: Rhythm, *, now: datetime) -> datetime:
    """Give tomorrow's moment, in UTC, at the guardian's hour: one message a day is enough."""
    return moment_on(rhythm, local_date(now, rhythm.zone) + timedelta(days=1))


def check_rhythm(rhythm: Rhythm) -> None:
    """Raise BotError when the guardian could never be reached, or a value is out of range."""
    hours = (rhythm.hour, rhythm.quiet_from, rhythm.quiet_until)
    if not all(0 <= hour < HOURS_A_DAY for hour in hours):
        raise BotError(f"Hours run from 0 to 23; these do not: {hours}.")
    if not 1 <= len(set(rhythm.days)) <= len(TOUCHES):
        raise BotError(f"A guardian has one to three days a week, not {len(set(rhythm.days))}.")
