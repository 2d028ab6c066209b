"""The programme as a whole, as `content/programme.yaml` says it."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, WithJsonSchema, field_validator

from bot.catalogue.plain import Plain, YesNo
from bot.core.levels import FIRST_CHECK
from bot.core.skills import REPEAT, SKILLS

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DEFAULT = "default"
NOTES = 3  # so many notes on the home language there are
SOME_DAYS = {"type": "array", "items": {"enum": list(DAYS)}, "minItems": 1, "maxItems": 3}
# names are checked where a problem can name its line; editors need them to complete
Skill = Annotated[str, WithJsonSchema({"enum": sorted(SKILLS)})]
SkillOrRepeat = Annotated[str, WithJsonSchema({"enum": [*sorted(SKILLS), REPEAT]})]


def check_skill(value: str) -> str:
    """See that a skill exists."""
    if value not in SKILLS:
        raise ValueError(f'there is no skill "{value}"')
    return value


class Audio(StrEnum):
    """How strictly texts must have recordings: a warning without one, an error, or nothing."""

    WANTED = "wanted"
    REQUIRED = "required"
    NONE = "none"


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
    level_checks: tuple[int, ...] = Field(
        default=(FIRST_CHECK,),
        description="Write the weeks that ask what the child can do: [1, 12, 24, 36].",
    )
    home_language_weeks: tuple[int, ...] = Field(
        default=(),
        max_length=NOTES,
        description="Write up to three weeks that say a word on the home language: [1, 4, 10].",
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

    def repeats_near(self, week: int) -> bool:
        """Say whether a week, or the one after it, brings something back in any age band."""
        near = self.order[max(week - 1, 0) : week + 1]
        return any(REPEAT in ([each] if isinstance(each, str) else each.values()) for each in near)

    def band_at(self, months: int | None) -> str:
        """Give the band of an age in months; outside all of them the nearest one counts."""
        if months is None:
            return self.default_band
        in_order = sorted(self.bands.items(), key=lambda each: each[1].from_months)
        reached = [name for name, band in in_order if band.from_months <= months]
        return reached[-1] if reached else in_order[0][0]
