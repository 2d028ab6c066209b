"""The commands for rosters: which children are at a centre, by study code."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.app.rosters import import_roster_file
from bot.cli.options import CentreCode, OnDemo, settings_for

roster_app = typer.Typer(no_args_is_help=True, help="A centre's list of children.")


@roster_app.callback()
def choose() -> None:
    """Keep `import` a command of its own, though it is the only one."""


@roster_app.command("import")
def roster_import(
    file: Path,
    centre: CentreCode,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the file with the codes of new children.")
    ] = None,
    rejected: Annotated[
        Path | None, typer.Option(help="Where to write the rows that are wrong, and why.")
    ] = None,
    good_rows: Annotated[
        bool, typer.Option("--good-rows", help="Take in the good rows where others are wrong.")
    ] = False,
    demo: OnDemo = False,
) -> None:
    """Take in a CSV or XLSX: study_code, birth_month, home_language, level, baseline, disadvantage.

    Names, national ids, e-mail addresses and phone numbers refuse the file. An empty cell leaves
    what is known as it is.
    """
    imported = asyncio.run(
        import_roster_file(
            settings_for(demo=demo),
            file,
            centre_code=centre,
            out=out,
            rejected=rejected,
            takes_good_rows=good_rows,
        )
    )
    for problem in imported.problems:
        typer.echo(str(problem), err=True)
    typer.echo(str(imported))
