"""Rosters: which children a centre's list names, and what it says of each."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, select

from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.evaluation_tables import RosterEntry
from bot.store.reading import among_numbers
from bot.store.states import Disadvantage
from bot.store.tables import Centre, Child


class Known(NamedTuple):
    """A child that is on a roster already, and what a school's list said of it, if any did."""

    child: Child
    entry: RosterEntry | None


async def list_known(session: Session, centre: Centre) -> dict[str, Known]:
    """Give a centre's children by study code."""
    statement = (
        select(Child, RosterEntry)
        .join(RosterEntry, col(RosterEntry.child_id) == col(Child.id), isouter=True)
        .where(col(Child.centre_id) == id_of(centre))
    )
    rows = (await session.exec(statement)).all()
    return {child.study_code: Known(child, entry) for child, entry in rows}


async def list_codes_elsewhere(session: Session, centre: Centre) -> set[str]:
    """Give the study codes of the children of all other centres."""
    statement = select(Child.study_code).where(col(Child.centre_id) != id_of(centre))
    return set((await session.exec(statement)).all())


async def record_entry(
    session: Session,
    child: Child,
    *,
    home_language: str | None,
    baseline: float | None,
    disadvantage: Disadvantage | None,
    now: datetime,
) -> None:
    """Write down what a list says of a child; the latest list counts."""
    await session.merge(
        RosterEntry(
            child_id=id_of(child),
            home_language=home_language,
            baseline=baseline,
            disadvantage=disadvantage,
            imported_at=now,
        )
    )


async def list_entries(session: Session, child_numbers: Sequence[int]) -> dict[int, RosterEntry]:
    """Give what lists say of some children, by child."""
    statement = select(RosterEntry).where(among_numbers(col(RosterEntry.child_id)))
    rows = (await session.exec(statement, params={"numbers": child_numbers})).all()
    return {row.child_id: row for row in rows}
