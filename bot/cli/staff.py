"""The commands for colleagues: who reads texts aloud in the chat, who signs in to the console."""

import asyncio
import sys
from typing import Annotated

import typer

from bot.app import staff
from bot.cli.options import OnDemo, clock_for, settings_for
from bot.core.passphrases import draw_passphrase
from bot.store.states import StaffRole

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


@staff_app.command("add")
def staff_add(
    email: Annotated[str, typer.Argument(help="The address to sign in with.")],
    role: Annotated[StaffRole, typer.Option(help="What they may see and do.")],
    centre: Annotated[str | None, typer.Option(help="An educator's centre.")] = None,
    draw: Annotated[bool, typer.Option("--draw", help="Draw a passphrase and print it.")] = False,
    demo: OnDemo = False,
) -> None:
    """Add an account for the console; the passphrase is asked for, or drawn."""
    passphrase = choose_passphrase(is_drawn=draw)
    asyncio.run(
        staff.add_account(
            settings_for(demo=demo),
            email,
            role=role,
            centre_code=centre,
            passphrase=passphrase,
            clock=clock_for(demo=demo),
        )
    )
    typer.echo(f"{email} may sign in as {role}.", err=True)
    if draw:
        typer.echo(passphrase)


@staff_app.command("accounts")
def staff_accounts(demo: OnDemo = False) -> None:
    """List the accounts of the console."""
    lines = asyncio.run(staff.list_accounts(settings_for(demo=demo)))
    for line in lines:
        typer.echo(line)
    if not lines:
        typer.echo("There is no account. Add one: staff add EMAIL --role admin.", err=True)


@staff_app.command("passphrase")
def staff_passphrase(
    email: str,
    draw: Annotated[bool, typer.Option("--draw", help="Draw a passphrase and print it.")] = False,
    demo: OnDemo = False,
) -> None:
    """Give an account another passphrase; it is signed out everywhere."""
    passphrase = choose_passphrase(is_drawn=draw)
    asyncio.run(
        staff.renew_passphrase(
            settings_for(demo=demo), email, passphrase, clock=clock_for(demo=demo)
        )
    )
    typer.echo(f"{email} has another passphrase.", err=True)
    if draw:
        typer.echo(passphrase)


@staff_app.command("end")
def staff_end(email: str, demo: OnDemo = False) -> None:
    """End an account for good: it is signed out everywhere, and nobody signs in with it again."""
    was_open = asyncio.run(
        staff.end_account(settings_for(demo=demo), email, clock=clock_for(demo=demo))
    )
    typer.echo(f"{email} has ended." if was_open else f"{email} had ended before.")


def choose_passphrase(*, is_drawn: bool) -> str:
    """Draw a passphrase, or ask for one twice; without a terminal the first line of input is it."""
    if is_drawn:
        return draw_passphrase()
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True))
