"""Accounts of staff, and the audit trail: for administrators."""

import asyncio

from starlette.responses import Response

from bot.core.passphrases import draw_passphrase, hash_passphrase
from bot.errors import BotError
from bot.store import Session, accounts, audit, centres
from bot.store.columns import id_of
from bot.store.states import StaffRole
from bot.web.console.visits import Visit

A_PAGE = 100
LONGEST_EMAIL = 254


async def show(visit: Visit, *, drawn: str = "", email: str = "") -> Response:
    """List accounts; a passphrase that was drawn is shown once."""
    async with visit.office.database.reading() as session:
        found = await accounts.list_accounts(session)
        places = {id_of(each): each.code for each in await centres.list_centres(session)}
    return visit.page("people", accounts=found, places=places, drawn=drawn, drawn_for=email)


def read_email(text: str) -> str:
    """Read an e-mail address in small letters; raise BotError for what cannot be one."""
    email = text.strip().lower()
    name, at, host = email.partition("@")
    if not (name and at and "." in host) or " " in email or len(email) > LONGEST_EMAIL:
        raise BotError(f'"{text}" is not an e-mail address.')
    return email


async def add(visit: Visit) -> Response:
    """Add an account with a passphrase that is drawn."""
    email, role = read_email(visit.said("email")), visit.said("role")
    if role not in list(StaffRole):
        raise BotError(visit.words.say("Choose a role."))
    drawn = draw_passphrase()
    hashed = await asyncio.to_thread(hash_passphrase, drawn)
    async with visit.office.database.writing() as session:
        centre_id = await find_centre_id(visit, session, StaffRole(role))
        await accounts.add_account(
            session,
            email,
            passphrase_hash=hashed,
            role=StaffRole(role),
            centre_id=centre_id,
            now=visit.now,
        )
        await visit.note(session, "account added", f"{email} {role}")
    return await show(visit, drawn=drawn, email=email)


async def find_centre_id(visit: Visit, session: Session, role: StaffRole) -> int | None:
    """Give the centre of an educator; everybody else has none."""
    if role is not StaffRole.EDUCATOR:
        return None
    code = visit.said("centre")
    if not code:
        raise BotError(visit.words.say("An educator needs a centre."))
    return id_of(await centres.get_centre(session, code))


async def end(visit: Visit) -> Response:
    """End an account for good."""
    email = visit.said("email")
    if email == visit.account.email:
        raise BotError(visit.words.say("You cannot end your own account."))
    async with visit.office.database.writing() as session:
        account = await accounts.get_account(session, email)
        await accounts.end_account(session, account, now=visit.now)
        await visit.note(session, "account ended", email)
    return visit.back("/people")


async def renew(visit: Visit) -> Response:
    """Draw another passphrase for somebody; every browser of theirs is signed out."""
    email, drawn = visit.said("email"), draw_passphrase()
    hashed = await asyncio.to_thread(hash_passphrase, drawn)
    async with visit.office.database.writing() as session:
        account = await accounts.get_account(session, email)
        await accounts.record_passphrase(session, account, hashed, now=visit.now)
        await visit.note(session, "passphrase renewed", email)
    return await show(visit, drawn=drawn, email=email)


async def show_audit(visit: Visit) -> Response:
    """List who did what."""
    before, who, action = (visit.asked(name) for name in ("before", "who", "action"))
    async with visit.office.database.reading() as session:
        entries = await audit.list_entries(
            session,
            limit=A_PAGE,
            before=int(before) if before.isdigit() else None,
            who=who,
            action=action,
        )
        known = set(await audit.list_actions(session))
        emails = [each.email for each in await accounts.list_accounts(session)]
    actions = sorted({*known, action} - {""}, key=lambda each: visit.words.say(each).casefold())
    return visit.page(
        "audit",
        entries=entries,
        who=who,
        action=action,
        actions=actions,
        emails=emails,
        a_page=A_PAGE,
    )
