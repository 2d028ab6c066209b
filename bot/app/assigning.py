"""The command that draws arms: draw once, and tell how it was done, line by line."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.app.files import write_bytes
from bot.app.opening import open_store
from bot.core.arms import say_count
from bot.errors import BotError
from bot.report.drawing import AlreadyDrawn, Wish, check_wish, draw_once, plural
from bot.report.drawn import ArmTold, Shared, Told, find_told
from bot.settings import Settings
from bot.store import Session, arms
from bot.store.states import AllocationUnit


async def assign(settings: Settings, wish: Wish, *, out: Path | None, now: datetime) -> list[str]:
    """Draw the arms, or say that this was done; raise BotError where it was done in another way."""
    check_wish(wish)
    async with open_store(settings) as store, store.database.writing() as session:
        try:
            draw, is_new = await draw_once(session, wish, now=now)
        except AlreadyDrawn as drawn:
            late = f" Added since, and without an arm: {', '.join(drawn.late)}."
            see = f"{drawn} See them with kuffert assign --show."
            raise BotError(see + late * bool(drawn.late)) from None
        units = f"{len(draw.drawn)} {plural(wish.unit)}"
        said = f"Drawn: {units} into {len(wish.arms)} arms."
        if not is_new:
            said = "These arms were drawn already, in the same way; nothing has changed."
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


async def describe(session: Session) -> list[str]:
    """Say what was drawn: arms, strata, what they are drawn from, and what came later."""
    told = await find_told(session)
    if told is None:
        return []
    allocation = told.allocation
    late = f"added after the draw, without an arm: {', '.join(told.late)}"
    return [
        f"drawn on {allocation.drawn_at:%Y-%m-%d %H:%M} UTC, seed {allocation.seed}, "
        f"one of {say_count(told.allocations)} allocations",
        f"list SHA-256 {allocation.digest}",
        *(describe_arm(each, allocation.unit) for each in told.arms),
        *describe_strata(told),
        *([late] if told.late else []),
        *describe_contamination(told.shared),
    ]


def describe_arm(told: ArmTold, unit: AllocationUnit) -> str:
    """Say how many are in an arm, and what it is for."""
    is_hidden = told.children is None
    children = (
        "a number of children that is not shown" if is_hidden else f"{told.children} children"
    )
    units = f"{told.units} {plural(unit)}, " if unit is AllocationUnit.CENTRE else ""
    control = ", control" if told.arm.is_control else ""
    starts = f", starts on {told.arm.starts_on}" if told.arm.starts_on else ""
    return f"arm {told.arm.name}: {units}{children} now{control}{starts}"


def describe_strata(told: Told) -> list[str]:
    """Say how each stratum was drawn; where there is one only, the arms say it."""
    if told.of_strata < 2:
        return []
    if not told.strata:
        return [
            f"{told.of_strata} strata; their counts are not shown, for some are of a few children"
        ]
    return [
        f"stratum {each.name}: "
        + ", ".join(f"{n} {arm}" for n, arm in zip(each.counts, told.scheme.arms, strict=True))
        for each in told.strata
    ]


def describe_contamination(shared: Sequence[Shared]) -> list[str]:
    """Say how many guardians have children in two arms, by pair of arms; few are not counted."""
    if not shared:
        return ["no guardian has children in two arms"]
    return [
        f"guardians with children in both {each.first} and {each.second}: "
        + ("fewer than 5" if each.guardians is None else str(each.guardians))
        for each in shared
    ]
