"""Write every table into a backup, as it stood at one moment, while everything else goes on."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, MetaData, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import VERSION
from bot.errors import BotError
from bot.store.backups.values import encode
from bot.store.backups.writing import BackupWriter, Header
from bot.store.database import Database, Session
from bot.store.deployment import KEY_FINGERPRINT
from bot.store.migrating import VERSIONS, check_not_newer, current_revision
from bot.store.tombstones import Extent

LEFT_OUT = frozenset({"work_part"})  # files made behind the pages: for a few days, and made again
ROWS_AT_ONCE = 500
HEAVY = {"catalogue_snapshot": 1, "exported_part": 4, "question": 20}  # long rows, so fewer


async def dump(
    database: Database,
    writer: BackupWriter,
    *,
    tombstones: Extent | None,
    now: datetime,
    show_progress: Callable[[int, int], None],
) -> Header:
    """Write everything; the tables are as the database has them, of an earlier version too.

    All is read in one transaction that only reads: nobody waits for it, and it waits for nobody.
    """
    async with database.reading() as session:
        connection = await session.connection()
        schema = await connection.run_sync(find_schema)
        tables = await connection.run_sync(list_tables)
        rows = {table.name: await count(connection, table) for table in tables}
        key = await find_key(session, tables)
        header = Header(VERSION, schema, now, key, rows, tombstones)
        writer.begin(header)
        total, done = sum(rows.values()), 0
        for table in tables:
            writer.begin_table(table.name, [column.name for column in table.columns])
            at_once = HEAVY.get(table.name, ROWS_AT_ONCE)
            statement = select(table).order_by(*table.primary_key.columns)
            streamed = await connection.stream(statement, execution_options={"yield_per": at_once})
            async for batch in streamed.partitions():
                writer.add([encode(value) for value in row] for row in batch)
                done += len(batch)
                show_progress(done, total)
            writer.end_table()
    return header


def find_schema(connection: Connection) -> str:
    """Name the migration that the database stands at; raise BotError where there is none."""
    check_not_newer(connection)
    schema = current_revision(connection)
    if schema is None:
        raise BotError("The database is empty: there is nothing to back up.")
    return schema


def list_tables(connection: Connection) -> list[Table]:
    """List the tables, each after those that it points to."""
    found = MetaData()
    found.reflect(connection)
    left_out = LEFT_OUT | {VERSIONS}
    return [table for table in found.sorted_tables if table.name not in left_out]


async def count(connection: AsyncConnection, table: Table) -> int:
    """Count a table's rows."""
    counted = await connection.execute(select(func.count()).select_from(table))
    return int(counted.scalar_one())


async def find_key(session: Session, tables: list[Table]) -> str | None:
    """Look up the fingerprint of the key that the database is sealed with."""
    deployment = next(table for table in tables if table.name == "deployment")
    statement = select(deployment.c.value).where(deployment.c.key == KEY_FINGERPRINT)
    connection = await session.connection()
    found: str | None = (await connection.execute(statement)).scalar_one_or_none()
    return found
