"""Take what one database knows of centres and families into another, under numbers of its own."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ForeignKey, Table, func, insert
from sqlalchemy import select as select_columns
from sqlmodel import SQLModel

from bot.store.console_tables import Account, AuditEntry
from bot.store.database import Session
from bot.store.evaluation_tables import (
    Allocation,
    Allotment,
    Arm,
    Outcome,
    OutcomeFile,
    RosterEntry,
)
from bot.store.tables import (
    Card,
    Centre,
    CentreTheme,
    Child,
    ChildWeek,
    Consent,
    Delivery,
    EngagementEvent,
    Guardian,
    GuardianSetting,
    Newcomer,
    Pair,
    Question,
)

TAKEN: tuple[type[SQLModel], ...] = (  # each after those that it refers to
    Centre,
    CentreTheme,
    Account,
    AuditEntry,
    Child,
    ChildWeek,
    RosterEntry,
    Card,
    Newcomer,
    Guardian,
    GuardianSetting,
    Pair,
    Consent,
    Question,
    Delivery,
    EngagementEvent,
    Allocation,
    Arm,
    Allotment,
    OutcomeFile,
    Outcome,
)


async def take_in(session: Session, source: Session) -> dict[str, int]:
    """Add all rows of another database; give by how much the numbers of each table moved.

    For SQLite, which counts on from the highest number. What is sealed stays as it was sealed:
    numbers within it, and numbers in words, are not moved.
    """
    tables = [table_of(each) for each in TAKEN]
    moves = {each.name: await find_highest(session, each) for each in tables if "id" in each.c}
    for table in tables:
        in_order = select_columns(table).order_by(*table.primary_key.columns)
        found = (await (await source.connection()).execute(in_order)).mappings().all()
        rows = [move(row, table, moves) for row in found]
        if rows:
            await (await session.connection()).execute(insert(table), rows)
    return moves


def table_of(record: type[SQLModel]) -> Table:
    """Give the table of a kind of row."""
    table: Table = record.__table__  # type: ignore[attr-defined]
    return table


async def find_highest(session: Session, table: Table) -> int:
    """Give the highest number in a table, 0 where it is empty."""
    found = await (await session.connection()).execute(select_columns(func.max(table.c.id)))
    return int(found.scalar_one() or 0)


def move(row: Mapping[Any, Any], table: Table, moves: Mapping[str, int]) -> dict[str, Any]:
    """Move a row's own number and those that it refers to."""
    moved = dict(row)
    for column in table.columns:
        value = moved[column.key]
        if value is None:
            continue
        keys: list[ForeignKey] = list(column.foreign_keys)
        if keys:
            moved[column.key] = value + moves[keys[0].column.table.name]
        elif column.key == "id":
            moved["id"] = value + moves[table.name]
    return moved
