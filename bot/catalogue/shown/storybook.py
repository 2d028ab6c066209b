"""How a story is told in the chat: a picture, a few words under it, and buttons to turn pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import escape

from bot.catalogue.checks.texts import CAPTION_UNITS
from bot.catalogue.materials import Story, asks_for_makers
from bot.catalogue.reading.parsing import Findings
from bot.catalogue.records import Catalogue
from bot.catalogue.shown.choices import CHOSEN
from bot.catalogue.shown.notices import button
from bot.catalogue.shown.touches import PARAGRAPH
from bot.catalogue.shown.wording import plain_length, render
from bot.catalogue.words import Words
from bot.core.actions import (
    Action,
    BookForm,
    BookTapped,
    HearTapped,
    MenuBelowTapped,
    OtherStoriesTapped,
    PageTapped,
    Tongues,
    format_action,
)
from bot.core.messages import Button, ButtonRows, Media, OutgoingMessage

PROMPT = "💬"
END = "\u2069"
FRAMES = {"ltr": "\u200e\u2066", "rtl": "\u200f\u2067"}  # a letter of the direction, an isolate


@dataclass(frozen=True)
class Reader:
    """The languages that a story can be told in to a guardian; `school` is "" where it is one."""

    home: str
    school: str = ""

    def languages_of(self, tongues: Tongues) -> tuple[str, ...]:
        """List the languages that stand on a page."""
        if not self.school:
            return (self.home,)
        both = (self.home, self.school)
        told = {Tongues.HOME: (self.home,), Tongues.SCHOOL: (self.school,), Tongues.BOTH: both}
        return told[tongues]


@dataclass(frozen=True)
class Opened:
    """A story as it lies open: its page, from 1, and the languages that are read."""

    story: Story
    page: int = 1
    tongues: Tongues = Tongues.HOME

    @property
    def is_last(self) -> bool:
        """Whether no page follows."""
        return self.page == len(self.story.pages)


def split_page(text: str) -> tuple[str, list[str]]:
    """Part a page's text: what is told, and the prompts, each a paragraph of its own."""
    told, *prompts = [part.strip() for part in text.split(PARAGRAPH) if part.strip()] or [""]
    return told, prompts


def render_page(catalogue: Catalogue, opened: Opened, reader: Reader) -> OutgoingMessage:
    """Show the page that lies open, in the languages that were chosen."""
    languages = reader.languages_of(opened.tongues)
    parts = [say_heading(catalogue, opened, languages[0])]
    for language in languages:
        parts += tell(catalogue, opened, language, is_framed=len(languages) > 1)
    if opened.is_last and asks_for_makers(opened.story.card.licence):
        parts.append(say_credit(opened.story))
    words = catalogue.words_in(reader.home)
    rows = (
        list_turns(words, opened),
        *list_recordings(catalogue, words, opened, languages),
        list_tongues(catalogue, opened, reader),
        list_papers(words, opened),
        list_ways_out(words, opened),
    )
    media = opened.story.pages[opened.page - 1].picture
    return OutgoingMessage(PARAGRAPH.join(parts), tuple(row for row in rows if row), media)


def say_credit(story: Story) -> str:
    """Say who made a story, and under what licence, which open licences ask for."""
    return f"<i>\u2068{escape(story.card.credit)} · {escape(story.card.licence)}\u2069</i>"


def say_heading(catalogue: Catalogue, opened: Opened, language: str) -> str:
    """Say which story this is, and how far it is told."""
    words = catalogue.words_in(language)
    title = title_of(catalogue, opened.story, language)
    page, pages = words.number(opened.page), words.number(len(opened.story.pages))
    return f"<b>{escape(title)}</b>\n{words.say('story-page', page=page, pages=pages)}"


def title_of(catalogue: Catalogue, story: Story, language: str) -> str:
    """Give a story's title."""
    return story.text_in(language, catalogue.programme.language).title


def tell(catalogue: Catalogue, opened: Opened, language: str, *, is_framed: bool) -> list[str]:
    """Tell a page in one language, its prompts after it.

    Where two languages stand together, each paragraph is framed in its own direction: some phones
    take that from a paragraph's first letter, and a prompt begins with none; others take it from
    the whole message, and only an isolate keeps a full stop at its right end.
    """
    text = opened.story.text_in(language, catalogue.programme.language)
    told, prompts = split_page(text.pages[opened.page - 1])
    paragraphs = [render(told, {}), *(f"{PROMPT} {render(each, {})}" for each in prompts)]
    if not is_framed:
        return paragraphs
    frame = FRAMES[catalogue.words_in(language).direction]
    return [f"{frame}{paragraph}{END}" for paragraph in paragraphs]


def list_turns(words: Words, opened: Opened) -> tuple[Button, ...]:
    """List the ways to the pages beside; whoever reads from the right finds the next at the left.

    A chat draws the buttons of a row from left to right, whatever the language.
    """
    back, following = (
        button(words, key, PageTapped(opened.story.id, opened.page + step, opened.tongues))
        for key, step in (("button-page-back", -1), ("button-page-next", 1))
    )
    row = (*((back,) if opened.page > 1 else ()), *(() if opened.is_last else (following,)))
    return row[::-1] if words.direction == "rtl" else row


def list_recordings(
    catalogue: Catalogue, words: Words, opened: Opened, languages: tuple[str, ...]
) -> ButtonRows:
    """List the recordings of a page; of two languages each is named."""
    heard = [each for each in languages if (each, opened.page) in opened.story.audio]
    label = words.plain("button-listen")
    rows = []
    for language in heard:
        action = format_action(HearTapped(opened.story.id, opened.page, language))
        name = f" · {name_of(catalogue, language)}" if len(languages) > 1 else ""
        rows.append((Button(f"{label}{name}", action),))
    return tuple(rows)


def list_tongues(catalogue: Catalogue, opened: Opened, reader: Reader) -> tuple[Button, ...]:
    """Offer the languages in which a page can be read."""
    return offer_tongues(
        catalogue,
        reader,
        chosen=opened.tongues,
        offered=list(Tongues),
        lead=lambda tongues: PageTapped(opened.story.id, opened.page, tongues),
    )


def offer_tongues(
    catalogue: Catalogue,
    reader: Reader,
    *,
    chosen: Tongues,
    offered: Sequence[Tongues],
    lead: Callable[[Tongues], Action],
) -> tuple[Button, ...]:
    """Offer the languages, where there are two: each as its own readers know it, and both."""
    if not reader.school:
        return ()
    home, school = (name_of(catalogue, each) for each in (reader.home, reader.school))
    labels = {Tongues.HOME: home, Tongues.SCHOOL: school, Tongues.BOTH: f"{home} + {school}"}
    return tuple(
        Button(f"{CHOSEN if each is chosen else ''}{labels[each]}", format_action(lead(each)))
        for each in offered
    )


def list_papers(words: Words, opened: Opened) -> tuple[Button, ...]:
    """Offer the story on paper, where it begins and where it ends."""
    if opened.page > 1 and not opened.is_last:
        return ()
    return tuple(
        button(words, key, BookTapped(opened.story.id, form, opened.tongues))
        for key, form in (("button-fold", BookForm.FOLD), ("button-pages", BookForm.PAGES))
    )


def name_of(catalogue: Catalogue, language: str) -> str:
    """Name a language as its own readers know it."""
    return catalogue.words_in(language).plain("language-name")


def list_ways_out(words: Words, opened: Opened) -> tuple[Button, ...]:
    """List the ways away from a story: to another one, and to the menu."""
    key = "button-another-story" if opened.is_last else "button-stories"
    return (
        button(words, key, OtherStoriesTapped(opened.tongues, 0)),
        button(words, "menu-home", MenuBelowTapped()),
    )


def render_story_recording(catalogue: Catalogue, opened: Opened, language: str) -> OutgoingMessage:
    """Show a page's recording under the story's title."""
    media: Media = opened.story.audio[language, opened.page]
    return OutgoingMessage(say_heading(catalogue, opened, language), media=media)


def check_story_told(catalogue: Catalogue, story: Story, findings: Findings) -> None:
    """Show every page of a story in every language, and beside each other one; measure it."""
    for page in range(1, len(story.pages) + 1):
        opened = Opened(story, page)
        alone = {each: measure(catalogue, opened, Reader(each)) for each in story.texts}
        for language in story.texts:
            check_page(catalogue, opened, language, findings, alone=alone)


def check_page(
    catalogue: Catalogue,
    opened: Opened,
    language: str,
    findings: Findings,
    *,
    alone: Mapping[str, int],
) -> None:
    """Measure a page in a language alone, then beside the longest of the others."""
    path = f"{opened.story.folder}/{language}.md"
    instead = f"Shorten it; Telegram shows {CAPTION_UNITS}."
    length = alone[language]
    if length > CAPTION_UNITS:
        what = f"page {opened.page} has {length} characters in a chat"
        findings.refuse(path, 0, what, instead)
        return
    others = {
        each: units for each, units in alone.items() if each != language and units <= CAPTION_UNITS
    }
    other = max(others, key=lambda each: others[each], default=language)
    both = replace(opened, tongues=Tongues.BOTH)
    length = measure(catalogue, both, Reader(language, other))
    if others and length > CAPTION_UNITS:
        what = f'page {opened.page} has {length} characters together with "{other}"'
        findings.refuse(path, 0, what, instead)


def measure(catalogue: Catalogue, opened: Opened, reader: Reader) -> int:
    """Measure a page's caption as Telegram does."""
    return plain_length(render_page(catalogue, opened, reader).text)
