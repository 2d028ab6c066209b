"""What the records that stand in YAML files have in common."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, WithJsonSchema


class Plain(BaseModel):
    """A record as it stands in a YAML file; each field says what may be written there."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# editors read YAML 1.2, where yes and no are words
YesNo = Annotated[bool, WithJsonSchema({"enum": [True, False, "yes", "no"]})]


class Localise(StrEnum):
    """How an activity, a story or a page to print comes into another language."""

    TRANSLATE = "translate"
    SAMPLE = "sample"
    AUTHOR = "author"
