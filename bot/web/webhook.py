"""Take the updates that the network brings: refused without work, or stored and acknowledged."""

import asyncio
import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.core.meters import Meters
from bot.errors import DatabaseGone

PATH = "/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # a header's name
MOST_BYTES = 1_000_000  # an update holds a text of 4,096 characters, and perhaps the one it answers
READ_SECONDS = 10.0
Receive = Callable[[list[dict[str, Any]]], Awaitable[None]]

log = logging.getLogger(__name__)


class NotTaken(Exception):
    """What was brought is no update."""

    def __init__(self, status: int, why: str) -> None:
        """Say why, and by which status."""
        super().__init__(why)
        self.status = status


def make_webhook(
    secret: str, receive: Receive, *, is_update: Callable[[object], bool], meters: Meters
) -> Route:
    """Make the address; `receive` stores updates, and raises DatabaseGone where it cannot now.

    Whoever does not know the secret learns nothing and costs nothing: nothing of what was sent is
    read. What is answered with anything but 200 the network brings again.
    """

    async def take(request: Request) -> Response:
        status, said = await judge(request)
        meters.webhook.labels(status).inc()
        return PlainTextResponse(f"{said}\n", status_code=status)

    async def judge(request: Request) -> tuple[int, str]:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return 403, "no"
        try:
            async with asyncio.timeout(READ_SECONDS):
                found = parse(await read(request))
            if not is_update(found):
                raise NotTaken(400, "this is no update")
            await receive([found])
        except NotTaken as refused:
            log.warning("the webhook refused something: %s", refused)
            return refused.status, str(refused)
        except (TimeoutError, ClientDisconnect):
            return 408, "it did not come whole"
        except DatabaseGone as error:
            log.warning("an update is not taken: %s", error)
            return 503, "later"
        return 200, "taken"

    return Route(PATH, take, methods=["POST"])


async def read(request: Request) -> bytes:
    """Read what was sent, up to what an update may have."""
    size = request.headers.get("content-length", "0")
    if not size.isdecimal() or int(size) > MOST_BYTES:
        raise NotTaken(413, "this is too large for an update")
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > MOST_BYTES:
            raise NotTaken(413, "this is too large for an update")
    return bytes(read)


def parse(body: bytes) -> Any:
    """Read JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # not JSON; nested a thousand deep
        raise NotTaken(400, "this is not JSON") from None
