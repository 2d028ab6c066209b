"""The Bot API's methods that the bot uses, as strict as Telegram; any other is unknown."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from bot.sandbox.entities import FormattedText, count_units, parse_html, parse_plain
from bot.sandbox.records import CallbackAnswer, ChatMessage, Person, StoredFile
from bot.sandbox.refusals import Refused, bad_request, forbidden
from bot.sandbox.state import Sandbox
from bot.sandbox.webhooks import MOST_AT_ONCE

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
ACTION_BYTES = 64
DESCRIPTION_UNITS = 512
SHORT_DESCRIPTION_UNITS = 120
PHOTO_BYTES = 10_000_000
DOWNLOAD_BYTES = 20_000_000
ANSWER_SECONDS = 15 * 60
OGG = b"OggS"
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
EDITABLE = ("photo", "document")  # of those that we send

Upload = tuple[str, bytes]  # a file's name and content
Parameters = Mapping[str, str | Upload]
Method = Callable[[Sandbox, Parameters], Awaitable[Any]]


async def get_me(sandbox: Sandbox, _parameters: Parameters) -> dict[str, Any]:
    """Show the bot's own account."""
    return {
        **sandbox.show_bot(),
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


async def get_updates(sandbox: Sandbox, parameters: Parameters) -> list[dict[str, Any]]:
    """Give updates from an offset on; wait for one if there is none; only one may wait."""
    offset = int(read(parameters, "offset") or 0)
    limit = int(read(parameters, "limit") or 100)
    seconds = float(read(parameters, "timeout") or 0)
    if sandbox.courier.is_set:
        raise Refused(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    read_allowed(sandbox, parameters)
    if offset:
        sandbox.acknowledge(offset)
    turn = sandbox.end_polls()
    return await wait_for_updates(sandbox, turn, limit=limit, seconds=seconds)


async def wait_for_updates(
    sandbox: Sandbox, turn: int, *, limit: int, seconds: float
) -> list[dict[str, Any]]:
    """Wait until there is an update, the time is up, or another poll takes this one's place."""

    def look() -> list[dict[str, Any]] | None:
        if sandbox.counters["poll"] != turn:
            raise Refused(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        return [sandbox.updates[each] for each in sorted(sandbox.updates)[:limit]] or None

    if seconds <= 0:
        return look() or []
    try:
        return await sandbox.wait_for(look, seconds=seconds)
    except TimeoutError:
        return []


def read_allowed(sandbox: Sandbox, parameters: Parameters) -> None:
    """Keep which kinds of updates the bot asks for, if it says."""
    if read(parameters, "allowed_updates"):
        sandbox.allowed = read_json(parameters, "allowed_updates", "can't parse allowed_updates")


async def set_webhook(sandbox: Sandbox, parameters: Parameters) -> bool:
    """Bring updates to an address from now on."""
    secret = read(parameters, "secret_token")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    read_allowed(sandbox, parameters)
    most = int(read(parameters, "max_connections") or MOST_AT_ONCE)
    await sandbox.courier.bring_to(read(parameters, "url"), secret=secret, most_at_once=most)
    return True


async def delete_webhook(sandbox: Sandbox, _parameters: Parameters) -> bool:
    """Bring updates nowhere any more."""
    await sandbox.courier.end()
    return True


async def get_webhook_info(sandbox: Sandbox, _parameters: Parameters) -> dict[str, Any]:
    """Show where updates are brought to."""
    return sandbox.courier.show()


async def send_message(sandbox: Sandbox, parameters: Parameters) -> dict[str, Any]:
    """Send a text."""
    person = get_reachable(sandbox, parameters)
    text = read_words(parameters, "text", limit=TEXT_UNITS, refusal="message is too long")
    if not text.text:
        raise bad_request("message text is empty")
    return deliver(sandbox, person, text, parameters, media=None)


async def send_photo(sandbox: Sandbox, parameters: Parameters) -> dict[str, Any]:
    """Send a picture."""
    return send_file(sandbox, parameters, "photo")


async def send_voice(sandbox: Sandbox, parameters: Parameters) -> dict[str, Any]:
    """Send a voice message."""
    return send_file(sandbox, parameters, "voice")


async def send_document(sandbox: Sandbox, parameters: Parameters) -> dict[str, Any]:
    """Send a document."""
    return send_file(sandbox, parameters, "document")


def send_file(sandbox: Sandbox, parameters: Parameters, kind: str) -> dict[str, Any]:
    """Send a file of a kind, uploaded now or known by its id."""
    person = get_reachable(sandbox, parameters)
    caption = read_caption(parameters)
    media = take_file(sandbox, parameters, kind)
    return deliver(sandbox, person, caption, parameters, media=media)


def take_file(sandbox: Sandbox, parameters: Parameters, kind: str) -> StoredFile:
    """Take a file from an upload, or by its id."""
    given = parameters.get(kind)
    if isinstance(given, str) and given.startswith("attach://"):
        given = parameters.get(given.removeprefix("attach://"))
    if given is None or given == "":
        raise bad_request(f"there is no {kind} in the request")
    if isinstance(given, str):
        known = sandbox.files.get(given)
        if known is None or known.kind != kind:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return known
    name, content = given
    check_content(kind, content)
    stored = sandbox.keep_file(kind, content, name)
    if kind == "photo" and not stored.width:
        raise bad_request("IMAGE_PROCESS_FAILED")
    return stored


def check_content(kind: str, content: bytes) -> None:
    """Refuse an upload that is empty, too large or no voice message."""
    if not content:
        raise bad_request("file must be non-empty")
    if kind == "photo" and len(content) > PHOTO_BYTES:
        raise Refused(413, "Request Entity Too Large")
    if kind == "voice" and not content.startswith(OGG):
        raise bad_request("VOICE_FILE_INVALID")


def deliver(
    sandbox: Sandbox,
    person: Person,
    text: FormattedText,
    parameters: Parameters,
    *,
    media: StoredFile | None,
) -> dict[str, Any]:
    """Put a message of the bot's into a chat."""
    buttons = read_buttons(parameters)
    message = sandbox.add_message(person.id, from_bot=True, text=text.text)
    message.entities, message.html = list(text.entities), text.html
    message.media, message.buttons = media, buttons
    sandbox.announce("message", message)
    return sandbox.show(message)


async def edit_message_text(sandbox: Sandbox, parameters: Parameters) -> dict[str, Any]:
    """Change the text of a message."""
    message = get_editable(sandbox, parameters)
    text = read_words(parameters, "text", limit=TEXT_UNITS, refusal="message is too long")
    if not text.text:
        raise bad_request("message text is empty")
    if message.media:
        raise bad_request("there is no text in the message to edit")
    return change(sandbox, message, text, parameters)


async def edit_message_caption(sandbox: Sandbox, parameters: Parameters) -> dict[str, Any]:
    """Change the caption of a picture, voice message or document."""
    message = get_editable(sandbox, parameters)
    caption = read_caption(parameters)
    if not message.media:
        raise bad_request("there is no caption in the message to edit")
    return change(sandbox, message, caption, parameters)


async def edit_message_media(sandbox: Sandbox, parameters: Parameters) -> dict[str, Any]:
    """Change the picture or document of a message, and its caption; a text can get one."""
    message = get_editable(sandbox, parameters)
    given = read_json(parameters, "media", "can't parse input media JSON object")
    if not isinstance(given, dict) or not isinstance(given.get("media"), str):
        raise bad_request("can't parse input media JSON object")
    kind = str(given.get("type"))
    if kind not in EDITABLE:
        raise bad_request("can't parse InputMedia: type must be specified")
    if message.media and message.media.kind not in EDITABLE:
        raise bad_request("there is no media in the message to edit")
    words = {name: str(given.get(name) or "") for name in ("caption", "parse_mode")}
    caption = read_caption(words)
    media = take_file(sandbox, {**parameters, kind: given["media"]}, kind)
    return change(sandbox, message, caption, parameters, media=media)


async def edit_message_reply_markup(sandbox: Sandbox, parameters: Parameters) -> dict[str, Any]:
    """Change the buttons of a message."""
    message = get_editable(sandbox, parameters)
    text = FormattedText(message.text, tuple(message.entities), message.html)
    return change(sandbox, message, text, parameters)


def change(
    sandbox: Sandbox,
    message: ChatMessage,
    text: FormattedText,
    parameters: Parameters,
    *,
    media: StoredFile | None = None,
) -> dict[str, Any]:
    """Change a message, unless that would change nothing; its file stays if no other is given."""
    buttons, shown = read_buttons(parameters), media or message.media
    before = (message.text, message.entities, message.buttons, message.media)
    if before == (text.text, list(text.entities), buttons, shown):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    message.text, message.entities, message.html = text.text, list(text.entities), text.html
    message.media, message.buttons, message.edited_at = shown, buttons, sandbox.now()
    sandbox.announce("edited", message)
    return sandbox.show(message)


async def answer_callback_query(sandbox: Sandbox, parameters: Parameters) -> bool:
    """Answer a tap, once and in time."""
    callback_id = read(parameters, "callback_query_id")
    tap = sandbox.taps.get(callback_id)
    text = read(parameters, "text")
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    is_old = tap and (sandbox.now() - tap.at).total_seconds() > ANSWER_SECONDS
    if tap is None or tap.answered or is_old:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    tap.answered = True
    show_alert = read(parameters, "show_alert").lower() == "true"
    sandbox.answers.append(CallbackAnswer(callback_id, text, show_alert))
    sandbox.tell(
        {
            "type": "answered",
            "person": tap.person_id,
            "callback_id": callback_id,
            "text": text or None,
            "alert": show_alert,
        }
    )
    return True


async def get_file(sandbox: Sandbox, parameters: Parameters) -> dict[str, Any]:
    """Say where a file can be fetched."""
    stored = sandbox.files.get(read(parameters, "file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if stored.size > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.digest[:16],
        "file_size": stored.size,
        "file_path": f"{stored.kind}/{stored.file_id}{suffix_of(stored)}",
    }


def suffix_of(stored: StoredFile) -> str:
    """Give the ending under which a file is fetched; photos and voices are made anew."""
    made = {"photo": ".jpg", "voice": ".oga", "sticker": ".webp"}
    return made.get(stored.kind) or PurePosixPath(stored.name).suffix


async def set_my_commands(sandbox: Sandbox, parameters: Parameters) -> bool:
    """Set the commands of a language."""
    commands = read_json(parameters, "commands", "BOT_COMMAND_INVALID")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    for command in commands:
        if not command.get("command") or not 1 <= len(command.get("description", "")) <= 256:
            raise bad_request("BOT_COMMAND_INVALID")
    sandbox.commands[read_scope(sandbox, parameters)] = commands
    sandbox.wake()
    return True


async def delete_my_commands(sandbox: Sandbox, parameters: Parameters) -> bool:
    """Take the commands of a language or of one chat back; where there are none, that is well."""
    sandbox.commands.pop(read_scope(sandbox, parameters), None)
    sandbox.wake()
    return True


def read_scope(sandbox: Sandbox, parameters: Parameters) -> str:
    """Say for whom commands are: a language, or "chat:" and a chat's number."""
    scope = read_json(parameters, "scope", "can't parse BotCommandScope") or {"type": "default"}
    if scope.get("type") == "chat":
        person = get_person(sandbox, {"chat_id": str(scope.get("chat_id") or "")})
        return f"chat:{person.id}"
    if scope.get("type") != "default":
        raise bad_request("unsupported type specified")
    return read(parameters, "language_code")


async def set_my_description(sandbox: Sandbox, parameters: Parameters) -> bool:
    """Set what stands in an empty chat, in a language."""
    return describe(sandbox, parameters, "description", most=DESCRIPTION_UNITS)


async def set_my_short_description(sandbox: Sandbox, parameters: Parameters) -> bool:
    """Set what stands on the bot's card, in a language."""
    return describe(sandbox, parameters, "short_description", most=SHORT_DESCRIPTION_UNITS)


def describe(sandbox: Sandbox, parameters: Parameters, name: str, *, most: int) -> bool:
    """Keep a description, unless it is too long."""
    text, language = read(parameters, name), read(parameters, "language_code")
    if count_units(text) > most:
        raise bad_request(f"{name.upper()}_TOO_LONG")
    if language and not is_language_code(language):
        raise bad_request("LANG_CODE_INVALID")
    sandbox.descriptions.setdefault(language, {})[name] = text
    sandbox.wake()
    return True


def is_language_code(code: str) -> bool:
    """Say whether this is a two-letter ISO 639-1 code, as the Bot API wants it."""
    return len(code) == 2 and code.isascii() and code.isalpha() and code.islower()


METHODS: dict[str, Method] = {
    "getme": get_me,
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "sendvoice": send_voice,
    "senddocument": send_document,
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagemedia": edit_message_media,
    "editmessagereplymarkup": edit_message_reply_markup,
    "answercallbackquery": answer_callback_query,
    "getfile": get_file,
    "setmycommands": set_my_commands,
    "deletemycommands": delete_my_commands,
    "setmydescription": set_my_description,
    "setmyshortdescription": set_my_short_description,
}


async def call(sandbox: Sandbox, method: str, parameters: Parameters) -> Any:
    """Make a call; raise Refused for a method that the sandbox does not know."""
    known = METHODS.get(method.lower())
    if known is None:
        raise Refused(404, "Not Found: method not found")
    await asyncio.sleep(0)
    return await known(sandbox, parameters)


def read(parameters: Parameters, name: str) -> str:
    """Read a parameter as text; "" when it was not given."""
    value = parameters.get(name, "")
    return value if isinstance(value, str) else ""


def read_json(parameters: Parameters, name: str, refusal: str) -> Any:
    """Read a parameter that is written as JSON."""
    try:
        return json.loads(read(parameters, name) or "null")
    except json.JSONDecodeError:
        raise bad_request(refusal) from None


def get_reachable(sandbox: Sandbox, parameters: Parameters) -> Person:
    """Get the person whose chat is meant, if the bot may write there."""
    person = get_person(sandbox, parameters)
    if person.deleted:
        raise forbidden("user is deactivated")
    if person.blocked:
        raise forbidden("bot was blocked by the user")
    if not person.opened:
        raise forbidden("bot can't initiate conversation with a user")
    return person


def get_person(sandbox: Sandbox, parameters: Parameters) -> Person:
    """Get the person whose chat is meant."""
    chat_id = read(parameters, "chat_id")
    if not chat_id:
        raise bad_request("chat_id is empty")
    number = int(chat_id) if chat_id.lstrip("-").isdigit() else 0
    if number not in sandbox.persons:
        raise bad_request("chat not found")
    return sandbox.persons[number]


def get_editable(sandbox: Sandbox, parameters: Parameters) -> ChatMessage:
    """Get the message that is to be changed, if it is the bot's."""
    person = get_reachable(sandbox, parameters)
    message_id = read(parameters, "message_id")
    message = sandbox.find_message(person.id, int(message_id)) if message_id.isdigit() else None
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return message


def read_words(parameters: Parameters, name: str, *, limit: int, refusal: str) -> FormattedText:
    """Read a text in the way that `parse_mode` says, and measure it."""
    mode = read(parameters, "parse_mode")
    if mode.lower() not in ("", "html"):
        raise bad_request("unsupported parse_mode")
    source = read(parameters, name)
    text = parse_html(source) if mode else parse_plain(source)
    if count_units(text.text) > limit:
        raise bad_request(refusal)
    return text


def read_caption(parameters: Parameters) -> FormattedText:
    """Read a caption."""
    return read_words(
        parameters, "caption", limit=CAPTION_UNITS, refusal="message caption is too long"
    )


def read_buttons(parameters: Parameters) -> list[list[dict[str, str]]]:
    """Read the buttons under a message."""
    markup = read_json(parameters, "reply_markup", "can't parse reply keyboard markup JSON object")
    if markup is None:
        return []
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list):
        raise bad_request("object expected as reply markup")
    return [[read_button(button) for button in row] for row in rows if row]


def read_button(button: dict[str, Any]) -> dict[str, str]:
    """Read one button: a text, and what it carries."""
    text, action = button.get("text"), button.get("callback_data")
    if not text:
        raise bad_request("can't parse inline keyboard button: Text is empty")
    if not isinstance(action, str) or not 0 < len(action.encode()) <= ACTION_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    return {"text": text, "callback_data": action}
