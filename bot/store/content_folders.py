"""What content was seen on each machine, and why it is refused where it is."""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlmodel import col, delete, select

from bot.errors import Problem
from bot.store.database import Session, insert_into
from bot.store.tables import ContentFolder

MOST_PROBLEMS = 50  # that are kept; all of them are counted


@dataclass(frozen=True)
class Place:
    """Where content lies: a machine, and a folder on it."""

    host: str
    folder: str

    def __str__(self) -> str:
        """Say where."""
        return f"{self.folder} on {self.host}"


@dataclass(frozen=True)
class Refusal:
    """Content that is refused: where it lies, since when, and why; the first problems of `count`.

    `version` is "" where nothing could be read.
    """

    place: Place
    version: str
    refused_at: datetime
    problems: tuple[Problem, ...]
    count: int


async def find_seen(session: Session, place: Place) -> str | None:
    """Look up the last sound version that was seen in a place."""
    row = await session.get(ContentFolder, (place.host, place.folder))
    return row.version if row else None


async def record_seen(session: Session, place: Place, version: str, *, now: datetime) -> None:
    """Note the sound version that lies in a place; no refusal stands any more."""
    await record(
        session,
        place,
        version=version,
        seen_at=now,
        refused_version=None,
        refused_at=None,
        problem_count=0,
        problems=None,
    )


async def record_refused(
    session: Session, place: Place, version: str, *, problems: Sequence[Problem], now: datetime
) -> None:
    """Note why what lies in a place is refused; what was sound there before stays noted."""
    kept = json.dumps([astuple(each) for each in problems[:MOST_PROBLEMS]], ensure_ascii=False)
    await record(
        session,
        place,
        seen_at=now,
        refused_version=version,
        refused_at=now,
        problem_count=len(problems),
        problems=kept,
    )


async def record(session: Session, place: Place, **values: object) -> None:
    """Write down what is known of a place."""
    known = {"problem_count": 0, **values}
    first = insert_into(session, ContentFolder).values(
        host=place.host, folder=place.folder, **known
    )
    await session.exec(first.on_conflict_do_update(index_elements=["host", "folder"], set_=values))


async def list_refusals(session: Session) -> list[Refusal]:
    """List what is refused, on every machine."""
    statement = (
        select(ContentFolder)
        .where(col(ContentFolder.refused_at).is_not(None))
        .order_by(col(ContentFolder.host), col(ContentFolder.folder))
    )
    return [
        Refusal(
            Place(row.host, row.folder),
            row.refused_version or "",
            row.refused_at,
            tuple(Problem(*each) for each in json.loads(row.problems or "[]")),
            row.problem_count,
        )
        for row in (await session.exec(statement)).all()
        if row.refused_at
    ]


async def keep_alive(session: Session, place: Place, *, now: datetime) -> None:
    """Note that a place is looked at still."""
    row = await session.get(ContentFolder, (place.host, place.folder))
    if row:
        row.seen_at = now


async def forget_before(session: Session, moment: datetime) -> None:
    """Forget places that nobody has looked at since: a container that is gone comes not back."""
    await session.exec(delete(ContentFolder).where(col(ContentFolder.seen_at) < moment))
