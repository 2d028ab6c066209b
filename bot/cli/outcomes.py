"""The commands for results that schools supply: check a file, take it in, take it back, link."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.app import outcomes
from bot.app.linkage_table import make_table
from bot.cli.console import showing_progress
from bot.cli.options import OnDemo, settings_for
from bot.errors import FileRefused
from bot.intake.outcome_files import Imported
from bot.report.disclosure import SMALLEST

outcomes_app = typer.Typer(no_args_is_help=True, help="Results that schools supply.")
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="Which column is what (YAML).")]
QuarantinedFile = Annotated[
    Path | None, typer.Option("--quarantined", help="Write what is quarantined to a CSV.")
]


@outcomes_app.command("check")
def outcomes_check(
    file: Path,
    mapping: MappingFile = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where to write the proposed mapping.")
    ] = None,
    quarantined: QuarantinedFile = None,
    demo: OnDemo = False,
) -> None:
    """Propose a mapping for a file of results, and say what an import would do."""
    settings = settings_for(demo=demo)
    if mapping is None:
        proposed = out or file.with_name(f"{file.name}.mapping.yaml")
        if asyncio.run(outcomes.propose_mapping(file, proposed)):
            typer.echo(f"wrote {proposed}")
            mapping = proposed
    try:
        checked = asyncio.run(outcomes.check(settings, file, mapping=mapping))
    except FileRefused as refusal:
        if mapping is None:
            raise
        typer.echo(f"The mapping has to be completed before {file.name} can be read:")
        typer.echo(str(refusal))
        raise typer.Exit(1) from None
    echo(checked, quarantined)
    typer.echo("Nothing has been written to the database.")


@outcomes_app.command("import")
def outcomes_import(
    file: Path,
    mapping: MappingFile = None,
    confirm: Annotated[
        Path | None, typer.Option(help="CSV line,study_code: the codes that somebody confirmed.")
    ] = None,
    quarantined: QuarantinedFile = None,
    demo: OnDemo = False,
) -> None:
    """Take in a file of results; one with our column names needs no mapping."""
    settings = settings_for(demo=demo)
    with showing_progress("results") as show_progress:
        imported = asyncio.run(
            outcomes.take_in(
                settings, file, mapping=mapping, confirm=confirm, show_progress=show_progress
            )
        )
    echo(imported, quarantined)


@outcomes_app.command("undo")
def outcomes_undo(
    called: Annotated[str, typer.Argument(help="The file's name, or how its hash begins.")],
    demo: OnDemo = False,
) -> None:
    """Take the results of a file back."""
    typer.echo(asyncio.run(outcomes.undo(settings_for(demo=demo), called)))


@outcomes_app.command("linkage")
def outcomes_linkage(demo: OnDemo = False) -> None:
    """Count how roster and results meet, by arm and centre, for each instrument and wave."""
    linkages = asyncio.run(outcomes.link(settings_for(demo=demo)))
    if not linkages:
        typer.echo("There are no results yet.")
        return
    for linkage in linkages:
        Console().print(make_table(linkage))
    typer.echo(f"– is suppressed: it would tell of fewer than {SMALLEST} children.")


def echo(imported: Imported, quarantined: Path | None) -> None:
    """Print what came of a file, and write what is quarantined where that was asked for."""
    for line in imported.list_lines():
        typer.echo(line)
    if quarantined:
        many = outcomes.write_quarantined(imported, quarantined)
        typer.echo(f"wrote {quarantined} ({many:,} rows)")
