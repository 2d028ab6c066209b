"""The draw of arms: looked at first, done once and for all, and read for ever after."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from starlette.datastructures import ImmutableMultiDict
from starlette.responses import Response

from bot.core.arms import is_very_large, say_count
from bot.errors import BotError, DatabaseGone
from bot.report.disclosure import is_small
from bot.report.drawing import (
    BY_CENTRE,
    BY_CHILD,
    AlreadyDrawn,
    SeenOthers,
    Sizes,
    Wish,
    check_wish,
    draw_once,
    list_units,
)
from bot.report.drawn import Ahead, Told, find_told, look_ahead
from bot.report.plans import LARGEST_SEED
from bot.store import arms
from bot.store.states import AllocationUnit
from bot.web.console.files import CSV, as_file
from bot.web.console.remembering import Memory, Remembered
from bot.web.console.visits import Visit

PAGE = "/evaluation/arms"
FEW_ARMS, MOST_ARMS = 3, 8
MOST_LATE = 200  # codes of later units that are listed


@dataclass(frozen=True)
class Row:
    """What was written of one arm."""

    number: int
    name: str
    starts: str
    is_control: bool


@dataclass(frozen=True)
class Asked:
    """What was written into the form, as it is shown again; `seen` is what was looked at."""

    rows: tuple[Row, ...]
    unit: str
    by: tuple[str, ...]
    seed: str
    seen: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked yet."""
        return not any(each.name for each in self.rows)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The fields of the form, to be carried on."""
        carried = [("unit", self.unit), *(("by", each) for each in self.by), ("seed", self.seed)]
        for row in self.rows:
            if row.name:
                carried += [(f"arm{row.number}", row.name), (f"starts{row.number}", row.starts)]
            if row.is_control:
                carried.append(("control", str(row.number)))
        return [(name, value) for name, value in carried if value]


def read_asked(given: ImmutableMultiDict[str, object]) -> Asked:
    """Read the form, whatever stands in it."""

    def said(name: str) -> str:
        value = given.get(name)
        return value.strip() if isinstance(value, str) else ""

    control = said("control")
    return Asked(
        tuple(
            Row(number, said(f"arm{number}"), said(f"starts{number}"), control == str(number))
            for number in range(1, MOST_ARMS + 1)
        ),
        said("unit") or AllocationUnit.CENTRE,
        tuple(dict.fromkeys(str(each) for each in given.getlist("by") if each)),
        said("seed"),
        said("seen"),
    )


def make_wish(visit: Visit, asked: Asked) -> Wish:
    """Make a wish of what was asked; raise BotError for what cannot be drawn."""
    say = visit.words.say
    named = [each for each in asked.rows if each.name]
    if any(each.starts or each.is_control for each in asked.rows if not each.name):
        raise BotError(say("An arm with a first day, and the control group, need a name."))
    if len({each.name for each in named}) != len(named) or len(named) < 2:
        raise BotError(say("Name two arms or more, each by another name."))
    if asked.unit not in list(AllocationUnit):
        raise BotError(say("Choose what is drawn: centres or children."))
    wish = Wish(
        arms=tuple(each.name for each in named),
        control=next((each.name for each in named if each.is_control), None),
        unit=AllocationUnit(asked.unit),
        by=tuple(sorted(asked.by, key=place_of)),
        seed=read_seed(asked.seed),
        starts={each.name: read_day(each.starts) for each in named if each.starts},
    )
    check_wish(wish)
    return wish


def place_of(column: str) -> int:
    """Give the place of a column in the names of strata, as the page lists them."""
    return BY_CHILD.index(column) if column in BY_CHILD else len(BY_CHILD)


def read_seed(text: str) -> int | None:
    """Read a seed, where one is written."""
    if not text:
        return None
    is_short = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_SEED))
    if not is_short or int(text) > LARGEST_SEED:
        raise BotError(f"A seed is a number from 0 to {LARGEST_SEED}.")
    return int(text)


def read_day(text: str) -> date:
    """Read an arm's first day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BotError(
            f'"{text}" is no day. Write it as year, month and day: 2027-02-01.'
        ) from None


async def show(visit: Visit, memory: Memory) -> Response:
    """Show what was drawn; before that the form, and what a draw by it would be like."""
    told = await recall_told(visit, memory)
    if told is not None:
        return show_told(visit, told)
    asked = read_asked(visit.request.query_params)
    if asked.is_empty:
        return show_form(visit, asked)
    return await look(visit, memory, asked)


async def recall_told(visit: Visit, memory: Memory) -> Remembered | None:
    """Give what is told of the draw, as it was counted a moment ago; None before the draw."""

    async def count() -> Told | None:
        async with visit.office.database.reading() as session:
            return await find_told(session)

    async with visit.office.database.reading() as session:
        digest = await arms.find_digest(session)
    if digest is None:
        return None
    return await memory.recall("arms", count, now=visit.now, stamp=digest)


def show_told(visit: Visit, counted: Remembered, *, error: str = "") -> Response:
    """Show what was drawn."""
    told: Told = counted.value
    return visit.page(
        "arms-drawn",
        status=409 if error else 200,
        error=error,
        told=told,
        allocations=write_count(told.allocations),
        late=told.late[:MOST_LATE],
        counted=counted,
        is_of_centres=told.allocation.unit is AllocationUnit.CENTRE,
    )


def write_count(count: int | None) -> int | str | None:
    """Give a count for the page to write; of a very large one how large it is."""
    return say_count(count) if count is not None and is_very_large(count) else count


def show_form(visit: Visit, asked: Asked, *, status: int = 200, error: str = "") -> Response:
    """Show the form, with what is wrong in it."""
    return visit.page("arms", status=status, error=error, ahead=None, **form_values(asked))


def form_values(asked: Asked) -> Mapping[str, object]:
    """Give what the form is shown by."""
    return {
        "asked": asked,
        "few": FEW_ARMS,
        "by_centre": BY_CENTRE,
        "by_child": BY_CHILD[len(BY_CENTRE) :],
        "largest_seed": LARGEST_SEED,
    }


async def look(visit: Visit, memory: Memory, asked: Asked, *, error: str = "") -> Response:
    """Show what a draw would be like: nothing is drawn yet, and no seed either.

    A seed that was drawn now, to be carried along, could be looked at and thrown away for another.
    """
    try:
        wish = make_wish(visit, asked)
        sizes = await recall_sizes(visit, memory, wish)
        ahead = await recall_ahead(visit, memory, wish, sizes)
    except DatabaseGone:
        raise
    except BotError as refusal:
        return show_form(visit, asked, status=400, error=str(refusal))
    is_of_centres, children = wish.unit is AllocationUnit.CENTRE, 0
    if is_of_centres:
        async with visit.office.database.reading() as session:
            children = await arms.count_children(session)
    return visit.page(
        "arms",
        status=409 if error else 200,
        error=error,
        ahead=ahead,
        allocations=write_count(ahead.allocations),
        wish=wish,
        seen=sizes.digest,
        codes=sizes.codes if is_of_centres else (),
        children=None if is_small(children) else children,
        is_of_centres=is_of_centres,
        **form_values(asked),
    )


async def recall_sizes(visit: Visit, memory: Memory, wish: Wish) -> Sizes:
    """Give how many units each stratum has, as it was counted a moment ago.

    Whoever draws is told of units that are other ones than were seen.
    """

    async def count() -> Sizes:
        async with visit.office.database.reading() as session:
            units = await list_units(session, wish.unit, wish.by)
        return await asyncio.to_thread(units.measure)

    async with visit.office.database.reading() as session:
        latest = await arms.find_latest(session, wish.unit)
    key = ("units", wish.unit, wish.by)
    counted = await memory.recall(key, count, now=visit.now, stamp=latest)
    sizes: Sizes = counted.value
    return sizes


async def recall_ahead(visit: Visit, memory: Memory, wish: Wish, sizes: Sizes) -> Ahead:
    """Tell what a draw of these units would be like; very many have a count of many digits."""

    async def count() -> Ahead:
        return await asyncio.to_thread(look_ahead, sizes.strata, wish.unit, wish.arms)

    key = ("ahead", visit.account.id)  # arms can be called anything: one look each is remembered
    stamp = (sizes.digest, wish.unit, wish.by, wish.arms)
    counted = await memory.recall(key, count, now=visit.now, stamp=stamp)
    ahead: Ahead = counted.value
    return ahead


async def draw(visit: Visit, memory: Memory) -> Response:
    """Draw, once and for all; where somebody has drawn meanwhile, tell what was drawn."""
    asked = read_asked(visit.form)
    try:
        wish = make_wish(visit, asked)
    except BotError as refusal:
        return show_form(visit, asked, status=400, error=str(refusal))
    try:
        is_new = await draw_and_note(visit, wish, seen=asked.seen)
    except AlreadyDrawn as refusal:
        told = await recall_told(visit, memory)
        return show_told(visit, told, error=str(refusal)) if told else visit.back(PAGE)
    except SeenOthers as refusal:
        memory.forget()
        return await look(visit, memory, asked, error=str(refusal))
    memory.forget()
    said = visit.words.say("The arms are drawn.")
    if not is_new:
        said = visit.words.say(
            "These arms were drawn already, in the same way; nothing has changed."
        )
    return visit.back(PAGE, said=said)


async def draw_and_note(visit: Visit, wish: Wish, *, seen: str) -> bool:
    """Draw, and note who did; say whether anything was drawn."""
    async with visit.office.database.writing() as session:
        made, is_new = await draw_once(session, wish, now=visit.now, seen=seen)
        drawn = made.allocation
        if is_new:
            await visit.note(session, "arms drawn", f"seed {drawn.seed}, SHA-256 {drawn.digest}")
    return is_new


async def give_list(visit: Visit) -> Response:
    """Send the frozen list: the bytes whose hash is shown."""
    async with visit.office.database.writing() as session:
        allocation = await arms.find_allocation(session)
        if allocation is None:
            raise BotError(visit.words.say("No arms have been drawn yet."))
        await visit.note(session, "file fetched", f"arms.csv {allocation.digest}")
    return Response(allocation.listed, media_type=CSV, headers=as_file("arms.csv"))
