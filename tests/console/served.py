"""The console of a town, served on a port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette

from bot.app.console import console
from bot.app.serving import serving
from tests.town import Town


@asynccontextmanager
async def served_console(
    town: Town, *, proxies: str = "", **more: Any
) -> AsyncIterator[tuple[Starlette, int]]:
    """Serve the console; give its pages and its port."""
    async with (
        console(
            town.store,
            town.settings,
            shelf=town.runtime.shelf,
            clock=town.clock,
            api=lambda: town.server.url,
            **more,
        ) as pages,
        serving(pages, host="127.0.0.1", port=0, proxies=proxies) as port,
    ):
        yield pages, port
