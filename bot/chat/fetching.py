"""Fetch what somebody sent: a voice message or a photo, by the network's name of it."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.chat.transport import AiohttpRequest
from bot.errors import BotError


@dataclass(frozen=True)
class Fetched:
    """A file as the network gave it; `suffix` tells its kind: .oga, .jpg."""

    content: bytes
    suffix: str


async def fetch_file(token: str, file_id: str, *, api: str) -> Fetched:
    """Fetch a file; raise BotError when the network does not give it (any more)."""
    request = AiohttpRequest()
    bot = Bot(
        token,
        base_url=f"{api}/bot",
        base_file_url=f"{api}/file/bot",
        request=request,
        get_updates_request=request,
    )
    try:
        async with bot:
            return await fetch_by(bot, file_id)
    except InvalidToken:
        raise BotError("The Bot API refused the token (KUFFERT_TELEGRAM_TOKEN).") from None
    except TelegramError as error:
        raise BotError(f"Telegram does not give the file: {error}.") from None
    finally:
        await request.shutdown()


async def fetch_by(bot: Bot, file_id: str) -> Fetched:
    """Fetch a file through a bot that is open; raise TelegramError when it does not come."""
    file = await bot.get_file(file_id)
    content = bytes(await file.download_as_bytearray())
    return Fetched(content, PurePosixPath(file.file_path or "").suffix)
