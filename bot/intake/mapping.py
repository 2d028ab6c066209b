"""What a mapping file says: which column of a school's file is what."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from bot.errors import FileRefused, Problem
from bot.intake.cells import DateOrder, Decimal

INSTRUMENT_CHARACTERS, WAVE_CHARACTERS = 80, 40
MISSING = ("absent", "fraværende", "fravær", "syg", "n/a", "-", ".")
TIDY = ("study_code", "instrument", "wave", "score")
TIDY_TOO = "assessed_on"
PROPOSED = "`kuffert outcomes check FILE` proposes a mapping."


def empty_to_none(value: Any) -> Any:
    """Take nothing, and YAML's ways to say so, as not answered."""
    return None if value in ("", "null", "~") else value


def empty_to_dict(value: Any) -> Any:
    """Take nothing as no columns, which the layout then asks for."""
    return {} if empty_to_none(value) is None else value


Answer = BeforeValidator(empty_to_none)
Instrument = Annotated[str, Field(min_length=1, max_length=INSTRUMENT_CHARACTERS)]
Wave = Annotated[str, Field(min_length=1, max_length=WAVE_CHARACTERS)]
Range = tuple[float, float]


class Layout(StrEnum):
    """How results lie in a table."""

    WIDE = "wide"
    LONG = "long"


class Strict(BaseModel):
    """A part of a mapping; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ScoreColumn(Strict):
    """What the scores of one column are."""

    instrument: Instrument = Field(description="The test.")
    wave: Annotated[Wave | None, Answer] = Field(
        default=None, description="When it was given: before, after; has to be answered."
    )
    range: Annotated[Range | None, Answer] = Field(
        default=None, description="The lowest and the highest possible score."
    )


class SheetMapping(Strict):
    """How one sheet is read."""

    sheet: str = Field(default="", description="The sheet's name; empty for a CSV.")
    header_row: int = Field(default=1, ge=1, description="The line of the header, from 1.")
    header_rows: int = Field(default=1, ge=1, le=3, description="How many lines the header has.")
    layout: Layout = Field(description="wide: a row a child; long: a row a result.")
    study_code: str = Field(description="The column with the study codes.")
    assessed_on: Annotated[str | None, Answer] = Field(
        default=None, description="The column with the dates of assessment."
    )
    columns: Annotated[dict[str, ScoreColumn], BeforeValidator(empty_to_dict)] = Field(
        default={}, description="In a wide layout: what each column of scores is."
    )
    instrument: Annotated[str | None, Answer] = Field(
        default=None, description="In a long layout: the column with the instruments."
    )
    wave: Annotated[str | None, Answer] = Field(
        default=None, description="In a long layout: the column with the waves."
    )
    only_wave: Annotated[Wave | None, Answer] = Field(
        default=None, description="In a long layout without a column of waves: the wave of all."
    )
    score: Annotated[str | None, Answer] = Field(
        default=None, description="In a long layout: the column with the scores."
    )
    ranges: dict[str, Range] = Field(
        default={}, description="In a long layout: lowest and highest score by instrument."
    )
    decimal: Annotated[Decimal | None, Answer] = Field(
        default=None, description="point or comma; empty: as each column shows for certain."
    )
    date_order: Annotated[DateOrder | None, Answer] = Field(
        default=None, description="day or month comes first; empty: as the column shows."
    )
    missing: tuple[str, ...] = Field(
        default=MISSING, description="What stands for a score that is missing, beside nothing."
    )
    ignored: tuple[str, ...] = Field(default=(), description="Columns that are left out.")

    @model_validator(mode="after")
    def check_layout(self) -> "SheetMapping":
        """See that the layout's own keys are there."""
        if self.layout is Layout.WIDE and not self.columns:
            raise ValueError("a wide layout needs columns")
        if self.layout is Layout.LONG and not (self.instrument and self.score):
            raise ValueError("a long layout needs instrument and score")
        return self

    def list_columns(self) -> list[str]:
        """List every column that the mapping names, in its order."""
        named = (self.study_code, self.assessed_on, self.instrument, self.wave, self.score)
        return [*(each for each in named if each), *self.columns, *self.ignored]


class Mapping(Strict):
    """How a file is read: each sheet that has results."""

    sheets: tuple[SheetMapping, ...] = Field(min_length=1, description="One entry for each sheet.")


def parse_mapping(name: str, content: bytes) -> Mapping:
    """Read a mapping file; raise FileRefused with every problem."""
    try:
        found = yaml.load(content, yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise FileRefused(
            [
                Problem(
                    name, mark.line + 1 if mark else 0, "this is not YAML", "Look at its indents."
                )
            ]
        ) from None
    try:
        return Mapping.model_validate(found)
    except ValidationError as error:
        raise FileRefused(
            [
                Problem(name, 0, explain(each["loc"], each["msg"]), PROPOSED)
                for each in error.errors()
            ]
        ) from None


def explain(way: Sequence[str | int], message: str) -> str:
    """Say where a mapping is wrong, and what is wrong there."""
    said = message.removeprefix("Value error, ")
    place = ".".join(str(part) for part in way) or "the file"
    return f"{place}: {said[:1].lower()}{said[1:]}"


def write_mapping(mapping: Mapping) -> str:
    """Write a mapping as a mapping file; reading that gives the same again."""
    said = mapping.model_dump(mode="json", exclude_none=True)
    return str(yaml.safe_dump(said, allow_unicode=True, sort_keys=False))


def make_tidy_mapping(columns: Iterable[str]) -> Mapping | None:
    """Give the mapping of a tidy file, which needs none; None for any other."""
    names = set(columns)
    if not set(TIDY) <= names or not names <= {*TIDY, TIDY_TOO}:
        return None
    return Mapping(
        sheets=(
            SheetMapping(
                layout=Layout.LONG,
                study_code="study_code",
                instrument="instrument",
                wave="wave",
                score="score",
                assessed_on=TIDY_TOO if TIDY_TOO in names else None,
            ),
        )
    )
