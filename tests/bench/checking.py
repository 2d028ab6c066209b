"""Check a file of results once, in a process of its own and on one core; print seconds as JSON."""

import argparse
import asyncio
import csv
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from bot.intake.outcome_files import Imported, check_outcomes
from bot.store import centres, open_database
from bot.store.migrating import prepare
from bot.store.tables import Child
from tests.bench.reading import measure_memory

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


def main() -> None:
    """Check the file of the folder that is named, or read it as its parts alone would."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--plainly", action="store_true", help="only read rows and numbers")
    given = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    took = read_plainly(given.folder) if given.plainly else asyncio.run(check(given.folder))
    print(json.dumps({"s": took, "memory": measure_memory()}))  # noqa: T201


async def check(folder: Path) -> float:
    """Check the file against a roster in a database; give seconds."""
    database = open_database(f"sqlite:///{folder / 'kuffert.db'}")
    if not (folder / "kuffert.db").exists():
        await prepare(database)
        await enrol(folder, database)
    async with database.reading() as session:
        started = time.perf_counter()
        content = (folder / "results.csv").read_bytes()
        checked = await check_outcomes(session, "results.csv", content)
        took = time.perf_counter() - started
    await database.close()
    make_sure(checked)
    return took


async def enrol(folder: Path, database: object) -> None:
    """Put the children on the roster."""
    async with database.writing() as session:  # type: ignore[attr-defined]
        centre = await centres.add_centre(
            session, "sun", name="Sun", zone="Europe/Copenhagen", language="da", now=NOW
        )
        codes = json.loads((folder / "roster.json").read_text())
        rows = [{"study_code": each, "centre_id": centre.id, "enrolled_at": NOW} for each in codes]
        await (await session.connection()).execute(insert(Child), rows)


def make_sure(checked: Imported) -> None:
    """See that nearly everything was accepted, and the slips were not."""
    counts = checked.counts
    wrong = sum(counts.quarantined.values())
    if not 0 < wrong < counts.accepted or counts.accepted + wrong != counts.results:
        raise RuntimeError(f"The file was not checked: {counts.list_lines()}")


def read_plainly(folder: Path) -> float:
    """Read every row and make a number of each score that is one; give seconds."""
    started = time.perf_counter()
    with (folder / "results.csv").open(encoding="cp1252", newline="") as file:
        rows = csv.reader(file, delimiter=";")
        next(rows)
        scores = [row[3] for row in rows]
    numbers = [float(score.replace(",", ".")) for score in scores if score[0].isdigit()]
    if not numbers:
        raise RuntimeError("No number was read.")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
