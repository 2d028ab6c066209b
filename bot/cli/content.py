"""The commands for those who write content."""

import contextlib
from pathlib import Path

import typer

from bot.app import commands
from bot.cli.versions import content_use, content_versions_command
from bot.errors import BotError
from bot.settings import load_settings

content_app = typer.Typer(no_args_is_help=True, help="Check what staff write.")
content_app.command("versions")(content_versions_command)
content_app.command("use")(content_use)


@content_app.command("check")
def content_check() -> None:
    """Find everything that is wrong with the content, and what staff should know."""
    folder, locales = Path("content"), Path("locales")
    with contextlib.suppress(BotError):
        settings = load_settings()
        folder, locales = settings.content, settings.locales
    findings = commands.check_content(folder, locales)
    for problem in findings.errors:
        typer.echo(f"error: {problem}")
    for problem in findings.warnings:
        typer.echo(f"warning: {problem}")
    typer.echo(f"{len(findings.errors)} errors, {len(findings.warnings)} warnings")
    if findings.errors:
        raise typer.Exit(1)
