"""Export events once, in a process of its own and on one core; print seconds as JSON."""

import argparse
import asyncio
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from adbc_driver_postgresql import dbapi
from pyarrow import parquet

from bot.core.sealing import Sealer
from bot.report.exports.exporting import Wish, begin, open_moment, write_streamed, write_tables
from bot.report.exports.standing import may_research, tabulate
from bot.report.exports.tables import EVENTS
from bot.report.exports.writers import Format
from bot.store import export_rows, open_database
from tests.bench.reading import measure_memory

BARE = (
    "SELECT id, guardian_id, child_id, delivery_id, material, kind, happened_at "
    "FROM engagement_event"
)


def main() -> None:
    """Export the database that is named, or read and write the same rows by Arrow alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("events", type=int)
    parser.add_argument("--plainly", action="store_true", help="only read and write")
    parser.add_argument("--format", help="export everything, in this format")
    given = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with TemporaryDirectory() as folder:
        if given.plainly:
            took, rows = copy(given.database, Path(folder))
        elif given.format:
            wanted = Format(given.format)
            took, rows = asyncio.run(export_all(given.database, Path(folder), wanted))
        else:
            took, rows = asyncio.run(export(given.database, Path(folder)))
    if rows != given.events:
        raise RuntimeError(f"{rows} events were written of {given.events}.")
    print(json.dumps({"s": took, "memory": measure_memory()}))  # noqa: T201


async def export(url: str, folder: Path) -> tuple[float, int]:
    """Export the events, and time it; then all the rest, for the memory that it takes."""
    database, wish = open_database(url), Wish(datetime.now(UTC), (Format.PARQUET,))
    alone, whole, laid = (folder / name for name in ("alone", "whole", "laid"))
    for each in (alone, whole, laid):
        each.mkdir()
    started = time.perf_counter()
    async with open_moment(database, wish) as (session, snapshot):
        begun = await begin(wish, alone, laid, Sealer(bytes(32)), session, snapshot)
        allowed = tabulate(may_research)
        await write_streamed(begun, EVENTS, export_rows.EVENTS, allowed=allowed)
        took = time.perf_counter() - started
        everything = await begin(wish, whole, laid, Sealer(bytes(32)), session, snapshot)
        await write_tables(everything)
    await database.close()
    return took, begun.written[EVENTS.name]


async def export_all(url: str, folder: Path, wanted: Format) -> tuple[float, int]:
    """Export everything in one format, and time it."""
    database, wish = open_database(url), Wish(datetime.now(UTC), (wanted,))
    started = time.perf_counter()
    whole, laid = folder / "whole", folder / "laid"
    for each in (whole, laid):
        each.mkdir()
    async with open_moment(database, wish) as (session, snapshot):
        begun = await begin(wish, whole, laid, Sealer(bytes(32)), session, snapshot)
        await write_tables(begun)
    await database.close()
    return time.perf_counter() - started, begun.written[EVENTS.name]


def copy(url: str, folder: Path) -> tuple[float, int]:
    """Read the rows and write them as they are."""
    started, count = time.perf_counter(), 0
    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(BARE)
        batches = cursor.fetch_record_batch()
        path = folder / "events.parquet"
        with parquet.ParquetWriter(path, batches.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                count += len(batch)
    return time.perf_counter() - started, count


if __name__ == "__main__":
    main()
