"""A family's rights: see what is kept, take it along, and be forgotten."""

import asyncio
from datetime import datetime, timedelta

from telegram import Update

from bot.catalogue.shown.entitlements import ask_forget, tell_newcomer_privacy, tell_privacy
from bot.catalogue.shown.menus import say_with_menu
from bot.catalogue.shown.notices import say
from bot.chat import replies
from bot.chat.consents import has_consented
from bot.chat.dossiers import draw_dossier, format_dossier
from bot.chat.listing import take_back
from bot.chat.replies import Give, Note, edit
from bot.chat.turns import Tapped, Turn, TurnContext
from bot.core.actions import (
    DossierTapped,
    ForgetSurelyTapped,
    ForgetTapped,
    KeepTapped,
    Purpose,
)
from bot.core.messages import OutgoingMessage
from bot.store import families, forgetting, staff
from bot.store.columns import id_of
from bot.store.dossiers import read_dossier

SURELY = timedelta(minutes=10)  # for so long the second tap counts
PAGE, FILE = "kuffert-my-data.html", "kuffert-my-data.json"


async def handle_privacy(update: Update, context: TurnContext) -> None:
    """Tell what is kept, for how long, who answers for it, and what was chosen."""
    turn = context.turn
    language = await turn.find_language(update)
    turn.reply(replies.say(await tell_kept(turn, language=language)))


async def tell_kept(turn: Turn, *, language: str) -> OutgoingMessage:
    """Tell a guardian, a newcomer or a stranger what is kept."""
    if turn.guardian:
        choices = {each: await has_consented(turn, turn.guardian, each) for each in Purpose}
        return tell_privacy(turn.catalogue, choices, language=language)
    if await turn.find_newcomer():
        return tell_newcomer_privacy(turn.catalogue, language=language)
    return say(turn.catalogue, "privacy-nobody", language=language)


async def handle_my_data(update: Update, context: TurnContext) -> None:
    """Give everything that is kept about this chat, as a page and as a file for a computer."""
    turn = context.turn
    await give_dossier(turn, language=await turn.find_language(update))


async def give_dossier(turn: Turn, *, language: str) -> None:
    """Give both files; a stranger is told that there is nothing."""
    newcomer = await turn.find_newcomer()
    colleague = await staff.find_colleague(turn.session, turn.chat_key)
    if turn.guardian is None and newcomer is None and colleague is None:
        turn.reply(replies.say(say(turn.catalogue, "privacy-nobody", language=language)))
        return
    dossier = await read_dossier(turn.session, turn.guardian, newcomer, colleague=colleague)
    sealer, words = turn.desk.sealer, turn.catalogue.words_in(language)
    page = draw_dossier(dossier, turn.catalogue, sealer, language=language, now=turn.now)
    file = format_dossier(dossier, sealer, address=turn.address, now=turn.now)
    turn.reply(
        Give(PAGE, page, words.say("my-data-page")), Give(FILE, file, words.say("my-data-file"))
    )


async def handle_forget(update: Update, context: TurnContext) -> None:
    """Ask whether everything shall be forgotten; it takes a second tap."""
    turn = context.turn
    language = await turn.find_language(update)
    turn.reply(replies.say(await offer_forget(turn, language=language)))


async def offer_forget(turn: Turn, *, language: str, is_again: bool = False) -> OutgoingMessage:
    """Offer to forget, where there is something to forget."""
    known = turn.guardian or await turn.find_newcomer()
    if not (known or await staff.find_colleague(turn.session, turn.chat_key)):
        return say(turn.catalogue, "privacy-nobody", language=language)
    return ask_forget(turn.catalogue, language=language, now=turn.now, is_again=is_again)


RightTapped = DossierTapped | ForgetTapped | ForgetSurelyTapped | KeepTapped


async def act_on_right(turn: Turn, action: RightTapped, tapped: Tapped, *, language: str) -> None:
    """Do what a button about a family's data says, whoever taps it."""
    match action:
        case DossierTapped():
            turn.reply(Note(tapped.callback_id))
            await give_dossier(turn, language=language)
        case ForgetTapped():
            turn.show(tapped, await offer_forget(turn, language=language))
        case ForgetSurelyTapped(offered_at) if is_fresh(offered_at, now=turn.arrived_at):
            await forget(turn, tapped, language=language)
        case ForgetSurelyTapped():
            turn.show(tapped, await offer_forget(turn, language=language, is_again=True))
        case KeepTapped():
            tell = say_with_menu if turn.guardian else say
            turn.show(tapped, tell(turn.catalogue, "kept", language=language))


def is_fresh(offered_at: int, *, now: datetime) -> bool:
    """Say whether a second tap comes soon enough after the first one."""
    age = now.timestamp() - offered_at
    return -1 <= age <= SURELY.total_seconds()


async def forget(turn: Turn, tapped: Tapped, *, language: str) -> None:
    """Forget everything about this chat, in this turn's transaction, and say so at last.

    With it go the earlier phones whose place it took: they are of the same person.
    The tombstone is written to its file before the transaction is over: a crash in between can
    only leave one too many, and whoever tapped is then forgotten at the next start.
    """
    before = await list_before(turn)
    if await staff.find_colleague(turn.session, turn.chat_key):
        take_back(turn)
    turn.guardian = None
    for chat_key in (turn.chat_key, *before):
        if await forgetting.forget_chat(turn.session, chat_key, now=turn.now):
            await keep_tombstone(turn, chat_key)
    farewell = say(turn.catalogue, "forgotten", language=language)
    turn.reply(
        Note(tapped.callback_id), edit(tapped.message_id, farewell, has_file=tapped.has_file)
    )


async def list_before(turn: Turn) -> list[str]:
    """List the keys of the earlier phones whose place this chat took."""
    if turn.guardian is None:
        return []
    return await families.list_phones_before(turn.session, id_of(turn.guardian))


async def keep_tombstone(turn: Turn, chat_key: str) -> None:
    """Note that a chat was forgotten, in the database and in the file that outlives it."""
    tombstone = forgetting.tombstone_of(chat_key, turn.desk.sealer)
    await forgetting.record_tombstone(turn.session, tombstone, now=turn.now)
    if turn.desk.tombstones:
        await asyncio.to_thread(turn.desk.tombstones.add, tombstone, now=turn.now)
