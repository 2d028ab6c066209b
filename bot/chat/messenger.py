"""Carry a message to a Telegram chat; a media file is uploaded once and then sent by its id."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from telegram import Bot, InputFile, Message
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.chat.keyboards import keyboard_of
from bot.chat.transport import AnswerLost, NotConnected
from bot.core.messages import Media, MediaKind, OutgoingMessage, Sent
from bot.errors import GuardianUnreachable, MessageRefused, SendLater
from bot.store import Database, uploads

GONE = ("chat not found", "user is deactivated", "peer_id_invalid")
UNKNOWN_FILE = "wrong file identifier"


class TelegramMessenger:
    """Sends through one bot; keeps the network's names of the files that it has seen."""

    def __init__(self, bot: Bot, database: Database) -> None:
        """Keep the bot and the place where file ids are remembered."""
        self.bot = bot
        self.database = database

    async def send(self, address: str, message: OutgoingMessage) -> Sent:
        """Send one message to a chat id; raise GuardianUnreachable, MessageRefused or SendLater."""
        with send_errors():
            if message.media is None:
                sent = await self.bot.send_message(
                    address,
                    message.text,
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard_of(message.buttons),
                )
                return Sent(sent.message_id)
            return await self._send_media(address, message, message.media)

    async def _send_media(self, address: str, message: OutgoingMessage, media: Media) -> Sent:
        """Send a file by its id where the network has it; upload it otherwise."""
        file_id = await self._find_file_id(media)
        if file_id:
            try:
                sent = await self._send_file(address, message, media.kind, file_id)
                return Sent(sent.message_id)
            except BadRequest as error:
                if UNKNOWN_FILE not in str(error).lower():
                    raise
                await self._forget_file_id(media)
        upload = InputFile(media.content, filename=media.name)
        sent = await self._send_file(address, message, media.kind, upload)
        await self._record_file_id(media, sent)
        return Sent(sent.message_id)

    async def _send_file(
        self, address: str, message: OutgoingMessage, kind: MediaKind, file: str | InputFile
    ) -> Message:
        """Send a file, uploaded or by its id, with the text as its caption."""
        buttons = keyboard_of(message.buttons)
        html = ParseMode.HTML
        match kind:
            case MediaKind.PICTURE:
                return await self.bot.send_photo(
                    address, file, caption=message.text, parse_mode=html, reply_markup=buttons
                )
            case MediaKind.VOICE:
                return await self.bot.send_voice(
                    address, file, caption=message.text, parse_mode=html, reply_markup=buttons
                )
            case MediaKind.DOCUMENT:
                return await self.bot.send_document(
                    address, file, caption=message.text, parse_mode=html, reply_markup=buttons
                )

    async def _find_file_id(self, media: Media) -> str | None:
        """Look up whether the network has a file."""
        async with self.database.reading() as session:
            return await uploads.find_file_id(session, media.digest, bot_name=self.bot.username)

    async def _forget_file_id(self, media: Media) -> None:
        """Forget a file that the network no longer knows."""
        async with self.database.writing() as session:
            await uploads.forget_file_id(session, media.digest, bot_name=self.bot.username)

    async def _record_file_id(self, media: Media, sent: Message) -> None:
        """Remember how the network calls a file that was uploaded."""
        file_id = file_id_of(sent)
        if file_id is None:
            return
        async with self.database.writing() as session:
            await uploads.record_file_id(
                session, media.digest, bot_name=self.bot.username, file_id=file_id
            )


def file_id_of(sent: Message) -> str | None:
    """Find the id of the file that a message carries."""
    if sent.photo:
        return sent.photo[-1].file_id
    attachment = sent.voice or sent.document
    return attachment.file_id if attachment else None


@contextmanager
def send_errors() -> Iterator[None]:
    """Turn what Telegram says into one of the three send errors."""
    try:
        yield
    except Forbidden as error:
        raise GuardianUnreachable(str(error)) from error
    except RetryAfter as error:
        raise SendLater("too many requests", retry_after=wait_of(error)) from error
    except InvalidToken as error:
        raise SendLater("the token was refused") from error
    except BadRequest as error:
        if any(words in str(error).lower() for words in GONE):
            raise GuardianUnreachable(str(error)) from error
        raise MessageRefused(str(error)) from error
    except NotConnected as error:
        raise SendLater(str(error)) from error
    except NetworkError as error:
        raise SendLater(str(error), in_doubt=may_have_arrived(error)) from error
    except TelegramError as error:
        raise SendLater(str(error)) from error


def may_have_arrived(error: NetworkError) -> bool:
    """Say whether a message may have arrived: no answer came, as opposed to a 5xx."""
    return isinstance(error, TimedOut | AnswerLost)


def wait_of(error: RetryAfter) -> timedelta:
    """Give how long the network wants to be left alone."""
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
