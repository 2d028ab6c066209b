"""Our own side, in a process of its own on one core: send, tick, plan, or run with taps."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import looping
from bot.app.clocks import MovableClock, SystemClock
from bot.app.opening import Store, open_store
from bot.app.reloading import Reloader
from bot.app.running import Network, Role, Runtime, spare_the_collector
from bot.delivery.shelf import Shelf
from tests.bench.first_week import time_first_week
from tests.bench.rivals import CORE, TOKEN
from tests.bench.stage import bench_settings

UNLIMITED = 100_000.0  # messages a second: the budget is kept, and never the limit
HIGHEST = 1000.0  # what Telegram allows at all
STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Given:
    """What a task is told: where everything is, and when it plays."""

    database: str
    api: str
    at: datetime
    count: int
    ticks: int


@asynccontextmanager
async def opened(given: Given) -> AsyncIterator[tuple[Store, Shelf, MovableClock]]:
    """Open the database and the catalogue, at the moment at which everything plays."""
    settings = bench_settings(given.database, given.api)
    clock = MovableClock(SystemClock())
    clock.move_to(given.at)
    async with open_store(settings) as store:
        yield store, await Reloader.of(store.database, settings, clock=clock).open(), clock


@asynccontextmanager
async def sending(given: Given) -> AsyncIterator[tuple[Runtime, MovableClock]]:
    """Assemble a sender as the app does."""
    network = Network(TOKEN, given.api, rate=UNLIMITED)
    async with opened(given) as (store, shelf, clock):
        runtime = Runtime(store, shelf, clock=clock, network=network, role=Role.SENDER)
        async with runtime:
            spare_the_collector()  # as the running bot does
            yield runtime, clock


async def send(given: Given) -> dict[str, Any]:
    """Send everything that is due at the moment, and time it."""
    async with sending(given) as (runtime, _clock):
        started, cpu = time.perf_counter(), time.process_time()
        count = await runtime.send_due()
        return {
            "count": count,
            "seconds": time.perf_counter() - started,
            "cpu_seconds": time.process_time() - cpu,
        }


async def tick(given: Given) -> dict[str, Any]:
    """Tick once a minute, each time with a thousand due; the first tick only warms up."""
    seconds = []
    async with sending(given) as (runtime, clock):
        for number in range(given.ticks + 1):
            clock.move_to(given.at + timedelta(minutes=number))
            started = time.perf_counter()
            if await runtime.send_due() != given.count:
                raise RuntimeError(f"Tick {number} did not deal with {given.count} deliveries.")
            seconds.append(time.perf_counter() - started)
    return {"seconds": seconds[1:], "resident_mb": resident_mb(STATUS)}


async def plan(given: Given) -> dict[str, Any]:
    """Plan the first week of new guardians, and time it."""
    async with opened(given) as (store, shelf, clock):
        weeks = shelf.current.programme.weeks
        return await time_first_week(
            store.database, count=given.count, weeks=weeks, now=clock.now()
        )


async def run(given: Given) -> dict[str, Any]:
    """Run the whole bot at the highest rate until told to stop."""
    network = Network(TOKEN, given.api, rate=HIGHEST, is_paid=True)
    async with (
        opened(given) as (store, shelf, clock),
        Runtime(store, shelf, clock=clock, network=network) as runtime,
    ):
        spare_the_collector()
        running = asyncio.ensure_future(runtime.run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await running
    return {}


def resident_mb(status: Path) -> float:
    """Read from Linux how much memory a process has resident, in MB."""
    line = next(each for each in status.read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) / 1024  # it is given in kB


TASKS: dict[str, Callable[[Given], Awaitable[dict[str, Any]]]] = {
    "send": send,
    "tick": tick,
    "plan": plan,
    "run": run,
}


def main() -> None:
    """Do one task, and print what was measured as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--database", required=True)
    parser.add_argument("--api", required=True)
    parser.add_argument("--at", type=datetime.fromisoformat, required=True)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--ticks", type=int, default=0)
    given = vars(parser.parse_args())
    os.sched_setaffinity(0, {CORE})
    task = TASKS[given.pop("task")]
    measured = looping.run(task(Given(**given)))  # type: ignore[arg-type]
    sys.stdout.write(json.dumps(measured) + "\n")


if __name__ == "__main__":
    main()
