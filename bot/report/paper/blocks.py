"""What the report is made of, in the reader's words: the page and the PDF are set from the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias


@dataclass(frozen=True)
class Heading:
    """The title of a part of a section."""

    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Paragraph:
    """Some sentences."""

    text: str
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Notice:
    """A sentence that nobody should miss."""

    text: str
    kind: ClassVar[str] = "notice"


@dataclass(frozen=True)
class Points:
    """A list."""

    items: Sequence[str]
    kind: ClassVar[str] = "points"


@dataclass(frozen=True)
class Terms:
    """Words and what is said of each."""

    pairs: Sequence[tuple[str, str]]
    kind: ClassVar[str] = "terms"


@dataclass(frozen=True)
class Table:
    """A table; each row's first cell names it, the others are figures."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Figure:
    """A drawing as SVG, `width` pixels wide; `description` says what it shows to who cannot see."""

    key: str
    caption: str
    description: str
    width: float
    svg: str
    kind: ClassVar[str] = "figure"


Block: TypeAlias = Heading | Paragraph | Notice | Points | Terms | Table | Figure


@dataclass(frozen=True)
class Section:
    """A part of the report with a title of its own; `key` is its address on the page."""

    key: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """The whole report in one language; `sections` begin with the brief."""

    language: str
    title: str
    subtitle: str
    banner: str
    contents: str
    page: str
    sections: Sequence[Section] = field(repr=False)
