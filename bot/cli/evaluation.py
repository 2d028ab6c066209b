"""The commands for evaluators: what schools supply, and what goes out to be counted."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.app import commands, exporting, reporting
from bot.app.funnel_table import list_footnotes, make_table, write_csv
from bot.cli.console import showing_progress
from bot.cli.options import OnDemo, clock_for, settings_for
from bot.report.exports.asking import parse_moment, parse_series
from bot.report.exports.dictionary import CODEBOOK
from bot.report.exports.writers import Format
from bot.report.funnel import By
from bot.report.plans import LARGEST_SEED

evaluation_app = typer.Typer()


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
            exporting.export(
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
    out: Annotated[Path, typer.Option(help="The folder to write the page and the PDF to.")],
    study: Annotated[
        Path | None, typer.Option(help="What the study settled on beforehand (YAML).")
    ] = None,
    costs: Annotated[Path | None, typer.Option(help="What the programme cost (YAML).")] = None,
    control: Annotated[
        str | None, typer.Option(help="The arm that the others are compared with.")
    ] = None,
    smallest: Annotated[
        int | None, typer.Option(help="The fewest children that a shown figure may rest on.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=LARGEST_SEED, help="Where chance is used.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="en or da.")] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Report on a simulated study, to see what one is.")
    ] = False,
    demo: OnDemo = False,
) -> None:
    """Write the report: who took part, what differed between the arms, and how sure that is."""
    wish = reporting.Wish(study, costs, control, smallest, seed, language, example)
    now = clock_for(demo=demo).now()
    with showing_progress("comparisons") as show_progress:
        written = asyncio.run(
            reporting.report(
                settings_for(demo=demo), out, wish, now=now, show_progress=show_progress
            )
        )
    for path in written:
        typer.echo(f"wrote {path}")
