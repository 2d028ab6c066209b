"""Send one reply: note, edit or new message."""

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.chat.keyboards import keyboard_of
from bot.chat.messenger import send_errors
from bot.chat.replies import Edit, Note, Reply, Say

HARMLESS = (  # a second tap, an old screen, a message that the guardian deleted
    "message is not modified",
    "query is too old",
    "message to edit not found",
    "message can't be edited",
)


async def send_reply(bot: Bot, address: str, reply: Reply) -> None:
    """Send one reply to a chat; raise a SendError when it does not go out."""
    with send_errors():
        try:
            await send(bot, address, reply)
        except BadRequest as error:
            if not any(words in str(error).lower() for words in HARMLESS):
                raise


async def send(bot: Bot, address: str, reply: Reply) -> None:
    """Make the call that a reply stands for."""
    html = ParseMode.HTML
    match reply:
        case Note(callback_id, text):
            await bot.answer_callback_query(callback_id, text=text or None)
        case Edit(message_id, True, text, buttons):
            await bot.edit_message_caption(
                address,
                message_id,
                caption=text,
                parse_mode=html,
                reply_markup=keyboard_of(buttons),
            )
        case Edit(message_id, False, text, buttons):
            await bot.edit_message_text(
                text, address, message_id, parse_mode=html, reply_markup=keyboard_of(buttons)
            )
        case Say(text, buttons):
            await bot.send_message(
                address, text, parse_mode=html, reply_markup=keyboard_of(buttons)
            )
