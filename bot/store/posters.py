"""Posters: one code for all who come to a centre, found by its keyed hash like a card's."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, delete, select

from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.tables import Centre, Newcomer, Poster


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
    """Look up a poster, a revoked one too, by the keyed hash of its code."""
    return (await session.exec(select(Poster).where(col(Poster.code_key) == code_key))).first()


async def get_poster(session: Session, poster_id: int) -> Poster:
    """Get a poster by its number."""
    return (await session.exec(select(Poster).where(col(Poster.id) == poster_id))).one()


async def list_posters(session: Session, centre: Centre) -> Sequence[Poster]:
    """List a centre's valid posters, in the order of issue."""
    statement = (
        select(Poster)
        .where(col(Poster.centre_id) == id_of(centre), col(Poster.revoked_at).is_(None))
        .order_by(col(Poster.id))
    )
    return (await session.exec(statement)).all()


async def revoke_poster(session: Session, poster: Poster, *, now: datetime) -> None:
    """Make a poster open nothing any more, also for whoever scanned it and has not said yes.

    A guardian that joined by it stays.
    """
    poster.revoked_at = poster.revoked_at or now
    session.add(poster)
    await session.exec(delete(Newcomer).where(col(Newcomer.poster_id) == id_of(poster)))
