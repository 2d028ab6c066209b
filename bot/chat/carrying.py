"""Carry what lies in a catalogue: a story's pages and recordings, and pages to print."""

import asyncio
import logging
from collections.abc import Sequence

from bot.catalogue.records import Catalogue
from bot.chat.messenger import TelegramMessenger
from bot.chat.replies import Bring, Leaf
from bot.core.actions import BookForm
from bot.core.messages import Media, OutgoingMessage
from bot.errors import FileRefused
from bot.printing.books import bind_story
from bot.printing.printables import typeset_printable

# what a material's name begins with
PAGE, SOUND, PRINTABLE, BOOK = "page", "sound", "printable", "book"

log = logging.getLogger(__name__)


async def carry(
    messenger: TelegramMessenger, catalogue: Catalogue, reply: Bring | Leaf, *, address: str
) -> None:
    """Send a file as a new message, or turn to it; raise a SendError when it does not go out.

    A file that its catalogue lacks, since that one cannot be read any more, is left out.
    """
    media = await find_media(catalogue, reply.material)
    if media is None:
        log.warning("there is no %s", "/".join(reply.material))
        return
    message = OutgoingMessage(reply.text, reply.buttons, media)
    async with messenger.readying(message):
        if isinstance(reply, Leaf):
            await messenger.change(address, reply.message_id, message, media=media)
        else:
            await messenger.send(address, message)


async def find_media(catalogue: Catalogue, material: tuple[str, ...]) -> Media | None:
    """Find a file by the name of its material."""
    match material:
        case (kind, name, page) if kind == PAGE and name in catalogue.stories:
            pages = catalogue.stories[name].pages
            return pages[int(page) - 1].picture if int(page) <= len(pages) else None
        case (kind, name, page, language) if kind == SOUND and name in catalogue.stories:
            return catalogue.stories[name].audio.get((language, int(page)))
        case (kind, name, *languages) if kind == PRINTABLE and name in catalogue.printables:
            return await find_printable(catalogue, name, languages)
        case (kind, name, form, *languages) if kind == BOOK and name in catalogue.stories:
            return bind_story(catalogue, name, BookForm(form), languages)
    return None


async def find_printable(catalogue: Catalogue, name: str, languages: Sequence[str]) -> Media | None:
    """Typeset a page to print, beside everything else; None where that cannot be done."""
    try:
        return await asyncio.to_thread(typeset_printable, catalogue, name, languages)
    except FileRefused as refused:
        log.error("%s", refused)
        return None
