"""Materials as they are used: stories that are told in the chat, and pages to print."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import Field

from bot.catalogue.plain import Localise, Plain, YesNo
from bot.core.actions import Tongues
from bot.core.messages import Media

LOCALISED = "Write translate, sample or author."
PAGES = "Write a list of pages, each with a picture and its alt in every language."


LIMITED = {
    "NC": "no commercial use is allowed",
    "ND": "nothing may be changed, and a translation is a change",
}


def list_limits(licence: str) -> list[str]:
    """List what a Creative Commons licence does not allow."""
    return [limit for part, limit in LIMITED.items() if part in list_parts(licence)]


def asks_for_makers(licence: str) -> bool:
    """Say whether a licence asks that whoever sees a story sees who made it."""
    return "BY" in list_parts(licence)


def list_parts(licence: str) -> list[str]:
    """Part a licence's name, as CC-BY-NC."""
    return re.split(r"[^A-Z]+", licence.upper())


class PrintableKind(StrEnum):
    """What a page to print is."""

    CARDS = "cards"
    SHEET = "sheet"
    BOOK = "book"


class StoryPicture(Plain):
    """One page of a story, as `story.yaml` lists it; `alt` says what is seen, by language."""

    picture: str
    alt: Mapping[str, str]


class StoryCard(Plain):
    """What is the same for a story in all languages: `story.yaml`."""

    band: str = Field(description="Write one of the programme's age bands.")
    localise: Localise = Field(description=LOCALISED)
    pages: tuple[StoryPicture, ...] = Field(min_length=1, max_length=20, description=PAGES)
    licence: str = Field(min_length=1, description="Write the licence of words and pictures.")
    credit: str = Field(min_length=1, description="Write who made words and pictures.")


@dataclass(frozen=True)
class StoryPage:
    """One page of a story: its picture, and what is seen there by language."""

    picture: Media
    alt: Mapping[str, str]


@dataclass(frozen=True)
class StoryText:
    """A story in one language: a text for each page, Markdown; after the telling come prompts."""

    language: str
    title: str
    is_reviewed: bool
    source: str | None
    pages: tuple[str, ...]
    is_stale: bool = False  # its source has changed since it was translated


@dataclass(frozen=True)
class Story:
    """A picture story; `audio` holds its recordings by language and page, the first being 1."""

    id: str
    card: StoryCard
    folder: str
    pages: tuple[StoryPage, ...]
    texts: Mapping[str, StoryText]
    audio: Mapping[tuple[str, int], Media] = field(default_factory=dict)

    def text_in(self, language: str, fallback: str) -> StoryText:
        """Give the text in a language, or in the one to fall back to."""
        return self.texts.get(language) or self.texts[fallback]


class PrintableCard(Plain):
    """What is the same for a page to print in all languages: `printable.yaml`."""

    kind: PrintableKind = Field(description=f"Write {', '.join(PrintableKind)}.")
    localise: Localise = Field(description=LOCALISED)
    words: tuple[str, ...] = Field(
        min_length=1, description="Write the names of the words that page.typ uses: [play, sun]."
    )
    pictures: Mapping[str, str] = Field(
        default_factory=dict,
        description="Write names and files: {sun: sun.svg, tea: /activities/tea/picture.png}.",
    )
    two_languages: YesNo = Field(
        default=False, description="Write yes where page.typ shows content.other beside the words."
    )
    licence: str = Field(min_length=1, description="Write the licence of the page.")
    credit: str = Field(min_length=1, description="Write who made the page and its pictures.")


@dataclass(frozen=True)
class PrintableText:
    """The words of a page to print in one language, Markdown, by name."""

    language: str
    title: str
    is_reviewed: bool
    source: str | None
    words: Mapping[str, str]


@dataclass(frozen=True)
class Printable:
    """A page to print: Typst source, the pictures that it shows, and words in every language."""

    id: str
    card: PrintableCard
    folder: str
    page: str
    pictures: Mapping[str, bytes]
    texts: Mapping[str, PrintableText]

    def text_in(self, language: str, fallback: str) -> PrintableText:
        """Give the words in a language, or in the one to fall back to."""
        return self.texts.get(language) or self.texts[fallback]

    def tongues(self, asked: Tongues) -> Tongues:
        """Give the languages that it can be set in, of those that are asked for."""
        return asked if asked is not Tongues.BOTH or self.card.two_languages else Tongues.HOME
