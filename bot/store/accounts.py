"""Accounts of staff, the browsers they are signed in with, and attempts that failed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import col, delete, func, or_, select, update

from bot.errors import BotError
from bot.store.columns import id_of
from bot.store.console_tables import Account, SignIn, SignInAttempt
from bot.store.database import Session
from bot.store.states import StaffRole

IDLE = timedelta(hours=1)  # after so long without a page a browser is signed out
LONGEST = timedelta(hours=12)  # and after so long in any case
SEEN_AGAIN = timedelta(minutes=1)  # how exactly it is noted that a browser was seen


class SignedIn(NamedTuple):
    """Who asks for a page, and in which browser."""

    account: Account
    sign_in: SignIn


async def add_account(
    session: Session,
    email: str,
    *,
    passphrase_hash: str,
    role: StaffRole,
    centre_id: int | None,
    now: datetime,
) -> Account:
    """Add an account; raise BotError where the address has one, open or ended."""
    if await find_account(session, email):
        raise BotError(f"There is an account of {email} already. To see all: staff accounts.")
    account = Account(
        email=email,
        passphrase_hash=passphrase_hash,
        role=role,
        centre_id=centre_id,
        created_at=now,
    )
    session.add(account)
    await session.flush()
    return account


async def find_account(session: Session, email: str) -> Account | None:
    """Look up an account by its e-mail address, as it was written down: in small letters."""
    return (await session.exec(select(Account).where(col(Account.email) == email))).first()


async def get_account(session: Session, email: str) -> Account:
    """Get an account by its e-mail address; raise BotError when there is none."""
    found = await find_account(session, email)
    if found is None:
        raise BotError(f"There is no account of {email}. To see all: staff accounts.")
    return found


async def list_accounts(session: Session) -> Sequence[Account]:
    """List all accounts, open ones and ended ones, by e-mail address."""
    return (await session.exec(select(Account).order_by(col(Account.email)))).all()


async def record_passphrase(
    session: Session, account: Account, passphrase_hash: str, *, now: datetime
) -> None:
    """Change a passphrase; every browser is signed out."""
    account.passphrase_hash = passphrase_hash
    session.add(account)
    await end_sign_ins(session, id_of(account), now=now)
    await session.flush()


async def record_reading(session: Session, account_id: int, *, language: str, zone: str) -> None:
    """Change the language and the zone in which somebody reads the console."""
    statement = (
        update(Account).where(col(Account.id) == account_id).values(language=language, zone=zone)
    )
    await session.exec(statement.execution_options(synchronize_session=False))


async def end_account(session: Session, account: Account, *, now: datetime) -> bool:
    """End an account for good, signed out everywhere; say whether it was open."""
    was_open = account.ended_at is None
    account.ended_at = account.ended_at or now
    session.add(account)
    await end_sign_ins(session, id_of(account), now=now)
    await session.flush()
    return was_open


# Browsers


async def begin_sign_in(
    session: Session,
    account: Account,
    *,
    secret_hash: str,
    form_key: str,
    browser: str,
    now: datetime,
) -> SignIn:
    """Note that somebody has signed in with a browser."""
    sign_in = SignIn(
        account_id=id_of(account),
        secret_hash=secret_hash,
        form_key=form_key,
        browser=browser[:120],
        begun_at=now,
        seen_at=now,
    )
    session.add(sign_in)
    await session.flush()
    return sign_in


async def find_signed_in(session: Session, secret_hash: str, *, now: datetime) -> SignedIn | None:
    """Look up who is signed in with a browser; None where that is over, or the account is."""
    statement = (
        select(Account, SignIn)
        .join(SignIn, col(SignIn.account_id) == col(Account.id))
        .where(
            col(SignIn.secret_hash) == secret_hash,
            col(SignIn.ended_at).is_(None),
            col(Account.ended_at).is_(None),
            col(SignIn.seen_at) > now - IDLE,
            col(SignIn.begun_at) > now - LONGEST,
        )
    )
    found = (await session.exec(statement)).first()
    return SignedIn(*found) if found else None


async def record_seen(session: Session, sign_in_id: int, *, now: datetime) -> None:
    """Note that a browser was seen; once a minute is enough."""
    statement = (
        update(SignIn)
        .where(col(SignIn.id) == sign_in_id, col(SignIn.seen_at) < now - SEEN_AGAIN)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )
    await session.exec(statement)


async def list_sign_ins(session: Session, account_id: int, *, now: datetime) -> Sequence[SignIn]:
    """List the browsers that somebody is signed in with, the latest first."""
    statement = (
        select(SignIn)
        .where(
            col(SignIn.account_id) == account_id,
            col(SignIn.ended_at).is_(None),
            col(SignIn.seen_at) > now - IDLE,
            col(SignIn.begun_at) > now - LONGEST,
        )
        .order_by(col(SignIn.seen_at).desc(), col(SignIn.id).desc())
    )
    return (await session.exec(statement)).all()


async def end_sign_ins(
    session: Session, account_id: int, *, now: datetime, number: int | None = None
) -> int:
    """Sign an account out of one browser, or of all; give of how many."""
    ours = [col(SignIn.account_id) == account_id, col(SignIn.ended_at).is_(None)]
    if number is not None:
        ours.append(col(SignIn.id) == number)
    statement = update(SignIn).where(*ours).values(ended_at=now)
    return (await session.exec(statement.execution_options(synchronize_session=False))).rowcount


async def end_all_sign_ins(session: Session, *, now: datetime) -> None:
    """Sign everybody out everywhere."""
    statement = update(SignIn).where(col(SignIn.ended_at).is_(None)).values(ended_at=now)
    await session.exec(statement.execution_options(synchronize_session=False))


async def forget_sign_ins_before(session: Session, moment: datetime) -> int:
    """Forget browsers that were last seen before a moment; return how many."""
    over = or_(col(SignIn.seen_at) < moment, col(SignIn.ended_at) < moment)
    return (await session.exec(delete(SignIn).where(over))).rowcount


# Attempts


async def count_attempts(session: Session, tried_key: str, *, since: datetime) -> int:
    """Count attempts that failed, for an address or from a place, since a moment."""
    statement = select(func.count()).where(
        col(SignInAttempt.tried_key) == tried_key, col(SignInAttempt.tried_at) > since
    )
    return (await session.exec(statement)).one()


async def record_attempts(
    session: Session, tried_keys: Sequence[str], *, now: datetime
) -> list[int]:
    """Write down an attempt under each of its keys; give the numbers, to forget it by."""
    rows = [SignInAttempt(tried_key=each, tried_at=now) for each in tried_keys]
    session.add_all(rows)
    await session.flush()
    return [id_of(each) for each in rows]


async def forget_attempt(session: Session, numbers: Sequence[int]) -> None:
    """Forget an attempt that did not fail."""
    await session.exec(delete(SignInAttempt).where(col(SignInAttempt.id).in_(numbers)))


async def forget_attempts_before(session: Session, moment: datetime) -> int:
    """Forget the attempts before a moment; return how many."""
    statement = delete(SignInAttempt).where(col(SignInAttempt.tried_at) < moment)
    return (await session.exec(statement)).rowcount
