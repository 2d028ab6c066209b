"""Read tables as Arrow batches, at one moment of the database; needs the evaluation's libraries.

PostgreSQL is read beside a session that shares its snapshot. SQLite is read from a copy of the
file: a second SQLite library in one process must not open what the first one holds locks on.
"""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow
import pyarrow.compute
from adbc_driver_manager.dbapi import Connection, Cursor
from sqlalchemy import (
    Boolean,
    Date,
    Dialect,
    Float,
    Integer,
    Select,
    String,
    func,
    text,
    type_coerce,
)
from sqlalchemy import types as sql

from bot.store.addresses import write_for_libpq
from bot.store.columns import Moment
from bot.store.database import Database, Session, open_database

SQLITE_CHUNK = 131_072  # rows of a batch
COPY = "copy.db"


@dataclass(frozen=True)
class Snapshot:
    """One moment of the database, for a session and for Arrow alike."""

    session: Session
    connection: Connection
    dialect: Dialect

    def stream(self, statement: Select[Any]) -> Iterator[pyarrow.RecordBatch]:
        """Give a statement's rows in any order, as batches; moments are in microseconds of UTC."""
        is_sqlite, asked = self.dialect.name == "sqlite", statement.order_by(None)
        if is_sqlite:
            asked = asked.with_only_columns(*list_texts(statement))
        compiled = asked.compile(dialect=self.dialect, compile_kwargs={"literal_binds": True})
        types = [arrow_type(column.type) for column in statement.selected_columns]
        with self.connection.cursor() as cursor:
            if is_sqlite:
                set_chunk(cursor)
            cursor.execute(str(compiled).replace("%%", "%"))
            for batch in cursor.fetch_record_batch():
                yield shape(batch, types, names=[each.name for each in statement.selected_columns])


@asynccontextmanager
async def open_snapshot(database: Database) -> AsyncIterator[Snapshot]:
    """Open one moment of a database for reading."""
    opened = open_copy(database) if database.is_sqlite else open_shared(database)
    async with opened as snapshot:
        yield snapshot


@asynccontextmanager
async def open_shared(database: Database) -> AsyncIterator[Snapshot]:
    """Open a second connection to PostgreSQL that sees what the session sees."""
    from adbc_driver_postgresql import dbapi  # each driver only where it is used

    address = write_for_libpq(database.engine.url)
    async with database.reading() as session:
        exported = await session.connection()
        name = (await exported.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
        with dbapi.connect(address) as connection:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute(f"SET TRANSACTION SNAPSHOT '{name}'")
            yield Snapshot(session, connection, database.engine.dialect)
            connection.rollback()


@asynccontextmanager
async def open_copy(database: Database) -> AsyncIterator[Snapshot]:
    """Copy an SQLite file and open the copy, whose name is gone before anything is read from it."""
    from adbc_driver_sqlite import dbapi

    original, folder = make_room(database.engine.url.database or "")
    try:
        copy_file(original, folder / COPY)
        async with opened_for_once(folder / COPY) as copied, copied.reading() as session:
            await (await session.connection()).execute(text("SELECT 1 FROM sqlite_master"))
            with dbapi.connect(str(folder / COPY)) as connection:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM sqlite_master")
                    cursor.fetchone()
                shutil.rmtree(folder)  # both hold it open; a process that is killed leaves nothing
                yield Snapshot(session, connection, database.engine.dialect)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def opened_for_once(file: Path) -> AsyncIterator[Database]:
    """Open an SQLite file, and close it at the end."""
    database = open_database(f"sqlite:///{file}")
    try:
        yield database
    finally:
        await database.close()


def make_room(file: str) -> tuple[Path, Path]:
    """Give a database's file, and a folder beside it that nobody else can read."""
    original = Path(file).absolute()
    return original, Path(mkdtemp(prefix=f".{original.name}-", dir=original.parent))


def copy_file(original: Path, copy: Path) -> None:
    """Copy a database as it stands at one moment, whoever writes to it meanwhile."""
    source, target = sqlite3.connect(original), sqlite3.connect(copy)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    finally:
        target.close()
        source.close()


def set_chunk(cursor: Cursor) -> None:
    """Ask SQLite's driver for batches of a size that is worth the while."""
    cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(SQLITE_CHUNK)})


def list_texts(statement: Select[Any]) -> list[Any]:
    """Write columns so that SQLite's driver, which guesses types from values, guesses the same."""
    return [as_text(column) for column in statement.selected_columns]


def as_text(column: Any) -> Any:
    """Write what is no whole number as text, and what is not there as an empty one."""
    if isinstance(column.type, Integer | Boolean):
        return column
    shown = func.printf("%!.17g", column) if isinstance(column.type, Float) else column
    known = func.iif(column.is_(None), None, shown) if isinstance(column.type, Float) else shown
    return func.coalesce(type_coerce(known, String()), "").label(column.name)


def arrow_type(kind: sql.TypeEngine[Any]) -> pyarrow.DataType:
    """Give the Arrow type of a column."""
    if isinstance(kind, Moment):
        return pyarrow.timestamp("us")
    if isinstance(kind, Integer):
        return pyarrow.int64()
    if isinstance(kind, Float):
        return pyarrow.float64()
    if isinstance(kind, Date):
        return pyarrow.date32()
    return pyarrow.bool_() if isinstance(kind, Boolean) else pyarrow.string()


def shape(
    batch: pyarrow.RecordBatch, types: list[pyarrow.DataType], *, names: list[str]
) -> pyarrow.RecordBatch:
    """Give every column its type, whatever the driver made of it."""
    pairs = zip(batch.columns, types, strict=True)
    return pyarrow.record_batch([cast(column, kind) for column, kind in pairs], names=names)


def cast(column: pyarrow.Array, kind: pyarrow.DataType) -> pyarrow.Array:
    """Turn a column into a type; an empty text is nothing."""
    if pyarrow.types.is_string(column.type):
        is_empty = pyarrow.compute.equal(column, "")
        column = pyarrow.compute.if_else(is_empty, pyarrow.scalar(None, pyarrow.string()), column)
    if pyarrow.types.is_timestamp(column.type) and column.type.tz:
        column = column.cast(pyarrow.timestamp("us", "UTC"))
    return column.cast(kind)
