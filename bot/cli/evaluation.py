"""The commands for evaluators: what schools supply, and what goes out to be counted."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.app import commands
from bot.app.funnel_table import list_footnotes, make_table, write_csv
from bot.cli.options import OnDemo, settings_for
from bot.report.funnel import By

evaluation_app = typer.Typer()


@evaluation_app.command()
def export(folder: Path, demo: OnDemo = False) -> None:
    """Write deliveries, events and doses as CSV, with a data dictionary."""
    for name, rows in asyncio.run(commands.export(settings_for(demo=demo), folder)):
        typer.echo(f"wrote {folder / name} ({rows} rows)")


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
