"""A colleague opens an invitation: the chat is registered, and gets the command to read aloud."""

from telegram import Update

from bot.catalogue.shown.notices import say
from bot.catalogue.shown.studio import greet
from bot.chat import replies
from bot.chat.listing import give_record
from bot.chat.turns import Turn
from bot.store import staff
from bot.store.tables import StaffInvitation


async def register(turn: Turn, update: Update, invitation: StaffInvitation) -> None:
    """Register a chat, once for each invitation; one that is registered keeps a new one unused."""
    language = turn.find_language_of_phone(update)
    colleague = await staff.find_colleague(turn.session, turn.chat_key)
    is_open = invitation.used_at is None and invitation.expires_at > turn.now
    if colleague is None and is_open:
        colleague = await staff.register(
            turn.session, turn.chat_key, invitation=invitation, now=turn.now
        )
    if colleague is None:
        turn.reply(replies.say(say(turn.catalogue, "staff-invitation-over", language=language)))
        return
    turn.reply(replies.say(greet(turn.catalogue, language=language)))
    give_record(turn, language=language)
