"""Work out a report's findings once, in a process of its own and on one core; print seconds."""

import argparse
import asyncio
import json
import os
import time
from datetime import UTC, datetime

from bot.report.analysis.analysing import Setting, conclude
from bot.report.analysis.gathering import gather
from bot.report.findings import Findings
from bot.report.funnel import reach
from bot.report.plans import Plan, Primary
from bot.store import open_database
from bot.store.funnel import list_children
from tests.bench.reading import measure_memory

PLAN = Plan(primary=Primary(instrument="words", wave="after"), baseline_wave="before")
SETTING = Setting("Bench", "consent", {}, "0", PLAN)


def main() -> None:
    """Work out the findings of the database that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("children", type=int)
    given = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    took, reading, findings = asyncio.run(work_out(given.database))
    if findings.flow.children != given.children or findings.comparisons[0].itt.value is None:
        raise RuntimeError(f"The report is about {findings.flow.children} children.")
    print(json.dumps({"s": took, "reading": reading, "memory": measure_memory()}))  # noqa: T201


async def work_out(url: str) -> tuple[float, float, Findings]:
    """Do what a report does before it is written: read, then reckon; time both, and the first."""
    database, now = open_database(url), datetime.now(UTC)
    started = time.perf_counter()
    async with database.reading() as session:
        rows = await list_children(session)
        gathered = await gather(session, PLAN, minutes={}, rows=rows)
        reached = await reach(session, rows, now=now)
    reading = time.perf_counter() - started
    findings = conclude(gathered, reached, SETTING, now=now)
    took = time.perf_counter() - started
    await database.close()
    return took, reading, findings


if __name__ == "__main__":
    main()
