"""A child's slots, told from settings and their history alone, in many zones and lives."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.cadence import TOUCHES, Rhythm, Touch, monday_of
from bot.core.slots import Setting, Slot, list_slots

ZONES = (
    "Europe/Copenhagen",
    "America/New_York",
    "Australia/Lord_Howe",  # clocks change by half an hour
    "Asia/Kathmandu",  # a quarter of an hour off
    "Africa/Casablanca",  # winter time in summer
    "Pacific/Kiritimati",  # fourteen hours ahead
    "Pacific/Pago_Pago",  # eleven hours behind
)
JOINED = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
COPENHAGEN = Rhythm("Europe/Copenhagen", (0, 2, 4), 17, 21, 8)


def days() -> st.SearchStrategy[tuple[int, ...]]:
    return st.sets(st.integers(0, 6), min_size=1, max_size=3).map(lambda some: tuple(sorted(some)))


def rhythms() -> st.SearchStrategy[Rhythm]:
    hours = st.integers(0, 23)
    return st.builds(Rhythm, st.sampled_from(ZONES), days(), hours, hours, hours)


@st.composite
def histories(draw: st.DrawFn) -> list[Setting]:
    """A guardian who joins, and then changes rhythm, leaves and comes back at any hour."""
    rhythm, at = draw(rhythms()), JOINED
    history = [Setting(at, rhythm, True)]
    for _ in range(draw(st.integers(0, 6))):
        at += timedelta(minutes=draw(st.integers(1, 60 * 24 * 20)))
        rhythm = draw(st.just(rhythm) | rhythms())
        history.append(Setting(at, rhythm, draw(st.booleans())))
    return history


def told_by_intervals(history: Sequence[Setting], last: Slot) -> Slot | None:
    """Tell the next slot another way: the first hour that a setting names while it holds."""
    is_expected = False
    for place, setting in enumerate(history):
        begins = max(setting.from_at, last.due_at) if place else last.due_at
        ends = history[place + 1].from_at if place + 1 < len(history) else None
        if ends is not None and ends < last.due_at:
            continue
        is_expected = is_expected or setting.is_on
        zone = ZoneInfo(setting.rhythm.zone)
        first_on = begins.astimezone(zone).date() - timedelta(days=1)
        for day_on in (first_on + timedelta(days=n) for n in range(20)):
            at = datetime(
                day_on.year, day_on.month, day_on.day, setting.rhythm.hour, tzinfo=zone
            ).astimezone(UTC)
            is_in_time = begins < at and (ends is None or at <= ends)
            touch = touch_told(setting.rhythm.days, day_on, last)
            if is_expected and is_in_time and touch:
                return Slot(day_on, touch, at)
    return None


def touch_told(chosen: Sequence[int], day_on: date, last: Slot) -> Touch | None:
    """Tell what a date brings after another slot; None for nothing."""
    if day_on.weekday() not in chosen or day_on <= last.day_on:
        return None
    touch = Touch.DO if len(chosen) == 1 else TOUCHES[chosen.index(day_on.weekday())]
    is_same_week = day_on.isocalendar()[:2] == last.day_on.isocalendar()[:2]
    if is_same_week and TOUCHES.index(touch) <= TOUCHES.index(last.touch):
        return None
    return touch


@settings(max_examples=150, deadline=None, derandomize=True)
@given(histories())
def test_slots_are_where_the_settings_in_force_call_for_them(history: list[Setting]) -> None:
    until = history[-1].from_at + timedelta(weeks=4)

    slots = list(list_slots(history, joined_at=JOINED, until=until))

    assert slots[0] == Slot(
        JOINED.astimezone(ZoneInfo(history[0].rhythm.zone)).date(), Touch.DO, JOINED
    )
    for before, after in pairwise(slots):
        assert told_by_intervals(history, before) == after
    following = told_by_intervals(history, slots[-1])
    assert following is None or following.due_at >= until


@settings(max_examples=150, deadline=None, derandomize=True)
@given(histories())
def test_a_day_has_one_slot_at_most_and_a_week_three_in_the_order_of_touches(
    history: list[Setting],
) -> None:
    slots = list(
        list_slots(history, joined_at=JOINED, until=history[-1].from_at + timedelta(weeks=4))
    )

    for before, after in pairwise(slots):
        assert before.day_on < after.day_on
        assert before.due_at < after.due_at
        if monday_of(before.day_on) == monday_of(after.day_on):
            assert TOUCHES.index(before.touch) < TOUCHES.index(after.touch)


@pytest.mark.parametrize("zone", ZONES)
def test_the_hour_on_the_clock_stays_through_both_changes_of_a_year(zone: str) -> None:
    history = [Setting(JOINED, Rhythm(zone, (1, 3, 6), 17, 21, 8), True)]

    slots = list(list_slots(history, joined_at=JOINED, until=JOINED + timedelta(days=365)))[1:]

    local = [slot.due_at.astimezone(ZoneInfo(zone)) for slot in slots]
    assert {each.strftime("%H:%M") for each in local} == {"17:00"}
    assert [each.date() for each in local] == [slot.day_on for slot in slots]
    whole = Counter(
        monday_of(slot.day_on) for slot in slots if slot.day_on.isocalendar().week != 37
    )
    assert set(list(whole.values())[:-1]) == {3}


@pytest.mark.parametrize(
    ("day_on", "hour", "utc"),
    [
        (date(2026, 10, 25), 2, "2026-10-25 00:00"),  # comes twice: the first is meant
        (date(2027, 3, 28), 2, "2027-03-28 01:00"),  # never comes: an hour later on the clock
    ],
)
def test_an_hour_that_a_clock_change_doubles_or_removes_is_one_moment(
    day_on: date, hour: int, utc: str
) -> None:
    sundays = Rhythm("Europe/Copenhagen", (6,), hour, 21, 8)
    history = [Setting(JOINED, sundays, True)]

    slots = list_slots(history, joined_at=JOINED, until=JOINED + timedelta(days=300))

    (due_at,) = [slot.due_at for slot in slots if slot.day_on == day_on]
    assert due_at.strftime("%Y-%m-%d %H:%M") == utc


def test_a_week_whose_days_change_half_way_goes_on_without_repeating_a_touch() -> None:
    wednesday_evening = datetime(2026, 9, 16, 18, 0, tzinfo=UTC)
    later = Rhythm("Europe/Copenhagen", (2, 4, 6), 17, 21, 8)
    history = [Setting(JOINED, COPENHAGEN, True), Setting(wednesday_evening, later, True)]

    slots = list(list_slots(history, joined_at=JOINED, until=datetime(2026, 9, 24, tzinfo=UTC)))

    assert [(f"{slot.day_on:%a %d}", str(slot.touch)) for slot in slots] == [
        ("Mon 07", "do"),
        ("Fri 11", "grow"),
        ("Mon 14", "why"),
        ("Wed 16", "do"),
        ("Sun 20", "grow"),  # Friday would bring "do" again
        ("Wed 23", "why"),
    ]


def test_an_absence_costs_the_slot_that_lay_ahead_and_no_more() -> None:
    sunday = datetime(2026, 9, 13, 12, 0, tzinfo=UTC)
    history = [
        Setting(JOINED, COPENHAGEN, True),
        Setting(sunday, COPENHAGEN, False),
        Setting(sunday + timedelta(weeks=3), COPENHAGEN, True),
    ]

    slots = list(list_slots(history, joined_at=JOINED, until=datetime(2026, 10, 6, tzinfo=UTC)))

    assert [f"{slot.day_on:%d %b}" for slot in slots] == [
        "07 Sep",
        "11 Sep",
        "14 Sep",  # lay ahead when the guardian left
        "05 Oct",
    ]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(histories(), st.integers(3, 60))
def test_no_slot_of_a_waiting_list_comes_before_its_first_day(
    history: list[Setting], days_ahead: int
) -> None:
    starts_on = JOINED.date() + timedelta(days=days_ahead)
    until = history[-1].from_at + timedelta(weeks=14)

    slots = list(list_slots(history, joined_at=JOINED, until=until, starts_on=starts_on))

    assert slots or not history[-1].is_on
    assert [slot.touch for slot in slots[:1]] in ([], [Touch.DO])
    for slot in slots:
        zone = ZoneInfo([each for each in history if each.from_at < slot.due_at][-1].rhythm.zone)
        assert slot.due_at.astimezone(zone).date() >= starts_on
    if len(history) == 1:
        hour = datetime.combine(
            starts_on, time(history[0].rhythm.hour), ZoneInfo(history[0].rhythm.zone)
        )
        assert slots[0] == Slot(starts_on, Touch.DO, hour.astimezone(UTC))
