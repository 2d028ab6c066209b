"""A child's slots: a pure function of its guardian's settings and their history."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.cadence import (
    DAYS_A_WEEK,
    TOUCHES,
    Rhythm,
    Touch,
    local_date,
    moment_on,
    monday_of,
    touch_on,
)
from bot.errors import BotError


@dataclass(frozen=True)
class Slot:
    """A place in a child's programme: on which of the guardian's dates, which touch, from when."""

    day_on: date
    touch: Touch
    due_at: datetime


@dataclass(frozen=True)
class Setting:
    """A guardian's rhythm from a moment on, and whether messages are wanted then."""

    from_at: datetime
    rhythm: Rhythm
    is_on: bool


History = Sequence[Setting]  # oldest first, never empty; a return may lie in the future


@dataclass(frozen=True)
class Beginning:
    """When a guardian and a child came together, and the first day of the child's arm, if any."""

    joined_at: datetime
    starts_on: date | None = None

    def is_waiting(self, zone: str) -> bool:
        """Say whether the first day lay ahead, in a zone, when they came together."""
        return self.starts_on is not None and self.starts_on > local_date(self.joined_at, zone)


def first_slot(history: History, beginning: Beginning) -> Slot | None:
    """Give the slot of the first activity: at once, for it was just asked for.

    Where the child's arm starts later it is on that day, at the guardian's hour; None while the
    guardian is away then and no return is known.
    """
    joined_at, starts_on = beginning.joined_at, beginning.starts_on
    zone = setting_at(history, joined_at).rhythm.zone
    if starts_on is None or not beginning.is_waiting(zone):
        return Slot(local_date(joined_at, zone), Touch.DO, joined_at)
    first_on = starts_on
    return find_ahead(
        history, joined_at, lambda rhythm, after: opening(rhythm, first_on, after=after)
    )


def opening(rhythm: Rhythm, starts_on: date, *, after: datetime) -> Slot:
    """Give the first activity's slot: on the first day, or as soon after it as a moment allows."""
    day_on = max(starts_on, local_date(after, rhythm.zone))
    if moment_on(rhythm, day_on) <= after:
        day_on += timedelta(days=1)
    return Slot(day_on, Touch.DO, moment_on(rhythm, day_on))


def next_slot(history: History, last: Slot) -> Slot | None:
    """Give the slot after another; None while the guardian is away and no return is known.

    Nothing of the deliveries is asked, so that a record can be checked against this.
    """
    return find_ahead(
        history, last.due_at, lambda rhythm, after: following(rhythm, last, after=after)
    )


def find_ahead(
    history: History, since: datetime, place: Callable[[Rhythm, datetime], Slot]
) -> Slot | None:
    """Give the slot that lies ahead of a moment, where a rhythm places it after another moment.

    A slot is due where the settings that were in force until then call for it. Each change of
    settings moves the slot that lies ahead; one that lay ahead when a guardian left, and whose
    moment passed, is a slot still: it is the one that the absence cost.
    """
    in_force = setting_at(history, since)
    ahead = place(in_force.rhythm, since) if in_force.is_on else None
    for change in history:
        if change is in_force or change.from_at < since:
            continue
        if ahead and ahead.due_at <= change.from_at:
            return ahead
        if ahead or change.is_on:
            ahead = place(change.rhythm, change.from_at)
    return ahead


def list_slots(
    history: History, *, joined_at: datetime, until: datetime, starts_on: date | None = None
) -> Iterator[Slot]:
    """Go through every slot from joining up to, and without, a moment."""
    slot = first_slot(history, Beginning(joined_at, starts_on))
    while slot and slot.due_at < until:
        yield slot
        slot = next_slot(history, slot)


def setting_at(history: History, moment: datetime) -> Setting:
    """Give the setting in force right before a moment; the first one holds from the start."""
    return [history[0], *(each for each in history[1:] if each.from_at < moment)][-1]


def following(rhythm: Rhythm, last: Slot, *, after: datetime) -> Slot:
    """Give the first slot of a rhythm that comes after another slot and after a moment.

    At most one a date. A touch that a calendar week has had is not repeated in it, so that a week
    whose days change half-way goes on, and the next begins.
    """
    start = max(last.day_on + timedelta(days=1), local_date(after, rhythm.zone))
    for day_on in (start + timedelta(days=n) for n in range(2 * DAYS_A_WEEK + 1)):
        if day_on.weekday() not in rhythm.days:
            continue
        touch, due_at = touch_on(rhythm.days, day_on), moment_on(rhythm, day_on)
        is_new = monday_of(day_on) > monday_of(last.day_on)
        if due_at > after and (is_new or TOUCHES.index(touch) > TOUCHES.index(last.touch)):
            return Slot(day_on, touch, due_at)
    raise BotError("A guardian without days cannot be planned for. Choose at least one day.")


def is_too_old(history: History, slot: Slot, *, now: datetime) -> bool:
    """Say whether a slot has lost its day: the one that follows it is due already."""
    after = next_slot(history, slot)
    return after is not None and after.due_at <= now
