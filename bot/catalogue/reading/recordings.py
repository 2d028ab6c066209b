"""What a recording reads aloud, and how it is known which text that was.

Beside the recordings lies `audio/recorded.yaml`: for each of them (`da`, or of a story's page
`da/3`) the hash of the text that was read and the day. A text that changes after that is noticed.
"""

import hashlib
from datetime import date
from typing import Any

from pydantic import Field, RootModel

from bot.catalogue.plain import Plain
from bot.catalogue.reading.parsing import Page

RECORDED = "recorded.yaml"
SPOKEN = ("why", "do", "grow")  # of an activity; the ways easier and harder depend on the child


class Recorded(Plain):
    """One recording: the hash of the text that it reads, and when it was made."""

    text: str = Field(pattern=r"^[0-9a-f]{16}$", description="Write the hash of the text.")
    on: date = Field(description="Write a date, such as 2026-11-25.")


class RecordedList(RootModel[dict[str, Recorded]]):
    """The recordings of one folder, by language, and of a story by language and page."""


def spoken_parts(page: Page, number: int | None = None) -> tuple[str, ...]:
    """List what is read aloud of a text: title and touches or, of a story, one page (from 1)."""
    if number is not None:
        return (page.sections.get(str(number), ""),)
    title: Any = page.front.get("title") or ""
    return (str(title), *(page.sections.get(name, "") for name in SPOKEN))


def spoken_hash(parts: tuple[str, ...]) -> str:
    """Name what is read aloud: 16 hex digits of SHA-256 over its words, however lines break."""
    words = "\0".join(" ".join(part.split()) for part in parts)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def name_spoken(page: Page, number: int | None = None) -> str:
    """Name what is read aloud of a text, or of one page of a story."""
    return spoken_hash(spoken_parts(page, number))
