"""A guardian's rhythm: the week's touches on chosen days, at an hour, in a zone, with quiet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import BotError

DAYS_A_WEEK = 7
HOURS_A_DAY = 24
LONGEST_BREAK_WEEKS = 4


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
    return is_within(hour, rhythm.quiet_from, rhythm.quiet_until)


def is_within(hour: int, quiet_from: int, quiet_until: int) -> bool:
    """Say whether an hour lies in quiet hours, which may cross midnight."""
    if quiet_from <= quiet_until:
        return quiet_from <= hour < quiet_until
    return hour >= quiet_from or hour < quiet_until


def end_of_quiet(rhythm: Rhythm, *, now: datetime) -> datetime:
    """Give the next moment, in UTC, at which the quiet hours are over."""
    zone = ZoneInfo(rhythm.zone)
    today = now.astimezone(zone).date()
    for day_on in (today, today + timedelta(days=1)):
        ends_at = datetime.combine(day_on, time(rhythm.quiet_until), zone).astimezone(UTC)
        if ends_at > now:
            return ends_at
    raise AssertionError("tomorrow's quiet hours end after now")


def monday_of(day_on: date) -> date:
    """Give the Monday of a date's calendar week, which names the week."""
    return day_on - timedelta(days=day_on.weekday())


def start_of(day_on: date, zone: str) -> datetime:
    """Give the moment, in UTC, at which a date begins in a zone."""
    return datetime.combine(day_on, time(), ZoneInfo(zone)).astimezone(UTC)


def same_hour_tomorrow(rhythm: Rhythm, *, now: datetime) -> datetime:
    """Give tomorrow's moment, in UTC, at the guardian's hour: one message a day is enough."""
    return moment_on(rhythm, local_date(now, rhythm.zone) + timedelta(days=1))


def do_day(days: Sequence[int]) -> int:
    """Give the day of the activity itself, the one that is kept when a week has one message."""
    return sorted(days)[min(TOUCHES.index(Touch.DO), len(days) - 1)]


def check_rhythm(rhythm: Rhythm) -> None:
    """Raise BotError when the guardian could never be reached, or a value is out of range."""
    hours = (rhythm.hour, rhythm.quiet_from, rhythm.quiet_until)
    if not all(0 <= hour < HOURS_A_DAY for hour in hours):
        raise BotError(f"Hours run from 0 to 23; these do not: {hours}.")
    if rhythm.zone not in available_timezones():
        raise BotError(f'There is no time zone "{rhythm.zone}".')
    if not set(rhythm.days) <= set(range(DAYS_A_WEEK)):
        raise BotError(f"Days run from 0 (Monday) to 6; these do not: {rhythm.days}.")
    if not 1 <= len(set(rhythm.days)) <= len(TOUCHES):
        raise BotError(f"A guardian has one to three days a week, not {len(set(rhythm.days))}.")


# What a guardian may choose from

HOURS_OFFERED = range(7, 21)
QUIETS_OFFERED = ((19, 9), (20, 8), (21, 8), (22, 7))
SPREAD = {1: (1,), 2: (0, 2), 3: (0, 1, 2)}  # which of three days are kept, so that they lie apart


def list_hours(rhythm: Rhythm) -> list[int]:
    """List the hours that a guardian may choose: by day, outside the quiet hours."""
    quiet = (rhythm.quiet_from, rhythm.quiet_until)
    return [hour for hour in HOURS_OFFERED if not is_within(hour, *quiet)]


def toggle_day(days: Sequence[int], day: int) -> tuple[int, ...]:
    """Take a day out, or put it in."""
    return tuple(sorted({*days} ^ {day}))


def pick_days(days: Sequence[int], usual: Sequence[int], times: int) -> tuple[int, ...]:
    """Pick so many days that lie apart: among a guardian's own where there are three."""
    if len(days) == times:
        return tuple(days)
    full = next((each for each in (days, usual) if len(each) == len(TOUCHES)), (0, 2, 4))
    return tuple(sorted(full)[place] for place in SPREAD[times])


def with_quiet(rhythm: Rhythm, quiet_from: int, quiet_until: int) -> Rhythm:
    """Set quiet hours; an hour that they cover moves to the nearest one that they do not."""
    changed = replace(rhythm, quiet_from=quiet_from, quiet_until=quiet_until)
    if not is_within(rhythm.hour, quiet_from, quiet_until):
        return changed
    hours = list_hours(changed) or [rhythm.hour]
    return replace(changed, hour=min(hours, key=lambda hour: abs(hour - rhythm.hour)))
