"""Stories and pages to print: chosen in the menu, a story then told in one message that changes.

Everything that a page needs to know stands in its buttons, so any process can turn it.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.shelves import (
    render_other_stories,
    render_printables,
    render_stories,
    say_printable,
)
from bot.catalogue.shown.storybook import Opened, Reader, render_page, render_story_recording
from bot.chat import replies
from bot.chat.carrying import PAGE, PRINTABLE, SOUND
from bot.chat.replies import Bring, Edit, Leaf, Note
from bot.chat.settings import act_in_settings
from bot.chat.turns import Tapped, Turn
from bot.chat.waiting import find_waited_for, say_waiting
from bot.core.actions import (
    Action,
    HearTapped,
    OtherStoriesTapped,
    PageTapped,
    PrintTapped,
    Screen,
    ShelfTapped,
    StoryTapped,
    Tongues,
)
from bot.core.choosing import age_in_months
from bot.core.messages import OutgoingMessage
from bot.store import centres, events
from bot.store.centres import Pupil
from bot.store.columns import id_of
from bot.store.standing import list_family
from bot.store.states import EventKind
from bot.store.tables import Guardian

LATELY = timedelta(seconds=20)  # an impatient second tap brings a thing once
MATERIALS = (ShelfTapped, StoryTapped, PageTapped, OtherStoriesTapped, HearTapped, PrintTapped)
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
        case PrintTapped(printable_id):
            await hand_out(turn, guardian, printable_id, tapped)
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


async def list_pupils(turn: Turn, guardian: Guardian) -> Sequence[Pupil]:
    """List the children whose programme goes on, in the order of joining."""
    family = await list_family(turn.session, id_of(guardian), at=turn.now)
    numbers = [child_id for child_id, _birth_month in family]
    found = await centres.list_pupils(turn.session, numbers) if numbers else {}
    return [found[number] for number in numbers if number in found]


def list_bands(catalogue: Catalogue, pupils: Sequence[Pupil], *, on: date) -> list[str]:
    """List the age bands of some children."""
    ages = [age_in_months(each.birth_month, on=on) if each.birth_month else None for each in pupils]
    return [catalogue.programme.band_at(age) for age in ages]


async def find_reader(turn: Turn, guardian: Guardian) -> Reader:
    """Say in which languages a guardian can read; of several schools the first other one counts."""
    known = [each.centre_language for each in await list_pupils(turn, guardian)]
    others = [
        each for each in known if each != guardian.language and each in turn.catalogue.languages
    ]
    return Reader(guardian.language, others[0] if others else "")


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


async def hand_out(turn: Turn, guardian: Guardian, printable_id: str, tapped: Tapped) -> None:
    """Send a page to print, in the guardian's language."""
    catalogue, language = turn.catalogue, guardian.language
    printable = catalogue.printables.get(printable_id)
    if printable is None:
        return
    turn.reply(Note(tapped.callback_id))
    if await was_used(turn, guardian, EventKind.PRINTED, printable_id):
        return
    caption = say_printable(catalogue, printable, language)
    turn.reply(Bring(catalogue.version, (PRINTABLE, printable_id, language), caption))
    await record(turn, guardian, EventKind.PRINTED, printable_id)


async def was_used(turn: Turn, guardian: Guardian, kind: EventKind, material: str) -> bool:
    """Say whether a material was asked for a moment ago: an impatient tap brings it once."""
    since = turn.now - LATELY
    return await events.has_used(
        turn.session, id_of(guardian), kind, material=material, since=since
    )


async def record(turn: Turn, guardian: Guardian, kind: EventKind, material: str) -> None:
    """Write down what a guardian did with a material; for the child, where there is one alone."""
    pupils = await list_pupils(turn, guardian)
    await events.record_event(
        turn.session,
        kind,
        guardian_id=id_of(guardian),
        child_id=pupils[0].id if len(pupils) == 1 else None,
        material=material,
        now=turn.now,
    )
