"""Everything that is sealed, in whichever table: read it a batch at a time, and replace it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, bindparam, func, select, update
from sqlmodel import SQLModel

from bot.store.database import Session

ENDING = "_sealed"
SealedColumn = Column[Any]


class Sealed(NamedTuple):
    """What one row holds sealed."""

    id: int
    sealed: bytes


def list_columns() -> dict[str, SealedColumn]:
    """Give every column that holds what is sealed, by `table.column`."""
    return {
        f"{table.name}.{column.name}": column
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith(ENDING)
    }


async def count_sealed(session: Session, column: SealedColumn) -> int:
    """Count the rows that hold something sealed in a column."""
    connection = await session.connection()
    statement = select(func.count()).where(column.is_not(None))
    return int((await connection.execute(statement)).scalar_one())


async def list_sealed(
    session: Session, column: SealedColumn, *, after: int | None, limit: int
) -> list[Sealed]:
    """List what a column holds sealed, by number, from the first behind `after` on."""
    number = column.table.c.id
    statement = select(number, column).where(column.is_not(None)).order_by(number).limit(limit)
    if after is not None:
        statement = statement.where(number > after)
    connection = await session.connection()
    return [Sealed(*row) for row in (await connection.execute(statement)).all()]


async def lock_sealed(
    session: Session, column: SealedColumn, *, numbers: Sequence[int]
) -> list[Sealed]:
    """Give what these rows hold, and let nobody change it until the transaction ends.

    A row that somebody is changing just now is left out: nobody waits for another here.
    """
    number = column.table.c.id
    statement = (
        select(number, column)
        .where(number.in_(numbers), column.is_not(None))
        .order_by(number)
        .with_for_update(skip_locked=True, key_share=True)
    )
    connection = await session.connection()
    return [Sealed(*row) for row in (await connection.execute(statement)).all()]


async def record_resealed(
    session: Session, column: SealedColumn, resealed: Sequence[Sealed]
) -> None:
    """Write what was sealed anew."""
    if not resealed:
        return
    statement = (
        update(column.table)
        .where(column.table.c.id == bindparam("number"))
        .values({column.name: bindparam("sealed")})
    )
    rows = [{"number": number, "sealed": sealed} for number, sealed in resealed]
    connection = await session.connection()
    await connection.execute(statement, rows)
