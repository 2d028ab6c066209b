"""What columns are made of: moments in UTC, words of a list, numbers, and references."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, ForeignKey, Index, Integer, String, text
from sqlalchemy import types as sql
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from bot.errors import BotError

SQLModel.metadata.naming_convention = {  # SQLite can change only what has a name
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
BigNumber = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by INTEGER alone


class Moment(sql.TypeDecorator[datetime]):
    """A moment in UTC: aware on both sides, on databases that keep the zone and that drop it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; write UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read UTC, as PostgreSQL's driver gives it already."""
        if value is None or value.tzinfo is UTC:
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(sql.TypeDecorator[StrEnum]):
    """One word of a fixed list, kept as text, so that a new word needs no migration."""

    impl = String(20)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        """Remember which words may stand here."""
        super().__init__()
        self.words = words
        self.known = {str(each): each for each in words}  # a look-up is faster than the class

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write the word; refuse one that is not of the list."""
        return None if value is None else str(self.words(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Read the word as what it is."""
        return None if value is None else self.known[value]


class Days(sql.TypeDecorator[tuple[int, ...]]):
    """Days of the week, Monday 0, as digits: (0, 2, 4) is "024"."""

    impl = String(7)
    cache_ok = True

    def process_bind_param(self, value: tuple[int, ...] | None, dialect: Dialect) -> str | None:
        """Write the days in their order."""
        return None if value is None else "".join(str(day) for day in sorted(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[int, ...] | None:
        """Read the days."""
        return None if value is None else tuple(int(day) for day in value)


class Row(SQLModel):
    """A row of a table; the table's name is the class's, in snake case."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805  (SQLAlchemy calls it on the class)
        """Name the table."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def word(words: type[StrEnum], **options: Any) -> Any:
    """Make a column that holds one word of a list."""
    return Field(sa_type=Word(words), **options)


def number(**options: Any) -> Any:
    """Make a row's number, in a table that grows with every message."""
    return Field(default=None, sa_type=BigNumber, primary_key=True, **options)


def owned(table: str, *, nullable: bool = False, index: bool = True) -> Any:
    """Make a column that points to a row of another table."""
    return Field(
        default=None if nullable else ...,
        sa_type=BigNumber,
        sa_column_args=[ForeignKey(f"{table}.id")],
        nullable=nullable,
        index=index,
    )


def partial_index(
    name: str, *columns: str, where: str, on_sqlite: str = "", unique: bool = False
) -> Index:
    """Make an index of the rows that meet a condition alone.

    SQLite takes such an index only where a query holds the condition word by word: SQLAlchemy asks
    it for `asked = 1`, and PostgreSQL for `asked`.
    """
    return Index(
        name,
        *columns,
        unique=unique,
        sqlite_where=text(on_sqlite or where),
        postgresql_where=text(where),
    )


def id_of(row: Any) -> int:
    """Give the number of a row that has been written; raise BotError before that."""
    number = row.id
    if number is None:
        raise BotError(f"This {type(row).__name__} has not been written yet.")
    return int(number)
