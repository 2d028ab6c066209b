"""Phrases of the report: English with places for values, put into another language when shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = "str | int | float | Phrase"


@dataclass(frozen=True)
class Phrase:
    """A sentence, or a part of one, that is the same in every language but for its words.

    `text` is the English, which is the key of its translations too; `{names}` in it are filled from
    `values`, numbers as the reader's language writes them.
    """

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)
