"""What evaluators settle before they look at results: their study file, in YAML."""

from typing import TypeVar

from pydantic import Field

from bot.catalogue.plain import Plain
from bot.catalogue.reading.parsing import Findings, parse_record, parse_text
from bot.errors import FileRefused
from bot.report.disclosure import FEWEST_EVER, SMALLEST
from bot.report.doses import ACTIVE_WEEKS

LARGEST_SEED = 2**31 - 1
MOST_SMALLEST = 1000
FEWEST_DRAWS, DRAWS, MOST_DRAWS = 999, 9_999, 999_999
Model = TypeVar("Model", bound=Plain)


class Primary(Plain):
    """The outcome that the study was made for."""

    instrument: str = Field(min_length=1, description="Write the test as the results name it.")
    wave: str = Field(min_length=1, description="Write the wave as the results name it.")


class Plan(Plain):
    """How a study is evaluated; what is not said is done in the usual way."""

    primary: Primary | None = Field(
        default=None, description="Write the primary outcome's instrument and wave."
    )
    baseline_wave: str | None = Field(
        default=None,
        min_length=1,
        description="Write the wave that was assessed before the start, as the results name it.",
    )
    control: str | None = Field(
        default=None, min_length=1, description="Write the arm that the others are compared with."
    )
    active_weeks: int = Field(
        default=ACTIVE_WEEKS,
        ge=1,
        le=200,
        description="Write from how many active weeks a child counts as a complier.",
    )
    smallest: int = Field(
        default=SMALLEST,
        ge=FEWEST_EVER,
        le=MOST_SMALLEST,
        description=(
            f"Write the fewest children that a shown figure may rest on, {FEWEST_EVER} or more."
        ),
    )
    seed: int | None = Field(
        default=None,
        ge=0,
        le=LARGEST_SEED,
        description=f"Write a number from 0 to {LARGEST_SEED}.",
    )
    draws: int = Field(
        default=DRAWS,
        ge=FEWEST_DRAWS,
        le=MOST_DRAWS,
        description=f"Write how many allocations are drawn, {FEWEST_DRAWS} to {MOST_DRAWS}.",
    )
    relevant_effect: float = Field(
        default=0.2,
        gt=0,
        le=5,
        description="Write the smallest effect worth finding, in standard deviations.",
    )
    registration: str = Field(default="", description="Write where the study is registered.")
    deviations: str = Field(default="", description="Write what was done in another way than said.")
    testers: str = Field(default="", description="Write who assessed the children.")
    blinding: str = Field(default="", description="Write whether they knew who was in which arm.")


def parse_plan(name: str, content: bytes) -> Plan:
    """Read a study file; raise FileRefused with every problem in it."""
    return parse_whole(Plan, name, content)


def parse_whole(model: type[Model], name: str, content: bytes) -> Model:
    """Read a YAML file as a record; raise FileRefused with every problem in it."""
    findings = Findings()
    text = parse_text(content, name, findings)
    record = parse_record(model, text, name, findings) if text is not None else None
    if record is None or findings.errors:
        raise FileRefused(findings.errors)
    return record
