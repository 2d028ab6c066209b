"""The command that shows content as families see it, while it is written."""

import asyncio
import webbrowser
from typing import Annotated

import typer

from bot.app.previewing import previewing
from bot.cli.console import run_until_stopped
from bot.cli.options import find_folders

PREVIEW_PORT = 8090


def preview(
    port: Annotated[int, typer.Option(help="The port of the pages.")] = PREVIEW_PORT,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Show the content as families see it, in every language; it follows what you save."""
    run_until_stopped(show(port=port, browser=browser))


async def show(*, port: int, browser: bool) -> None:
    """Serve the pages until they are stopped."""
    content, locales = find_folders()
    async with previewing(content, locales, port=port) as running:
        typer.echo(
            f"The preview of {content} is at {running.url}\n"
            "Save a file, and the page that is open shows it. Ctrl-C stops it."
        )
        if browser:
            await asyncio.to_thread(webbrowser.open, running.url)
        await running.run()
