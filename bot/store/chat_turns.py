"""Whose turn it is in a chat: messages are a pause apart, whichever process sends them."""

from datetime import datetime, timedelta

from sqlmodel import col, func, select, update

from bot.core.turns import turn_after
from bot.store.database import Session
from bot.store.states import DeliveryStatus
from bot.store.tables import Delivery, Guardian


async def take_turn_to_reply(
    session: Session, chat_key: str, *, pause: timedelta, now: datetime
) -> datetime:
    """Say from when a chat may be sent a new message in reply, and write it down as sent then.

    That is now, or a pause after the last message, by the schedule or in reply. A claim that is
    being made for the guardian is waited for and counts; one that is made later sees the reply.
    """
    locked = (
        select(Guardian.id, Guardian.replied_at)
        .where(col(Guardian.chat_key) == chat_key)
        .with_for_update(key_share=True)
    )
    number, replied_at = (await session.exec(locked)).first() or (None, None)
    last_at = select(func.max(func.coalesce(Delivery.ended_at, Delivery.handed_at))).where(
        col(Delivery.guardian_id) == number,
        col(Delivery.status).in_((DeliveryStatus.SENT, DeliveryStatus.CLAIMED)),
    )
    moments = (replied_at, (await session.exec(last_at)).one() if number else None)
    last_written_at = max((moment for moment in moments if moment), default=None)
    turn_at = turn_after(last_written_at, pause=pause, now=now)
    await record_replied(session, chat_key, now=turn_at)
    return turn_at


async def record_replied(session: Session, chat_key: str, *, now: datetime) -> None:
    """Note that a chat was sent a new message in reply."""
    statement = update(Guardian).where(col(Guardian.chat_key) == chat_key).values(replied_at=now)
    await session.exec(statement.execution_options(synchronize_session=False))
