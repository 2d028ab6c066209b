"""Send one reply: note, edit or new message."""

import json
import mimetypes

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.chat.keyboards import markup_of
from bot.chat.messenger import is_harmless, send_errors
from bot.chat.replies import Edit, Give, Listing, Note, Say
from bot.chat.transport import Form, call

EDITS = {  # how a message with a file, and one without, is changed
    True: ("editMessageCaption", "caption"),
    False: ("editMessageText", "text"),
}


async def send_reply(bot: Bot, address: str, reply: Note | Edit | Say | Give | Listing) -> None:
    """Send one reply to a chat; raise a SendError when it does not go out."""
    method, form = draw_up(address, reply)
    with send_errors():
        try:
            await call(bot, method, form)
        except BadRequest as error:
            if not is_harmless(error):
                raise


def draw_up(address: str, reply: Note | Edit | Say | Give | Listing) -> tuple[str, Form]:
    """Give the call that a reply stands for: its method, and what it carries."""
    html = {"chat_id": address, "parse_mode": ParseMode.HTML.value}
    match reply:
        case Note(callback_id, text):
            told = {"text": text} if text else {}
            return "answerCallbackQuery", Form({"callback_query_id": callback_id, **told})
        case Edit(message_id, has_media, text, buttons):
            method, words = EDITS[has_media]
            changed = {"message_id": str(message_id), words: text, **markup_of(buttons)}
            return method, Form({**html, **changed})
        case Say(text, buttons):
            return "sendMessage", Form({**html, "text": text, **markup_of(buttons)})
        case Give(name, content, caption):
            mime_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
            files = {"document": (name, content.encode(), mime_type)}
            return "sendDocument", Form({**html, "caption": caption}, files)
        case Listing(commands):
            scope = {"scope": json.dumps({"type": "chat", "chat_id": int(address)})}
            if not commands:
                return "deleteMyCommands", Form(scope)
            listed = [{"command": name, "description": does} for name, does in commands]
            return "setMyCommands", Form({**scope, "commands": json.dumps(listed)})
