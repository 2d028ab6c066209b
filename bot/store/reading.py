"""Read many rows at once, past the ORM, by statements that are the same for any number of rows."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Dialect, Executable, String, bindparam
from sqlalchemy import types as sql
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bot.store.database import Session


async def read(session: Session, statement: Executable, **given: Any) -> Sequence[Any]:
    """Read rows as they stand; what the session has changed has to be flushed before."""
    connection = await session.connection()
    rows: Sequence[Any] = (await connection.execute(statement, given)).all()
    return rows


class Numbers(sql.TypeDecorator[Sequence[int]]):
    """A list of whole numbers: an array on PostgreSQL, JSON on SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sql.TypeEngine[Any]:
        """Say what the database takes."""
        is_sqlite = dialect.name == "sqlite"
        return dialect.type_descriptor(String() if is_sqlite else postgresql.ARRAY(BigInteger))

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        """Write the numbers."""
        numbers = list(value or ())
        return json.dumps(numbers) if dialect.name == "sqlite" else numbers


class Among(FunctionElement[bool]):
    """A column's value is one of the numbers.

    `IN (…)` would be written anew, and prepared again, for every number of numbers.
    """

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> "Among":
        """Stand as it is: for SQLite it would become `(…) = 1`, which no index can answer."""
        return self


def among_numbers(column: Mapped[Any]) -> ColumnElement[bool]:
    """Condition: a column's value is among the `numbers` that the statement is given."""
    return Among(column, bindparam("numbers", type_=Numbers()))


@compiles(Among)
def compile_any(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    """Write it for PostgreSQL."""
    column, numbers = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} = ANY ({numbers}))"


@compiles(Among, "sqlite")
def compile_in(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    """Write it for SQLite."""
    column, numbers = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({numbers})))"
