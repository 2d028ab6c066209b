"""What is brought to print: pages, and stories as books, as PDF in the family's languages."""

from bot.catalogue.shown.papers import render_paper, render_story_paper
from bot.catalogue.shown.storybook import Reader
from bot.chat.carrying import BOOK, PRINTABLE
from bot.chat.readers import find_reader, record, was_used
from bot.chat.replies import Bring, Note
from bot.chat.turns import Tapped, Turn
from bot.core.actions import BookForm, Tongues
from bot.store.states import EventKind
from bot.store.tables import Guardian


async def hand_out(
    turn: Turn, guardian: Guardian, tapped: Tapped, *, printable_id: str, tongues: Tongues
) -> None:
    """Send a page to print, in the languages that were chosen."""
    catalogue = turn.catalogue
    printable = catalogue.printables.get(printable_id)
    if printable is None:
        return
    turn.reply(Note(tapped.callback_id))
    reader = await find_reader(turn, guardian)
    asked = name_use(printable_id, tongues, reader)
    if await was_used(turn, guardian, EventKind.PRINTED, asked):
        return
    shown = render_paper(catalogue, printable, reader, tongues)
    material = (PRINTABLE, printable_id, *reader.languages_of(printable.tongues(tongues)))
    turn.reply(Bring(catalogue.version, material, shown.text, shown.buttons))
    await record(turn, guardian, EventKind.PRINTED, asked)


async def bind(
    turn: Turn,
    guardian: Guardian,
    tapped: Tapped,
    *,
    story_id: str,
    form: BookForm,
    tongues: Tongues,
) -> None:
    """Send a story to print, as a little book or as pages, in the languages that are read."""
    catalogue = turn.catalogue
    story = catalogue.stories.get(story_id)
    if story is None:
        return
    turn.reply(Note(tapped.callback_id))
    reader = await find_reader(turn, guardian)
    asked = name_use(f"{story_id}/{form}", tongues, reader)
    if await was_used(turn, guardian, EventKind.PRINTED, asked):
        return
    shown = render_story_paper(catalogue, story, reader, form)
    material = (BOOK, story_id, form, *reader.languages_of(tongues))
    turn.reply(Bring(catalogue.version, material, shown.text, shown.buttons))
    await record(turn, guardian, EventKind.PRINTED, asked)


def name_use(name: str, tongues: Tongues, reader: Reader) -> str:
    """Name what was asked for: the family's own language goes without saying."""
    is_plain = tongues is Tongues.HOME or not reader.school
    return name if is_plain else f"{name}/{tongues}"
