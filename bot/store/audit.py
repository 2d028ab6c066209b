"""The audit trail: who did what in the console, and when; it can only be added to."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlmodel import col, select

from bot.store.console_tables import AuditEntry
from bot.store.database import Session

ABOUT_LENGTH = 200
Note = Callable[[Session], Awaitable[None]]  # writes down what is done, in its transaction
ACTIONS = select(col(AuditEntry.action)).distinct().order_by(col(AuditEntry.action))


async def record(
    session: Session,
    action: str,
    *,
    who: str,
    account_id: int | None,
    now: datetime,
    about: str = "",
) -> None:
    """Write down what somebody did; `about` names what it was done to, never a parent's words."""
    session.add(
        AuditEntry(
            at=now, account_id=account_id, who=who, action=action, about=about[:ABOUT_LENGTH]
        )
    )
    await session.flush()


async def list_entries(
    session: Session, *, limit: int, before: int | None = None, who: str = "", action: str = ""
) -> Sequence[AuditEntry]:
    """List entries, the latest first: before one of them, of one person, of one action."""
    statement = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(AuditEntry.id) < before)
    if who:
        statement = statement.where(col(AuditEntry.who) == who)
    if action:
        statement = statement.where(col(AuditEntry.action) == action)
    return (await session.exec(statement)).all()


async def list_actions(session: Session) -> Sequence[str]:
    """List what was ever done, each once."""
    return (await session.exec(ACTIONS)).all()
