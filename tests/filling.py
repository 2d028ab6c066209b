"""Rows in every table of a database, whatever version its tables are of; and what stands in it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    insert,
    inspect,
    select,
    text,
)
from sqlmodel import SQLModel

from bot.store.columns import Word
from bot.store.migrating import VERSIONS, alembic_config

ROWS = 2
SAID = {"zone": "Europe/Copenhagen", "days": "024", "language": "da", "hour": 17}
REVISIONS = [
    each.revision
    for each in reversed(
        list(ScriptDirectory.from_config(alembic_config()).walk_revisions("base", "heads"))
    )
]


def reflect(connection: Connection) -> list[Table]:
    """List all tables but Alembic's own, each after those that it points to."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != VERSIONS]


def fill(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Write two rows into every table; give them, by table."""
    written = {}
    for table in reflect(connection):
        is_sqlite = connection.dialect.name == "sqlite"
        rows = [
            {column.name: make_cell(column, number, is_sqlite=is_sqlite) for column in table.c}
            for number in range(1, ROWS + 1)
        ]
        for row in rows:
            connection.execute(insert(table), row)
        written[table.name] = rows
    return written


def make_cell(column: Column[Any], number: int, *, is_sqlite: bool) -> Any:
    """Make what may stand in one column of a row: a word that is known, a row that is there."""
    if column.foreign_keys:
        points_home = next(iter(column.foreign_keys)).column.table is column.table
        return (number - 1 or None) if points_home else number
    if column.name in SAID:
        return SAID[column.name]
    words = list_words(column)
    if words:
        return words[number % len(words)]
    at = datetime(2026, 9, 7, 9, tzinfo=UTC) + timedelta(days=number, microseconds=number)
    match column.type:
        case Boolean():
            return number % 2 == 0
        case LargeBinary():
            return bytes(range(256)) * number
        case DateTime():
            return at.replace(tzinfo=None) if is_sqlite else at
        case Date():
            return date(2026, 9, 7) + timedelta(days=number)
        case Float():
            return number + 0.1
        case Integer():
            return number
    return f'{number} "{column.name}"\n \N{ARABIC LETTER ALEF}'[
        : getattr(column.type, "length", 0) or 99
    ]


def list_words(column: Column[Any]) -> list[str]:
    """List the words that may stand in a column, where today's tables have it still."""
    table = SQLModel.metadata.tables.get(column.table.name)
    kind = table.c[column.name].type if table is not None and column.name in table.c else None
    return [str(each) for each in kind.words] if isinstance(kind, Word) else []


def read_all(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Read every table, moments in UTC, in the order of its keys."""
    return {
        table.name: [
            {name: plain(value) for name, value in row._mapping.items()}
            for row in connection.execute(select(table).order_by(*table.primary_key.columns))
        ]
        for table in reflect(connection)
    }


def plain(value: Any) -> Any:
    """Give a moment as both kinds of database can be compared by."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def show_index(index: Any) -> str:
    """Show an index, with the condition of one that holds some rows alone."""
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return f"{index['name']} {index['column_names']} {bool(index['unique'])} {options}"


def describe(connection: Connection) -> dict[str, Any]:
    """Describe everything that a database is made of, but its rows."""
    seen = inspect(connection)
    tables = {
        name: {
            "columns": [
                (each["name"], str(each["type"]), each["nullable"], each["default"])
                for each in seen.get_columns(name)
            ],
            "key": seen.get_pk_constraint(name),
            "points to": sorted(map(str, seen.get_foreign_keys(name))),
            "indexes": sorted(show_index(each) for each in seen.get_indexes(name)),
            "unique": sorted(map(str, seen.get_unique_constraints(name))),
        }
        for name in sorted(seen.get_table_names())
    }
    is_sqlite = connection.dialect.name == "sqlite"
    listed = "sqlite_master WHERE type = 'trigger'" if is_sqlite else "pg_trigger"
    column = "name" if is_sqlite else "tgname"
    own = "" if is_sqlite else " WHERE NOT tgisinternal"
    triggers = connection.execute(text(f"SELECT {column} FROM {listed}{own} ORDER BY 1"))
    return {**tables, "triggers": list(triggers.scalars())}
