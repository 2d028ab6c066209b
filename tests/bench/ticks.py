"""Measure what a tick costs as guardians grow in number, the memory it takes, and the start."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tests.bench.counts import Counts
from tests.bench.figures import Figure
from tests.bench.ours import resident_mb
from tests.bench.populating import Families, populate
from tests.bench.rivals import CORE, ROOT, TOKEN
from tests.bench.sends import LATENCY
from tests.bench.server import ask, start_server
from tests.bench.stage import KEY, Stage

FLAT = 1.5  # times the cost at the fewest guardians
FLAT_MEMORY = 1.1
LONGEST_START_SECONDS = 60
LOOK_SECONDS = 0.01


@dataclass(frozen=True)
class Ticks:
    """What the ticks in one database took."""

    seconds: list[float] = field(default_factory=list)
    resident_mb: list[float] = field(default_factory=list)

    @property
    def cost_ms(self) -> float:
        """The fastest tick: whatever else runs on the machine only adds to it."""
        return 1000 * min(self.seconds)


def measure_ticks(stage: Stage, counts: Counts) -> list[Figure]:
    """Tick in databases with ever more guardians, in turn; start the bot on the largest."""
    places = {number: stage.make_database(f"ticks_{number}") for number in counts.guardians}
    for number, url in places.items():
        stage.say(f"making {number:,} families")
        asyncio.run(populate(url, families_of(stage, counts, number)))
    ticks = tick_in_turn(stage, counts, places)
    figures = [*list_costs(ticks, due=counts.due), list_memory(ticks)]
    most = max(places)
    with start_server(LATENCY) as (_process, api):
        stage.say(f"starting the bot with {most:,} guardians")
        figures += time_start(stage, places[most], api, guardians=most)
    for number in places:
        stage.drop_database(f"ticks_{number}")
    return figures


def families_of(stage: Stage, counts: Counts, number: int) -> Families:
    """Say who lives in one database: as many are due as all its ticks need."""
    due = counts.due * (counts.ticks + 1) * counts.rounds
    return Families(1, number, stage.at, due=due, a_minute=counts.due)


def tick_in_turn(stage: Stage, counts: Counts, places: Mapping[int, str]) -> dict[int, Ticks]:
    """Tick some minutes in each database, round after round, so that all share what disturbs."""
    ticks = {number: Ticks() for number in places}
    minutes = counts.ticks + 1  # the first tick of a process only warms up
    with start_server(0.0) as (_process, api):
        for number_of_round in range(counts.rounds):
            later = timedelta(minutes=number_of_round * minutes)
            for number, url in places.items():
                stage.say(f"ticking with {number:,} guardians, {counts.due:,} due each time")
                told = stage.run_ours(
                    "tick", url, api, later=later, count=counts.due, ticks=counts.ticks
                )
                ticks[number].seconds.extend(told["seconds"])
                ticks[number].resident_mb.append(told["resident_mb"])
    return ticks


def list_costs(ticks: Mapping[int, Ticks], *, due: int) -> list[Figure]:
    """Give the cost of a tick at each number of guardians, beside that at the fewest."""
    costs = {number: each.cost_ms for number, each in ticks.items()}
    fewest, most = min(costs), max(costs)
    figures = []
    for number, cost in costs.items():
        name = f"a tick, {due:,} due of {number:,} guardians"
        ratio = cost / costs[fewest] if number > fewest else None
        rival = f"{fewest:,} guardians: {costs[fewest]:,.0f} ms" if ratio else ""
        holds = ratio <= FLAT if ratio and number == most else None
        target = f"≤ {FLAT} ×" if holds is not None else ""
        figures.append(Figure(name, cost, "ms", rival, ratio, target, holds))
    return figures


def list_memory(ticks: Mapping[int, Ticks]) -> Figure:
    """Put a sender's memory with the most guardians beside that with the fewest."""
    memory = {number: max(each.resident_mb) for number, each in ticks.items()}
    fewest, most = min(memory), max(memory)
    ratio = memory[most] / memory[fewest]
    return Figure(
        f"memory of a sender with {most:,} guardians",
        memory[most],
        "MB",
        f"{fewest:,} guardians: {memory[fewest]:,.0f} MB",
        ratio,
        f"flat: ≤ {FLAT_MEMORY} ×",
        ratio <= FLAT_MEMORY,
    )


def time_start(stage: Stage, url: str, api: str, *, guardians: int) -> list[Figure]:
    """Start the bot by its command; time it until it polls, and see how much memory it takes."""
    started = time.perf_counter()
    with running_bot(stage, url, api) as process:
        while not ask(api, "count").get("getUpdates"):
            if process.poll() is not None or time.perf_counter() - started > LONGEST_START_SECONDS:
                raise RuntimeError("The bot did not start.")
            time.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - started
        memory = resident_mb(Path(f"/proc/{process.pid}/status"))
    whom = f"with {guardians:,} guardians"
    return [
        Figure(f"start to the first poll {whom}", seconds, "s"),
        Figure(f"memory of the bot {whom}", memory, "MB"),
    ]


@contextmanager
def running_bot(stage: Stage, url: str, api: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `kuffert run` on the first core, and stop it at the end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KUFFERT_")}
    settings = {
        "KUFFERT_TELEGRAM_TOKEN": TOKEN,
        "KUFFERT_TELEGRAM_API": api,
        "KUFFERT_DATABASE_URL": url,
        "KUFFERT_SECRET_KEY": KEY,
        "KUFFERT_CONTENT": str(ROOT / "content"),
        "KUFFERT_LOCALES": str(ROOT / "locales"),
        "KUFFERT_PORT": "0",
    }
    with (stage.folder / "bot.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"],
            cwd=stage.folder,
            env={**kept, "PYTHONPATH": str(ROOT), **settings},
            stdout=log,
            stderr=log,
        )
        os.sched_setaffinity(process.pid, {CORE})
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(LONGEST_START_SECONDS)
