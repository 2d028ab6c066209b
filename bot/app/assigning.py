"""Draw centres or children into arms, once, and tell how it was done."""

import asyncio
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import SystemRandom

from bot.app.files import write_bytes
from bot.app.opening import open_store
from bot.core.arms import (
    Drawn,
    Unit,
    count_allocations,
    describe_scheme,
    draw_arms,
    make_scheme,
    parse_scheme,
    say_count,
)
from bot.errors import BotError
from bot.report.disclosure import is_small, suppress
from bot.settings import Settings
from bot.store import Session, arms
from bot.store.arms import Candidate
from bot.store.evaluation_tables import Allocation, Arm
from bot.store.states import AllocationUnit

BY_CENTRE = ("language", "zone")
BY_CHILD = (*BY_CENTRE, "centre", "disadvantage", "level")
STRATUM_CHARACTERS, ARM_CHARACTERS = 80, 40
LARGEST_SEED = 2**31 - 1


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
class Draw:
    """What was drawn, before it is written down; `numbers` are those of the units, by code."""

    allocation: Allocation
    drawn: Sequence[Drawn]
    numbers: Mapping[str, int]


async def assign(settings: Settings, wish: Wish, *, out: Path | None, now: datetime) -> list[str]:
    """Draw the arms, or say that this was done; raise BotError where it was done in another way."""
    check_wish(wish)
    async with open_store(settings) as store, store.database.writing() as session:
        before = await arms.find_allocation(session)
        seed = wish.seed if wish.seed is not None else draw_seed(before)
        draw = await make_draw(session, wish, seed=seed, now=now)
        if before:
            await check_same(session, before, wish, digest=draw.allocation.digest, seed=seed)
            said = "These arms were drawn already, in the same way; nothing has changed."
        else:
            await record(session, draw, wish)
            units = f"{len(draw.drawn)} {plural(wish.unit)}"
            said = f"Drawn: {units} into {len(wish.arms)} arms."
        lines = [said, *await describe(session)]
        if out:
            lines.append(await asyncio.to_thread(write_out, out, draw.allocation.listed))
    return lines


async def show(settings: Settings, *, out: Path | None) -> list[str]:
    """Say what was drawn, and how."""
    async with open_store(settings) as store, store.database.reading() as session:
        allocation = await arms.find_allocation(session)
        if allocation is None:
            raise BotError("No arms have been drawn yet. Draw them: kuffert assign --arms A,B.")
        lines = await describe(session)
        if out:
            lines.append(await asyncio.to_thread(write_out, out, allocation.listed))
    return lines


def write_out(out: Path, listed: bytes) -> str:
    """Write the frozen list; raise BotError where that fails."""
    write_bytes(out, listed)
    return f"wrote {out}"


def plural(unit: AllocationUnit) -> str:
    """Name several units."""
    return "centres" if unit is AllocationUnit.CENTRE else "children"


async def make_draw(session: Session, wish: Wish, *, seed: int, now: datetime) -> Draw:
    """Draw what there is, and write nothing down."""
    candidates = await list_candidates(session, wish.unit)
    units = [Unit(each.code, name_stratum(each, wish.by)) for each in candidates]
    if not units:
        raise BotError(f"There is no {wish.unit} yet that could be drawn.")
    scheme = make_scheme(units, unit=wish.unit, arms=wish.arms)
    drawn = draw_arms(units, scheme, seed=seed)
    listed = write_list(drawn)
    allocation = Allocation(
        digest=hashlib.sha256(listed).hexdigest(),
        unit=wish.unit,
        seed=seed,
        scheme=describe_scheme(scheme, drawn, seed=seed),
        listed=listed,
        drawn_at=now,
    )
    return Draw(allocation, drawn, {each.code: each.id for each in candidates})


async def record(session: Session, draw: Draw, wish: Wish) -> None:
    """Write a draw down, with the arms that were wished for."""
    await arms.record_draw(
        session, draw.allocation, arms=make_arms(wish), drawn=draw.drawn, numbers=draw.numbers
    )


# Before the draw


def check_wish(wish: Wish) -> None:
    """Raise BotError for what cannot be drawn."""
    for name in wish.arms:
        if not name or len(name) > ARM_CHARACTERS or not name.isprintable():
            raise BotError(f"An arm's name has 1 to {ARM_CHARACTERS} characters.")
    for name in (*wish.starts, *([wish.control] if wish.control else [])):
        if name not in wish.arms:
            raise BotError(f'There is no arm "{name}". There are: {", ".join(wish.arms)}.')
    known = BY_CENTRE if wish.unit is AllocationUnit.CENTRE else BY_CHILD
    for column in wish.by:
        if column not in known:
            raise BotError(
                f'{plural(wish.unit).capitalize()} cannot be told apart by "{column}". '
                f"Use: {', '.join(known)}."
            )
    if wish.seed is not None and not 0 <= wish.seed <= LARGEST_SEED:
        raise BotError(f"A seed is a number from 0 to {LARGEST_SEED}.")


def draw_seed(before: Allocation | None) -> int:
    """Give the seed of the draw that was; draw one where there was none."""
    return before.seed if before else SystemRandom().randint(1, LARGEST_SEED)


async def list_candidates(session: Session, unit: AllocationUnit) -> list[Candidate]:
    """List what may be drawn."""
    if unit is AllocationUnit.CENTRE:
        return await arms.list_centres(session)
    return await arms.list_children(session)


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


async def check_same(
    session: Session, before: Allocation, wish: Wish, *, digest: str, seed: int
) -> None:
    """Raise BotError where a second draw would be another one than the first."""
    known = [(each.name, each.is_control, each.starts_on) for each in await arms.list_arms(session)]
    wished = [(each.name, each.is_control, each.starts_on) for each in make_arms(wish)]
    if (before.digest, before.seed, known) == (digest, seed, wished):
        return
    late = await list_late(session, before)
    added = f" Added since, and without an arm: {', '.join(late)}." if late else ""
    raise BotError(
        f"Arms were drawn on {before.drawn_at:%Y-%m-%d} with the seed {before.seed}; they are "
        f"never drawn again, nor changed. See them with kuffert assign --show.{added}"
    )


# After the draw


async def list_late(session: Session, allocation: Allocation) -> list[str]:
    """List the units that came after the draw, and have no arm."""
    drawn = await arms.list_drawn(session)
    candidates = await list_candidates(session, allocation.unit)
    return [each.code for each in candidates if each.id not in drawn]


async def describe(session: Session) -> list[str]:
    """Say what was drawn: arms, strata, what they are drawn from, and what came later."""
    allocation = await arms.find_allocation(session)
    if allocation is None:
        return []
    scheme, unit = parse_scheme(allocation.scheme), plural(allocation.unit)
    lines = [
        f"drawn on {allocation.drawn_at:%Y-%m-%d %H:%M} UTC, seed {allocation.seed}, "
        f"one of {say_count(count_allocations(scheme))} allocations",
        f"list SHA-256 {allocation.digest}",
    ]
    counted = await arms.count_by_arm(session)
    shown = suppress([each.children for each in counted])
    for each, children_shown in zip(counted, shown, strict=True):
        notes = "".join(
            (
                ", control" if each.arm.is_control else "",
                f", starts on {each.arm.starts_on}" if each.arm.starts_on else "",
            )
        )
        children = f"{say_children(children_shown)} now"
        if allocation.unit is AllocationUnit.CENTRE:
            children = f"{each.units} {unit}, {children}"
        lines.append(f"arm {each.arm.name}: {children}{notes}")
    lines += describe_strata(allocation, scheme.arms)
    late = await list_late(session, allocation)
    if late:
        lines.append(f"added after the draw, without an arm: {', '.join(late)}")
    return [*lines, *describe_contamination(await arms.count_contaminated(session))]


def say_children(count: int | None) -> str:
    """Say how many children there are; None is a count that would tell of a few."""
    return "a number of children that is not shown" if count is None else f"{count} children"


def describe_strata(allocation: Allocation, names: Sequence[str]) -> list[str]:
    """Say how each stratum was drawn; where there is one only, the arms say it.

    Of children, nothing is said where an arm has a few in any stratum: the arms' own counts less
    the other strata would tell them.
    """
    rows = list(csv.DictReader(io.StringIO(allocation.listed.decode())))
    counts = Counter((row["stratum"], row["arm"]) for row in rows)
    strata = sorted({row["stratum"] for row in rows})
    if len(strata) < 2:
        return []
    is_of_children = allocation.unit is AllocationUnit.CHILD
    if is_of_children and any(is_small(counts[each, arm]) for each in strata for arm in names):
        return [f"{len(strata)} strata; their counts are not shown, for some are of a few children"]
    return [
        f"stratum {each}: " + ", ".join(f"{counts[each, arm]} {arm}" for arm in names)
        for each in strata
    ]


def describe_contamination(counted: Counter[tuple[str, str]]) -> list[str]:
    """Say how many guardians have children in two arms, by pair of arms; few are not counted."""
    if not counted:
        return ["no guardian has children in two arms"]
    return [
        f"guardians with children in both {first} and {second}: "
        + ("fewer than 5" if is_small(count) else str(count))
        for (first, second), count in sorted(counted.items())
    ]
