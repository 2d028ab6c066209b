"""Posters: one code for everybody at a centre, found by its keyed hash."""

from datetime import datetime

from sqlmodel import col, select

from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.tables import Centre, Poster


async def issue_poster(
    session: Session, centre: Centre, *, code_key: str, code_sealed: bytes, now: datetime
) -> Poster:
    """Issue a poster for a centre."""
    poster = Poster(
        centre_id=id_of(centre), code_key=code_key, code_sealed=code_sealed, issued_at=now
    )
    session.add(poster)
    await session.flush()
    return poster


async def find_poster(session: Session, code_key: str) -> Poster | None:
    """Look up a poster by the keyed hash of its code."""
    return (await session.exec(select(Poster).where(col(Poster.code_key) == code_key))).first()


async def get_poster(session: Session, poster_id: int) -> Poster:
    """Get a poster by its number."""
    return (await session.exec(select(Poster).where(col(Poster.id) == poster_id))).one()
