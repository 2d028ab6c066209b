"""Bring a database to this version's tables, and refuse one from the future."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from bot.errors import BotError
from bot.store import console_tables, evaluation_tables, operation_tables, tables
from bot.store.database import Database

FOLDER = Path(__file__).parent / "migrations"
TABLES = (tables, evaluation_tables, console_tables, operation_tables)  # all in one list
VERSIONS = "alembic_version"  # the one table that is not ours
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('kuffert migrations', 0))")


def alembic_config() -> Config:
    """Point Alembic at our migrations; no file of its own is needed."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


@cache
def read_migrations() -> ScriptDirectory:
    """Read our migrations: once, since every one of them is compiled for it."""
    return ScriptDirectory.from_config(alembic_config())


async def upgrade(database: Database) -> None:
    """Run every migration that the database lacks; raise BotError for one from the future."""
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await connection.execute(LOCK)
        await connection.run_sync(check_not_newer)
        await connection.run_sync(upgrade_connection)


async def prepare(database: Database) -> None:
    """Make an empty database's tables; raise BotError for one that is older, newer or foreign."""
    async with database.engine.begin() as connection:
        if not database.is_sqlite:  # replicas that start together come one after another
            await connection.execute(LOCK)
        await connection.run_sync(check_not_newer)
        if await connection.run_sync(is_empty):
            await connection.run_sync(upgrade_connection)
        elif await connection.run_sync(current_revision) != newest_revision():
            raise BotError(
                "The database is of an older version. Run `kuffert db upgrade` first, with --demo "
                "for the demo's."
            )


async def list_drift(database: Database) -> list[str]:
    """List where the tables in the database differ from the tables in the code."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(compare)


def compare(connection: Connection) -> list[str]:
    """Compare the tables as Alembic would; one line for each difference."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [repr(difference) for difference in compare_metadata(context, SQLModel.metadata)]


def newest_revision() -> str | None:
    """Name the newest migration that this version knows."""
    return read_migrations().get_current_head()


def current_revision(connection: Connection) -> str | None:
    """Name the migration that the database stands at."""
    return MigrationContext.configure(connection).get_current_revision()


def is_empty(connection: Connection) -> bool:
    """Say whether the database holds no table at all."""
    return not inspect(connection).get_table_names()


def check_not_newer(connection: Connection) -> None:
    """Raise BotError when the database is somebody else's, or made by a later version."""
    revision = current_revision(connection)
    if revision is None:
        if not is_empty(connection):
            raise BotError("The database holds other tables. Give Kuffert a database of its own.")
        return
    try:
        read_migrations().get_revision(revision)
    except CommandError:
        raise BotError(
            f"The database was made by a later version of Kuffert (revision {revision}). "
            "Run that version, or restore a backup."
        ) from None


def check_known(revision: str) -> None:
    """Raise BotError for a backup whose tables this version does not know."""
    try:
        read_migrations().get_revision(revision)
    except CommandError:
        raise BotError(
            f"The backup was made by a later version of Kuffert (revision {revision}). "
            "Restore it with that version."
        ) from None


def upgrade_connection(connection: Connection, revision: str = "head") -> None:
    """Run the migrations on an open connection, up to one of them."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
