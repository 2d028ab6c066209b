"""The commands for the key: replace the one that seals, see how that stands, let go of the old."""

import asyncio
from typing import Annotated

import typer

from bot.app import key_status, rotating
from bot.cli.console import showing_progress
from bot.cli.options import OnDemo, clock_for, settings_for

key_app = typer.Typer(no_args_is_help=True, help="The key, while everything runs.")
COPY = "Keep a copy of the key file apart from the database, as before."


@key_app.command("rotate")
def key_rotate(
    draw_only: Annotated[
        bool,
        typer.Option(
            "--draw-only",
            help="Only add a new key to the file, so that it can be copied to each machine first.",
        ),
    ] = False,
    demo: OnDemo = False,
) -> None:
    """Seal everything with a new key, beside the running bot; ended, it goes on when run again."""
    settings = settings_for(demo=demo)
    if draw_only:
        name = asyncio.run(rotating.draw(settings))
        typer.echo(
            f"The key {name} is in the file, and seals nothing yet. {COPY} Copy the file to each "
            "machine; then run `kuffert key rotate` on one."
        )
        return
    with showing_progress("rows") as show_progress:
        resealed = asyncio.run(
            rotating.rotate(
                settings, clock=clock_for(demo=demo), say=typer.echo, show_progress=show_progress
            )
        )
    typer.echo(
        f"{resealed} rows were sealed anew; nothing is sealed with the old key any more. In ten "
        "minutes `kuffert key retire` can let go of it."
    )


@key_app.command("status")
def key_status_command(demo: OnDemo = False) -> None:
    """Show which keys there are, how much each has sealed, and which processes have them."""
    settings = settings_for(demo=demo)
    for line in asyncio.run(key_status.list_status(settings, now=clock_for(demo=demo).now())):
        typer.echo(line)


@key_app.command("retire")
def key_retire(
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="A process that is gone for good, by the digits that a refusal names.",
            metavar="NAME",
        ),
    ] = None,
    demo: OnDemo = False,
) -> None:
    """Take the old key out of the file; refused as long as anything is sealed with it."""
    name = asyncio.run(
        rotating.retire(
            settings_for(demo=demo), now=clock_for(demo=demo).now(), without=without or ()
        )
    )
    typer.echo(
        f"The file holds the key {name} alone now. {COPY} Copy the file to each machine. Backups "
        "from before the rotation open with the key file of their time alone: keep that as long as "
        "you keep them, apart."
    )
