"""Measure how long the console's pages take: with many families, beside the same with few."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from statistics import median

import httpx

from bot.app import staff
from bot.app.clocks import SystemClock
from bot.app.console import console
from bot.app.opening import open_store
from bot.app.reloading import Reloader
from bot.app.serving import serving
from bot.store.states import StaffRole
from tests.bench.counts import Counts
from tests.bench.figures import Figure
from tests.bench.populating import CARDS, IN_PROGRAMME, Families, populate
from tests.bench.stage import NO_API, Stage, bench_settings

PAGES = (
    *("/today", "/silent", "/centres", "/centres/bench", "/inbox", "/evaluation", "/content"),
    *("/funnel?by=language", "/evaluation/power?clusters=10000&size=5&icc=0.1"),
    "/evaluation/arms?arm1=now&arm2=later&unit=child",
)
EMAIL, PASSPHRASE = "bench@example.org", "four words of nobody"
FEW, WEEKS, TIMES = 200, 8, 7
NOT_REACHED = """
    UPDATE delivery SET status = 'failed', reason = 'unreachable'
    WHERE status = 'sent' AND guardian_id % 10 = 0
"""  # so that very many got nothing, as on a day when the network was away
MOST_MS = 200.0


class StandingClock:
    """A clock that stands still."""

    def __init__(self, at: datetime) -> None:
        """Stop it at a moment."""
        self.at = at

    def now(self) -> datetime:
        """Give the moment."""
        return self.at


def measure_consoles(stage: Stage, counts: Counts) -> list[Figure]:
    """Measure each page with many families and with few."""
    few = measure_with(stage, FEW)
    many = measure_with(stage, counts.console_families)
    return [figure_of(page, many[page], few[page], counts.console_families) for page in PAGES]


def figure_of(page: str, many: float, few: float, families: int) -> Figure:
    """Say how long a page takes, in milliseconds."""
    return Figure(
        f"the console's page {page}, {families:,} families",
        many,
        "ms",
        f"{FEW} families: {few:.0f} ms",
        many / few,
        f"≤ {MOST_MS:.0f} ms",
        many <= MOST_MS,
    )


def measure_with(stage: Stage, families: int) -> Mapping[str, float]:
    """Measure every page with so many families; the first time of each is left out."""
    stage.say(f"making {families:,} families for the console")
    name = f"console_{families}"
    url = stage.make_database(name)
    asyncio.run(fill(url, families, stage.at))
    stage.say(f"opening the console's pages with {families:,} families")
    measured = asyncio.run(visit(url, stage.at))
    stage.drop_database(name)
    return measured


async def fill(url: str, families: int, at: datetime) -> None:
    """Make families in the middle of the programme, and an account."""
    made = Families(1, families, at, due=10, weeks=WEEKS)
    await populate(url, made, (*IN_PROGRAMME, CARDS, NOT_REACHED))
    await staff.add_account(
        bench_settings(url),
        EMAIL,
        role=StaffRole.ADMIN,
        centre_code=None,
        passphrase=PASSPHRASE,
        clock=SystemClock(),
    )


async def visit(url: str, at: datetime) -> dict[str, float]:
    """Open each page some times; give the median in milliseconds."""
    settings, clock = bench_settings(url), StandingClock(at)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        shelf = await Reloader.of(store.database, settings, clock=clock).open()
        pages = await stack.enter_async_context(
            console(store, settings, shelf=shelf, clock=clock, api=lambda: NO_API)
        )
        port = await stack.enter_async_context(serving(pages, host="127.0.0.1", port=0))
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120)
        )
        form = {"email": EMAIL, "passphrase": PASSPHRASE, "next": "/"}
        await client.post("/sign-in", data=form)
        return {page: await time_page(client, page) for page in PAGES}


async def time_page(client: httpx.AsyncClient, page: str) -> float:
    """Open a page some times, after once for nothing; give the median in milliseconds."""
    taken = []
    for _ in range(TIMES + 1):
        start = time.perf_counter()
        answer = await client.get(page)
        taken.append(1000 * (time.perf_counter() - start))
        answer.raise_for_status()
    return median(taken[1:])
