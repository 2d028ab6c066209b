"""The python-telegram-bot application: our transport, our handlers, no memory of its own."""

import logging

from telegram import Bot, BotCommand
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.catalogue.records import Catalogue
from bot.chat.asking import handle_ask, handle_edit
from bot.chat.commands import (
    handle_anything_else,
    handle_help,
    handle_language,
    handle_membership,
    handle_pause,
    handle_record,
    handle_resume,
    handle_stop,
)
from bot.chat.home import handle_menu
from bot.chat.listing import COMMANDS, RECORD
from bot.chat.onboarding import handle_start
from bot.chat.rights import handle_forget, handle_my_data, handle_privacy
from bot.chat.taps import handle_tap
from bot.chat.transport import AiohttpRequest
from bot.chat.turns import Turn, TurnApplication, TurnContext
from bot.errors import BotError

TWO_LETTERS = 2  # of ISO 639-1; Telegram takes no longer codes

log = logging.getLogger(__name__)

HANDLERS = {
    "start": handle_start,
    "menu": handle_menu,
    "pause": handle_pause,
    "resume": handle_resume,
    "language": handle_language,
    "ask": handle_ask,
    "stop": handle_stop,
    "privacy": handle_privacy,
    "mydata": handle_my_data,
    "forget": handle_forget,
    "help": handle_help,
    RECORD: handle_record,
}


class ForgetfulApplication(TurnApplication):
    """Keeps nothing of whom an update was from.

    The library would note every chat and every user for a store that we have not, for ever:
    those of families that were forgotten, too.
    """

    def _mark_for_persistence_update(self, **_of_whom: object) -> None:
        """Note nothing."""


def build_application(token: str, *, api: str, request: AiohttpRequest) -> TurnApplication:
    """Build the application for a bot; `api` is the Bot API's base address.

    The request is the caller's to shut down: the application does so only once it has started.
    """
    application = (
        Application.builder()
        .application_class(ForgetfulApplication)
        .token(token)
        .base_url(f"{api}/bot")
        .base_file_url(f"{api}/file/bot")
        .request(request)
        .get_updates_request(request)
        .context_types(ContextTypes(context=TurnContext, bot_data=dict[int, Turn]))
        .updater(None)
        .job_queue(None)
        .build()
    )
    private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    for command, handle in HANDLERS.items():
        application.add_handler(CommandHandler(command, handle, filters=private))
    application.add_handler(CallbackQueryHandler(handle_tap))
    application.add_handler(MessageHandler(private, handle_anything_else))
    edited = filters.ChatType.PRIVATE & filters.UpdateType.EDITED_MESSAGE
    application.add_handler(MessageHandler(edited, handle_edit))
    application.add_handler(ChatMemberHandler(handle_membership))
    application.add_error_handler(keep_error)
    return application


async def keep_error(update: object, context: TurnContext) -> None:
    """Hand an error to the turn that it ended; the inbox decides what becomes of the update."""
    if hasattr(context, "turn") and isinstance(context.error, Exception):
        context.turn.error = context.error


async def find_username(token: str, *, api: str) -> str:
    """Ask the network for a bot's name; raise BotError when it does not tell."""
    request = AiohttpRequest()
    try:
        async with Bot(
            token, base_url=f"{api}/bot", request=request, get_updates_request=request
        ) as bot:
            return bot.username
    except InvalidToken:
        raise BotError("The Bot API refused the token (KUFFERT_TELEGRAM_TOKEN).") from None
    except TelegramError as error:
        raise BotError(f"The Bot API cannot be reached at {api}: {error}.") from None
    finally:
        await request.shutdown()


def list_told(catalogue: Catalogue) -> list[tuple[str | None, list[str]]]:
    """List what the network is told of the commands and of the bot, by language."""
    keys = (*(f"command-{name}" for name in COMMANDS), "bot-description", "bot-short-description")
    return [
        (code, [catalogue.words_in(language).plain(key) for key in keys])
        for language, code in list_codes(catalogue)
    ]


async def publish_commands(bot: Bot, catalogue: Catalogue) -> None:
    """Tell the network the commands, in every language."""
    for language, code in list_codes(catalogue):
        words = catalogue.words_in(language)
        commands = [BotCommand(name, words.plain(f"command-{name}")) for name in COMMANDS]
        await bot.set_my_commands(commands, language_code=code)


async def publish_description(bot: Bot, catalogue: Catalogue) -> None:
    """Tell the network what stands in an empty chat and on the bot's card, in every language.

    Where the network has had enough of such calls, what it was told before stays.
    """
    try:
        for language, code in list_codes(catalogue):
            await describe(bot, catalogue, language, language_code=code)
    except RetryAfter as error:
        log.warning("the description is not renewed: %s", error)


async def describe(
    bot: Bot, catalogue: Catalogue, language: str, *, language_code: str | None
) -> None:
    """Describe the bot in one language; no code stands for every language without words."""
    words = catalogue.words_in(language)
    await bot.set_my_description(words.plain("bot-description"), language_code=language_code)
    await bot.set_my_short_description(
        words.plain("bot-short-description"), language_code=language_code
    )


def list_codes(catalogue: Catalogue) -> list[tuple[str, str | None]]:
    """List the languages with the codes that the network knows them by: two letters, or none.

    No code stands for everybody else, who reads the programme's own language.
    """
    known = [(each, each) for each in catalogue.languages if len(each) == TWO_LETTERS]
    return [*known, (catalogue.programme.language, None)]
