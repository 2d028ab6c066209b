"""Carry a message to a Telegram chat; a media file is uploaded once and then sent by its id."""

import asyncio
import json
import logging
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
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
from bot.errors import (
    DatabaseGone,
    DrawingFailed,
    GuardianUnreachable,
    MessageRefused,
    NetworkAway,
    SendLater,
)
from bot.store import Database, uploads

GONE = ("chat not found", "user is deactivated", "peer_id_invalid")
UNKNOWN_FILE = "wrong file identifier"
HARMLESS = (  # a second tap, an old screen, a message that the guardian deleted
    "message is not modified",
    "query is too old",
    "message to edit not found",
    "message can't be edited",
)
CALLS = {  # the call that sends each kind of file, and the field that names the file
    MediaKind.PICTURE: ("sendPhoto", "photo"),
    MediaKind.VOICE: ("sendVoice", "voice"),
    MediaKind.DOCUMENT: ("sendDocument", "document"),
}
ATTACHED = "file"  # what an upload is called within its own call
PRIVATE = re.compile(r"""\d{5,}|"[^"]*"|(?<!\w)'[^']*'(?!\w)""")  # numbers of chats, quoted words

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
                    message = await with_drawn(message, media)
            yield message

    async def change(
        self, address: str, message_id: int, message: OutgoingMessage, *, media: Media
    ) -> None:
        """Put another picture, words and buttons in the place of a picture's.

        Raise as `send` does, but for what does no harm: a second tap, or a message that is gone.
        """

        async def change_file(file_id: str | None, drawn: Media) -> dict[str, Any]:
            form = self._form_of_change(address, message_id, message, drawn, file_id=file_id)
            changed: dict[str, Any] = await call(self.bot, "editMessageMedia", form)
            return changed

        with send_errors():
            try:
                await self._with_file(media, change_file)
            except BadRequest as error:
                if not is_harmless(error):
                    raise

    def _form_of_change(
        self,
        address: str,
        message_id: int,
        message: OutgoingMessage,
        media: Media,
        *,
        file_id: str | None,
    ) -> Form:
        """Give what a change carries: the new picture by its id, or uploaded beside its name."""
        shown = {"type": CALLS[media.kind][1], "media": file_id or f"attach://{ATTACHED}"}
        words = {"caption": message.text, "parse_mode": ParseMode.HTML.value}
        fields = {
            "chat_id": address,
            "message_id": str(message_id),
            "media": json.dumps({**shown, **words}),
            **markup_of(message.buttons),
        }
        return Form(fields) if file_id else Form(fields, {ATTACHED: upload_of(media)})

    async def _send_media(self, address: str, message: OutgoingMessage, media: Media) -> Sent:
        """Send a file, with the text as its caption."""
        method, name = CALLS[media.kind]
        fields = self._fields(address, message, words="caption")

        async def send_file(file_id: str | None, drawn: Media) -> dict[str, Any]:
            known = Form({**fields, name: file_id or ""})
            form = known if file_id else Form(fields, {name: upload_of(drawn)})
            sent: dict[str, Any] = await call(self.bot, method, form)
            return sent

        try:
            sent = await self._with_file(media, send_file)
        except DrawingFailed as error:
            return await self.send(address, without_file(message, error))
        return Sent(sent["message_id"])

    async def _with_file(
        self, media: Media, use: Callable[[str | None, Media], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        """Use a file by its id where the network has it; otherwise have it drawn and uploaded.

        Raise DrawingFailed where it cannot be drawn.
        """
        file_id = await self._find_file_id(media)
        if file_id:
            try:
                return await use(file_id, media)
            except BadRequest as error:
                if UNKNOWN_FILE not in str(error).lower():
                    raise
                await self._forget_file_id(media, file_id)
        sent = await use(None, await draw(media))
        await self._record_file_id(media, sent)
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


def is_harmless(error: BadRequest) -> bool:
    """Say whether what Telegram refused need not be done any more."""
    return any(words in str(error).lower() for words in HARMLESS)


async def draw(media: Media) -> Media:
    """Draw a file where that is still to be done; raise DrawingFailed where it cannot be."""
    if media.content or media.draw is None:
        return media
    return replace(media, content=await asyncio.to_thread(media.draw))


async def with_drawn(message: OutgoingMessage, media: Media) -> OutgoingMessage:
    """Draw a message's file; leave it out where that fails."""
    try:
        return replace(message, media=await draw(media))
    except DrawingFailed as error:
        return without_file(message, error)


def without_file(message: OutgoingMessage, error: DrawingFailed) -> OutgoingMessage:
    """Leave out a file that cannot be drawn."""
    log.error("%s is left out: %s", message.media.name if message.media else "a file", error)
    return replace(message, media=None)


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
        raise GuardianUnreachable(said(error)) from error
    except RetryAfter as error:
        raise SendLater("too many requests", retry_after=wait_of(error)) from error
    except InvalidToken as error:
        raise NetworkAway("the token was refused") from error
    except BadRequest as error:
        if any(words in str(error).lower() for words in GONE):
            raise GuardianUnreachable(said(error)) from error
        raise MessageRefused(said(error)) from error
    except NotConnected as error:
        raise NetworkAway(said(error)) from error
    except NetworkError as error:
        raise SendLater(said(error), in_doubt=may_have_arrived(error)) from error
    except TelegramError as error:
        raise SendLater(said(error)) from error


def said(error: TelegramError) -> str:
    """Give what Telegram said, without what it repeats of the message, or of whose chat it is."""
    return PRIVATE.sub("…", str(error))


def may_have_arrived(error: NetworkError) -> bool:
    """Say whether a message may have arrived: no answer came, as opposed to a 5xx."""
    return isinstance(error, TimedOut | AnswerLost)


def wait_of(error: RetryAfter) -> timedelta:
    """Give how long the network wants to be left alone."""
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
