"""Codes that opened nothing: counted, so that guessing can be limited, by chat and over all."""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import col, delete, func, select

from bot.store.database import Session
from bot.store.tables import CodeAttempt

IN_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('code attempts', 0))")


async def wait_in_turn(session: Session) -> None:
    """Let one transaction at a time try a code, so that no two of them see the last place free.

    It holds until the transaction ends. On SQLite there is one writer at a time anyway.
    """
    if session.get_bind().dialect.name != "sqlite":
        connection = await session.connection()
        await connection.execute(IN_TURN)


async def count_of_chat(session: Session, chat_key: str, *, since: datetime) -> int:
    """Count a chat's attempts since a moment."""
    statement = select(func.count()).where(
        col(CodeAttempt.chat_key) == chat_key, col(CodeAttempt.attempted_at) > since
    )
    return (await session.exec(statement)).one()


async def count_all(session: Session, *, since: datetime) -> int:
    """Count everybody's attempts since a moment."""
    statement = select(func.count()).where(col(CodeAttempt.attempted_at) > since)
    return (await session.exec(statement)).one()


async def record_attempt(session: Session, chat_key: str, *, now: datetime) -> None:
    """Write down that a chat tried a code that opened nothing."""
    session.add(CodeAttempt(chat_key=chat_key, attempted_at=now))
    await session.flush()


async def forget_before(session: Session, moment: datetime) -> int:
    """Forget the attempts before a moment; return how many."""
    statement = delete(CodeAttempt).where(col(CodeAttempt.attempted_at) < moment)
    return (await session.exec(statement)).rowcount
