"""Series of exports: their keys, and what each has held so far."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from sqlmodel import select as select_rows

from bot.errors import BotError
from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.evaluation_tables import ExportedPart, ExportSeries
from bot.store.reading import read


async def find_series(session: Session, name: str) -> ExportSeries | None:
    """Look up a series by its name."""
    statement = select_rows(ExportSeries).where(col(ExportSeries.name) == name)
    return (await session.exec(statement)).first()


async def list_parts(session: Session, series: ExportSeries, file: str) -> list[int]:
    """List which parts of a file a series has held, in their order."""
    statement = (
        select(col(ExportedPart.part))
        .where(col(ExportedPart.series_id) == id_of(series), col(ExportedPart.file) == file)
        .order_by(col(ExportedPart.part))
    )
    return [part for (part,) in await read(session, statement)]


async def get_part(session: Session, series: ExportSeries, file: str, *, part: int) -> bytes:
    """Get what a series has held of one part of a file."""
    statement = select(col(ExportedPart.body)).where(
        col(ExportedPart.series_id) == id_of(series),
        col(ExportedPart.file) == file,
        col(ExportedPart.part) == part,
    )
    ((body,),) = await read(session, statement)
    return bytes(body)


async def record_export(
    session: Session,
    name: str,
    *,
    key_sealed: bytes,
    before: datetime | None,
    now: datetime,
    parts: Iterable[tuple[str, int, bytes]],
) -> None:
    """Write down an export of a series: its moment, and what it has held by then, part by part.

    Raise BotError where another export of the series came between; `before` is the moment of the
    latest one that this one knew of.
    """
    series = await find_series(session, name)
    if (series.exported_at if series else None) != before:
        raise come_between(name)
    if series is None:
        series = ExportSeries(name=name, key_sealed=key_sealed, begun_at=now, exported_at=now)
        session.add(series)
    series.exported_at = now
    try:
        await session.flush()
    except IntegrityError:
        raise come_between(name) from None
    connection, number = await session.connection(), id_of(series)
    for file, part, body in parts:
        await connection.execute(
            delete(ExportedPart).where(
                col(ExportedPart.series_id) == number,
                col(ExportedPart.file) == file,
                col(ExportedPart.part) == part,
            )
        )
        row = {"series_id": number, "file": file, "part": part, "body": body}
        await connection.execute(insert(ExportedPart), row)


def come_between(name: str) -> BotError:
    """Say that two exports of one series were made at once."""
    return BotError(
        f'Another export of the series "{name}" was made meanwhile; nothing of this one is kept. '
        "Export again."
    )
