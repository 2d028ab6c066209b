"""Measure everything beside its rivals, and print the table: `./kuffert bench`."""

import argparse
import os
import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tests.bench.consoles import measure_consoles
from tests.bench.contents import measure_contents
from tests.bench.counts import FULL, QUICK, Counts
from tests.bench.exports import measure_exports, measure_formats
from tests.bench.figures import Figure, print_figures, write_json
from tests.bench.growth import measure_planning, measure_size
from tests.bench.outcomes import measure_outcomes
from tests.bench.reports import measure_reports
from tests.bench.rivals import ROOT
from tests.bench.sends import LATENCY, measure_sends
from tests.bench.stage import Stage, open_stage
from tests.bench.taps import measure_taps
from tests.bench.ticks import measure_ticks

AIOGRAM = ROOT / ".venv-bench" / "bin" / "python"  # it needs versions other than ours
WIDTH = 150
PARTS = (
    "sends",
    "taps",
    "ticks",
    "planning",
    "size",
    "content",
    "outcomes",
    "exports",
    "report",
    "console",
)
ON_REQUEST = ("formats",)  # these take long
VERSIONS = ("python-telegram-bot", "aiohttp", "httpx", "asyncpg", "sqlalchemy")


def measure(stage: Stage, counts: Counts, part: str) -> list[Figure]:
    """Measure one part."""
    match part:
        case "sends":
            return measure_sends(stage, counts, aiogram=AIOGRAM)
        case "taps":
            return measure_taps(stage, counts)
        case "ticks":
            return measure_ticks(stage, counts)
        case "planning":
            return measure_planning(stage, counts)
        case "content":
            return measure_contents(stage, counts)
        case "outcomes":
            return measure_outcomes(stage, counts)
        case "exports":
            return measure_exports(stage, counts)
        case "formats":
            return measure_formats(stage, counts)
        case "report":
            return measure_reports(stage, counts)
        case "console":
            return measure_consoles(stage, counts)
        case _:
            return measure_size(stage, counts)


def make_console() -> Console:
    """Give the terminal, or a page that is wide enough for the table."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)


@contextmanager
def progress(console: Console) -> Iterator[Callable[[str], None]]:
    """Show what goes on and for how long; give the way to say it."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("starting PostgreSQL")

        def say(what: str) -> None:
            """Name the step that begins."""
            shown.reset(task, description=what)

        yield say


def list_settings(stage: Stage, counts: Counts) -> dict[str, object]:
    """List what the figures were measured under."""
    ask = stage.postgres.psql("SHOW server_version; SHOW fsync; SHOW synchronous_commit;")
    durable = [line.strip() for line in ask.splitlines()[2::5]]
    return {
        "cores": f"{os.cpu_count()}; what is measured on the first, the others' on the last",
        "latency": f"{1000 * LATENCY:.0f} ms before every answer, but none for ticks",
        "python": platform.python_version(),
        "postgresql": f"{durable[0]}, fsync {durable[1]}, synchronous_commit {durable[2]}",
        "versions": {each: version(each) for each in VERSIONS},
        "counts": asdict(counts),
    }


def print_settings(settings: Mapping[str, object], console: Console) -> None:
    """Print the settings, one a line."""
    for name, value in settings.items():
        console.print(f"{name}: {value}", markup=False, highlight=False)


def main() -> None:
    """Measure what is asked for; print it, and write it to a file where one is named."""
    parser = argparse.ArgumentParser(prog="kuffert bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file")
    parser.add_argument("--quick", action="store_true", help="only see that everything works")
    parser.add_argument(
        "--part", action="append", choices=(*PARTS, *ON_REQUEST), help="measure only this part"
    )
    parser.add_argument(
        "--planned", type=int, metavar="N", help="plan the first week of N guardians, not of 5,000"
    )
    parser.add_argument("--events", type=int, metavar="N", help="export N events, not 5,000,000")
    given = parser.parse_args()
    counts, console = QUICK if given.quick else FULL, make_console()
    if given.planned:
        counts = replace(counts, planned=given.planned)
    if given.events:
        counts = replace(counts, events=given.events)
    figures: list[Figure] = []
    with progress(console) as say, open_stage(say) as stage:
        settings = list_settings(stage, counts)
        for part in given.part or PARTS:
            figures += measure(stage, counts, part)
    print_figures(figures, console=console)
    print_settings(settings, console)
    if given.json:
        write_json(figures, settings, given.json)


if __name__ == "__main__":
    main()
