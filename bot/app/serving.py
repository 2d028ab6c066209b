"""Serve the web room beside the bot, on its own port."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette

from bot.errors import BotError


class Server(uvicorn.Server):
    """A server that leaves signals to us: the bot decides when everything stops."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signals."""
        yield


@asynccontextmanager
async def serving(
    pages: Starlette, *, host: str, port: int, proxies: str = ""
) -> AsyncIterator[int]:
    """Serve pages; give the port; raise BotError when it is in use."""
    with open_port(host, port) as listener:
        async with serving_on(listener, pages, proxies=proxies):
            yield listener.getsockname()[1]


@asynccontextmanager
async def serving_on(
    listener: socket.socket, pages: Starlette, *, proxies: str = ""
) -> AsyncIterator[None]:
    """Serve pages on a port that is open.

    `proxies` are the addresses and networks whose word counts (X-Forwarded-For and -Proto) for who
    asks, and whether by https; what anybody else says of it is not read.
    """
    config = uvicorn.Config(
        pages, log_config=None, access_log=False, lifespan="off", forwarded_allow_ips=proxies
    )
    server = Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


def open_port(host: str, port: int) -> socket.socket:
    """Open a port for listening."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise BotError(
            f"{host}:{port} cannot be opened ({error.strerror}). "
            "Set KUFFERT_HOST and KUFFERT_PORT to a free one."
        ) from None
