"""Stories and pages to print: chosen in the menu, a story then told in one message that changes.

Everything that a page needs to know stands in its buttons, so any process can turn it.
"""

from bot.catalogue.shown.shelves import (
    render_other_stories,
    render_printables,
    render_stories,
)
from bot.catalogue.shown.storybook import Opened, render_page, render_story_recording
from bot.chat import replies
from bot.chat.carrying import PAGE, SOUND
from bot.chat.papers import bind, hand_out
from bot.chat.readers import find_reader, list_bands, list_pupils, record, was_used
from bot.chat.replies import Bring, Edit, Leaf, Note
from bot.chat.settings import act_in_settings
from bot.chat.turns import Tapped, Turn
from bot.chat.waiting import find_waited_for, say_waiting
from bot.core.actions import (
    Action,
    BookTapped,
    HearTapped,
    OtherStoriesTapped,
    PageTapped,
    PrintTapped,
    Screen,
    ShelfTapped,
    StoryTapped,
    Tongues,
)
from bot.core.messages import OutgoingMessage
from bot.store import events
from bot.store.columns import id_of
from bot.store.states import EventKind
from bot.store.tables import Guardian

MATERIALS = (
    ShelfTapped,
    StoryTapped,
    PageTapped,
    OtherStoriesTapped,
    HearTapped,
    PrintTapped,
    BookTapped,
)
READING = (EventKind.STORY_OPENED, EventKind.STORY_READ)


async def act_on_materials(turn: Turn, guardian: Guardian, action: Action, tapped: Tapped) -> None:
    """Do what a button about a story or a page to print says; what is gone is not ours to show.

    Who waits for a first day has no such button yet, but for one from before.
    """
    day = await find_waited_for(turn, guardian) if isinstance(action, MATERIALS) else None
    if day:
        turn.reply(Note(tapped.callback_id), replies.say(say_waiting(turn, guardian, day)))
        return
    match action:
        case ShelfTapped(screen, first):
            shown = await draw_shelf(turn, guardian, screen, first=first)
            if shown:
                turn.show(tapped, shown)
        case StoryTapped(story_id):
            await open_story(turn, guardian, story_id, tapped)
        case PageTapped(story_id, page, tongues):
            await turn_page(turn, guardian, tapped, story_id=story_id, page=page, tongues=tongues)
        case OtherStoriesTapped(tongues, first):
            await show_others(turn, guardian, tapped, tongues=tongues, first=first)
        case HearTapped(story_id, page, language):
            await read_aloud(
                turn, guardian, tapped, story_id=story_id, page=page, language=language
            )
        case PrintTapped(name, tongues):
            await hand_out(turn, guardian, tapped, printable_id=name, tongues=tongues)
        case BookTapped(story_id, form, tongues):
            await bind(turn, guardian, tapped, story_id=story_id, form=form, tongues=tongues)
        case _:
            await act_in_settings(turn, guardian, action, tapped)


async def open_shelf(turn: Turn, guardian: Guardian, screen: Screen) -> OutgoingMessage | None:
    """Give a list of materials, or the day from which there are any for this family."""
    day = await find_waited_for(turn, guardian)
    return say_waiting(turn, guardian, day) if day else await draw_shelf(turn, guardian, screen)


async def draw_shelf(
    turn: Turn, guardian: Guardian, screen: Screen, *, first: int = 0
) -> OutgoingMessage | None:
    """Give a list of materials from a place on; None where there are none, or no such place."""
    catalogue, language = turn.catalogue, guardian.language
    if screen is Screen.STORIES and first < len(catalogue.stories):
        bands = list_bands(catalogue, await list_pupils(turn, guardian), on=turn.now.date())
        return render_stories(catalogue, bands, language=language, first=first)
    if screen is Screen.PRINT and first < len(catalogue.printables):
        return render_printables(catalogue, language=language, first=first)
    return None


def find_page(turn: Turn, story_id: str, page: int, tongues: Tongues) -> Opened | None:
    """Open a story at a page; None where there is none such."""
    story = turn.catalogue.stories.get(story_id)
    if story is None or not 1 <= page <= len(story.pages):
        return None
    return Opened(story, page, tongues)


async def open_story(turn: Turn, guardian: Guardian, story_id: str, tapped: Tapped) -> None:
    """Open a story in a message of its own, below the menu."""
    opened = find_page(turn, story_id, 1, Tongues.HOME)
    if opened is None:
        return
    turn.reply(Note(tapped.callback_id))
    if await was_used(turn, guardian, EventKind.STORY_OPENED, story_id):
        return
    shown = await draw_page(turn, guardian, opened)
    material = material_of(opened)
    turn.reply(Bring(turn.catalogue.version, material, shown.text, shown.buttons))
    await record(turn, guardian, EventKind.STORY_OPENED, story_id)
    await record_reading(turn, guardian, opened)


async def turn_page(
    turn: Turn,
    guardian: Guardian,
    tapped: Tapped,
    *,
    story_id: str,
    page: int,
    tongues: Tongues,
) -> None:
    """Turn to a page, in the languages that were chosen."""
    opened = find_page(turn, story_id, page, tongues)
    if opened is None:
        return
    shown = await draw_page(turn, guardian, opened)
    version, material = turn.catalogue.version, material_of(opened)
    leaf = Leaf(tapped.message_id, version, material, shown.text, shown.buttons)
    turn.reply(Note(tapped.callback_id), leaf)
    await record_reading(turn, guardian, opened)


def material_of(opened: Opened) -> tuple[str, ...]:
    """Name the picture of the page that lies open."""
    return PAGE, opened.story.id, str(opened.page)


async def draw_page(turn: Turn, guardian: Guardian, opened: Opened) -> OutgoingMessage:
    """Give the page that lies open, as this guardian reads it."""
    return render_page(turn.catalogue, opened, await find_reader(turn, guardian))


async def record_reading(turn: Turn, guardian: Guardian, opened: Opened) -> None:
    """Write down that a story was begun or read to its end, once for each time.

    One that was chosen under the picture of another is opened with its first page.
    """
    number, story_id = id_of(guardian), opened.story.id
    last = await events.find_last_use(turn.session, number, READING, material=story_id)
    if opened.page == 1 and last is not EventKind.STORY_OPENED:
        await record(turn, guardian, EventKind.STORY_OPENED, story_id)
        last = EventKind.STORY_OPENED
    if opened.is_last and last is EventKind.STORY_OPENED:
        await record(turn, guardian, EventKind.STORY_READ, story_id)


async def show_others(
    turn: Turn, guardian: Guardian, tapped: Tapped, *, tongues: Tongues, first: int
) -> None:
    """List the stories under the picture of the one that was read: the next takes its place."""
    catalogue = turn.catalogue
    if first >= len(catalogue.stories):
        return
    bands = list_bands(catalogue, await list_pupils(turn, guardian), on=turn.now.date())
    shown = render_other_stories(
        catalogue, bands, language=guardian.language, tongues=tongues, first=first
    )
    listed = Edit(tapped.message_id, has_media=True, text=shown.text, buttons=shown.buttons)
    turn.reply(Note(tapped.callback_id), listed)


async def read_aloud(
    turn: Turn,
    guardian: Guardian,
    tapped: Tapped,
    *,
    story_id: str,
    page: int,
    language: str,
) -> None:
    """Play a page's recording in a language, where there is one."""
    opened = find_page(turn, story_id, page, Tongues.HOME)
    if opened is None or (language, page) not in opened.story.audio:
        return
    turn.reply(Note(tapped.callback_id))
    heard = f"{story_id}/{page}/{language}"
    if await was_used(turn, guardian, EventKind.STORY_HEARD, heard):
        return
    message = render_story_recording(turn.catalogue, opened, language)
    material = (SOUND, story_id, str(page), language)
    turn.reply(Bring(turn.catalogue.version, material, message.text))
    await record(turn, guardian, EventKind.STORY_HEARD, heard)
