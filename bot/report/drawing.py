"""Draw centres or children into arms, once: what may be asked for, and the draw itself."""

import asyncio
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import SystemRandom

from bot.core.arms import Drawn, Unit, describe_scheme, draw_arms, make_scheme
from bot.errors import BotError
from bot.report.plans import LARGEST_SEED
from bot.store import Session, arms
from bot.store.arms import Candidate
from bot.store.evaluation_tables import Allocation, Arm
from bot.store.states import AllocationUnit

BY_CENTRE = ("language", "zone")
BY_CHILD = (*BY_CENTRE, "centre", "disadvantage", "level")
STRATUM_CHARACTERS, ARM_CHARACTERS = 80, 40


class AlreadyDrawn(BotError):
    """Arms were drawn before, in another way; `late` are the units that came after."""

    def __init__(self, before: Allocation, late: Sequence[str]) -> None:
        """Say when, and by which seed."""
        self.late = late
        super().__init__(
            f"Arms were drawn on {before.drawn_at:%Y-%m-%d} with the seed {before.seed}; they are "
            "never drawn again, nor changed."
        )


class SeenOthers(BotError):
    """What would be drawn is not what whoever asks has seen."""


@dataclass(frozen=True)
class Wish:
    """What an evaluator asks for."""

    arms: tuple[str, ...]
    control: str | None
    unit: AllocationUnit
    by: tuple[str, ...]
    seed: int | None
    starts: Mapping[str, date]


@dataclass(frozen=True)
class Units:
    """What there is to be drawn, by strata; `numbers` are those of the units, by code."""

    units: Sequence[Unit]
    numbers: Mapping[str, int]

    def measure(self) -> "Sizes":
        """Count the units of each stratum."""
        listed = sorted((each.code, each.stratum) for each in self.units)
        digest = hashlib.sha256(repr(listed).encode()).hexdigest()
        return Sizes(Counter(each.stratum for each in self.units), sorted(self.numbers), digest)


@dataclass(frozen=True)
class Sizes:
    """How many units each stratum has, and their codes.

    `digest` is another wherever another unit, or one in another stratum, would be drawn.
    """

    strata: Mapping[str, int]
    codes: Sequence[str]
    digest: str


@dataclass(frozen=True)
class Draw:
    """What was drawn, before it is written down; `numbers` are those of the units, by code."""

    allocation: Allocation
    drawn: Sequence[Drawn]
    numbers: Mapping[str, int]


async def draw_once(
    session: Session, wish: Wish, *, now: datetime, seen: str | None = None
) -> tuple[Draw, bool]:
    """Draw the arms and write them down; give the draw, and whether it is a new one.

    The same draw again changes nothing. Raise AlreadyDrawn for another one, and SeenOthers where
    the units are not those whose digest was `seen`.
    """
    check_wish(wish)
    await arms.wait_in_turn(session)
    before = await arms.find_allocation(session)
    seed = wish.seed if wish.seed is not None else draw_seed(before)
    units = await list_units(session, wish.unit, wish.by)
    draw = await asyncio.to_thread(make_draw, units, wish, seed=seed, now=now)
    if before:
        if not await is_same(session, before, draw, wish):
            raise AlreadyDrawn(before, await arms.list_late(session, before.unit))
        return draw, False
    if seen is not None and (await asyncio.to_thread(units.measure)).digest != seen:
        raise SeenOthers(f"Since you looked, other {plural(wish.unit)} are there. Look again.")
    await record(session, draw, wish)
    return draw, True


async def list_units(session: Session, unit: AllocationUnit, by: Sequence[str]) -> Units:
    """List what may be drawn, by strata; raise BotError where nothing may."""
    is_centre = unit is AllocationUnit.CENTRE
    found = await (arms.list_centres(session) if is_centre else arms.list_children(session))
    if not found:
        raise BotError(f"There is no {unit} yet that could be drawn.")
    return await asyncio.to_thread(sort_units, found, by)


def sort_units(found: Sequence[Candidate], by: Sequence[str]) -> Units:
    """Tell the stratum of each unit; raise BotError for one that has too long a name."""
    units = [Unit(each.code, name_stratum(each, by)) for each in found]
    return Units(units, {each.code: each.id for each in found})


def make_draw(units: Units, wish: Wish, *, seed: int, now: datetime) -> Draw:
    """Draw what there is, and write nothing down."""
    scheme = make_scheme(units.units, unit=wish.unit, arms=wish.arms)
    drawn = draw_arms(units.units, scheme, seed=seed)
    listed = write_list(drawn)
    allocation = Allocation(
        digest=hashlib.sha256(listed).hexdigest(),
        unit=wish.unit,
        seed=seed,
        scheme=describe_scheme(scheme, drawn, seed=seed),
        listed=listed,
        drawn_at=now,
    )
    return Draw(allocation, drawn, units.numbers)


async def record(session: Session, draw: Draw, wish: Wish) -> None:
    """Write a draw down, with the arms that were wished for."""
    await arms.record_draw(
        session, draw.allocation, arms=make_arms(wish), drawn=draw.drawn, numbers=draw.numbers
    )


def plural(unit: AllocationUnit) -> str:
    """Name several units."""
    return "centres" if unit is AllocationUnit.CENTRE else "children"


def check_wish(wish: Wish) -> None:
    """Raise BotError for what cannot be drawn."""
    for name in wish.arms:
        if not name or len(name) > ARM_CHARACTERS or not name.isprintable():
            raise BotError(f"An arm's name has 1 to {ARM_CHARACTERS} characters.")
    for name in (*wish.starts, *([wish.control] if wish.control else [])):
        if name not in wish.arms:
            raise BotError(f'There is no arm "{name}". There are: {", ".join(wish.arms)}.')
    known = BY_CENTRE if wish.unit is AllocationUnit.CENTRE else BY_CHILD
    units = plural(wish.unit).capitalize()
    for column in wish.by:
        if column not in known:
            raise BotError(f'{units} cannot be told apart by "{column}". Use: {", ".join(known)}.')
    if wish.seed is not None and not 0 <= wish.seed <= LARGEST_SEED:
        raise BotError(f"A seed is a number from 0 to {LARGEST_SEED}.")


def draw_seed(before: Allocation | None) -> int:
    """Give the seed of the draw that was; draw one where there was none.

    It is drawn in the moment of the draw and no earlier: who knows the seed knows every arm.
    """
    return before.seed if before else SystemRandom().randint(1, LARGEST_SEED)


def name_stratum(candidate: Candidate, by: Sequence[str]) -> str:
    """Name the stratum of a unit: its values, one after another."""
    name = " / ".join(candidate.values[column] for column in by)
    if len(name) > STRATUM_CHARACTERS:
        raise BotError(f"The stratum {name} has a name of more than {STRATUM_CHARACTERS} letters.")
    return name


def make_arms(wish: Wish) -> list[Arm]:
    """Make the rows of the arms; which draw they are of is written when that is."""
    return [
        Arm(
            allocation_id=0,
            name=name,
            is_control=name == wish.control,
            starts_on=wish.starts.get(name),
        )
        for name in wish.arms
    ]


def write_list(drawn: Sequence[Drawn]) -> bytes:
    """Write the frozen list: a CSV by code, the same bytes on every machine."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["code", "stratum", "arm"])
    writer.writerows(
        [each.code, each.stratum, each.arm] for each in sorted(drawn, key=lambda each: each.code)
    )
    return text.getvalue().encode()


async def is_same(session: Session, before: Allocation, draw: Draw, wish: Wish) -> bool:
    """Say whether a second draw would be just the first."""
    known = [(each.name, each.is_control, each.starts_on) for each in await arms.list_arms(session)]
    wished = [(each.name, each.is_control, each.starts_on) for each in make_arms(wish)]
    drawn = draw.allocation
    return (before.digest, before.seed, known) == (drawn.digest, drawn.seed, wished)
