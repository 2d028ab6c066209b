"""Whoever cannot do something here hears how to begin, or why not, in a language of theirs."""

from telegram import Update

from bot.catalogue.shown.notices import explain_beginning, say
from bot.chat import replies
from bot.chat.turns import Turn
from bot.store.states import GuardianState
from bot.store.tables import Guardian


async def find_guardian_or_explain(turn: Turn, update: Update) -> Guardian | None:
    """Look up the guardian; tell anybody else how to begin."""
    if turn.guardian is None:
        await explain(turn, update)
    return turn.guardian


async def find_staying_or_explain(turn: Turn, update: Update) -> Guardian | None:
    """Look up the guardian, unless another phone has taken this one's place."""
    guardian = await find_guardian_or_explain(turn, update)
    if guardian and guardian.state is GuardianState.MOVED:
        await say_to_anybody(turn, update, "moved-away")
        return None
    return guardian


async def explain(turn: Turn, update: Update) -> None:
    """Say what this is and how to begin."""
    language = await turn.find_language(update)
    turn.reply(replies.say(explain_beginning(turn.catalogue, language=language)))


async def say_to_anybody(turn: Turn, update: Update, key: str) -> None:
    """Say one short string in the language of whoever asks."""
    language = await turn.find_language(update)
    turn.reply(replies.say(say(turn.catalogue, key, language=language)))
