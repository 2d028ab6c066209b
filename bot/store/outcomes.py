"""Outcomes: results of children, from the files of schools."""

from datetime import date, datetime

from sqlmodel import col, select

from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.evaluation_tables import Outcome, OutcomeFile
from bot.store.exports import list_outcomes
from bot.store.tables import Child


async def find_file(session: Session, digest: str) -> OutcomeFile | None:
    """Look up a file that was imported before, by its content."""
    statement = select(OutcomeFile).where(col(OutcomeFile.digest) == digest)
    return (await session.exec(statement)).first()


async def add_file(
    session: Session, digest: str, *, name: str, rows: int, now: datetime
) -> OutcomeFile:
    """Remember a file."""
    file = OutcomeFile(digest=digest, name=name, rows=rows, imported_at=now)
    session.add(file)
    await session.flush()
    return file


async def add_outcome(
    session: Session,
    file: OutcomeFile,
    *,
    child_id: int,
    instrument: str,
    wave: str,
    score: float,
    line: int,
    assessed_on: date | None,
) -> None:
    """Add one result."""
    session.add(
        Outcome(
            file_id=id_of(file),
            line=line,
            child_id=child_id,
            instrument=instrument,
            wave=wave,
            score=score,
            assessed_on=assessed_on,
        )
    )


async def list_known(session: Session) -> dict[tuple[int, str, str], float]:
    """Give every score by child, instrument and wave."""
    return {
        (row.child_id, row.instrument, row.wave): row.score for row in await list_outcomes(session)
    }


async def list_study_codes(session: Session) -> dict[str, int]:
    """Give every child's number by study code."""
    rows = await session.exec(select(Child.study_code, Child.id))
    return {study_code: child_id for study_code, child_id in rows.all() if child_id is not None}
