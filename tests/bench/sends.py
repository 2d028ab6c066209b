"""Measure scheduled sends, the whole record written, beside senders that keep no record."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from bot.chat.transport import ALLOWED_CONNECTIONS
from bot.delivery.sending import IN_FLIGHT
from bot.store import open_database
from tests.bench.counts import Counts
from tests.bench.figures import Figure
from tests.bench.populating import Families, populate
from tests.bench.rivals import try_rival
from tests.bench.server import ask, start_server
from tests.bench.stage import Stage

LATENCY = 0.08  # seconds before every answer
WEEKS = 4  # that the families have been through
WANTED = 1_000.0
LEAST = (1.5, 0.5, None)  # times PTB's default transport, aiogram, bare aiohttp
NAMES = {
    "ptb_default": ("PTB over its own transport", "python-telegram-bot"),
    "aiogram": ("aiogram", "aiogram"),
    "bare_aiohttp": ("bare aiohttp", "aiohttp"),
}
CONCURRENCIES = (100, min(ALLOWED_CONNECTIONS, IN_FLIGHT))  # the second is ours
RECORDED = """
SELECT count(*) FILTER (WHERE status = 'sent' AND ended_at >= :at AND message_id IS NOT NULL),
    count(*) FILTER (WHERE status = 'planned' AND planned_at >= :at)
FROM delivery
"""


@dataclass(frozen=True)
class Rival:
    """Who sent how many messages a second, by how many at once; the best counts."""

    name: str
    version: str
    rates: Mapping[int, float]
    processor_us: float  # for each message, at the best rate

    @property
    def best(self) -> float:
        """The highest rate."""
        return max(self.rates.values())

    def __str__(self) -> str:
        """Write it as the table shows it."""
        tries = (f"{rate:,.0f}/s with {size}" for size, rate in self.rates.items())
        return f"{self.version}: {', '.join(tries)} at once"


def measure_sends(stage: Stage, counts: Counts, *, aiogram: Path) -> list[Figure]:
    """Send with ours and with each rival against one server; `aiogram` is its interpreter."""
    url = stage.make_database("sends")
    stage.say(f"making {counts.sends:,} families, each with a message due")
    families = Families(1, counts.sends, stage.at, due=counts.sends, weeks=WEEKS)
    asyncio.run(populate(url, families))
    with start_server(LATENCY) as (_process, api):
        stage.say(f"sending {counts.sends:,} messages, and recording them")
        ours = stage.run_ours("send", url, api)
        check_sends(url, api, at=stage.at, count=counts.sends)
        rivals = list_rivals(stage, counts, api, aiogram=aiogram)
    stage.drop_database("sends")
    return list_figures(ours, rivals)


def check_sends(url: str, api: str, *, at: datetime, count: int) -> None:
    """Raise RuntimeError unless every message went out once, is recorded, and has a successor."""
    arrived = count_messages(ask(api, "reset"))
    sent, planned = asyncio.run(count_recorded(url, at=at))
    if not arrived == sent == planned == count:
        raise RuntimeError(
            f"{count} messages were due; {arrived} arrived, {sent} are recorded as sent, "
            f"and {planned} successors are planned."
        )


def count_messages(counts: Mapping[str, int]) -> int:
    """Count the messages among the requests that the server has had."""
    return counts.get("sendMessage", 0) + counts.get("sendPhoto", 0)


async def count_recorded(url: str, *, at: datetime) -> tuple[int, int]:
    """Count what is recorded as sent since the moment, and what was planned since then."""
    database = open_database(url)
    async with database.engine.connect() as connection:
        sent, planned = (await connection.execute(text(RECORDED), {"at": at})).one()
    await database.close()
    return sent, planned


def list_rivals(stage: Stage, counts: Counts, api: str, *, aiogram: Path) -> list[Rival]:
    """Let each rival send as well as it can, with several sizes."""
    ours = Path(sys.executable)
    return [
        send_with(stage, counts, api, who=who, sizes=sizes, python=python)
        for who, sizes, python in (
            ("ptb_default", counts.pool_sizes, ours),
            ("aiogram", CONCURRENCIES, aiogram),
            ("bare_aiohttp", CONCURRENCIES, ours),
        )
    ]


def send_with(
    stage: Stage, counts: Counts, api: str, *, who: str, sizes: Sequence[int], python: Path
) -> Rival:
    """Let one rival send with several sizes; raise RuntimeError where a message is lost."""
    name, package = NAMES[who]
    stage.say(f"sending {counts.rival_sends:,} messages with {name}, {sizes} at once")
    runs = try_rival(who, api, counts.rival_sends, sizes, python=python)
    if count_messages(ask(api, "reset")) != counts.rival_sends * len(sizes):
        raise RuntimeError(f"The messages of {name} did not all arrive.")
    version = f"{package} {runs[0]['settings'][package]}"
    rates = {run["settings"]["concurrency"]: run["rate"] for run in runs}
    best = max(runs, key=lambda run: run["rate"])
    return Rival(name, version, rates, best["processor_us"])


def list_figures(ours: Mapping[str, float], rivals: Sequence[Rival]) -> list[Figure]:
    """Put our rate beside the target and beside each rival's."""
    rate, unit = ours["count"] / ours["seconds"], "messages/s"
    micros = 1e6 * ours["cpu_seconds"] / ours["count"]
    others = ", ".join(f"{each.version}: {each.processor_us:,.0f}" for each in rivals)
    target = f"≥ {WANTED:,.0f}/s at {1000 * LATENCY:.0f} ms"
    figures = [
        Figure("scheduled sends, recorded", rate, unit, target=target, holds=rate >= WANTED),
        Figure("processor time for a scheduled send", micros, "µs", rival=f"{others} µs"),
    ]
    for rival, least in zip(rivals, LEAST, strict=True):
        ratio = rate / rival.best
        beside = {"rival": str(rival), "ratio": ratio}
        goal = {"target": f"≥ {least} ×", "holds": ratio >= least} if least else {}
        figures.append(Figure(f"scheduled sends beside {rival.name}", rate, unit, **beside, **goal))
    return figures
