"""Signing in and out: one answer for whatever is wrong, and a limit to guessing."""

import asyncio
from datetime import timedelta
from zoneinfo import available_timezones

from starlette.responses import RedirectResponse, Response

from bot.core.passphrases import (
    draw_secret,
    hash_passphrase,
    hash_secret,
    is_right,
    say_weakness,
)
from bot.errors import BotError
from bot.store import accounts, audit
from bot.store.accounts import LONGEST
from bot.store.columns import id_of
from bot.store.console_tables import Account
from bot.web.console.doors import COOKIE, SIGN_IN, stay_here
from bot.web.console.visits import Visit
from bot.web.wording import LANGUAGES

WINDOW = timedelta(minutes=15)
MOST_HERE = 5  # for one address from one place, so that nobody elsewhere is kept out
MOST_FROM_PLACE = 30
MOST_FOR_ADDRESS = 100  # from everywhere
MOST = (MOST_HERE, MOST_FROM_PLACE, MOST_FOR_ADDRESS)
ZONES = sorted(available_timezones())
HERE, WHERE, WHO = "sign-in here", "sign-in where", "sign-in who"  # what attempts are counted by


async def show(visit: Visit) -> Response:
    """Show the form."""
    following = stay_here(visit.asked("next"))
    if visit.signed_in:
        return RedirectResponse(following, status_code=303)
    return visit.page("sign-in", following=following, email="", error="")


async def sign_in(visit: Visit) -> Response:
    """Sign somebody in, where e-mail and passphrase fit and not too many attempts failed lately."""
    email, passphrase = visit.said("email").lower()[:254], visit.said("passphrase")
    following = stay_here(visit.said("next"))
    attempt, is_allowed = await note_attempt(visit, email)
    async with visit.office.database.reading() as session:
        account = await accounts.find_account(session, email)
    known = account.passphrase_hash if account and account.ended_at is None else None
    fits = await asyncio.to_thread(is_right, known, passphrase)
    if account is None or not fits or not is_allowed:
        await note_failure(visit, email)
        error = visit.words.say(
            "This did not work. E-mail or passphrase is wrong, or there were too many attempts: "
            "then wait a quarter of an hour."
        )
        return visit.page("sign-in", status=401, following=following, email=email, error=error)
    return await let_in(visit, account, following, attempt=attempt)


async def note_attempt(visit: Visit, email: str) -> tuple[list[int], bool]:
    """Write an attempt down before it is tried, so that many at once are no way round the limit.

    Give its numbers, and whether there were not too many lately.
    """
    keys, since = list_keys(visit, email), visit.now - WINDOW
    async with visit.office.database.writing() as session:
        numbers = await accounts.record_attempts(session, keys, now=visit.now)
    async with visit.office.database.reading() as session:
        counts = [await accounts.count_attempts(session, key, since=since) for key in keys]
    return numbers, all(count <= most for count, most in zip(counts, MOST, strict=True))


def list_keys(visit: Visit, email: str) -> tuple[str, str, str]:
    """Give what an attempt is counted by: keyed hashes of both, of the place, of the address."""
    client = visit.request.client
    sealer = visit.office.sealer
    place = client.host if client else ""
    return (
        sealer.keyed_hash(f"{email}\0{place}", purpose=HERE),
        sealer.keyed_hash(place, purpose=WHERE),
        sealer.keyed_hash(email, purpose=WHO),
    )


async def note_failure(visit: Visit, email: str) -> None:
    """Write a failure into the audit trail."""
    async with visit.office.database.writing() as session:
        await audit.record(
            session, "sign-in failed", who=email[:254], account_id=None, now=visit.now
        )


async def let_in(visit: Visit, account: Account, following: str, *, attempt: list[int]) -> Response:
    """Begin a session in a new browser, and go on; the attempt did not fail."""
    secret = draw_secret()
    async with visit.office.database.writing() as session:
        await accounts.forget_attempt(session, attempt)
        await accounts.begin_sign_in(
            session,
            account,
            secret_hash=hash_secret(secret),
            form_key=draw_secret(),
            browser=visit.request.headers.get("user-agent", ""),
            now=visit.now,
        )
        await audit.record(
            session,
            "signed in",
            who=account.email,
            account_id=id_of(account),
            now=visit.now,
        )
    response = RedirectResponse(following, status_code=303)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        secure=visit.is_secure,
        samesite="lax",
    )
    return response


async def sign_out(visit: Visit) -> Response:
    """End the session of this browser."""
    if visit.signed_in:
        async with visit.office.database.writing() as session:
            await accounts.end_sign_ins(
                session,
                id_of(visit.account),
                now=visit.now,
                number=id_of(visit.signed_in.sign_in),
            )
            await visit.note(session, "signed out")
    response = RedirectResponse(SIGN_IN, status_code=303)
    response.delete_cookie(COOKIE)
    return response


async def show_account(visit: Visit) -> Response:
    """Show one's own account: role, browsers, language."""
    async with visit.office.database.reading() as session:
        found = await accounts.list_sign_ins(session, id_of(visit.account), now=visit.now)
    here = visit.signed_in.sign_in.id if visit.signed_in else None
    return visit.page("account", sign_ins=found, here=here, zones=ZONES)


async def end_sign_in(visit: Visit) -> Response:
    """Sign one's own account out of one browser, or of all others."""
    number = visit.said("number")
    async with visit.office.database.writing() as session:
        await accounts.end_sign_ins(
            session,
            id_of(visit.account),
            now=visit.now,
            number=int(number) if number.isdigit() else None,
        )
        await visit.note(session, "browsers signed out", number or "all")
    return visit.back("/account")


async def change_reading(visit: Visit) -> Response:
    """Read the console in another language, and times in another zone, from now on."""
    language, zone = visit.said("language"), visit.said("zone")
    if language not in LANGUAGES:
        raise BotError(visit.words.say("Choose a language."))
    if zone not in ZONES:
        raise BotError(visit.words.say("Choose a time zone of the list."))
    async with visit.office.database.writing() as session:
        await accounts.record_reading(session, id_of(visit.account), language=language, zone=zone)
    return visit.back("/account")


async def change_passphrase(visit: Visit) -> Response:
    """Take another passphrase; every browser is signed out."""
    account, new = visit.account, visit.said("new")
    fits = await asyncio.to_thread(is_right, account.passphrase_hash, visit.said("old"))
    weakness = say_weakness(new, account.email)
    if not fits or weakness:
        return visit.refuse(
            visit.words.say(weakness or "The passphrase that you have now is another one.")
        )
    hashed = await asyncio.to_thread(hash_passphrase, new)
    async with visit.office.database.writing() as session:
        mine = await accounts.get_account(session, account.email)
        await visit.note(session, "passphrase changed")
        await accounts.record_passphrase(session, mine, hashed, now=visit.now)
    return RedirectResponse(SIGN_IN, status_code=303)
