"""Draw bars, and estimates with their intervals, each under a line of its own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil, floor, log10

from bot.report.paper.drawing import (
    BOLDER,
    GREY,
    INK,
    PALE,
    SIZE,
    WHITE,
    Box,
    Drawing,
    Line,
    Shape,
    Words,
    measure,
)
from bot.report.paper.speech import Speech

WIDTH = 480.0
EDGE = 14.0  # left and right of the axis
TICKS = 5  # about as many
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
BAR_HEIGHT = 15.0


@dataclass(frozen=True)
class Bar:
    """A share from 0 to 1, or None; `text` is its figure in words."""

    label: str
    share: float | None
    text: str
    is_pale: bool = False


@dataclass(frozen=True)
class Whisker:
    """An estimate and its interval, either of which may be missing."""

    label: str
    value: float | None
    interval: tuple[float, float] | None
    text: str
    is_main: bool = False


@dataclass(frozen=True)
class Group:
    """Some bars or whiskers under one title; an empty title is left out."""

    title: str
    lines: Sequence[Bar | Whisker]


@dataclass(frozen=True)
class Axis:
    """From where to where an axis runs, and how far its ticks are apart, with their decimals."""

    low: float
    high: float
    step: float
    digits: int

    def place(self, value: float) -> float:
        """Give the x of a value; what lies beyond the axis stands at its end."""
        inside = min(max(value, self.low), self.high)
        return EDGE + (inside - self.low) / (self.high - self.low) * (WIDTH - 2 * EDGE)


def draw_bars(groups: Sequence[Group]) -> Drawing:
    """Draw bars: each a label, a figure, and a bar beneath them as long as its share."""
    drawing = Drawing(WIDTH)
    y = 0.0
    for group in groups:
        y = write_title(drawing, group.title, y)
        for bar in group.lines:
            y = write_label(drawing, bar.label, bar.text, y) + 3
            if isinstance(bar, Bar) and bar.share is not None:
                length = min(max(bar.share, 0.0), 1.0) * (WIDTH - 2)
                drawing.add(Box(1, y, WIDTH - 2, BAR_HEIGHT, WHITE, PALE))
                drawing.add(Box(1, y, length, BAR_HEIGHT, PALE if bar.is_pale else GREY))
            y += BAR_HEIGHT + 7
        y += 6
    drawing.height = y
    return drawing


def draw_whiskers(groups: Sequence[Group], speech: Speech, *, unit: str) -> Drawing:
    """Draw estimates and intervals above one axis, with a dashed line at 0.

    An interval that goes far beyond the others ends in an arrow at the axis' end.
    """
    lines = [each for group in groups for each in group.lines if isinstance(each, Whisker)]
    axis = find_axis(lines)
    drawing, zero = Drawing(WIDTH), axis.place(0)
    y = 0.0
    for group in groups:
        y = write_title(drawing, group.title, y)
        for each in group.lines:
            y = write_label(drawing, each.label, each.text, y, is_bold=is_main(each))
            if isinstance(each, Whisker):
                drawing.add(Line(zero, y, zero, y + 19, is_dashed=True))
                draw_whisker(drawing, each, axis, y=y + 9)
            y += 22
        y += 4
    drawing.height = draw_axis(drawing, axis, speech, y=y, unit=unit)
    return drawing


def is_main(line: Bar | Whisker) -> bool:
    """Say whether a line is the one that the study was made for."""
    return isinstance(line, Whisker) and line.is_main


def draw_whisker(drawing: Drawing, each: Whisker, axis: Axis, *, y: float) -> None:
    """Draw an interval as a line and its estimate as a square, filled where it is the main one."""
    if each.interval is not None:
        low, high = (axis.place(end) for end in each.interval)
        weight = 2.4 if each.is_main else 1.4
        drawing.add(Line(low, y, high, y, weight=weight))
        for end, x, way in zip(each.interval, (low, high), (1, -1), strict=True):
            if axis.low <= end <= axis.high:
                drawing.add(Line(x, y - 5, x, y + 5, weight=weight))
            else:
                drawing.add(Shape([(x, y), (x + 8 * way, y - 5), (x + 8 * way, y + 5)]))
    if each.value is not None and axis.low <= each.value <= axis.high:
        half = 5.5 if each.is_main else 4.0
        x = axis.place(each.value)
        fill = INK if each.is_main else WHITE
        drawing.add(Box(x - half, y - half, 2 * half, 2 * half, fill))


def draw_axis(drawing: Drawing, axis: Axis, speech: Speech, *, y: float, unit: str) -> float:
    """Draw the axis with its ticks and its unit; give the y below it."""
    drawing.add(Line(EDGE, y, WIDTH - EDGE, y))
    for number in count():
        value = axis.low + number * axis.step
        if value > axis.high + axis.step / 2:
            break
        x = axis.place(value)
        drawing.add(Line(x, y, x, y + 5))
        drawing.add(Words(x, y + 18, speech.number(value, axis.digits), "middle", size=11.5))
    return drawing.write(unit, WIDTH / 2, y + 20, width=WIDTH, anchor="middle", size=11.5) + 4


def find_axis(lines: Sequence[Whisker]) -> Axis:
    """Find an axis that holds 0 and every estimate, and all but the far ends of intervals."""
    values = [each.value for each in lines if each.value is not None]
    reach = max((abs(each) for each in values), default=0.0)
    ends = [end for each in lines if each.interval for end in each.interval]
    middling = sorted(abs(end) for end in ends)
    furthest = max(3 * middling[len(middling) // 2], 1.2 * reach) if middling else 1.0
    kept = [min(max(each, -furthest), furthest) for each in [*values, *ends, 0.0]]
    low, high = min(kept), max(kept)
    if high - low < 1e-9:
        low, high = -1.0, 1.0
    step = find_step(high - low)
    digits = max(0, -find_power(step)) + (1 if is_quarter(step) else 0)
    return Axis(floor(low / step - 1e-9) * step, ceil(high / step + 1e-9) * step, step, digits)


def find_power(number: float) -> int:
    """Give the power of ten that a number is of."""
    return floor(log10(number) + 1e-9)


def is_quarter(step: float) -> bool:
    """Say whether a step is two and a half of its power of ten."""
    return round(step / 10.0 ** find_power(step), 3) == 2.5


def find_step(reach: float) -> float:
    """Find how far ticks are apart: 1, 2, 2.5 or 5 times a power of ten."""
    rough = reach / TICKS
    power = 10.0 ** find_power(rough)
    return next(each * power for each in STEPS if each * power >= rough * (1 - 1e-9))


def write_title(drawing: Drawing, title: str, y: float) -> float:
    """Write a group's title; give the y below it."""
    return drawing.write(title, 0, y, width=WIDTH, is_bold=True) + 4 if title else y


def write_label(
    drawing: Drawing, label: str, text: str, y: float, *, is_bold: bool = False
) -> float:
    """Write a label at the left and its figure at the right, below it where both are too long."""
    room = WIDTH - measure(text) - 16
    room = room / BOLDER - 10 if is_bold else room
    if measure(label) <= room:
        drawing.add(Words(WIDTH, y + SIZE, text, "end", is_bold))
        return drawing.write(label, 0, y, width=WIDTH, is_bold=is_bold)
    y = drawing.write(label, 0, y, width=WIDTH, is_bold=is_bold)
    return drawing.write(text, WIDTH, y, width=WIDTH, is_bold=is_bold, anchor="end")
