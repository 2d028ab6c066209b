"""Draw the flow of centres and children: CONSORT's boxes and arrows, a column for each arm."""

from collections.abc import Sequence

from bot.report.findings import Flow, FlowArm, Followed, Step
from bot.report.paper.drawing import (
    BOLDER,
    PALE,
    SIZE,
    WHITE,
    Box,
    Drawing,
    Line,
    Words,
    count_lines,
    wrap,
)
from bot.report.paper.speech import Speech

COLUMN, GAP = 204.0, 24.0
PAD = 7.0
SPACE = 20.0  # between boxes, for an arrow

STEPS = {
    Step.CARD: "Card issued",
    Step.OPENED: "Card opened",
    Step.CONSENTED: "Guardian joined",
    Step.ACTIVE: "At least one active week",
    Step.COMPLIED: "Complied",
}
FOLLOWED = {
    Followed.KEPT: "Result not withheld",
    Followed.ASSESSED: "With a result",
    Followed.ANALYSED: "Analysed",
}


def name_arm(arm: FlowArm, speech: Speech) -> str:
    """Name an arm as the flow shows it; without a draw everybody is in one."""
    if not arm.arm:
        return speech.say("All centres")
    return speech.say("{arm} (control)", arm=arm.arm) if arm.is_control else arm.arm


def draw_flow(flow: Flow, speech: Speech) -> Drawing:
    """Draw the flow from the centres assessed down to the children analysed, arm by arm."""
    columns = max(len(flow.arms), 1)
    width = max(columns * COLUMN + (columns - 1) * GAP, 2 * (COLUMN + SPACE)) + 2
    drawing = Drawing(width)
    top = draw_start(drawing, flow, speech)
    left = (width - columns * COLUMN - (columns - 1) * GAP) / 2
    places = [left + number * (COLUMN + GAP) for number in range(columns)]
    y = draw_fork(drawing, places, top)
    y = draw_row(drawing, places, y, [tell_arm(arm, speech) for arm in flow.arms])
    for step, label in STEPS.items():
        texts = [tell_count(label, arm.took_part.get(step), speech) for arm in flow.arms]
        y = draw_row(drawing, places, y, texts, is_led=True)
    y = draw_band(drawing, y + SPACE * 0.7, tell_followed(flow, speech))
    if flow.outcome:
        for number, (end, label) in enumerate(FOLLOWED.items()):
            texts = [tell_count(label, arm.followed.get(end), speech) for arm in flow.arms]
            is_last = end is Followed.ANALYSED
            y = draw_row(drawing, places, y, texts, is_led=number > 0, is_bold=is_last)
    drawing.height = y + 2
    return drawing


def tell_count(label: str, count: int | None, speech: Speech) -> list[str]:
    """Give the words of a box with a count in it."""
    return [speech.say(label), speech.whole(count)]


def tell_arm(arm: FlowArm, speech: Speech) -> list[str]:
    """Give the words of an arm's first box."""
    starts = [speech.say("starts on {day}", day=speech.day(arm.starts_on))] if arm.starts_on else []
    return [
        name_arm(arm, speech),
        *starts,
        speech.count("{number} centre", "{number} centres", arm.centres),
        tell_children(arm.took_part.get(Step.ROSTER), speech),
    ]


def tell_children(count: int | None, speech: Speech) -> str:
    """Say how many children, also where that is suppressed."""
    if count is None:
        return speech.say("children: –")
    return speech.count("{number} child", "{number} children", count)


def tell_followed(flow: Flow, speech: Speech) -> str:
    """Say what the second part of the flow is about."""
    if flow.outcome is None:
        return speech.say("No results yet")
    outcome = f"{flow.outcome.instrument}, {flow.outcome.wave}"
    return speech.say("Results of all children on the roster: {outcome}", outcome=outcome)


def draw_start(drawing: Drawing, flow: Flow, speech: Speech) -> float:
    """Draw who there was, and beside it who was not drawn; give the y below."""
    middle = drawing.width / 2
    texts = [
        speech.say("On the roster"),
        speech.count("{number} centre", "{number} centres", flow.centres),
        tell_children(flow.children, speech),
    ]
    y = draw_box(drawing, middle - COLUMN / 2, 1, texts, height=find_height(texts))
    if not flow.arms or not flow.arms[0].arm:
        return y
    texts = [
        speech.say("Not drawn"),
        speech.count("{number} centre", "{number} centres", flow.centres - flow.drawn),
        tell_children(flow.left_out, speech),
    ]
    if flow.left_out != 0 or flow.centres != flow.drawn:
        height = find_height(texts)
        center = y + SPACE * 0.5 + height / 2
        drawing.point(middle, center, middle + SPACE, center)
        draw_box(drawing, middle + SPACE, y + SPACE * 0.5, texts, height=height)
        below = y + SPACE + height
        drawing.point(middle, y, middle, below + SPACE)
        y = below
    else:
        drawing.point(middle, y, middle, y + SPACE)
    drawn = speech.say("Drawn: {centres}", centres=speech.count(
        "{number} centre", "{number} centres", flow.drawn))  # fmt: skip
    return draw_box(drawing, middle - COLUMN / 2, y + SPACE, [drawn], height=find_height([drawn]))


def draw_fork(drawing: Drawing, places: Sequence[float], y: float) -> float:
    """Draw the arrows from one box to the arms' columns; give the y of their points."""
    from_x = drawing.width / 2
    middles = [place + COLUMN / 2 for place in places]
    if len(middles) > 1:
        drawing.add(Line(from_x, y, from_x, y + SPACE * 0.6))
        drawing.add(Line(middles[0], y + SPACE * 0.6, middles[-1], y + SPACE * 0.6))
    start = y + SPACE * 0.6 if len(middles) > 1 else y
    for middle in middles:
        drawing.point(middle, start, middle, y + SPACE * 1.4)
    return y + SPACE * 1.4


def draw_row(
    drawing: Drawing, places: Sequence[float], y: float, texts: Sequence[list[str]], *,
    is_led: bool = False, is_bold: bool = False,
) -> float:  # fmt: skip
    """Draw a box in each column, all of one height; give the y below."""
    if is_led:
        for place in places:
            drawing.point(place + COLUMN / 2, y, place + COLUMN / 2, y + SPACE)
        y += SPACE
    height = max((find_height(each) for each in texts), default=0.0)
    for place, each in zip(places, texts, strict=False):
        draw_box(drawing, place, y, each, height=height, is_bold=is_bold)
    return y + height


def find_height(texts: Sequence[str]) -> float:
    """Find how high a box is for some lines of words."""
    lines = sum(count_lines(each, (COLUMN - 2 * PAD - 10) / BOLDER) for each in texts)
    return lines * SIZE * 1.3 + 2 * PAD


def draw_box(
    drawing: Drawing, x: float, y: float, texts: Sequence[str], *, height: float,
    is_bold: bool = False,
) -> float:  # fmt: skip
    """Draw a box with its words in the middle, the first in bold; give the y below."""
    drawing.add(Box(x, y, COLUMN, height, PALE if is_bold else WHITE))
    below = y + (height - find_height(texts)) / 2 + PAD
    room = COLUMN - 2 * PAD - 10
    for number, text in enumerate(texts):
        below = drawing.write(
            text, x + COLUMN / 2, below, width=room, anchor="middle",
            is_bold=number == 0 or is_bold,
        )  # fmt: skip
    return y + height


def draw_band(drawing: Drawing, y: float, text: str) -> float:
    """Draw a strip across all columns; give the y where the next boxes begin."""
    lines = wrap(text, (drawing.width - 30) / BOLDER)
    height = len(lines) * SIZE * 1.3 + 2 * PAD
    drawing.add(Box(1, y, drawing.width - 2, height, PALE, PALE))
    for number, each in enumerate(lines):
        x, below = drawing.width / 2, y + PAD + (number + 1) * SIZE * 1.3 - SIZE * 0.3
        drawing.add(Words(x, below, each, "middle", is_bold=True))
    return y + height + SPACE * 0.5
