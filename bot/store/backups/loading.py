"""Make an empty database what a backup says, and bring it to this version's tables."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import BotError
from bot.store.backups.dumping import count, list_tables
from bot.store.backups.reading import Backup, Part, read_rows
from bot.store.backups.values import decoder_of
from bot.store.backups.writing import Header
from bot.store.database import Session, first_line
from bot.store.migrating import (
    LOCK,
    VERSIONS,
    check_not_newer,
    is_empty,
    upgrade_connection,
)

AUDIT_FUNCTION = "refuse_audit_change"  # the one thing of ours on PostgreSQL that is in no table


async def load(
    session: Session,
    backup: Backup,
    header: Header,
    *,
    show_progress: Callable[[int, int], None],
) -> None:
    """Write everything into an empty database, in the caller's transaction.

    The audit trail refuses changes and removals, and takes what is added: no more is done here, so
    nothing has to be switched off.
    """
    connection = await session.connection()
    await prepare(connection, header)
    tables = {each.name: each for each in await connection.run_sync(list_tables)}
    if set(tables) != set(header.rows):
        raise BotError(f"{backup.path} cannot be restored: it has other tables than its version.")
    done = 0
    for part in read_rows(backup, header):
        await insert(connection, tables[part.table], part)
        done += len(part.rows)
        show_progress(done, sum(header.rows.values()))
    await check_counts(connection, tables, header)
    await connection.run_sync(upgrade_connection)
    await number_on(session)
    if connection.dialect.name == "postgresql":
        await connection.execute(text("ANALYZE"))  # what follows reads much of it


async def prepare(connection: AsyncConnection, header: Header) -> None:
    """Make the tables of the backup's version in an empty database; raise BotError for another."""
    if connection.dialect.name == "postgresql":
        await connection.execute(LOCK)
    await connection.run_sync(check_not_newer)
    if not await connection.run_sync(is_empty):
        await connection.run_sync(check_no_rows)
        await connection.run_sync(remove_tables)
    await connection.run_sync(upgrade_connection, header.schema)


def check_no_rows(connection: Connection) -> None:
    """Raise BotError where any table holds a row; on PostgreSQL nobody adds one from here on."""
    names = [name for name in inspect(connection).get_table_names() if name != VERSIONS]
    if connection.dialect.name == "postgresql":
        listed = ", ".join(f'"{name}"' for name in names)
        connection.execute(text(f"LOCK TABLE {listed} IN ACCESS EXCLUSIVE MODE"))
    for name in names:
        if connection.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).first():
            raise BotError(
                "The database is not empty, and a backup is restored into an empty one alone. "
                "Name a new one in KUFFERT_DATABASE_URL."
            )


def remove_tables(connection: Connection) -> None:
    """Remove tables that hold nothing, so that those of the backup's version can be made."""
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"DROP FUNCTION IF EXISTS {AUDIT_FUNCTION}"))


async def insert(connection: AsyncConnection, table: Table, part: Part) -> None:
    """Write rows; raise BotError where the database does not take one."""
    if not part.rows:
        return
    is_sqlite = connection.dialect.name == "sqlite"
    try:
        rows = list(read_cells(table, part, is_sqlite=is_sqlite))
        await connection.execute(table.insert(), rows)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        raise BotError(f"The database refuses a row of {table.name}: {first_line(error)}") from None


def read_cells(table: Table, part: Part, *, is_sqlite: bool) -> Iterator[dict[str, Any]]:
    """Give rows as this kind of database wants them."""
    columns = [(name, decoder_of(table.c[name].type, is_sqlite=is_sqlite)) for name in part.columns]
    for row in part.rows:
        yield {
            name: decode(value) if decode and value is not None else value
            for (name, decode), value in zip(columns, row, strict=True)
        }


async def check_counts(
    connection: AsyncConnection, tables: dict[str, Table], header: Header
) -> None:
    """Raise BotError unless every table holds as many rows as the backup says."""
    for name, expected in header.rows.items():
        if await count(connection, tables[name]) != expected:
            raise BotError(f"The database kept other rows of {name} than the backup holds.")


async def number_on(session: Session) -> None:
    """Let PostgreSQL number new rows from behind the highest of each table, as SQLite always does.

    A table that is not numbered has no sequence to be set.
    """
    connection = await session.connection()
    if connection.dialect.name != "postgresql":
        return
    for table in await connection.run_sync(list_tables):
        if "id" not in table.c:
            continue
        highest = select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, "id")
        await connection.execute(
            select(func.setval(sequence, highest + 1, False)).where(sequence.is_not(None))
        )
