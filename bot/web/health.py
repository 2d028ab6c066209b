"""Say whether the process is alive, and whether its database answers."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.errors import BotError
from bot.store import Database
from bot.store.database import check_reachable


def make_health(database: Database) -> Starlette:
    """Make the pages `/healthz` and `/readyz`."""

    async def healthz(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("alive\n")

    async def readyz(_request: Request) -> PlainTextResponse:
        try:
            await check_reachable(database)
        except BotError:
            return PlainTextResponse("the database does not answer\n", status_code=503)
        return PlainTextResponse("ready\n")

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz)])
