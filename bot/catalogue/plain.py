"""What the records that stand in YAML files have in common."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Plain(BaseModel):
    """A record as it stands in a YAML file; each field says what may be written there."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Localise(StrEnum):
    """How an activity, a story or a page to print comes into another language."""

    TRANSLATE = "translate"
    SAMPLE = "sample"
    AUTHOR = "author"
