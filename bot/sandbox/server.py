"""Serve the sandbox on loopback: the Bot API for the bot, the web chat for a browser."""

import errno
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from bot.errors import BotError
from bot.sandbox.bot_api import add_bot_api
from bot.sandbox.chat_api import Cards, ChatApi
from bot.sandbox.protocols import TimeMachine
from bot.sandbox.state import Sandbox

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
UPLOAD_BYTES = 50_000_000
STOP_SECONDS = 1.0
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class RunningServer:
    """A sandbox that is being served."""

    url: str
    port: int
    _runner: web.AppRunner
    _chat: ChatApi
    _sandbox: Sandbox

    async def stop(self) -> None:
        """Stop: open streams and polls are ended first."""
        self._chat.is_closing.set()
        await self._sandbox.courier.end()
        self._sandbox.end_polls()
        await self._runner.cleanup()


async def serve(
    sandbox: Sandbox,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    machine: TimeMachine | None = None,
    cards: Cards | None = None,
) -> RunningServer:
    """Serve a sandbox; port 0 takes a free one; raise BotError when the port is busy."""
    app = web.Application(middlewares=[guard], client_max_size=UPLOAD_BYTES)
    chat = ChatApi(sandbox, machine, cards)
    add_bot_api(app, sandbox)
    chat.add_to(app)
    app.on_response_prepare.append(add_headers)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        if error.errno == errno.EADDRINUSE:
            raise BotError(f"Port {port} is in use. Choose another with --port.") from None
        raise BotError(f"Port {port} cannot be opened: {error.strerror}.") from None
    bound = runner.addresses[0][1]
    return RunningServer(f"http://{host}:{bound}", bound, runner, chat, sandbox)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse pages of other sites: the demo answers to its own address alone."""
    host = urlsplit(f"//{request.host}").hostname or ""
    origin = request.headers.get("Origin")
    is_foreign = origin is not None and urlsplit(origin).netloc != request.host
    if host not in LOOPBACK or is_foreign:
        raise web.HTTPForbidden(text="This is for this machine alone.")
    return await handler(request)


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Tell the browser to trust nothing but this page."""
    response.headers.update(HEADERS)
