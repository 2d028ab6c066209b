"""The commands for evaluators: what schools supply, and what goes out to be counted."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.app import commands
from bot.app.funnel_table import list_footnotes, make_table, write_csv
from bot.cli.console import showing_progress
from bot.cli.options import OnDemo, clock_for, settings_for
from bot.errors import BotError
from bot.report.exports.dictionary import CODEBOOK
from bot.report.exports.writers import Format
from bot.report.funnel import By

evaluation_app = typer.Typer()
NAME = re.compile(r"[\w.-]{1,40}")


@evaluation_app.command()
def export(
    folder: Path,
    formats: Annotated[
        list[Format] | None, typer.Option("--format", help="May be given several times.")
    ] = None,
    series: Annotated[
        str | None, typer.Option(help="Let exports of this name be joined with each other.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Only what changed since, such as 2026-11-02T08:00:00Z.")
    ] = None,
    demo: OnDemo = False,
) -> None:
    """Write deliveries, events, doses and results under pseudonyms, with a codebook."""
    settings = settings_for(demo=demo)
    with showing_progress("rows") as show_progress:
        written, now = asyncio.run(
            commands.export(
                settings,
                folder,
                formats=formats or [Format.CSV],
                series=parse_series(series),
                since=parse_moment(since),
                clock=clock_for(demo=demo),
                show_progress=show_progress,
            )
        )
    for name, rows in written.items():
        typer.echo(f"wrote {folder / name} ({rows} rows)")
    typer.echo(f"read {folder / CODEBOOK} first")
    if series:
        typer.echo(f"next time: --series {series} --since {now.isoformat()}")


def parse_series(text: str | None) -> str | None:
    """Read the name of a series; raise BotError for one that is too long, or no name."""
    if text is None or NAME.fullmatch(text):
        return text
    raise BotError(
        f'"{text}" cannot name a series. Use up to 40 letters, digits, dots, dashes: panel-2026.'
    )


def parse_moment(text: str | None) -> datetime | None:
    """Read a moment with its zone; raise BotError for anything else."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BotError(
            f'"{text}" is not a moment. Write it with its zone, such as 2026-11-02T08:00:00Z.'
        )
    return moment.astimezone(UTC)


@evaluation_app.command()
def funnel(
    by: Annotated[By | None, typer.Option(help="Count each of these by itself.")] = None,
    to_csv: Annotated[Path | None, typer.Option("--csv", help="Write a CSV file too.")] = None,
    demo: OnDemo = False,
) -> None:
    """Count how far families have come: card, opened, consented, first tap, active by month."""
    counted = asyncio.run(commands.count_funnel(settings_for(demo=demo), by=by))
    Console().print(make_table(counted))
    for line in list_footnotes(counted):
        typer.echo(line)
    if to_csv:
        write_csv(to_csv, counted)
        typer.echo(f"wrote {to_csv}")


@evaluation_app.command()
def report(
    out: Annotated[Path, typer.Option(help="The folder to write the page to.")],
    demo: OnDemo = False,
) -> None:
    """Write the report as a page: who was invited, joined, took part, was assessed."""
    typer.echo(f"wrote {asyncio.run(commands.report(settings_for(demo=demo), out))}")
