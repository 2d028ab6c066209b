"""Accepted catalogues, whole, by the hash of their content."""

from datetime import datetime

from sqlmodel import col, select

from bot.store.database import Session, insert_into
from bot.store.tables import CatalogueSnapshot


async def accept_snapshot(session: Session, version: str, *, body: bytes, now: datetime) -> None:
    """Make a catalogue the one that every replica runs."""
    first = insert_into(session, CatalogueSnapshot).values(
        version=version, body=body, first_accepted_at=now, accepted_at=now
    )
    await session.exec(
        first.on_conflict_do_update(index_elements=["version"], set_={"accepted_at": now})
    )


async def find_accepted(session: Session) -> CatalogueSnapshot | None:
    """Look up the catalogue that was accepted last."""
    statement = (
        select(CatalogueSnapshot).order_by(col(CatalogueSnapshot.accepted_at).desc()).limit(1)
    )
    return (await session.exec(statement)).first()


async def find_snapshot(session: Session, version: str) -> CatalogueSnapshot | None:
    """Look up a catalogue by its version."""
    return await session.get(CatalogueSnapshot, version)
