"""Families: who else is with us for the same child, and since when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from bot.core.actions import Purpose
from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.states import EventKind, GuardianState
from bot.store.tables import Consent, EngagementEvent, Guardian, Pair

GONE = (GuardianState.STOPPED, GuardianState.MOVED)


async def list_earlier(session: Session, guardian_id: int) -> Sequence[Guardian]:
    """List those who joined for a child of this guardian before, and are with us still.

    One who paused, fell quiet or cannot be reached is; one who stopped is not.
    """
    mine, theirs = aliased(Pair), aliased(Pair)
    others = (
        select(theirs.guardian_id)
        .join(mine, col(mine.child_id) == col(theirs.child_id))
        .where(
            col(mine.guardian_id) == guardian_id,
            col(theirs.guardian_id) != guardian_id,
            col(theirs.id) < col(mine.id),
            col(theirs.finished_at).is_(None),
        )
    )
    statement = (
        select(Guardian)
        .where(col(Guardian.id).in_(others), col(Guardian.state).not_in(GONE))
        .order_by(col(Guardian.id))
    )
    return (await session.exec(statement)).all()


async def list_phones_before(session: Session, guardian_id: int) -> list[str]:
    """List the keys of the chats whose place a guardian took, and of those that they had taken.

    One that has come back since is a chat of its own again, and is not listed.
    """
    keys: list[str] = []
    found = list(await list_replaced(session, guardian_id))
    while found:
        old = found.pop()
        if old.chat_key not in keys:
            keys.append(old.chat_key)
            found += await list_replaced(session, id_of(old))
    return keys


async def list_replaced(session: Session, guardian_id: int) -> Sequence[Guardian]:
    """List the guardians whose place one took: both sides wrote it down at the same moment."""
    taking, moving = aliased(EngagementEvent), aliased(EngagementEvent)
    mine, theirs = aliased(Pair), aliased(Pair)
    statement = (
        select(Guardian)
        .join(moving, col(moving.guardian_id) == col(Guardian.id))
        .join(taking, col(taking.happened_at) == col(moving.happened_at))
        .join(theirs, col(theirs.guardian_id) == col(Guardian.id))
        .join(mine, col(mine.child_id) == col(theirs.child_id))
        .where(
            col(Guardian.state) == GuardianState.MOVED,
            col(Guardian.id) != guardian_id,
            col(moving.kind) == EventKind.MOVED,
            col(taking.kind) == EventKind.TOOK_OVER,
            col(taking.guardian_id) == guardian_id,
            col(mine.guardian_id) == guardian_id,
        )
        .distinct()
    )
    return (await session.exec(statement)).all()


async def has_done(session: Session, guardian_id: int, kind: EventKind) -> bool:
    """Say whether a guardian ever did a thing of this kind."""
    statement = select(EngagementEvent.id).where(
        col(EngagementEvent.guardian_id) == guardian_id, col(EngagementEvent.kind) == kind
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def copy_consent(
    session: Session, consent: Consent, guardian: Guardian, *, now: datetime
) -> None:
    """Give a guardian what was said on an earlier phone, to the words that it was said to."""
    session.add(
        Consent(
            guardian_id=id_of(guardian),
            purpose=Purpose(consent.purpose),
            answer=consent.answer,
            version=consent.version,
            language=consent.language,
            answered_at=consent.answered_at,
        )
    )
    await session.flush()
