"""Show what families see to those who write it: pages on this machine, made anew on each save."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app.content import ContentChecker
from bot.app.serving import serving_on
from bot.errors import BotError
from bot.printing.drawings import Drawings
from bot.web.preview.desk import Desk
from bot.web.preview.pages import make_preview

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Preview:
    """A preview that is being served."""

    url: str
    desk: Desk

    async def run(self) -> None:
        """Follow the files until it is cancelled."""
        await self.desk.watch()


@asynccontextmanager
async def previewing(content: Path, locales: Path, *, port: int) -> AsyncIterator[Preview]:
    """Serve the preview of two folders; raise BotError for a busy port."""
    with open_loopback(port) as listener:
        desk = Desk(ContentChecker(content, locales), Drawings())
        await desk.look_again()
        async with serving_on(listener, make_preview(desk)):
            try:
                yield Preview(f"http://{LOOPBACK}:{listener.getsockname()[1]}", desk)
            finally:
                await desk.close()


def open_loopback(port: int) -> socket.socket:
    """Open a port that only this machine reaches."""
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        raise BotError(
            f"Port {port} cannot be opened ({error.strerror}). Choose another with --port."
        ) from None
