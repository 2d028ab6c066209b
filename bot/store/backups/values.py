"""What stands in a cell, as JSON has it: the same whichever kind of database it came from."""

import base64
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, LargeBinary
from sqlalchemy.types import TypeEngine

Decode = Callable[[Any], Any]


def encode(value: Any) -> Any:
    """Write a cell: bytes in base64, moments in UTC, dates; all else is JSON already."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):  # SQLite keeps moments in UTC, and without saying so
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value
        return aware.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def decoder_of(kind: TypeEngine[Any], *, is_sqlite: bool) -> Decode | None:
    """Give what reads the cells of a column; None where they are as they should be."""
    if isinstance(kind, LargeBinary):
        return base64.b64decode
    if isinstance(kind, DateTime):
        return read_naive if is_sqlite else datetime.fromisoformat
    return date.fromisoformat if isinstance(kind, Date) else None


def read_naive(text: str) -> datetime:
    """Read a moment as SQLite keeps it."""
    return datetime.fromisoformat(text).replace(tzinfo=None)
