"""A child's slots: a pure function of its guardian's settings and their history."""

from collections.abc import Iterator, Sequence
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


def first_slot(history: History, *, now: datetime) -> Slot:
    """Give the slot of the first activity: now, for it was just asked for."""
    zone = setting_at(history, now).rhythm.zone
    return Slot(local_date(now, zone), Touch.DO, now)


def next_slot(history: History, last: Slot) -> Slot | None:
    """Give the slot after another; None while the guardian is away and no return is known.

    A slot is due where the settings that were in force until then call for it. Each change of
    settings moves the slot that lies ahead; one that lay ahead when a guardian left, and whose
    moment passed, is a slot still: it is the one that the absence cost. Nothing of the deliveries
    is asked, so that a record can be checked against this.
    """
    in_force = setting_at(history, last.due_at)
    ahead = following(in_force.rhythm, last, after=last.due_at) if in_force.is_on else None
    for change in history:
        if change is in_force or change.from_at < last.due_at:
            continue
        if ahead and ahead.due_at <= change.from_at:
            return ahead
        if ahead or change.is_on:
            ahead = following(change.rhythm, last, after=change.from_at)
    return ahead


def list_slots(history: History, *, joined_at: datetime, until: datetime) -> Iterator[Slot]:
    """Go through every slot from joining up to, and without, a moment."""
    slot: Slot | None = first_slot(history, now=joined_at)
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
