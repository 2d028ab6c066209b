"""A hundred thousand mangled updates, polled and brought: none stops, fills or breaks anything."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette

from bot.app.serving import serving
from bot.chat.receiving import is_update
from bot.core.meters import Meters
from bot.store.states import UpdateStatus
from bot.store.tables import StoredUpdate
from bot.web.webhook import PATH, SECRET_HEADER, make_webhook
from tests.hardening.crowd import clear, gather_real, settle
from tests.hardening.mangling import Mangler
from tests.hardening.measuring import Held, measure
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
SECRET = "s" * 30
BATCH = 250
KNOWN = re.compile(  # what a log may say of nonsense, beside the traceback of the update boundary
    r"update \d+(:   File | is malformed| is given up|, a \w+: |, its note: )"
    r"|the webhook refused something|an update is nested too deep|a chat floods us"
)
COUNTS = [500, pytest.param(25_000, marks=pytest.mark.long)]  # each way, on each database
UNDER_WAY = 4  # tasks that may be about to end at any moment; what is left behind adds up
SHORT = 4  # measures: a quarter of so few tells nothing
IN_USE = ("allocated", "blocks", "files", "tasks")
MOST_GROWTH = 1.03  # of what is in use, from the second quarter to the last
MOST_MEMORY = 1.08  # resident: what is in use, and what lies between it after many rounds


class Listener(logging.Handler):
    """Keeps what the bot's log says that was not foreseen."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.unforeseen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = self.format(record)
        if not KNOWN.match(said):
            self.unforeseen.append(said)


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen to the bot's log, past pytest, which would keep every line in memory."""
    log, listener = logging.getLogger("bot"), Listener()
    log.addHandler(listener)
    log.propagate = False
    yield listener
    log.propagate = True
    log.removeHandler(listener)


class Door:
    """The webhook of a running bot, over HTTP."""

    def __init__(self, town: Town, session: aiohttp.ClientSession, url: str) -> None:
        self.town, self.session, self.url = town, session, url

    async def bring(self, updates: Sequence[dict[str, Any]]) -> None:
        """Bring updates side by side; each is taken, or refused as none."""
        assert set(await asyncio.gather(*map(self._bring, updates))) <= {200, 400}

    async def _bring(self, update: dict[str, Any]) -> int:
        body = json.dumps({"update_id": self.town.sandbox.count("update"), **update}).encode()
        while True:
            with suppress(aiohttp.ClientConnectionError):  # it had rested too long: once more
                return await self._post(body)

    async def _post(self, body: bytes) -> int:
        headers = {SECRET_HEADER: SECRET}
        async with self.session.post(self.url + PATH, data=body, headers=headers) as answer:
            return answer.status


@asynccontextmanager
async def open_door(town: Town) -> AsyncIterator[Door]:
    """Open the webhook of a bot that runs."""
    receive = town.runtime.receiver.receive
    route = make_webhook(SECRET, receive, is_update=is_update, meters=Meters())
    async with (
        aiohttp.ClientSession() as session,
        serving(Starlette(routes=[route]), host="127.0.0.1", port=0) as port,
    ):
        yield Door(town, session, f"http://127.0.0.1:{port}")


async def begin(town: Town, *, seed: int) -> tuple[Mangler, Phone]:
    """Gather what is to be mangled; add a family that has nothing to do with it."""
    real = await gather_real(town)
    quiet = town.phone("Dagny", language="en")
    await quiet.join(await town.card("en"))
    return Mangler(real, seed=seed), quiet


async def see_that_all_is_well(town: Town, quiet: Phone, listener: Listener) -> None:
    """See that all is done or given up, that the record is whole, and that families go on."""
    over = {UpdateStatus.DONE, UpdateStatus.FAILED}
    assert {each.status for each in await town.rows(StoredUpdate)} <= over
    assert listener.unforeseen == []
    assert await town.examine() == []
    assert town.runtime.inbox.known == 0

    assert "three small messages" in (await quiet.write("/help")).text
    assert await town.skip_to_next()


@pytest.mark.parametrize("count", COUNTS)
async def test_mangled_updates_that_are_polled_stop_nothing_and_leave_nothing_behind(
    town: Town, count: int
) -> None:
    mangler, quiet = await begin(town, seed=1)
    held: list[Held] = []

    with listening() as listener:
        for _ in range(count // BATCH):
            for _ in range(BATCH):
                town.sandbox.push_raw(mangler.draw())
            await settle(town)
            clear(town, but=[quiet.person.id])
            held.append(measure(town))

    await see_that_all_is_well(town, quiet, listener)
    see_that_nothing_grew(held)


@pytest.mark.parametrize("count", COUNTS)
async def test_mangled_updates_that_are_brought_stop_nothing_and_leave_nothing_behind(
    town: Town, count: int
) -> None:
    mangler, quiet = await begin(town, seed=2)
    held: list[Held] = []

    with listening() as listener:
        async with open_door(town) as door:
            for _ in range(count // BATCH):
                await door.bring([mangler.draw() for _ in range(BATCH)])
                await settle(town)
                clear(town, but=[quiet.person.id])
                held.append(measure(town))

    await see_that_all_is_well(town, quiet, listener)
    see_that_nothing_grew(held)


def see_that_nothing_grew(held: Sequence[Held], *, in_use: Sequence[str] = IN_USE) -> None:
    """Compare the second quarter of the measures with the last; what is short shows its maps."""
    print(*held[:: max(len(held) // 8, 1)], sep="\n")  # noqa: T201  # seen with -s, or on failure
    assert held[-1].maps["inbox"] == held[-1].maps["turns"] == held[-1].maps["results"] == 0
    quarter = len(held) // 4
    if quarter < SHORT:
        return
    before, after = held[quarter : 2 * quarter], held[-quarter:]
    for name, most in {"megabytes": MOST_MEMORY, **dict.fromkeys(in_use, MOST_GROWTH)}.items():
        was, is_now = (max(getattr(each, name) for each in part) for part in (before, after))
        more = UNDER_WAY if name == "tasks" else 1
        assert is_now <= was * most + more, f"{name}: {was} to {is_now}"
