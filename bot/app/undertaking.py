"""Do what takes long in a process of its own, so that taps and pages are not kept waiting."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from bot.app import reporting
from bot.app.content_versions import read_running
from bot.app.opening import Store, open_store
from bot.catalogue.records import Catalogue
from bot.errors import BotError
from bot.report.exports.exporting import Wish, export_tables
from bot.report.exports.writers import Format
from bot.settings import Settings

LOOK_SECONDS = 0.2
PROGRESS, RESULT, MADE = "progress.json", "result.json", "made"
Show = Callable[[int, int], None]


async def undertake(
    settings: Settings,
    kind: str,
    wanted: dict[str, Any],
    folder: Path,
    *,
    now: datetime,
    show_progress: Show,
) -> tuple[list[Path], str]:
    """Have an export or a report made in a folder; give its files, and what is to be said of it.

    Raise BotError where it cannot be made. Whatever `show_progress` raises ends the process.
    """
    given = (settings, kind, wanted, folder, now)
    process = get_context("spawn").Process(target=do_apart, args=given, daemon=True)
    process.start()
    try:
        while process.is_alive():
            await asyncio.sleep(LOOK_SECONDS)
            show_progress(*read_progress(folder))
    finally:
        await end(process)
    return read_result(folder)


async def end(process: BaseProcess) -> None:
    """End a process that still runs, and let go of it."""
    if process.is_alive():
        process.terminate()
    await asyncio.to_thread(process.join)
    process.close()


def read_progress(folder: Path) -> tuple[int, int]:
    """Read how far it is; nothing before it has begun."""
    try:
        done, total = json.loads((folder / PROGRESS).read_text())
    except (OSError, ValueError):
        return 0, 0
    return int(done), int(total)


def read_result(folder: Path) -> tuple[list[Path], str]:
    """Read what came of it; raise BotError for what went wrong."""
    try:
        result = json.loads((folder / RESULT).read_text())
    except (OSError, ValueError):
        raise BotError("The process that did this has ended. Begin again.") from None
    if "error" in result:
        raise BotError(result["error"])
    made = folder / MADE
    return sorted(path for path in made.rglob("*") if path.is_file()), result["said"]


# In the other process


def do_apart(
    settings: Settings, kind: str, wanted: dict[str, Any], folder: Path, now: datetime
) -> None:
    """Make it, and write down what came of it."""
    try:
        said = asyncio.run(make(settings, kind, wanted, folder, now=now))
        result = {"said": said}
    except BotError as error:
        result = {"error": str(error)}
    (folder / RESULT).write_text(json.dumps(result))


async def make(
    settings: Settings, kind: str, wanted: dict[str, Any], folder: Path, *, now: datetime
) -> str:
    """Make an export or a report; give what is to be said of it."""

    def show_progress(done: int, total: int) -> None:
        with suppress(OSError):
            path = folder / f"{PROGRESS}.new"
            path.write_text(json.dumps([done, total]))
            path.replace(folder / PROGRESS)

    async with open_store(settings) as store:
        catalogue = await read_running(store.database, settings)
        if kind == "export":
            return await make_export(
                store, catalogue, wanted, folder, now=now, show_progress=show_progress
            )
        await reporting.write_report(
            store.database,
            catalogue,
            folder / MADE,
            language=str(wanted["language"]),
            now=now,
            show_progress=show_progress,
        )
        return ""


async def make_export(
    store: Store,
    catalogue: Catalogue,
    wanted: dict[str, Any],
    folder: Path,
    *,
    now: datetime,
    show_progress: Show,
) -> str:
    """Make an export; of a series, say how to ask for what changes from now on."""
    wish = Wish(
        now,
        tuple(Format(each) for each in wanted["formats"]),
        str(wanted.get("series") or "") or None,
        parse_since(str(wanted.get("since") or "")),
        {name: each.minutes for name, each in catalogue.activities.items()},
        show_progress,
    )
    await export_tables(store.database, folder / MADE, wish=wish, sealer=store.sealer)
    return f"--series {wish.series} --since {now.isoformat()}" if wish.series else ""


def parse_since(text: str) -> datetime | None:
    """Read a moment with its zone; raise BotError for anything else."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BotError(
            f'"{text}" is not a moment. Write it with its zone, such as 2026-11-02T08:00:00Z.'
        )
    return moment
