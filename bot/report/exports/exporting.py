"""Write an export: every table, the dictionary and the codebook, as of one moment."""

import csv
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bot.core.sealing import Sealer
from bot.errors import BotError
from bot.report.doses import gather_doses
from bot.report.exports.columns import Table
from bot.report.exports.dictionary import WITHDRAWN, Told, write_codebook, write_dictionary
from bot.report.exports.doses import make_dose_rows
from bot.report.exports.folders import drafting
from bot.report.exports.pseudonyms import Pseudonyms, draw_key
from bot.report.exports.rows import Numbered, make_rows
from bot.report.exports.series import Memory, list_laid
from bot.report.exports.standing import (
    Rule,
    Standing,
    gather_standing,
    may_list,
    may_research,
    tabulate,
)
from bot.report.exports.tables import (
    DELIVERIES,
    DOSE,
    EVENTS,
    FORGOTTEN,
    OUTCOMES,
    TABLES,
    in_series,
)
from bot.report.exports.writers import Format, Writer, check_extra, open_writer
from bot.report.forgotten import list_lines
from bot.store import Database, Session, export_rows, series
from bot.store.evaluation_tables import ExportSeries
from bot.store.exports import list_forgotten

if TYPE_CHECKING:
    from bot.store.arrow import Snapshot

SEALED_AS = "export_series.key"
STREAMED: tuple[tuple[Table, Any, Rule], ...] = (
    (DELIVERIES, export_rows.DELIVERIES, may_list),
    (EVENTS, export_rows.EVENTS, may_research),
    (OUTCOMES, export_rows.OUTCOMES, may_list),
)


@dataclass(frozen=True)
class Wish:
    """What is asked for: which formats, of which series, since when, at which moment."""

    now: datetime
    formats: tuple[Format, ...] = (Format.CSV,)
    series: str | None = None
    since: datetime | None = None
    minutes: Mapping[str, int] = field(default_factory=dict)  # how long each activity takes
    show_progress: Callable[[int, int], None] = lambda _done, _total: None


@dataclass
class Export:
    """An export that is being written: under which key, from what, and what has come of it."""

    wish: Wish
    folder: Path
    laid: Path
    pseudonyms: Pseudonyms
    key: bytes
    known: ExportSeries | None
    standing: Standing
    session: Session
    snapshot: "Snapshot | None"
    written: dict[str, int] = field(default_factory=dict)
    gone: list[tuple[str, str]] = field(default_factory=list)
    total: int = 0

    def shape(self, table: Table) -> Table:
        """Give a table as this export has it."""
        return in_series(table) if self.wish.series else table

    def count(self, table: Table, rows: int) -> None:
        """Count the rows of a table that were written, and show how far it is."""
        self.written[table.name] = self.written.get(table.name, 0) + rows
        done = sum(self.written.values())
        self.wish.show_progress(done, max(done, self.total))


async def export_tables(
    database: Database, folder: Path, *, wish: Wish, sealer: Sealer
) -> dict[str, int]:
    """Write every table to a folder, all or none; give each one's number of rows.

    Raise BotError for a folder that holds anything but an earlier export, for a format whose
    library is not here, and for an increment that cannot follow anything.
    """
    check_extra(wish.formats)
    check_since(wish)
    with drafting(folder) as draft, TemporaryDirectory() as laid:
        async with open_moment(database, wish) as (session, snapshot):
            export = await begin(wish, draft, Path(laid), sealer, session, snapshot)
            await write_tables(export)
        if wish.series:
            async with database.writing() as writing:
                await series.record_export(
                    writing,
                    wish.series,
                    key_sealed=sealer.seal(export.key.hex(), bound_to=SEALED_AS),
                    before=export.known.exported_at if export.known else None,
                    now=wish.now,
                    parts=list_laid(Path(laid)),
                )
    return export.written


async def begin(
    wish: Wish,
    folder: Path,
    laid: Path,
    sealer: Sealer,
    session: Session,
    snapshot: "Snapshot | None",
) -> Export:
    """Begin an export: find or draw its key, and ask what may be told of whom."""
    known = await find_known(session, wish)
    key = draw_key()
    if known:
        key = bytes.fromhex(sealer.unseal(known.key_sealed, bound_to=SEALED_AS))
    standing = await gather_standing(session)
    pseudonyms = Pseudonyms(key)
    return Export(wish, folder, laid, pseudonyms, key, known, standing, session, snapshot)


def check_since(wish: Wish) -> None:
    """Raise BotError for a moment that no increment can begin at."""
    if wish.since and not wish.series:
        raise BotError("An increment is of a series. Write --series NAME beside --since.")
    if wish.since and wish.since >= wish.now:
        raise BotError(
            f"--since {wish.since.isoformat()} is not past yet. "
            "Write the moment of an earlier export of the series."
        )


async def find_known(session: Session, wish: Wish) -> ExportSeries | None:
    """Look up the series that is asked for; raise BotError where nothing can follow."""
    known = await series.find_series(session, wish.series) if wish.series else None
    if wish.since and known is None:
        raise BotError(
            f'There is no series "{wish.series}" yet. Leave --since out of its first export.'
        )
    if known and known.exported_at >= wish.now:
        raise BotError(
            f'The series "{wish.series}" has an export of {known.exported_at.isoformat()}, which '
            "is not past by this machine's clock. Put the clock right."
        )
    return known


@asynccontextmanager
async def open_moment(
    database: Database, wish: Wish
) -> AsyncIterator[tuple[Session, "Snapshot | None"]]:
    """Open one moment of the database, for Arrow too where that is of use."""
    if Format.PARQUET not in wish.formats or wish.series:
        async with database.reading() as session:
            yield session, None
        return
    from bot.store.arrow import open_snapshot  # its libraries are the extra's

    async with open_snapshot(database) as snapshot:
        yield snapshot.session, snapshot


async def write_tables(export: Export) -> None:
    """Write every table, and what explains them."""
    export.total = await export_rows.count_rows(export.session)
    for table, statement, rule in STREAMED:
        await write_streamed(export, table, statement, allowed=tabulate(rule))
    doses = await gather_doses(export.session, minutes=export.wish.minutes, for_research=True)
    rows = make_dose_rows(export.standing, doses, export.pseudonyms)
    await write_rows(export, DOSE, chunks_of(rows), export.wish.formats)
    await write_forgotten(export)
    tables = [export.shape(table) for table in TABLES]
    write_dictionary(export.folder, tables)
    versions = await export_rows.list_content_versions(export.session)
    wish = export.wish
    told = Told(wish.now, wish.formats, versions, wish.series, wish.since)
    write_codebook(export.folder, tables, told)
    if wish.since:
        write_withdrawn(export)


async def write_streamed(export: Export, table: Table, statement: Any, *, allowed: bytes) -> None:
    """Write a table whose rows the database gives one after another."""
    formats = list(export.wish.formats)
    if export.snapshot:
        formats.remove(Format.PARQUET)
        write_batches(export, table, statement, allowed=allowed)
    if formats:
        await write_rows(export, table, stream(export, table, statement, allowed), formats)


async def stream(
    export: Export, table: Table, statement: Any, allowed: bytes
) -> AsyncIterator[list[Numbered]]:
    """Give a table's rows, a part at a time."""
    names = [column.name for column in statement.selected_columns]
    async for rows in export_rows.stream_rows(export.session, statement):
        yield make_rows(
            table,
            names,
            rows,
            allowed=allowed,
            standing=export.standing,
            pseudonyms=export.pseudonyms,
        )


async def chunks_of(rows: list[Numbered]) -> AsyncIterator[list[Numbered]]:
    """Give all rows at once."""
    yield rows


async def write_rows(
    export: Export,
    table: Table,
    chunks: AsyncIterator[list[Numbered]],
    formats: Sequence[Format],
) -> None:
    """Write rows in some formats; of a series, say when each changed, and remember it."""
    shaped, count = export.shape(table), 0
    memory = await recall(export, table) if export.wish.series else None
    writers: list[Writer] = [open_writer(each, export.folder, shaped) for each in formats]
    async for chunk in chunks:
        told = await memory.compare(chunk) if memory else chunk
        # in the order of pseudonyms, so that the place of a row tells nothing of its number
        rows = sorted((row.values for row in told), key=lambda values: str(values[0]))
        for writer in writers:
            writer.write(rows)
        count += len(rows)
        if not export.snapshot:
            export.count(table, len(rows))
    for writer in writers:
        writer.close()
    export.written[table.name] = count
    if memory:
        await memory.finish()
        of = next(column.of for column in table.columns if column.name == table.key)
        names = export.pseudonyms.name_all(of, memory.gone)
        export.gone += [(table.name, name) for name in sorted(map(str, names))]


async def recall(export: Export, table: Table) -> Memory:
    """Take up what a series has held of a table."""
    known, session = export.known, export.session

    async def read(part: int) -> bytes:
        """Get one part."""
        return await series.get_part(session, known, table.name, part=part) if known else b""

    return Memory(
        table.name,
        await series.list_parts(session, known, table.name) if known else [],
        read,
        export.laid,
        export.wish.now,
        export.wish.since,
        export.key,
    )


def write_batches(export: Export, table: Table, statement: Any, *, allowed: bytes) -> None:
    """Write a table as Parquet straight from Arrow."""
    from bot.report.exports.batches import make_batch
    from bot.report.exports.parquet import ParquetWriter

    assert export.snapshot
    writer = ParquetWriter(export.folder, table)
    for batch in export.snapshot.stream(statement):
        made = make_batch(
            table,
            batch,
            allowed=allowed,
            standing=export.standing,
            pseudonyms=export.pseudonyms,
        )
        writer.write_batch(made)
        export.count(table, len(made))
    writer.close()


async def write_forgotten(export: Export) -> None:
    """Write what is left of forgotten families; it is small, and whole in every increment."""
    numbers = await export_rows.list_centre_numbers(export.session)
    lines = list_lines(await list_forgotten(export.session))
    names = export.pseudonyms.name_all("centre", [numbers.get(each.centre) for each in lines])
    pairs = zip(names, lines, strict=True)
    rows = [[name, each.guardians, each.sent, each.answered] for name, each in pairs]
    rows.sort(key=lambda row: (row[0] is None, row[0]))  # not in the order of the centres' codes
    for chosen in export.wish.formats:
        writer = open_writer(chosen, export.folder, FORGOTTEN)
        writer.write(rows)
        writer.close()
    export.written[FORGOTTEN.name] = len(rows)


def write_withdrawn(export: Export) -> None:
    """Write which rows of earlier exports must be taken out now."""
    with (export.folder / WITHDRAWN).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("table", "key"))
        writer.writerows(export.gone)
