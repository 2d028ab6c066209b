"""A catalogue as it is used: the programme, its activities, consent texts and words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator

from bot.catalogue.materials import Printable, Story
from bot.catalogue.plain import Localise, Plain, YesNo
from bot.catalogue.programme import Programme, Skill, check_skill
from bot.catalogue.words import Words
from bot.core.choosing import Outline
from bot.core.listening import is_phrase
from bot.core.messages import Media
from bot.core.skills import SKILLS

ELSEWHERE = "elsewhere"
COUNTRY = re.compile(r"[A-Z]{2}")
HELP_CHARACTERS = 900
PLACEHOLDER_UNITS = 80  # more than any value that a placeholder can have
PHRASES = "Write a list of words and phrases, one a line; see the README."
HELP_TEXTS = "Write a text for each country and for elsewhere: {DK: …, elsewhere: …}."


class Reading(StrEnum):
    """What a parent has to read to do an activity."""

    NONE = "none"
    LITTLE = "little"


class Section(StrEnum):
    """The parts of an activity's text."""

    WHY = "why"
    DO = "do"
    GROW = "grow"
    EASIER = "easier"
    HARDER = "harder"


class Printed(StrEnum):
    """The parts of what is printed or drawn for families; most are a few words at a picture."""

    TITLE = "title"
    INTRO = "intro"
    SCAN = "scan"
    START = "start"
    YES = "yes"
    GAME = "game"
    CODE = "code"
    HELP = "help"
    PRIVACY = "privacy"
    STUDY = "study"
    POSTER = "poster"
    INVITE = "invite"
    PACK = "pack"
    PACK_INTRO = "pack-intro"
    WEEK = "week"
    WHY = "why"
    DO = "do"
    GROW = "grow"
    TOGETHER = "together"
    CERTIFICATE = "certificate"
    CERTIFICATE_NAME = "certificate-name"
    CERTIFICATE_TEXT = "certificate-text"
    CERTIFICATE_PICTURES = "certificate-pictures"
    CERTIFICATE_DRAWING = "certificate-drawing"
    BOOK_FOLD = "book-fold"
    BOOK_CUT = "book-cut"
    BOOK_PUSH = "book-push"
    BOOK_CLOSE = "book-close"
    BOOK_DRAWING = "book-drawing"


class ActivityCard(Plain):
    """What is the same for an activity in all languages: `activity.yaml`."""

    id: str = Field(pattern=r"^[A-Z]\d\d$", description="Write a letter and two digits: A01.")
    skill: Annotated[Skill, AfterValidator(check_skill)] = Field(
        description=f"Use: {', '.join(sorted(SKILLS))}."
    )
    band: str = Field(description="Write one of the programme's age bands.")
    minutes: int = Field(ge=1, le=30, description="Write a number of minutes from 1 to 30.")
    localise: Localise = Field(description="Write translate, sample or author.")
    reading: Reading = Field(description="Write none or little.")
    picture: str = Field(description="Write the name of a PNG or JPEG file in this folder.")
    credit: str = Field(min_length=1, description="Write who made the picture, and its licence.")


@dataclass(frozen=True)
class ActivityText:
    """An activity in one language; its sections are Markdown with placeholders.

    `lines` says where each section stands in its file.
    """

    language: str
    title: str
    things: str
    alt: str
    is_reviewed: bool
    source: str | None
    sections: Mapping[Section, str]
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    is_stale: bool = False  # its source has changed since it was translated

    @cached_property
    def units(self) -> Mapping[str, int]:
        """How many UTF-16 units its own words can take in each touch, at the most."""
        told = self.sections
        way = max(told[Section.EASIER], told[Section.HARDER], key=count_most)
        return {
            Section.WHY: count_most(self.title + told[Section.WHY]),
            Section.DO: count_most(f"{self.title}{self.things}{told[Section.DO]}{way}"),
            Section.GROW: count_most(self.title + told[Section.GROW]),
        }


def count_most(text: str) -> int:
    """Count the UTF-16 units of a text at the most, whatever its placeholders are filled with."""
    units = len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
    return units + text.count("{{") * PLACEHOLDER_UNITS if "{{" in text else units


@dataclass(frozen=True)
class Activity:
    """One content folder: something to do together, with its touches, in every language."""

    card: ActivityCard
    folder: str
    picture: Media
    texts: Mapping[str, ActivityText]
    audio: Mapping[str, Media] = field(default_factory=dict)  # by language, where it is recorded

    def measured(self) -> "Activity":
        """Give the activity with the room that its texts take counted, once for all."""
        for text in self.texts.values():
            _ = text.units  # it is kept from now on
        return self

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return self.card.minutes

    def text_in(self, language: str, fallback: str) -> ActivityText:
        """Give the text in a language, or in the one to fall back to."""
        return self.texts.get(language) or self.texts[fallback]


@dataclass(frozen=True)
class ConsentText:
    """What a guardian is asked, in one language and version; Markdown."""

    version: str
    language: str
    messages: str
    linking: str
    research: str
    is_reviewed: bool
    source: str | None


class Distress(Plain):
    """What somebody in distress may write, and where help is: `content/distress/<lang>.yaml`.

    Help is told by the country of the centre, as two letters (ISO 3166-1), or for elsewhere.
    """

    reviewed: YesNo = Field(description="Write reviewed: yes or reviewed: no.")
    reviewer: str | None = Field(default=None, description="Write who read these words.")
    reviewed_on: date | None = Field(default=None, description="Write a date: 2026-11-25.")
    reviewed_text: str | None = Field(
        default=None, description="kuffert content accept writes which words were read."
    )
    help: Mapping[str, str] = Field(description=HELP_TEXTS)
    grief: Mapping[str, str] = Field(description=HELP_TEXTS)
    urgent: tuple[str, ...] = Field(min_length=1, description=PHRASES)
    died: tuple[str, ...] = Field(min_length=1, description=PHRASES)
    moved: tuple[str, ...] = Field(min_length=1, description=PHRASES)

    @field_validator("help", "grief")
    @classmethod
    def check_help(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        """See that there is a text for everybody, and that each can be shown."""
        for place, text in value.items():
            if place != ELSEWHERE and not COUNTRY.fullmatch(place):
                raise ValueError(f'"{place}" is no country')
            if not text.strip():
                raise ValueError(f'the text for "{place}" is empty')
            if len(text) > HELP_CHARACTERS:
                raise ValueError(f'the text for "{place}" is longer than {HELP_CHARACTERS}')
        if ELSEWHERE not in value:
            raise ValueError(f'there is no text for "{ELSEWHERE}"')
        return value

    @field_validator("urgent", "died", "moved")
    @classmethod
    def check_phrases(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """See that every entry can be looked for."""
        for entry in value:
            if not is_phrase(entry):
                raise ValueError(f'"{entry}" cannot be looked for')
        return value

    def help_in(self, country: str) -> str:
        """Give the text that says where help is in a country."""
        return self.help.get(country) or self.help[ELSEWHERE]

    def grief_in(self, country: str) -> str:
        """Give the text that says who listens to the bereaved in a country."""
        return self.grief.get(country) or self.grief[ELSEWHERE]


@dataclass(frozen=True)
class PrintText:
    """What is printed for families, in one language; its sections are Markdown."""

    language: str
    is_reviewed: bool
    source: str | None
    sections: Mapping[Printed, str]


@dataclass(frozen=True)
class Catalogue:
    """Everything that a parent can be sent or handed, whole and checked."""

    version: str
    programme: Programme
    activities: Mapping[str, Activity]
    consent: Mapping[tuple[str, str], ConsentText]
    words: Mapping[str, Words]
    prints: Mapping[str, PrintText]
    distress: Mapping[str, Distress]
    stories: Mapping[str, Story] = field(default_factory=dict)
    printables: Mapping[str, Printable] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the programme, in its order."""
        return self.programme.languages

    @property
    def has_stories(self) -> bool:
        """Whether there are stories to be told in the chat."""
        return bool(self.stories)

    @property
    def has_printables(self) -> bool:
        """Whether there are pages to print."""
        return bool(self.printables)

    @cached_property
    def texts(self) -> dict[tuple[str, ...], str]:
        """What was rendered already, by what it was rendered from; as many as content calls for."""
        return {}

    @cached_property
    def typeset(self) -> dict[tuple[str, ...], bytes]:
        """What was typeset already, by page to print and languages; as many as there are."""
        return {}

    @cached_property
    def outlines(self) -> tuple[Outline, ...]:
        """What choosing needs to know of each activity."""
        return tuple(
            Outline(each.card.id, each.card.skill, each.card.band)
            for each in self.activities.values()
        )

    def words_in(self, language: str) -> Words:
        """Give the short strings in a language, or in the programme's."""
        return self.words.get(language) or self.words[self.programme.language]

    def distress_in(self, language: str) -> Distress:
        """Give the words of distress and the help in a language, or in the programme's."""
        return self.distress.get(language) or self.distress[self.programme.language]

    def consent_in(self, language: str) -> ConsentText:
        """Give the consent texts that are asked for now, in a language or in the programme's."""
        version, fallback = self.programme.consent, self.programme.language
        return self.consent.get((version, language)) or self.consent[version, fallback]

    def print_in(self, language: str) -> PrintText:
        """Give what is printed for families in a language, or in the programme's."""
        return self.prints.get(language) or self.prints[self.programme.language]
