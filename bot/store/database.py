"""The way to the database, SQLite or PostgreSQL: sessions that write and sessions that read."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import BotError, DatabaseGone
from bot.store.addresses import no_address, pass_on, read_address

Session = AsyncSession
READING = "kuffert_reading"
BUSY_MS = 30_000
IDLE_SINCE = "kuffert_idle_since"
IDLE_SECONDS = 2.0  # a connection that rested longer is tried before it is used
PASSING_STATES = ("08", "25006", "40", "53", "57")  # connection, read-only, rollback, resources,
# operator (SQL:2016)
PASSING_WORDS = (
    *("connection is closed", "connection was closed", "database is locked", "disk i/o"),
    *("database or disk is full", "readonly database", "unable to open database file"),
)


class NotReached(ConnectionError):
    """Where a database should be there is none, or no such name; the text says which."""


class Database:
    """One database; on SQLite one writer at a time, in turn, so that nobody waits on a lock."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Keep the engine; tell the two kinds of database apart once."""
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Session]:
        """Open a transaction that is committed at the end, or undone by an exception."""
        turn: AbstractAsyncContextManager[Any] = self._turn if self.is_sqlite else nullcontext()
        new_session = AsyncSession(self.engine, expire_on_commit=False)
        with gone_errors():
            async with turn, new_session as session, session.begin():
                yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """Open a transaction that only reads, and sees one moment of the database."""
        engine = self.engine.execution_options(**self._reading_options())
        new_session = AsyncSession(engine, expire_on_commit=False)
        with gone_errors():
            async with new_session as session, session.begin():
                yield session

    def _reading_options(self) -> dict[str, Any]:
        """Say how a reading transaction is opened on this kind of database."""
        if self.is_sqlite:
            return {READING: True}
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    async def close(self) -> None:
        """Give back every connection."""
        await self.engine.dispose()


def open_database(url: str) -> Database:
    """Open a database by its address: `sqlite:///file` or `postgresql://…`; raise BotError.

    The connection itself is made at the first use (see `check_reachable`).
    """
    address = read_address(url)
    name = address.get_backend_name()
    try:
        engine = create_async_engine(address, **engine_options(name))
    except ArgumentError:
        raise no_address() from None
    if name == "sqlite":
        prepare_folder(address.database)
        event.listen(engine.sync_engine, "connect", prepare_sqlite)
        event.listen(engine.sync_engine, "begin", begin_sqlite)
    else:
        event.listen(engine.sync_engine, "do_connect", pass_on)
        event.listen(engine.sync_engine, "do_connect", connect)
        event.listen(engine.sync_engine, "checkin", note_idle)
        event.listen(engine.sync_engine, "checkout", partial(try_idle, engine.dialect))
    return Database(engine)


def engine_options(name: str) -> dict[str, Any]:
    """Say how connections are kept; no error says what was to be written, it may be a parent's."""
    hidden = {"hide_parameters": True}
    return hidden if name == "sqlite" else {**hidden, "pool_size": 10, "max_overflow": 10}


def prepare_folder(file: str | None) -> None:
    """Refuse an SQLite file whose folder does not exist."""
    folder = Path(file or ".").absolute().parent
    if not folder.is_dir():
        raise BotError(f"The folder of the database does not exist: {folder}.")


def prepare_sqlite(connection: Any, _record: Any) -> None:
    """Make a new SQLite connection durable, strict about references, and ours to begin."""
    connection.isolation_level = None  # the driver's own BEGIN would come too late to lock
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_MS}", "foreign_keys=ON", "journal_mode=WAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute("PRAGMA synchronous=FULL")  # a tap that was acknowledged survives a power cut
    stop_once(connection.driver_connection)
    cursor.close()


def stop_once(connection: Any) -> None:
    """Let a driver's connection be stopped twice: the second time there is nothing to wait for.

    A task that is cancelled while its connection closes stops the driver's thread, and so does the
    closing itself; aiosqlite 0.22 would wait for an answer of the thread that has ended, for ever.
    """
    stop, stopped = connection.stop, False

    def stop_or_leave() -> Any:
        nonlocal stopped
        if stopped:
            return None
        stopped = True
        return stop()

    connection.stop = stop_or_leave


def begin_sqlite(connection: Connection) -> None:
    """Begin at once as a writer, since SQLite cannot turn a reader into one safely."""
    is_reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def connect(dialect: Dialect, _record: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
    """Connect to PostgreSQL; a name, an address or a socket that is not found is no connection."""
    try:
        return dialect.connect(*arguments, **named)
    except OSError as error:
        raise NotReached(error.strerror or str(error) or type(error).__name__) from error


def note_idle(_connection: Any, record: Any) -> None:
    """Note since when a PostgreSQL connection rests."""
    record.info[IDLE_SINCE] = time.monotonic()


def try_idle(dialect: Dialect, connection: Any, record: Any, _holder: Any) -> None:
    """Try a connection that rested for a while, and let others be made where it is gone.

    The pool's own way tries it at every use, which takes as long as three statements.
    """
    if time.monotonic() - record.info.get(IDLE_SINCE, time.monotonic()) < IDLE_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except (dialect.loaded_dbapi.Error, OSError) as error:
        raise InvalidatePoolError("the database was away") from error


async def check_reachable(database: Database) -> None:
    """Raise BotError, in one line, when the database cannot be opened and read."""
    try:
        async with database.engine.connect() as connection:
            await connection.exec_driver_sql("SELECT 1")
            if database.is_sqlite:
                await connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except (DBAPIError, sqlite3.DatabaseError, SQLAlchemyError, OSError, ValueError) as error:
        raise BotError(f"The database cannot be opened: {first_line(error)}") from None


@contextmanager
def gone_errors() -> Iterator[None]:
    """Turn a database that does not answer, or asks to be tried again, into DatabaseGone."""
    try:
        yield
    except NotReached as error:
        raise DatabaseGone(f"the database is not reached: {error}") from error
    except (ConnectionError, TimeoutError) as error:
        raise DatabaseGone(f"the database does not answer ({type(error).__name__})") from error
    except DBAPIError as error:
        if not is_passing(error):
            raise
        raise DatabaseGone(f"the database takes nothing now: {first_line(error)}") from error


def is_passing(error: DBAPIError) -> bool:
    """Say whether an error lies in the connection, the disk or who came first, not in us."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    words = str(error.orig).lower()
    return (
        error.connection_invalidated
        or state.startswith(PASSING_STATES)
        or any(each in words for each in PASSING_WORDS)
    )


def insert_into(session: Session, table: type[SQLModel]) -> sqlite.Insert | postgresql.Insert:
    """Begin an INSERT that may say what to do about a row that is there already."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


def first_line(error: BaseException) -> str:
    """Give what a database said, without the address, which may hold a password."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
