"""Statements that one test has compiled are not compiled again by the next one's database."""

from typing import Any

from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from bot.store import database

MOST_STATEMENTS = 3_000  # more than the whole of Kuffert has
_compiled: LRUCache[Any, Any] = LRUCache(MOST_STATEMENTS)
_make_engine = database.create_async_engine


def make_warm(address: URL, **options: Any) -> AsyncEngine:
    """Make an engine as ever, with the compiled statements of all others."""
    made = _make_engine(address, **options)
    made.sync_engine._compiled_cache = _compiled
    return made


def is_of_its_kind(self: object, other: object) -> bool:
    """Say whether two dialects know the same SQL, wherever their databases lie."""
    return type(self) is type(other)


def hash_of_its_kind(self: object) -> int:
    """Hash as `is_of_its_kind` compares."""
    return hash(type(self))


def share_statements() -> None:
    """Let every database that this process opens from now on share what it has compiled.

    A compiled statement is kept by its dialect, and every engine has one of its own. To compile
    anew in each test took a fifth of the suite.
    """
    for dialect in (PGDialect_asyncpg, SQLiteDialect_aiosqlite):
        dialect.__eq__ = is_of_its_kind  # type: ignore[method-assign,assignment]
        dialect.__hash__ = hash_of_its_kind  # type: ignore[method-assign,assignment]
    database.create_async_engine = make_warm
