"""Colleagues who read texts aloud: invite one, list them, remove one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom

from bot.app.cards import find_link_base
from bot.app.opening import open_store
from bot.chat.codes import STAFF
from bot.core.clock import Clock
from bot.core.codes import draw_card_code, format_code, link_of
from bot.errors import BotError
from bot.settings import Settings
from bot.store import staff
from bot.store.columns import id_of
from bot.store.tables import StaffChat


@dataclass(frozen=True)
class Invited:
    """An invitation as it is handed on; nobody can look it up again."""

    link: str
    typed: str
    expires_at: datetime


async def invite(settings: Settings, *, days: int, clock: Clock) -> Invited:
    """Make a link by which one colleague can register within some days."""
    code, now = draw_card_code(SystemRandom()), clock.now()
    expires_at = now + timedelta(days=days)
    async with open_store(settings) as store:
        link_base = await find_link_base(store, settings)
        async with store.database.writing() as session:
            code_key = store.sealer.keyed_hash(code, purpose=STAFF)
            await staff.add_invitation(session, code_key, now=now, expires_at=expires_at)
    return Invited(link_of(code, link_base), format_code(code), expires_at)


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
