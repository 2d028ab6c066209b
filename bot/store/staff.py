"""Colleagues who read texts aloud: invited by a code, registered by chat, one text at a time."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, delete, select, update

from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.tables import StaffChat, StaffInvitation


async def add_invitation(
    session: Session, code_key: str, *, now: datetime, expires_at: datetime
) -> StaffInvitation:
    """Add an invitation that one colleague can use, up to a moment."""
    invitation = StaffInvitation(code_key=code_key, invited_at=now, expires_at=expires_at)
    session.add(invitation)
    await session.flush()
    return invitation


async def find_invitation(session: Session, code_key: str) -> StaffInvitation | None:
    """Look up an invitation by the keyed hash of its code, one that is used or over too."""
    statement = select(StaffInvitation).where(col(StaffInvitation.code_key) == code_key)
    return (await session.exec(statement)).first()


async def register(
    session: Session, chat_key: str, *, invitation: StaffInvitation, now: datetime
) -> StaffChat | None:
    """Register a chat by an invitation; None where somebody else has just used it."""
    taken = (
        update(StaffInvitation)
        .where(col(StaffInvitation.id) == id_of(invitation), col(StaffInvitation.used_at).is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    if not (await session.exec(taken)).rowcount:
        return None
    colleague = StaffChat(chat_key=chat_key, invitation_id=id_of(invitation), registered_at=now)
    session.add(colleague)
    await session.flush()
    return colleague


async def find_colleague(session: Session, chat_key: str) -> StaffChat | None:
    """Look up a colleague by the keyed hash of the chat."""
    statement = select(StaffChat).where(col(StaffChat.chat_key) == chat_key)
    return (await session.exec(statement)).first()


async def list_colleagues(session: Session) -> Sequence[StaffChat]:
    """List the colleagues, in the order of registering."""
    return (await session.exec(select(StaffChat).order_by(col(StaffChat.id)))).all()


async def remove_colleague(session: Session, number: int) -> bool:
    """Remove a colleague; say whether there was one."""
    statement = delete(StaffChat).where(col(StaffChat.id) == number)
    return (await session.exec(statement)).rowcount > 0


async def stop_reading(session: Session, chat_key: str) -> None:
    """End the reading in a chat: what is said there from now on is for somebody else."""
    await change(session, chat_key, reads=None, asked_hash=None, is_recorded=False)


async def record_recorded(
    session: Session, chat_key: str, *, text_hash: str, now: datetime
) -> None:
    """Note that a recording was kept, and of the text that is asked for that there is one now."""
    await change(session, chat_key, recorded_at=now)
    statement = (
        update(StaffChat)
        .where(col(StaffChat.chat_key) == chat_key, col(StaffChat.asked_hash) == text_hash)
        .values(is_recorded=True)
    )
    await session.exec(statement.execution_options(synchronize_session=False))


async def change(session: Session, chat_key: str, **values: object) -> None:
    """Set some columns of one chat."""
    statement = update(StaffChat).where(col(StaffChat.chat_key) == chat_key).values(**values)
    await session.exec(statement.execution_options(synchronize_session=False))
