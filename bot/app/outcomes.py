"""What the commands for schools' files of results do, on the settings that they are given."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from bot.app.clocks import SystemClock
from bot.app.files import read_bytes, saying_why, write_bytes
from bot.app.opening import open_store
from bot.errors import BotError, FileRefused
from bot.intake.identifying import check_cells
from bot.intake.importing import Arrival, import_apart
from bot.intake.mapping import Mapping, parse_mapping
from bot.intake.outcome_files import (
    Imported,
    check_outcomes,
    is_tidy,
    read_file,
    sparing_the_collector,
    undo_outcomes,
)
from bot.intake.proposing import propose
from bot.intake.quarantining import parse_confirmed, render_quarantined
from bot.intake.school_files import read_sheets
from bot.report.linking import Linkage, count_linkage
from bot.settings import Settings
from bot.store import linking, outcomes


async def read_mapping(file: Path | None) -> Mapping | None:
    """Read a mapping file, where one is named."""
    return parse_mapping(file.name, await asyncio.to_thread(read_bytes, file)) if file else None


async def propose_mapping(file: Path, out: Path) -> bool:
    """Write a proposed mapping; say whether one was needed. None is written over."""
    content = await asyncio.to_thread(read_bytes, file)
    with sparing_the_collector():
        sheets = read_sheets(file.name, content)
        if is_tidy(file.name, sheets):
            return False
        problems = [problem for sheet in sheets for problem in check_cells(file.name, sheet)]
        if problems:
            raise FileRefused(problems)
        proposed = propose(file.name, sheets)
    with saying_why(out, "written"):
        try:
            with out.open("x", encoding="utf-8") as written:
                written.write(proposed)
        except FileExistsError:
            raise BotError(
                f"There is a {out} already; it is left as it is. Use it with --mapping {out}, "
                "or name another place with --out."
            ) from None
    return True


async def check(settings: Settings, file: Path, *, mapping: Path | None) -> Imported:
    """Say what an import would do."""
    read_as, content = await read_mapping(mapping), await asyncio.to_thread(read_bytes, file)
    async with open_store(settings) as store, store.database.reading() as session:
        return await check_outcomes(session, file.name, content, mapping=read_as)


async def take_in(
    settings: Settings,
    file: Path,
    *,
    mapping: Path | None,
    confirm: Path | None,
    show_progress: Callable[[int, int], None],
) -> Imported:
    """Import a file of results."""
    read_as, content = await read_mapping(mapping), await asyncio.to_thread(read_bytes, file)
    confirmed = {}
    if confirm:
        answered = await asyncio.to_thread(read_bytes, confirm)
        confirmed = parse_confirmed(confirm.name, answered)
    with sparing_the_collector():
        read = await asyncio.to_thread(read_file, file.name, content, read_as)
    arrival = Arrival(file.name, content, read, confirmed, confirm.name if confirm else "")
    async with open_store(settings) as store:
        return await import_apart(
            store.database, arrival, now=SystemClock().now(), show_progress=show_progress
        )


async def undo(settings: Settings, called: str) -> str:
    """Take a file back."""
    async with open_store(settings) as store, store.database.writing() as session:
        return await undo_outcomes(session, called, now=SystemClock().now())


async def link(settings: Settings) -> list[Linkage]:
    """Count how roster and results meet."""
    async with open_store(settings) as store, store.database.reading() as session:
        return count_linkage(
            await outcomes.list_linked_children(session),
            await outcomes.list_ends(session),
            withheld=await linking.list_withheld(session),
        )


def write_quarantined(imported: Imported, file: Path) -> int:
    """Write the quarantined results as CSV; give how many there are."""
    write_bytes(file, render_quarantined(imported.judged).encode())
    return len(imported.judged.reasons)
