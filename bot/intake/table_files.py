"""Give what schools send, CSV or XLSX, as sheets of numbered rows of text; write CSV back."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from bot.errors import FileRefused, Problem
from bot.intake import school_files
from bot.intake.school_files import Cell

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a spreadsheet would begin to compute
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


@dataclass(frozen=True)
class NumberedRow:
    """A row of text, without blanks at its ends, and the line on which it begins in its sheet."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """One sheet, without its blank rows; `title` is empty for CSV, which has one only."""

    title: str
    rows: tuple[NumberedRow, ...]


def read_sheets(name: str, content: bytes) -> list[Sheet]:
    """Read every sheet in which something is written; raise FileRefused for what is no table.

    Numbers and dates of XLSX are given as text: 12.5, 2026-05-31. Of a formula its last value.
    """
    found = (
        Sheet(each.name, tuple(list_rows(each))) for each in school_files.read_sheets(name, content)
    )
    written = [sheet for sheet in found if sheet.rows]
    if not written:
        what, instead = "there is nothing in it", "Write a header, and one row for each child."
        raise FileRefused([Problem(name, 0, what, instead)])
    return written


def list_rows(sheet: school_files.Sheet) -> Iterable[NumberedRow]:
    """Give each row in which something is written, as text."""
    for line, cells in zip(sheet.lines, sheet.rows, strict=True):
        texts = tuple(write_cell(cell) for cell in cells)
        if any(texts):
            yield NumberedRow(line, texts)


def write_cell(cell: Cell) -> str:
    """Write a cell as text; blanks around it go, no-break spaces included."""
    if isinstance(cell, str):
        return cell.strip()
    return f"{cell:.15g}" if isinstance(cell, float) else cell.isoformat()


def name_column(place: int) -> str:
    """Name a column as spreadsheets do, the first A."""
    return get_column_letter(place + 1)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a CSV that a spreadsheet opens as it is, and in which no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([[defuse(cell) for cell in row] for row in (columns, *rows)])
    return text.getvalue()


def defuse(cell: str) -> str:
    """Keep a spreadsheet from taking a text for a formula; a plain number is none."""
    return f"'{cell}" if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell) else cell
