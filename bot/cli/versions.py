"""The commands for versions of the content: which runs, which is refused, and the way back."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.app import content_versions
from bot.app.content_versions import ContentStanding
from bot.cli.options import OnDemo, clock_for, settings_for
from bot.errors import BotError
from bot.store.content_folders import Refusal
from bot.store.snapshots import Accepted, short

MINUTE = "%Y-%m-%d %H:%M"

Version = Annotated[str, typer.Argument(help="Its first digits, at least 6.")]


def content_versions_command(demo: OnDemo = False) -> None:
    """List the content that was accepted so far, which of it runs, and what is refused and why."""
    standing, accepted = asyncio.run(content_versions.list_versions(settings_for(demo=demo)))
    if accepted:
        Console().print(show_versions(standing, accepted))
    else:
        typer.echo("No content was accepted yet.", err=True)
    for refusal in standing.refusals:
        for line in list_lines(refusal):
            typer.echo(line)


def tell_running(*, demo: bool) -> list[str]:
    """Say what the bot runs and what it refuses; nothing where no bot was set up from here."""
    try:
        settings = settings_for(demo=demo)
        if not content_versions.has_database(settings):
            return []
        standing, _accepted = asyncio.run(content_versions.list_versions(settings))
    except BotError as error:
        return [f"What the bot runs is not known: {error}"]
    since = standing.accepted_at.strftime(MINUTE) if standing.accepted_at else ""
    running = (
        f"The bot runs the content {short(standing.version)}, accepted on {since} UTC."
        if standing.version
        else "No content was accepted yet."
    )
    return [running, *(line for each in standing.refusals for line in list_lines(each))]


def content_use(version: Version, demo: OnDemo = False) -> None:
    """Go back to an earlier version of the content, on every machine, within seconds."""
    settings, clock = settings_for(demo=demo), clock_for(demo=demo)
    used = asyncio.run(content_versions.use_version(settings, version, clock=clock))
    typer.echo(
        f"The content {short(used)} runs now, everywhere, until files change on a machine. "
        "Take back the change in your files too."
    )


def show_versions(standing: ContentStanding, accepted: list[Accepted]) -> Table:
    """Show each version as a row, the one accepted last at the end."""
    table = Table(box=None)
    for name in ("version", "first accepted (UTC)", "last accepted (UTC)", "sent", ""):
        table.add_column(name, justify="right" if name == "sent" else "left", no_wrap=True)
    for each in accepted:
        table.add_row(
            short(each.version),
            each.first_accepted_at.strftime(MINUTE),
            each.accepted_at.strftime(MINUTE),
            str(each.sent),
            "runs" if each.version == standing.version else "",
        )
    return table


def list_lines(refusal: Refusal) -> list[str]:
    """Say what is refused and why, line by line."""
    name = f" {short(refusal.version)}" if refusal.version else ""
    since = refusal.refused_at.strftime(MINUTE)
    left_out = refusal.count - len(refusal.problems)
    return [
        "",
        f"Refused since {since} UTC: the content{name} in {refusal.place}. What runs stays.",
        *(f"error: {problem}" for problem in refusal.problems),
        *([f"… and {left_out} more: kuffert content check"] if left_out else []),
    ]
