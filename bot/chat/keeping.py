"""Fetch a colleague's voice note, see that it is one, and keep it as a recording.

It is done after the update's transaction, as a reply is, since a download takes long; done twice,
it does no harm.
"""

import asyncio
import hashlib
import logging
from datetime import date

from telegram import Bot

from bot.catalogue.reading.media import AUDIO_BYTES
from bot.catalogue.reading.recording_folder import RecordingFolder
from bot.catalogue.records import Catalogue
from bot.catalogue.shown.studio import refuse, show_kept
from bot.chat.fetching import fetch_by
from bot.chat.messenger import send_errors
from bot.chat.replies import Keep
from bot.core.messages import Media, MediaKind, OutgoingMessage
from bot.core.voice_notes import measure_voice_note
from bot.errors import BotError, MessageRefused

log = logging.getLogger(__name__)


class NotKept(Exception):
    """A voice note was not kept; it says why by the key of what staff are told."""


async def keep(reply: Keep, *, bot: Bot, folder: RecordingFolder | None) -> bytes:
    """Fetch and keep a voice note; raise NotKept, or SendLater where another try may help."""
    if folder is None:
        raise NotKept("read-nowhere")
    sound = await fetch_sound(bot, reply.file_id)
    on = date.fromisoformat(reply.on)
    try:
        await asyncio.to_thread(folder.keep, reply.folder, reply.key, sound, text=reply.text, on=on)
    except BotError as error:
        log.error("a recording is not kept: %s", error)
        raise NotKept("read-not-kept") from None
    return sound


async def fetch_sound(bot: Bot, file_id: str) -> bytes:
    """Fetch a voice note; raise NotKept for what is none."""
    try:
        with send_errors():
            sound = (await fetch_by(bot, file_id)).content
    except MessageRefused:
        raise NotKept("read-not-fetched") from None
    if len(sound) > AUDIO_BYTES:
        raise NotKept("read-too-long")
    if measure_voice_note(sound) is None:
        raise NotKept("read-no-sound")
    return sound


def play_back(catalogue: Catalogue, reply: Keep, sound: bytes) -> OutgoingMessage:
    """Play a recording back that was kept."""
    digest = hashlib.sha256(sound).hexdigest()
    return show_kept(
        catalogue,
        Media(MediaKind.VOICE, f"{reply.key.replace('/', '-')}.ogg", digest, sound),
        title=reply.title,
        text=reply.text,
        is_changed=reply.is_changed,
        language=reply.language,
    )


def say_why(catalogue: Catalogue, reply: Keep, refused: NotKept) -> OutgoingMessage:
    """Say why a recording was not kept."""
    return refuse(catalogue, str(refused), text=reply.text, language=reply.language)
