"""A catalogue as it is used: the programme, its activities, consent texts and words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema, field_validator

from bot.catalogue.materials import Printable, Story
from bot.catalogue.plain import Localise, Plain, YesNo
from bot.catalogue.words import Words
from bot.core.choosing import Outline
from bot.core.listening import is_phrase
from bot.core.messages import Media
from bot.core.skills import REPEAT, SKILLS

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DEFAULT = "default"
ELSEWHERE = "elsewhere"
COUNTRY = re.compile(r"[A-Z]{2}")
HELP_CHARACTERS = 900
PLACEHOLDER_UNITS = 80  # more than any value that a placeholder can have
PHRASES = "Write a list of words and phrases, one a line; see the README."
HELP_TEXTS = "Write a text for each country and for elsewhere: {DK: …, elsewhere: …}."


SOME_DAYS = {"type": "array", "items": {"enum": list(DAYS)}, "minItems": 1, "maxItems": 3}
# names are checked where a problem can name its line; editors need them to complete
Skill = Annotated[str, WithJsonSchema({"enum": sorted(SKILLS)})]
SkillOrRepeat = Annotated[str, WithJsonSchema({"enum": [*sorted(SKILLS), REPEAT]})]


def check_skill(value: str) -> str:
    """See that a skill exists."""
    if value not in SKILLS:
        raise ValueError(f'there is no skill "{value}"')
    return value


class Reading(StrEnum):
    """What a parent has to read to do an activity."""

    NONE = "none"
    LITTLE = "little"


class Audio(StrEnum):
    """How strictly texts must have recordings: a warning without one, an error, or nothing."""

    WANTED = "wanted"
    REQUIRED = "required"
    NONE = "none"


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


class Months(Plain):
    """An age band: from the first age in months up to, and without, the second."""

    from_months: int = Field(alias="from", ge=0)
    until_months: int = Field(alias="until", ge=1)


class Quiet(Plain):
    """Quiet hours, local, from one hour to another; they may cross midnight."""

    from_hour: int = Field(alias="from", ge=0, le=23)
    until_hour: int = Field(alias="until", ge=0, le=23)


class Programme(Plain):
    """The programme as a whole: `content/programme.yaml`."""

    name: str = Field(min_length=1, description="Write a name.")
    language: str = Field(description="Write a language code, such as en.")
    languages: tuple[str, ...] = Field(
        min_length=1, description="Write a list of language codes: [en, da]."
    )
    weekly_cap: int = Field(ge=1, le=3, description="Write 1, 2 or 3.")
    days: Annotated[tuple[int, ...], WithJsonSchema(SOME_DAYS)] = Field(
        description="Write one to three days: [monday, wednesday, friday]."
    )
    hour: int = Field(ge=0, le=23, description="Write an hour from 0 to 23.")
    quiet: Quiet = Field(description="Write hours: {from: 21, until: 8}.")
    bands: Mapping[str, Months] = Field(
        min_length=1, description='Write ages in months: {"3-4": {from: 36, until: 48}}.'
    )
    default_band: str = Field(description="Write one of the bands.")
    send_unreviewed: YesNo | tuple[str, ...] = Field(
        description="Write yes, no, or the languages that may go out unreviewed: [da, ar]."
    )
    fallback: tuple[str, ...] = Field(
        default=(),
        description="Write the languages that may lack an activity, a story or a page: [so, ur].",
    )
    audio: Audio = Field(default=Audio.WANTED, description="Write wanted, required or none.")
    open_enrolment: YesNo = Field(default=False, description="Write yes or no.")
    answer_days: int = Field(default=2, ge=1, le=10, description="Write 1 to 10 working days.")
    consent: str = Field(
        pattern=r"^[\w.-]{1,20}$",
        description='Write the version of the consent texts, such as "1".',
    )
    legal_basis: str | Mapping[str, str] = Field(
        min_length=1, description="Write one or two sentences, or some for each language."
    )
    controller: Mapping[str, str] = Field(
        default_factory=dict,
        description="Write for each language who answers for what is kept: {en: …, da: …}.",
    )
    study_end: date | None = Field(default=None, description="Write a date, such as 2027-06-30.")
    retention_days: int | None = Field(
        default=None, ge=0, description="Write for how many days after study_end data is kept."
    )
    order: tuple[SkillOrRepeat | Mapping[str, SkillOrRepeat], ...] = Field(
        min_length=1,
        description='Write a list of skills; {"3-4": RHY, default: INI} where bands differ.',
    )
    fallbacks: Mapping[Skill, tuple[Skill, ...]] = Field(
        description="Write skills and what may stand in: {BLE: [SYL]}."
    )

    @field_validator("days", mode="before")
    @classmethod
    def read_days(cls, value: object) -> tuple[int, ...]:
        """Read the names of days."""
        if not isinstance(value, list) or not 1 <= len(set(map(str, value))) <= 3:
            raise ValueError("one to three days are needed")
        if not all(day in DAYS for day in value):
            raise ValueError("there is no such day")
        return tuple(sorted(DAYS.index(day) for day in value))

    @property
    def weeks(self) -> int:
        """Count the weeks of the programme."""
        return len(self.order)

    @property
    def forgets_on(self) -> date | None:
        """The day on which everything personal goes; None where that is not set."""
        if self.study_end is None or self.retention_days is None:
            return None
        return self.study_end + timedelta(days=self.retention_days)

    def may_fall_back(self, language: str) -> bool:
        """Say whether families read the programme's language where one of theirs has no text."""
        return language in self.fallback and language != self.language

    def may_send_unreviewed(self, language: str) -> bool:
        """Say whether a text in a language may go out that nobody has reviewed."""
        allowed = self.send_unreviewed
        return allowed if isinstance(allowed, bool) else language in allowed

    def legal_basis_in(self, language: str) -> str:
        """Give the legal basis in a language, or in the programme's."""
        basis = self.legal_basis
        if isinstance(basis, str):
            return basis
        return basis.get(language) or basis.get(self.language, "")

    def controller_in(self, language: str) -> str:
        """Say who answers for what is kept, in a language or in the programme's."""
        return self.controller.get(language) or self.controller.get(self.language, "")

    def skill_for(self, week: int, band: str) -> str:
        """Give the skill of a week (the first is 1) in an age band."""
        skill = self.order[week - 1]
        return skill if isinstance(skill, str) else skill.get(band, skill.get(DEFAULT, ""))

    def band_at(self, months: int | None) -> str:
        """Give the band of an age in months; outside all of them the nearest one counts."""
        if months is None:
            return self.default_band
        in_order = sorted(self.bands.items(), key=lambda each: each[1].from_months)
        reached = [name for name, band in in_order if band.from_months <= months]
        return reached[-1] if reached else in_order[0][0]


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
    def typeset(self) -> dict[tuple[str, str], bytes]:
        """What was typeset already, by page to print and language; as many as there are."""
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
