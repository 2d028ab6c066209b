"""Carry a message to a Telegram chat; a media file is uploaded once and then sent by its id."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from telegram import Bot, InputFile
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

from bot.chat.keyboards import markup_of
from bot.chat.transport import AnswerLost, Form, NotConnected, Upload, call
from bot.core.messages import Media, MediaKind, OutgoingMessage, Sent
from bot.errors import DatabaseGone, DrawingFailed, GuardianUnreachable, MessageRefused, SendLater
from bot.store import Database, uploads

GONE = ("chat not found", "user is deactivated", "peer_id_invalid")
UNKNOWN_FILE = "wrong file identifier"
CALLS = {  # the call that sends each kind of file, and the field that names the file
    MediaKind.PICTURE: ("sendPhoto", "photo"),
    MediaKind.VOICE: ("sendVoice", "voice"),
    MediaKind.DOCUMENT: ("sendDocument", "document"),
}

log = logging.getLogger(__name__)


class TelegramMessenger:
    """Sends through one bot; keeps the network's names of the files that it has seen."""

    def __init__(self, bot: Bot, database: Database, *, is_paid: bool = False) -> None:
        """Keep the bot and the place where file ids are remembered; `is_paid` pays for speed."""
        self.bot = bot
        self.database = database
        self._common = {"parse_mode": ParseMode.HTML.value}
        if is_paid:
            self._common["allow_paid_broadcast"] = "true"
        self._file_ids: dict[str, str] = {}
        self._uploading: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def send(self, address: str, message: OutgoingMessage) -> Sent:
        """Send one message to a chat id; raise GuardianUnreachable, MessageRefused or SendLater."""
        with send_errors():
            if message.media is None:
                fields = self._fields(address, message, words="text")
                sent = await call(self.bot, "sendMessage", Form(fields))
                return Sent(sent["message_id"])
            return await self._send_media(address, message, message.media)

    @asynccontextmanager
    async def readying(self, message: OutgoingMessage) -> AsyncIterator[OutgoingMessage]:
        """Wait while another sends a file for the first time: it is drawn and uploaded once.

        Give the message as it can be sent: without a file that cannot be drawn.
        """
        async with AsyncExitStack() as turn:
            media = message.media
            if media and not await self._find_file_id(media):
                await turn.enter_async_context(self._uploading[media.digest])
                await turn.enter_async_context(uploads.uploading(self.database, media.digest))
                if await self._find_file_id(media):  # it was uploaded while we waited
                    await turn.aclose()
                else:
                    message = await draw(message)
            yield message

    async def _send_media(self, address: str, message: OutgoingMessage, media: Media) -> Sent:
        """Send a file by its id where the network has it; upload it otherwise."""
        file_id = await self._find_file_id(media)
        if file_id:
            try:
                sent = await self._send_file(address, message, media, file_id=file_id)
                return Sent(sent["message_id"])
            except BadRequest as error:
                if UNKNOWN_FILE not in str(error).lower():
                    raise
                await self._forget_file_id(media, file_id)
        drawn = await draw(message)
        if drawn.media is None:
            return await self.send(address, drawn)
        sent = await self._send_file(address, message, drawn.media)
        await self._record_file_id(media, sent)
        return Sent(sent["message_id"])

    async def _send_file(
        self, address: str, message: OutgoingMessage, media: Media, *, file_id: str | None = None
    ) -> dict[str, Any]:
        """Send a file, by its id or uploaded, with the text as its caption."""
        method, name = CALLS[media.kind]
        fields = self._fields(address, message, words="caption")
        if file_id:
            form = Form({**fields, name: file_id})
        else:
            form = Form(fields, {name: upload_of(media)})
        sent: dict[str, Any] = await call(self.bot, method, form)
        return sent

    def _fields(self, address: str, message: OutgoingMessage, *, words: str) -> dict[str, str]:
        """Give what every message carries; `words` is the field for the text."""
        buttons = markup_of(message.buttons)
        return {"chat_id": address, words: message.text, **self._common, **buttons}

    async def _find_file_id(self, media: Media) -> str | None:
        """Look up whether the network has a file."""
        if media.digest not in self._file_ids:
            async with self.database.reading() as session:
                file_id = await uploads.find_file_id(
                    session, media.digest, bot_name=self.bot.username
                )
            if file_id is None:
                return None
            self._file_ids[media.digest] = file_id
        return self._file_ids[media.digest]

    async def _forget_file_id(self, media: Media, file_id: str) -> None:
        """Forget a file that the network no longer knows, unless it has a new id already."""
        if self._file_ids.get(media.digest) != file_id:
            return
        del self._file_ids[media.digest]
        async with self.database.writing() as session:
            await uploads.forget_file_id(session, media.digest, bot_name=self.bot.username)

    async def _record_file_id(self, media: Media, sent: dict[str, Any]) -> None:
        """Remember how the network calls a file that was uploaded."""
        file_id = find_file_id(sent)
        if file_id is None:
            return
        self._file_ids[media.digest] = file_id
        try:
            async with self.database.writing() as session:
                await uploads.record_file_id(
                    session, media.digest, bot_name=self.bot.username, file_id=file_id
                )
        except DatabaseGone as error:  # the message went out; another replica uploads once more
            log.warning("the id of a file is not kept: %s", error)


async def draw(message: OutgoingMessage) -> OutgoingMessage:
    """Draw a message's file where that is still to be done; leave it out where that fails."""
    media = message.media
    if media is None or media.content or media.draw is None:
        return message
    try:
        content = await asyncio.to_thread(media.draw)
    except DrawingFailed as error:
        log.error("%s is left out: %s", media.name, error)
        return replace(message, media=None)
    return replace(message, media=replace(media, content=content))


def upload_of(media: Media) -> Upload:
    """Give a file as it is uploaded; its type is told from its name."""
    file = InputFile(media.content, filename=media.name)
    return file.filename, media.content, file.mimetype


def find_file_id(sent: dict[str, Any]) -> str | None:
    """Find the id of the file that a message carries; of a picture, that of its largest size."""
    sizes = sent.get("photo")
    file = sizes[-1] if sizes else sent.get("voice") or sent.get("document")
    return file["file_id"] if file else None


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
