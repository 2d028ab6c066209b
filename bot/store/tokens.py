"""Tokens by which programs of evaluators fetch one export each."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select, update

from bot.store.console_tables import Account, ApiToken
from bot.store.database import Session


async def add_token(
    session: Session,
    *,
    account_id: int,
    name: str,
    scope: str,
    secret_hash: str,
    expires_at: datetime,
    now: datetime,
) -> ApiToken:
    """Add a token; its secret is known by its hash alone."""
    token = ApiToken(
        account_id=account_id,
        name=name,
        scope=scope,
        secret_hash=secret_hash,
        begun_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    await session.flush()
    return token


async def find_valid(
    session: Session, secret_hash: str, *, now: datetime
) -> tuple[ApiToken, Account] | None:
    """Look up a token that is neither over nor revoked, of an account that is open."""
    statement = (
        select(ApiToken, Account)
        .join(Account, col(Account.id) == col(ApiToken.account_id))
        .where(
            col(ApiToken.secret_hash) == secret_hash,
            col(ApiToken.revoked_at).is_(None),
            col(ApiToken.expires_at) > now,
            col(Account.ended_at).is_(None),
        )
    )
    found = (await session.exec(statement)).first()
    return (found[0], found[1]) if found else None


async def list_tokens(session: Session, account_id: int) -> Sequence[ApiToken]:
    """List somebody's tokens, the latest first."""
    statement = (
        select(ApiToken)
        .where(col(ApiToken.account_id) == account_id)
        .order_by(col(ApiToken.id).desc())
    )
    return (await session.exec(statement)).all()


async def record_used(session: Session, number: int, *, now: datetime) -> None:
    """Note that a token was used."""
    await change(session, number, used_at=now)


async def revoke(session: Session, number: int, *, account_id: int, now: datetime) -> bool:
    """Revoke one of somebody's own tokens; say whether it was valid."""
    statement = (
        update(ApiToken)
        .where(
            col(ApiToken.id) == number,
            col(ApiToken.account_id) == account_id,
            col(ApiToken.revoked_at).is_(None),
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    return (await session.exec(statement)).rowcount == 1


async def revoke_all(session: Session, *, now: datetime) -> None:
    """Revoke every token."""
    statement = update(ApiToken).where(col(ApiToken.revoked_at).is_(None)).values(revoked_at=now)
    await session.exec(statement.execution_options(synchronize_session=False))


async def change(session: Session, number: int, **values: object) -> None:
    """Set some columns of one token."""
    statement = update(ApiToken).where(col(ApiToken.id) == number).values(**values)
    await session.exec(statement.execution_options(synchronize_session=False))
