"""What a translator's file carries for each text, whichever format it has."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.catalogue.desk.items import Group
from bot.catalogue.desk.pieces import Piece, mark
from bot.errors import Problem

MARK = re.compile(r"[0-9a-f]{16}")
NONE = "-"  # where a text has no page whose hash could be told
BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # Python ends a line at these too
ILLEGAL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


class RowProblem(Problem):
    """A problem in a sheet, where people say row and not line."""

    def __str__(self) -> str:
        """Say it as one line: `path, row N: what. instead`."""
        place = f"{self.path}, row {self.line}" if self.line else self.path
        return f"{place}: {self.what}. {self.instead}"


@dataclass(frozen=True)
class Row:
    """One text as it came back: `source_mark` and `text_mark` tell what it was when it went out."""

    line: int
    id: str
    source: str
    text: str
    source_mark: str
    text_mark: str
    origin: str
    is_fuzzy: bool | None = None  # None where the format has no such mark


@dataclass
class Received:
    """A translator's file as it was read; `kind` says whether its places are rows or lines."""

    name: str
    language: str
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    kind: type[Problem] = Problem

    def refuse(self, line: int, what: str, instead: str) -> None:
        """Note what is wrong at a place of the file."""
        self.problems.append(self.kind(self.name, line, what, instead))


def marks_of(piece: Piece) -> tuple[str, str, str]:
    """Give the marks of a piece: of its source, of its text, and of the whole source page."""
    return mark(piece.source), mark(piece.text), piece.origin or NONE


def check_carried(pieces: Sequence[Piece], *, longest: int | None) -> list[Problem]:
    """Find texts that no file could carry to a translator and back."""
    found = []
    for piece in pieces:
        for text in (piece.source, piece.text):
            if ILLEGAL.search(text):
                what = f'"{piece.id}" holds a character that cannot be shown'
                found.append(Problem(piece.place.path, 0, what, "Remove it."))
            elif longest and len(text) > longest:
                what = f'"{piece.id}" has {len(text)} characters'
                instead = f"A cell takes {longest}: shorten it, or use --format po."
                found.append(Problem(piece.place.path, 0, what, instead))
    return found


def takes_lines(piece: Piece) -> bool:
    """Say whether a text may have several lines."""
    if piece.item.group is Group.STRINGS:
        return "\n" in piece.source or "description" in piece.id
    return piece.place.kind == "section" or piece.item.group in (Group.DISTRESS, Group.PROGRAMME)
