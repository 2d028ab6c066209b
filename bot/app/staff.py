"""Colleagues who read texts aloud, and accounts for the console: add, list, end."""

from datetime import timedelta
from random import SystemRandom

from bot.app.cards import find_link_base
from bot.app.opening import Store, open_store
from bot.chat.codes import STAFF
from bot.core.clock import Clock
from bot.core.codes import draw_card_code, format_code, link_of
from bot.core.passphrases import hash_passphrase, say_weakness
from bot.errors import BotError
from bot.settings import Settings
from bot.store import Session, accounts, audit, centres, staff
from bot.store.columns import id_of
from bot.store.states import StaffRole
from bot.store.tables import StaffChat
from bot.web.console.offices import Invited
from bot.web.console.people import read_email

BY_COMMAND = "by command"


class ReadersDesk:
    """Invites those who read aloud, for the console's pages."""

    def __init__(self, store: Store, settings: Settings, *, clock: Clock) -> None:
        """Keep what is needed."""
        self.store = store
        self.settings = settings
        self.clock = clock

    async def invite(self, *, days: int) -> Invited:
        """Make a link by which one colleague can register within some days."""
        code, now = draw_card_code(SystemRandom()), self.clock.now()
        expires_at = now + timedelta(days=days)
        link_base = await find_link_base(self.store, self.settings)
        async with self.store.database.writing() as session:
            code_key = self.store.sealer.keyed_hash(code, purpose=STAFF)
            await staff.add_invitation(session, code_key, now=now, expires_at=expires_at)
        return Invited(link_of(code, link_base), format_code(code), expires_at)


async def invite(settings: Settings, *, days: int, clock: Clock) -> Invited:
    """Make a link by which one colleague can register within some days."""
    async with open_store(settings) as store:
        return await ReadersDesk(store, settings, clock=clock).invite(days=days)


async def list_colleagues(settings: Settings) -> list[str]:
    """List colleagues, each as a line: number, when registered, when recorded last; no names."""
    async with open_store(settings) as store, store.database.reading() as session:
        return [show(each) for each in await staff.list_colleagues(session)]


def show(colleague: StaffChat) -> str:
    """Show a colleague."""
    recorded = f"{colleague.recorded_at:%Y-%m-%d}" if colleague.recorded_at else "never"
    registered = f"{colleague.registered_at:%Y-%m-%d}"
    return f"{id_of(colleague)}\tregistered {registered}\tlast recorded {recorded}"


async def remove(settings: Settings, number: int) -> None:
    """Remove a colleague: /record does nothing in that chat any more. Raise BotError for none."""
    async with open_store(settings) as store, store.database.writing() as session:
        if not await staff.remove_colleague(session, number):
            raise BotError(f"There is no colleague {number}. To see those there are: staff list.")


# Accounts


async def add_account(
    settings: Settings,
    email: str,
    *,
    role: StaffRole,
    centre_code: str | None,
    passphrase: str,
    clock: Clock,
) -> None:
    """Add an account; raise BotError for an address, a passphrase or a centre that cannot be."""
    address = read_email(email)
    check_passphrase(passphrase, address)
    if (role is StaffRole.EDUCATOR) != (centre_code is not None):
        raise BotError("An educator needs a centre (--centre CODE), and nobody else has one.")
    async with open_store(settings) as store, store.database.writing() as session:
        centre = await centres.get_centre(session, centre_code) if centre_code else None
        await accounts.add_account(
            session,
            address,
            passphrase_hash=hash_passphrase(passphrase),
            role=role,
            centre_id=id_of(centre) if centre else None,
            now=clock.now(),
        )
        await note(session, "account added", f"{address} {role}", clock=clock)


def check_passphrase(passphrase: str, email: str) -> None:
    """Raise BotError for a passphrase that may not be used."""
    weakness = say_weakness(passphrase, email)
    if weakness:
        raise BotError(weakness)


async def note(session: Session, action: str, about: str, *, clock: Clock) -> None:
    """Write into the audit trail what was done by command, on the machine itself."""
    await audit.record(
        session, action, who=BY_COMMAND, account_id=None, about=about, now=clock.now()
    )


async def list_accounts(settings: Settings) -> list[str]:
    """List accounts, each as a line: e-mail, role, since when, whether it has ended."""
    async with open_store(settings) as store, store.database.reading() as session:
        found = await accounts.list_accounts(session)
    return [
        f"{each.email}\t{each.role}\tsince {each.created_at:%Y-%m-%d}"
        + (f"\tended {each.ended_at:%Y-%m-%d}" if each.ended_at else "")
        for each in found
    ]


async def renew_passphrase(
    settings: Settings, email: str, passphrase: str, *, clock: Clock
) -> None:
    """Give an account another passphrase; every browser is signed out."""
    address = read_email(email)
    check_passphrase(passphrase, address)
    async with open_store(settings) as store, store.database.writing() as session:
        account = await accounts.get_account(session, address)
        hashed = hash_passphrase(passphrase)
        await accounts.record_passphrase(session, account, hashed, now=clock.now())
        await note(session, "passphrase renewed", address, clock=clock)


async def end_account(settings: Settings, email: str, *, clock: Clock) -> bool:
    """End an account for good; say whether it was open."""
    address = read_email(email)
    async with open_store(settings) as store, store.database.writing() as session:
        account = await accounts.get_account(session, address)
        was_open = await accounts.end_account(session, account, now=clock.now())
        await note(session, "account ended", address, clock=clock)
    return was_open
