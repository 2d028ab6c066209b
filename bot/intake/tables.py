"""Part a sheet into its header and columns, whatever stands above them or is merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

from bot.intake.cells import text_of
from bot.intake.school_files import Cell, Sheet


@dataclass(frozen=True)
class Table:
    """A sheet whose header is known: columns of cells by name."""

    path: str
    sheet: str
    lines: Sequence[int]
    columns: dict[str, Sequence[Cell]]
    uneven: dict[int, int]  # rows with another number of cells than the header, by place


def read_table(path: str, sheet: Sheet, *, header_row: int = 1, header_rows: int = 1) -> Table:
    """Part a sheet into header and columns; rows with nothing in them are left out."""
    begins = next((n for n, line in enumerate(sheet.lines) if line >= header_row), len(sheet.rows))
    ends = begins + header_rows
    names = join_header(sheet.rows[begins:ends])
    kept = [n for n in range(ends, len(sheet.rows)) if is_filled(sheet.rows[n])]
    rows = [sheet.rows[n] for n in kept]
    uneven = {}
    width = len(names)
    if set(map(len, rows)) - {width}:
        uneven = {n: len(row) for n, row in enumerate(rows) if is_uneven(row, width)}
        rows = [[*row[:width], *repeat("", width - len(row))] for row in rows]
    columns = list(zip(*rows, strict=True)) if rows else [()] * width
    lines = [sheet.lines[n] for n in kept]
    return Table(path, sheet.name, lines, dict(zip(names, columns, strict=True)), uneven)


def is_filled(row: Sequence[Cell]) -> bool:
    """Say whether a row has anything in it."""
    return bool(row) and (
        bool(row[0]) or any(cell != "" and (type(cell) is not str or cell.strip()) for cell in row)
    )


def is_uneven(row: Sequence[Cell], width: int) -> bool:
    """Say whether a row has too few cells, or too many with something in them."""
    return len(row) < width or any(cell != "" for cell in row[width:])


def join_header(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Name the columns; what is merged above several columns stands before each one's own name."""
    width = max((len(row) for row in rows), default=0)
    above = [""] * width
    for row in rows:
        texts = [" ".join(text_of(cell).split()) for cell in row] + [""] * (width - len(row))
        if row is not rows[-1]:  # a merged cell has its text in its first column alone
            texts = fill_along(texts)
        above = [join(upper, text) for upper, text in zip(above, texts, strict=True)]
    return make_unique(drop_spill(above, rows))


def fill_along(texts: Sequence[str]) -> list[str]:
    """Repeat each text over the empty cells at its right."""
    filled, last = [], ""
    for text in texts:
        last = text or last
        filled.append(last)
    return filled


def join(upper: str, text: str) -> str:
    """Join two levels of a header."""
    return f"{upper} / {text}" if upper and text else upper or text


def drop_spill(names: list[str], rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Keep the name above off a column that has nothing in any row of the header."""
    return [
        name if any(place < len(row) and row[place] != "" for row in rows) else ""
        for place, name in enumerate(names)
    ]


def make_unique(names: Sequence[str]) -> list[str]:
    """Number the columns of the same name, and name those that have none."""
    seen: dict[str, int] = {}
    unique = []
    for place, name in enumerate(names, 1):
        plain = name or f"column {place}"
        seen[plain] = seen.get(plain, 0) + 1
        unique.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return unique
