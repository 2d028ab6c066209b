"""A persona: a family as the rehearsal plays it, from a file that staff write."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from bot.catalogue.plain import Plain, YesNo
from bot.catalogue.programme import DAYS, SOME_DAYS
from bot.catalogue.reading.parsing import Findings, parse_record, parse_text
from bot.core.actions import StopReason
from bot.core.cadence import DAYS_A_WEEK, HOURS_OFFERED, LONGEST_BREAK_WEEKS, TOUCHES, monday_of
from bot.core.choosing import Variant
from bot.core.zones import LIKELY
from bot.errors import FileRefused, Problem

PERSONAS = "personas"  # the folder in content/, which is no part of what runs
FIRST_MONDAY = date(2026, 9, 7)
COPENHAGEN = "Europe/Copenhagen"
LONGEST_WEEKS = 52
SHARES = {"always": 100, "never": 0}
SHARE = re.compile(r"(\d{1,3}) ?%")
WAITING = re.compile(r"(\d{1,4}) (minute|hour)s?")
WEEKS = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?")
SAYS = "Write one of: "


class OnWhy(StrEnum):
    """What a persona taps under a why."""

    SEEN = "seen"
    NONE = "none"


class OnDo(StrEnum):
    """What a persona taps under an activity, or when asked the day after how it went."""

    DID_IT = "did-it"
    NOT_YET = "not-yet"
    TOO_HARD = "too-hard"
    NOT_FOR_US = "not-for-us"
    NONE = "none"


class OnGrow(StrEnum):
    """What a persona taps under a grow."""

    DID_IT = "did-it"
    NONE = "none"


class OnWhen(StrEnum):
    """When a persona means to try what was not done yet."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEKEND = "weekend"
    NONE = "none"


class OnWish(StrEnum):
    """Whether a persona wishes for easier or harder activities."""

    EASIER = "easier"
    HARDER = "harder"
    NONE = "none"


class OnAble(StrEnum):
    """What a persona says a child can do already, when asked in the first weeks."""

    NOT_YET = "can-not-yet"
    A_LITTLE = "can-a-little"
    YES = "can"
    NONE = "none"


class OnUseful(StrEnum):
    """What a persona says when asked whether the messages are still useful."""

    GO_ON = "go-on"
    STOP = "stop"
    NONE = "none"


class OnConsent(StrEnum):
    """What a persona says when asked to agree to linking or to research."""

    YES = "yes"
    NO = "no"
    NONE = "none"


class OnInvite(StrEnum):
    """What a persona taps when asked whom to invite; nobody is invited in a rehearsal."""

    NOBODY = "nobody"
    NONE = "none"


def read_yes(value: object) -> object:
    """Take YAML's own yes and no as words."""
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


def read_share(value: object) -> int:
    """Read how many of a hundred messages are answered: always, never, or 60 %."""
    found = SHARE.fullmatch(str(value).strip())
    share = int(found[1]) if found else SHARES.get(str(value).strip(), -1)
    if not 0 <= share <= 100:
        raise ValueError(f'"{value}" is no share')
    return share


def read_wait(value: object) -> timedelta:
    """Read how long it takes until a message is answered: 45 minutes, 6 hours."""
    found = WAITING.fullmatch(str(value).strip())
    if not found:
        raise ValueError(f'"{value}" is no time')
    wait = timedelta(**{f"{found[2]}s": int(found[1])})
    if not timedelta() < wait <= timedelta(days=2):
        raise ValueError(f'"{value}" is not between a minute and 48 hours')
    return wait


def read_day(value: object) -> int:
    """Read the name of a day; Monday is 0."""
    if value not in DAYS:
        raise ValueError(f'there is no day "{value}"')
    return DAYS.index(str(value))


def read_days(value: object) -> tuple[int, ...]:
    """Read the names of one to three days."""
    if not isinstance(value, list) or not 1 <= len(set(map(str, value))) <= len(TOUCHES):
        raise ValueError("one to three days are needed")
    return tuple(sorted({read_day(each) for each in value}))


def check_zone(value: str) -> str:
    """See that there is such a zone."""
    if value not in available_timezones():
        raise ValueError(f'there is no zone "{value}"')
    return value


# editors see what may be written, not what it is read as
Share = Annotated[
    int,
    BeforeValidator(read_share),
    WithJsonSchema({"type": "string", "pattern": rf"^(always|never|{SHARE.pattern})$"}),
]
Wait = Annotated[
    timedelta,
    BeforeValidator(read_wait),
    WithJsonSchema({"type": "string", "pattern": f"^{WAITING.pattern}$"}),
]
Day = Annotated[int, BeforeValidator(read_day), WithJsonSchema({"enum": list(DAYS)})]
Days = Annotated[tuple[int, ...], BeforeValidator(read_days), WithJsonSchema(SOME_DAYS)]
Zone = Annotated[str, AfterValidator(check_zone)]
YesOrNo = Annotated[
    OnConsent,
    BeforeValidator(read_yes),
    WithJsonSchema({"enum": [True, False, *OnConsent]}),
]
Hour = Annotated[int, Field(ge=HOURS_OFFERED.start, lt=HOURS_OFFERED.stop)]
DAYS_WANTED = "Write one to three days: [tuesday, friday]."
HOUR_WANTED = f"Write an hour from {HOURS_OFFERED.start} to {HOURS_OFFERED.stop - 1}."
ZONE_WANTED = "Write a zone, such as Europe/Copenhagen or Africa/Nairobi."


def named(words: type[StrEnum]) -> str:
    """Say which words may stand in a place."""
    return f"{SAYS}{', '.join(words)}."


class Joining(Plain):
    """When the card is opened, on the clock of the kindergarten."""

    day_on: date = Field(alias="date", description="Write a date, such as 2026-09-07.")
    hour: int = Field(default=16, ge=0, le=23, description="Write an hour from 0 to 23.")


class PersonaChild(Plain):
    """One child of a persona."""

    months: int = Field(ge=24, le=96, description="Write the age in months, when the card opens.")
    level: Variant | None = Field(
        default=None, description="Write easier, plain or harder where the kindergarten knows it."
    )


class WeekRule(Plain):
    """What is otherwise in some weeks, and what the family does once in them."""

    answers: Share | None = Field(default=None, description="Write always, never or 60 %.")
    answers_after: Wait | None = Field(default=None, description="Write 45 minutes or 6 hours.")
    why: OnWhy | None = Field(default=None, description=named(OnWhy))
    do: OnDo | None = Field(default=None, description=named(OnDo))
    grow: OnGrow | None = Field(default=None, description=named(OnGrow))
    when: OnWhen | None = Field(default=None, description=named(OnWhen))
    check: OnDo | None = Field(default=None, description=named(OnDo))
    wish: OnWish | None = Field(default=None, description=named(OnWish))
    day: Day = Field(default=1, description="Write the day of what is done once: tuesday.")
    at: int = Field(default=12, ge=0, le=23, description="Write the hour of it, from 0 to 23.")
    language: str | None = Field(default=None, description="Write a language code, such as da.")
    zone: Zone | None = Field(default=None, description=ZONE_WANTED)
    days: Days | None = Field(default=None, description=DAYS_WANTED)
    hour: Hour | None = Field(default=None, description=HOUR_WANTED)
    snooze: int | None = Field(
        default=None,
        ge=1,
        le=LONGEST_BREAK_WEEKS,
        description=f"Write for how many weeks, 1 to {LONGEST_BREAK_WEEKS}.",
    )
    pause: YesNo = Field(default=False, description="Write yes: /pause is written.")
    resume: YesNo = Field(default=False, description="Write yes: /resume is written.")
    stop: StopReason | None = Field(default=None, description=named(StopReason))
    writes: str | None = Field(default=None, description="Write what is written to staff.")


class Persona(Plain):
    """A family as the rehearsal plays it: `content/personas/<name>.yaml`."""

    title: str = Field(
        min_length=3, max_length=80, description="Say what the family is like; write no name."
    )
    language: str = Field(description="Write the language of the card, such as ar.")
    children: tuple[PersonaChild, ...] = Field(
        min_length=1, max_length=4, description="Write one to four children: [{months: 50}]."
    )
    centre_language: str | None = Field(
        default=None, description="Write the language of the kindergarten, such as da."
    )
    centre_zone: Zone = Field(default=COPENHAGEN, description=ZONE_WANTED)
    zone: Zone | None = Field(default=None, description=ZONE_WANTED)
    starts: date = Field(
        default=FIRST_MONDAY, description="Write on which date the kindergarten begins: 2026-09-07."
    )
    joins: Joining | None = Field(
        default=None, description="Write when the card is opened: {date: 2026-09-28, hour: 16}."
    )
    days: Days | None = Field(default=None, description=DAYS_WANTED)
    hour: Hour | None = Field(default=None, description=HOUR_WANTED)
    answers: Share = Field(default=100, description="Write always, never or 60 %.")
    seed: int = Field(
        default=1, description="Write a number; with another, chance falls otherwise."
    )
    answers_after: Wait = Field(
        default=timedelta(minutes=40), description="Write 45 minutes or 6 hours."
    )
    why: OnWhy = Field(default=OnWhy.SEEN, description=named(OnWhy))
    do: OnDo = Field(default=OnDo.DID_IT, description=named(OnDo))
    grow: OnGrow = Field(default=OnGrow.DID_IT, description=named(OnGrow))
    when: OnWhen = Field(default=OnWhen.TOMORROW, description=named(OnWhen))
    check: OnDo = Field(default=OnDo.DID_IT, description=named(OnDo))
    wish: OnWish = Field(default=OnWish.NONE, description=named(OnWish))
    level: OnAble = Field(default=OnAble.A_LITTLE, description=named(OnAble))
    still_useful: OnUseful = Field(default=OnUseful.GO_ON, description=named(OnUseful))
    linking: YesOrNo = Field(default=OnConsent.YES, description=named(OnConsent))
    research: YesOrNo = Field(default=OnConsent.YES, description=named(OnConsent))
    invite: OnInvite = Field(default=OnInvite.NOBODY, description=named(OnInvite))
    weeks: Mapping[str, WeekRule] = Field(
        default_factory=dict,
        description="Write by the family's own weeks what is otherwise: {3: {do: none}, 5-6: {…}}.",
    )

    @field_validator("weeks", mode="before")
    @classmethod
    def read_weeks(cls, value: object) -> dict[str, WeekRule]:
        """Read what is otherwise in some weeks; name the week and the key of what is wrong."""
        if not isinstance(value, dict):
            raise ValueError("there are no weeks")
        return {str(name): read_rule(str(name), rule) for name, rule in value.items()}

    @model_validator(mode="before")
    @classmethod
    def fill_in(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Take what is left empty as not written."""
        return {name: value for name, value in values.items() if value is not None}

    @property
    def joined_at(self) -> datetime:
        """The moment at which the first card is opened."""
        joins = self.joins or Joining(date=self.starts)
        return datetime.combine(joins.day_on, time(joins.hour), ZoneInfo(self.centre_zone))

    @property
    def home_zone(self) -> str:
        """The zone that the family lives in."""
        return self.zone or self.centre_zone

    @property
    def first_monday(self) -> date:
        """The Monday of the family's own first week, in its zone."""
        return monday_of(self.joined_at.astimezone(ZoneInfo(self.home_zone)).date())

    def week_of(self, day_on: date) -> int:
        """Count the family's own weeks up to a date; the one in which it joins is 1."""
        return (day_on - self.first_monday).days // DAYS_A_WEEK + 1

    def rules_of(self, week: int) -> list[WeekRule]:
        """List what is otherwise in a week, in the order of the file."""
        return [rule for name, rule in self.weeks.items() if week in span_of(name)]

    def habit(self, name: str, week: int) -> Any:
        """Give a habit as it is in a week: what its rules say, else what is usual."""
        said = [getattr(rule, name) for rule in self.rules_of(week) if hasattr(rule, name)]
        return next((each for each in reversed(said) if each is not None), getattr(self, name))


def read_rule(name: str, value: object) -> WeekRule:
    """Read what is otherwise in a week, or in a span of weeks."""
    found = WEEKS.fullmatch(name)
    if not found or not 1 <= int(found[1]) <= int(found[2] or found[1]) <= LONGEST_WEEKS:
        raise ValueError(f'"{name}" is no week; write 3 or 3-5, up to {LONGEST_WEEKS}')
    try:
        return WeekRule.model_validate(value)
    except ValidationError as error:
        raise ValueError(f"in week {name} {describe(error)}") from None


def describe(error: ValidationError) -> str:
    """Say the first thing that is wrong with a week."""
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        return f'there is an unknown key "{key}"; use: {", ".join(WeekRule.model_fields)}'
    known = WeekRule.model_fields.get(key)
    if known is None:
        return "there are no keys"
    said = first["msg"].removeprefix("Value error, ")
    instead = (known.description or "").rstrip(".")
    return f'"{key}" is wrong: {said[:1].lower()}{said[1:]} ({instead[:1].lower()}{instead[1:]})'


def span_of(name: str) -> range:
    """Give the weeks that a rule is for."""
    first, _, last = name.partition("-")
    return range(int(first), int(last or first) + 1)


def list_persona_files(content: Path) -> list[Path]:
    """List the persona files that stand beside a content folder's catalogue."""
    return sorted((content / PERSONAS).glob("*.yaml"))


def read_personas(paths: Sequence[Path], languages: tuple[str, ...]) -> dict[str, Persona]:
    """Read persona files from where they lie; raise FileRefused with all problems."""
    contents: dict[str, bytes] = {}
    missing = []
    for path in paths:
        try:
            contents[str(path)] = path.read_bytes()
        except OSError:
            what, instead = "there is no such file", "Write a persona; see the README."
            missing.append(Problem(str(path), 0, what, instead))
    if missing:
        raise FileRefused(missing)
    return parse_personas(contents, languages)


def parse_personas(contents: Mapping[str, bytes], languages: tuple[str, ...]) -> dict[str, Persona]:
    """Read persona files by their paths; give each by its name, the path's without the ending.

    `languages` are those of the programme. Raise FileRefused with all problems.
    """
    findings = Findings()
    found: dict[str, Persona] = {}
    for path, content in contents.items():
        persona, name = parse_persona(content, path, languages, findings), PurePath(path).stem
        if name in found:
            instead = "Give each persona a file name of its own."
            findings.refuse(path, 0, f'there are two personas called "{name}"', instead)
        if persona:
            found[name] = persona
    if findings.errors:
        raise FileRefused(findings.errors)
    return found


def parse_persona(
    content: bytes, path: str, languages: tuple[str, ...], findings: Findings
) -> Persona | None:
    """Read one persona file and note what is wrong with it."""
    text = parse_text(content, path, findings)
    persona = parse_record(Persona, text, path, findings) if text is not None else None
    if persona and text is not None:
        findings.errors += check_persona(persona, path, text, languages)
    return persona


def check_persona(
    persona: Persona, path: str, text: str, languages: tuple[str, ...]
) -> list[Problem]:
    """Check what hangs together: languages of the programme, zones that can be tapped, dates."""
    problems = []
    spoken = ", ".join(languages)
    used: dict[str, list[str | None]] = {
        "language": [persona.language],
        "centre_language": [persona.centre_language],
    }
    used["weeks"] = [rule.language for rule in persona.weeks.values()]
    for key, codes in used.items():
        for code in codes:
            if code is not None and code not in languages:
                problems.append(
                    Problem(
                        path,
                        line_of(text, key),
                        f'"{key}": the programme has no language "{code}"',
                        f"Use one of: {spoken}.",
                    )
                )
    offered = {*LIKELY, persona.centre_zone}
    zones = [("zone", persona.zone), *(("weeks", rule.zone) for rule in persona.weeks.values())]
    problems += [
        Problem(
            path,
            line_of(text, key),
            f'"{key}": no family can choose the zone "{zone}" by taps',
            "Use one of those in the bot's settings, or the centre's.",
        )
        for key, zone in zones
        if zone is not None and zone not in offered
    ]
    if persona.joins and persona.joins.day_on < persona.starts:
        what = '"joins": that is before the kindergarten begins'
        instead = f"Write a date from {persona.starts} on."
        problems.append(Problem(path, line_of(text, "joins"), what, instead))
    return problems


def line_of(text: str, key: str) -> int:
    """Find the line of a key."""
    lines = text.splitlines()
    return next((n for n, each in enumerate(lines, 1) if each.startswith(f"{key}:")), 1)
