"""Nothing that a family can be shown is left out of the preview."""

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from types import CodeType, FrameType
from typing import get_type_hints

from babel.messages.catalog import Catalog

import bot.catalogue
from bot.catalogue.records import Catalogue
from bot.catalogue.shown.storybook import Opened, Reader, render_page
from bot.catalogue.words import Words, key_of, parse_messages
from bot.core.actions import Tongues
from bot.core.cadence import Touch
from bot.core.choosing import Pass
from bot.core.messages import Media, MediaKind, OutgoingMessage
from bot.web.preview.samples import Sample
from bot.web.preview.screens import GROUPS, SCREENS
from bot.web.preview.tellings import ABLE, CHECK, CHILD, CHOICES, STATES, View, render, tell
from tests.shipped import shipped_catalogue, shipped_files

SOUND = Media(MediaKind.VOICE, "sound.ogg", "f" * 64, b"OggS")
SEEN_ELSEWHERE = re.compile(  # in lists of commands, files, notes over a chat; within sentences
    r"(command|bot|data|event|kind|level|state|purpose|note|question|consent)-"
    r"|language-(?!name|chosen)|certificate-weeks|age-from-to|script-direction"
    r"|word-|read-(activity|page|school-language)"  # what is typed, and within the text to read
)


def with_recordings() -> Catalogue:
    catalogue = shipped_catalogue()
    activities = {
        name: replace(each, audio=dict.fromkeys(catalogue.languages, SOUND))
        for name, each in catalogue.activities.items()
    }
    stories = {
        name: replace(each, audio={(language, 1): SOUND for language in catalogue.languages})
        for name, each in catalogue.stories.items()
    }
    return replace(catalogue, activities=activities, stories=stories)


def list_renderers() -> dict[CodeType, str]:
    found = {}
    for module in pkgutil.walk_packages(bot.catalogue.__path__, "bot.catalogue."):
        loaded = importlib.import_module(module.name)
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            is_ours = function.__module__ == module.name and not name.startswith("_")
            result = get_type_hints(function).get("return") if is_ours else None
            if result in (OutgoingMessage, OutgoingMessage | None):
                found[function.__code__] = f"{module.name}.{name}"
    return found


@contextmanager
def noting_calls() -> Iterator[set[CodeType]]:
    called: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            called.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(before)


def test_every_function_that_makes_a_message_is_shown_by_some_screen() -> None:
    renderers = list_renderers()
    sample = Sample(with_recordings(), "en", "da")

    with noting_calls() as called:
        shown = {name: each.show(sample) for name, each in SCREENS.items()}

    assert len(renderers) > 40
    assert sorted(renderers[code] for code in renderers.keys() - called) == []
    assert [name for name, message in shown.items() if message is None] == []


def test_every_short_string_of_a_message_is_seen_somewhere() -> None:
    catalogue = with_keys_for_words(with_recordings())
    messages = [each.show(Sample(catalogue, "en", "da")) for each in SCREENS.values()]
    messages += [*list_touches(catalogue), *list_pages(catalogue), show_privacy(catalogue)]

    seen = set()
    for message in messages:
        assert message is not None
        labels = [key.label for row in message.buttons for key in row]
        seen |= set(re.findall("⟦(.+?)⟧", " ".join([message.text, *labels])))

    keys = catalogue.words["en"].keys
    unseen = {key for key in keys - seen if not SEEN_ELSEWHERE.match(key)}
    assert unseen == set()


def with_keys_for_words(catalogue: Catalogue) -> Catalogue:
    path = "locales/{}/LC_MESSAGES/bot.po"
    words = {
        language: Words(
            language, name_strings(parse_messages(shipped_files()[path.format(language)], language))
        )
        for language in catalogue.languages
    }
    return replace(catalogue, words=words)


def name_strings(catalog: Catalog) -> Catalog:
    for message in catalog:
        if message.id:
            name = f"⟦{key_of(message.id)}⟧"
            several = isinstance(message.string, tuple | list)
            message.string = (name,) * len(message.string) if several else name
    return catalog


def list_touches(catalogue: Catalogue) -> list[OutgoingMessage]:
    """Show every activity in every state, and in every way that a child is named."""
    plain = View("en", "da")
    views = [replace(plain, state=state, theme="rain", able="asked") for state in STATES]
    views += [replace(plain, variant=each, last="yes") for each in ("easier", "harder")]
    views += [replace(plain, variant="easier", state=state) for state in STATES]
    views += [replace(plain, able=able) for able in ABLE]
    views += [replace(plain, child=child) for child in CHILD]
    views += [replace(plain, time=time) for time in Pass]
    views += [replace(plain, note=note) for note in CHOICES["note"]]
    return [
        render(catalogue, tell(catalogue, number, view, touch=touch, language="en"), touch)
        for number in catalogue.activities
        for view in views
        for touch in (*Touch, CHECK)
    ]


def list_pages(catalogue: Catalogue) -> list[OutgoingMessage]:
    """Show every page of every story."""
    return [
        render_page(catalogue, Opened(story, page, Tongues.BOTH), Reader("en", "da"))
        for story in catalogue.stories.values()
        for page in range(1, len(story.pages) + 1)
    ]


def show_privacy(catalogue: Catalogue) -> OutgoingMessage | None:
    """Show what is kept where the programme names the study's last day."""
    ends = {"study_end": date(2027, 6, 30), "retention_days": 90}
    ending = replace(catalogue, programme=catalogue.programme.model_copy(update=ends))
    return SCREENS["privacy"].show(Sample(ending, "en", "da"))


def test_no_two_groups_give_a_screen_the_same_name() -> None:
    names = [name for group in GROUPS.values() for name in group.screens]

    assert len(names) == len(set(names)) == len(SCREENS)
