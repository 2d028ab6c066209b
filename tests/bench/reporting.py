"""Make a report once, in a process of its own and on one core; print seconds."""

import argparse
import asyncio
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.report.analysis.analysing import Setting, conclude
from bot.report.analysis.gathering import gather
from bot.report.findings import Findings
from bot.report.funnel import reach
from bot.report.paper.writing import write_document
from bot.report.plans import Plan, Primary
from bot.store import open_database
from bot.store.funnel import list_children
from tests.bench.reading import measure_memory

PLAN = Plan(primary=Primary(instrument="words", wave="after"), baseline_wave="before")
SETTING = Setting("Bench", "consent", {}, "0", PLAN)


def main() -> None:
    """Report on the database that is named, into a folder that goes again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("children", type=int)
    given = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    started = time.perf_counter()
    findings, reading = asyncio.run(work_out(given.database))
    reckoned = time.perf_counter() - started
    if findings.flow.children != given.children or findings.comparisons[0].itt.value is None:
        raise RuntimeError(f"The report is about {findings.flow.children} children.")
    with TemporaryDirectory() as folder:
        write_document(findings, Path(folder), language="en")
    written = time.perf_counter() - started - reckoned
    taken = {
        "s": reckoned + written,
        "reading": reading,
        "writing": written,
        "memory": measure_memory(),
    }
    print(json.dumps(taken))  # noqa: T201


async def work_out(url: str) -> tuple[Findings, float]:
    """Do what a report does before it is written: read, then reckon; time the first."""
    database, now = open_database(url), datetime.now(UTC)
    started = time.perf_counter()
    async with database.reading() as session:
        rows = await list_children(session)
        gathered = await gather(session, PLAN, minutes={}, rows=rows)
        reached = await reach(session, rows, now=now)
    reading = time.perf_counter() - started
    findings = conclude(gathered, reached, SETTING, now=now)
    await database.close()
    return findings, reading


if __name__ == "__main__":
    main()
