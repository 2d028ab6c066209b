"""Somebody else of the family is invited: a text to pass on, with the link of the same card."""

from datetime import timedelta

from bot.catalogue.shown.menus import ask_whom_to_invite, render_invitation, say_with_menu
from bot.chat import replies
from bot.chat.codes import CARD
from bot.chat.turns import Tapped, Turn
from bot.core.actions import Relative
from bot.core.cadence import DAYS_A_WEEK
from bot.core.codes import LINK_BASE, link_of
from bot.store import cards, deployment, events, guardians
from bot.store.columns import id_of
from bot.store.states import EventKind
from bot.store.tables import Guardian

FIRST_WEEK = timedelta(days=DAYS_A_WEEK)
ASKED_UNTIL = timedelta(weeks=5)  # whoever was not asked by then is left alone


def may_invite(guardian: Guardian, turn: Turn) -> bool:
    """Say whether the first week is over, so that a guardian knows what this is."""
    return turn.now - guardian.joined_at >= FIRST_WEEK


async def ask_once(turn: Turn, guardian: Guardian) -> None:
    """Ask, after an activity that was done, whether somebody else should join: once ever.

    Nobody is asked of whose child there are two guardians already.
    """
    number = id_of(guardian)
    if not FIRST_WEEK <= turn.now - guardian.joined_at < ASKED_UNTIL:
        return
    if await events.has_event(turn.session, number, EventKind.INVITE_ASKED):
        return
    await events.record_event(
        turn.session, EventKind.INVITE_ASKED, guardian_id=number, now=turn.now
    )
    if await guardians.has_company(turn.session, number):
        return
    asked = ask_whom_to_invite(turn.catalogue, language=guardian.language, is_asked=True)
    turn.reply(replies.say(asked))


async def invite(turn: Turn, guardian: Guardian, relative: Relative, tapped: Tapped) -> None:
    """Give the text to pass on as a message of its own, so that it can be forwarded as it is."""
    language = guardian.language
    links = await list_links(turn, guardian)
    if not links:
        turn.show(tapped, say_with_menu(turn.catalogue, "invite-no-card", language=language))
        return
    for kind in (EventKind.INVITE_ASKED, EventKind.INVITED):
        await events.record_event(turn.session, kind, guardian_id=id_of(guardian), now=turn.now)
    turn.show(tapped, say_with_menu(turn.catalogue, "invite-how", language=language))
    invitation = render_invitation(turn.catalogue, relative, links, language=language)
    turn.reply(replies.say(invitation))


async def list_links(turn: Turn, guardian: Guardian) -> list[str]:
    """List the links that open the cards of a guardian's children, one for each child."""
    username = await deployment.find_value(turn.session, deployment.BOT_USERNAME)
    base = await deployment.find_value(turn.session, deployment.LINK_BASE) or LINK_BASE
    pairs = await guardians.list_pairs(turn.session, id_of(guardian))
    found = await cards.list_latest_cards(turn.session, [pair.child_id for pair in pairs])
    codes = [turn.desk.sealer.unseal(card.code_sealed, bound_to=CARD) for card in found]
    return [link_of(code, f"{base}/{username}") for code in codes]
