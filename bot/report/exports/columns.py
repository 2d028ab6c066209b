"""What a column and a table of an export are; files, dictionary and labels all come from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds."""

    PSEUDONYM = "pseudonym"
    WORD = "word"
    NUMBER = "whole number"
    DECIMAL = "number"
    YES_NO = "yes or no"
    DATE = "date"
    MOMENT = "moment in UTC"
    LOCAL = "local time"


@dataclass(frozen=True)
class Missing:
    """Why a value is not there: its code in Stata (.a) and in SPSS (-999999991), and its label."""

    stata: str
    spss: int
    label: str


WITHHELD = Missing("a", -999_999_991, "withheld: linking refused or withdrawn, or forgotten")
NOT_LINKED = Missing("b", -999_999_992, "not linked: nobody has said yes to linking")
NOT_RESEARCHED = Missing("c", -999_999_993, "no guardian lets researchers use what they tapped")
NOT_ASSESSED = Missing("d", -999_999_994, "not assessed")


@dataclass(frozen=True)
class Column:
    """One column: what it holds, from which column of the store, and what it means.

    `source` is the store's name, where that is another; `of` is what a pseudonym is of. `words` are
    the words that may stand here, each with its label, where they are a fixed list.
    """

    name: str
    kind: Kind
    label: str
    description: str
    source: str = ""
    of: str = ""
    unit: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()

    @property
    def from_column(self) -> str:
        """The column of the store that this one is made from."""
        return self.source or self.name


@dataclass(frozen=True)
class Table:
    """One table of an export: its name, what a row is, its key, and its columns."""

    name: str
    row: str
    key: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The columns' names, in their order."""
        return [column.name for column in self.columns]


def moment(name: str, label: str, description: str) -> tuple[Column, Column]:
    """Make a moment's two columns: in UTC, and as the family's clock showed it."""
    stem = name.removesuffix("_at")
    return (
        Column(name, Kind.MOMENT, f"{label} (UTC)", f"{description}, UTC."),
        Column(
            f"{stem}_local",
            Kind.LOCAL,
            f"{label} (local)",
            f"{description}, as the guardian's clock showed it; the centre's where there is none.",
            source=name,
        ),
    )
