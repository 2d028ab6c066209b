"""The commands for colleagues: who may read texts aloud in the chat."""

import asyncio
from typing import Annotated

import typer

from bot.app import staff
from bot.cli.options import OnDemo, clock_for, settings_for

staff_app = typer.Typer(no_args_is_help=True, help="Colleagues, and what they may do.")


@staff_app.command("invite")
def staff_invite(
    days: Annotated[int, typer.Option(min=1, max=90, help="For how many days it opens.")] = 7,
    demo: OnDemo = False,
) -> None:
    """Make a link by which one colleague registers, to read texts aloud with /record."""
    settings, clock = settings_for(demo=demo), clock_for(demo=demo)
    invited = asyncio.run(staff.invite(settings, days=days, clock=clock))
    typer.echo(f"{invited.link}\nor, written to the bot: {invited.typed}")
    until = f"{invited.expires_at:%Y-%m-%d %H:%M} UTC"
    typer.echo(f"It registers one colleague, once, until {until}.", err=True)


@staff_app.command("list")
def staff_list(demo: OnDemo = False) -> None:
    """List colleagues: number, since when, when they recorded last; never a name."""
    lines = asyncio.run(staff.list_colleagues(settings_for(demo=demo)))
    for line in lines:
        typer.echo(line)
    if not lines:
        typer.echo("No colleague is registered. Invite one: staff invite.", err=True)


@staff_app.command("remove")
def staff_remove(
    number: Annotated[int, typer.Argument(help="The colleague's number, from staff list.")],
    demo: OnDemo = False,
) -> None:
    """Remove a colleague; what was recorded stays."""
    asyncio.run(staff.remove(settings_for(demo=demo), number))
    typer.echo(f"Colleague {number} is removed.")
