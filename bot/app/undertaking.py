"""Do what takes long in a process of its own, so that taps and pages are not kept waiting."""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.app import exporting, reporting
from bot.app.content_versions import read_running
from bot.app.logs import begin_log
from bot.app.opening import open_store
from bot.app.rehearsing.writing import write_rehearsals
from bot.errors import BotError
from bot.intake.telling import Asked, take_in
from bot.report.estimates import check_extra
from bot.report.exports.asking import parse_moment
from bot.report.exports.writers import Format
from bot.report.plans import Plan, parse_plan
from bot.settings import Settings
from bot.store import Database, Session, audit, work
from bot.web.console.bundles import REHEARSAL
from bot.web.console.results import CHECK, IMPORT

if TYPE_CHECKING:
    from bot.report.costs import CostFile

LOOK_SECONDS = 0.2
PROGRESS, RESULT, MADE = "progress.json", "result.json", "made"
Show = Callable[[int, int], None]

log = logging.getLogger(__name__)


async def undertake(
    settings: Settings,
    kind: str,
    wanted: dict[str, Any],
    folder: Path,
    *,
    now: datetime,
    show_progress: Show,
) -> tuple[list[Path], str]:
    """Have work done in a folder; give the files that were made, and what is to be said of them.

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
    """Make it, and write down what came of it; what is a bug is in the log."""
    begin_log(settings.log)
    try:
        said = asyncio.run(make(settings, kind, wanted, folder, now=now))
        result = {"said": said}
    except BotError as error:
        result = {"error": str(error)}
    except Exception:  # this process's end: the other one says that it has ended
        log.exception("what was to be made is not")
        return
    (folder / RESULT).write_text(json.dumps(result))


async def make(
    settings: Settings, kind: str, wanted: dict[str, Any], folder: Path, *, now: datetime
) -> str:
    """Make what a kind of work makes; of a series, say how to ask for what changes from now on."""

    def show_progress(done: int, total: int) -> None:
        with suppress(OSError):
            path = folder / f"{PROGRESS}.new"
            path.write_text(json.dumps([done, total]))
            path.replace(folder / PROGRESS)

    async with open_store(settings) as store:
        if kind in (CHECK, IMPORT):
            await read_results(store.database, wanted, folder, now=now, show_progress=show_progress)
            return ""
        if kind == REHEARSAL:
            made = folder / MADE
            await write_rehearsals(store.database, wanted, made, show_progress=show_progress)
            return ""
        catalogue = await read_running(store.database, settings)
        if kind == "export":
            series = wanted["series"]
            await exporting.write_export(
                store,
                catalogue,
                folder / MADE,
                formats=[Format(each) for each in wanted["formats"]],
                series=series,
                since=parse_moment(wanted["since"]),
                now=now,
                show_progress=show_progress,
            )
            return f"--series {series} --since {now.isoformat()}" if series else ""
        plan, costs = read_settled(wanted)
        wish = reporting.Wish(
            control=wanted.get("control"),
            smallest=wanted.get("smallest"),
            seed=wanted.get("seed"),
        )
        await reporting.write_report(
            store.database,
            catalogue,
            folder / MADE,
            language=str(wanted["language"]),
            plan=reporting.outdo(plan, wish),
            costs=costs,
            now=now,
            show_progress=show_progress,
        )
        return ""


async def read_results(
    database: Database, wanted: dict[str, Any], folder: Path, *, now: datetime, show_progress: Show
) -> None:
    """Look at a school's file that is kept, or take it in; write what came of it as JSON."""
    parts = [part async for part in work.read_parts(database, wanted["kept"])]
    asked = Asked(
        wanted["name"],
        b"".join(parts),
        wanted["mapping"],
        is_import=wanted["is_import"],
        confirmed={(sheet, line): code for sheet, line, code in wanted["confirmed"]},
        confirmed_in=wanted["confirmed_in"],
    )

    async def note(session: Session) -> None:
        await audit.record(
            session,
            "results taken in",
            who=wanted["who"],
            account_id=wanted["account_id"],
            about=asked.name,
            now=now,
        )

    told = await take_in(database, asked, now=now, note=note, show_progress=show_progress)
    (folder / MADE).mkdir()
    (folder / MADE / "results.json").write_text(told.model_dump_json())


def read_settled(wanted: dict[str, Any]) -> tuple[Plan, "CostFile | None"]:
    """Read what a study settled on, and what it cost, as they were sent; raise FileRefused."""
    check_extra()
    from bot.report.costs import parse_costs

    plan, costs = Plan(), None
    if study := wanted.get("study"):
        plan = parse_plan(study["name"], study["text"].encode())
    if cost := wanted.get("costs"):
        costs = parse_costs(cost["name"], cost["text"].encode())
    return plan, costs
