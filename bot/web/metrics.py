"""Show what a process counts, and how it all stands, to whoever watches (Prometheus)."""

from collections import Counter
from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.core.meters import Meters
from bot.errors import DatabaseGone
from bot.store.condition import Condition, age

PATH = "/metrics"


def make_metrics(meters: Meters, read: Callable[[], Awaitable[Condition]]) -> Route:
    """Make the page; there are counts on it, and nothing of any family."""

    async def show(_request: Request) -> Response:
        try:
            record(meters, await read())
        except DatabaseGone:
            return PlainTextResponse("the database does not answer\n", status_code=503)
        return Response(generate_latest(meters.registry), media_type=CONTENT_TYPE_LATEST)

    return Route(PATH, show)


def record(meters: Meters, found: Condition) -> None:
    """Set the gauges."""
    meters.due.set(found.due.many)
    meters.due_age.set(age(found.due, at=found.at).total_seconds())
    meters.waiting.set(found.updates.many)
    meters.waiting_age.set(age(found.updates, at=found.at).total_seconds())
    meters.given_up.set(found.given_up)
    meters.questions.set(found.questions.many)
    meters.stopped.set(found.stopped_at is not None)
    meters.refused.set(len(found.refusals))
    meters.content.info({"version": found.version or ""})
    meters.processes.clear()
    for role, count in Counter(each.role for each in found.running).items():
        meters.processes.labels(role).set(count)
