"""Read what schools send, CSV or XLSX, into sheets of numbered rows of text; write CSV back."""

import codecs
import csv
import io
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from bot.errors import FileRefused, Problem

ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
SEPARATORS = (";", "\t", ",")
HINT = re.compile(r"\ufeff?sep=(.)\r?\n", re.I)  # Excel's own first line
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
SAVE_AS = "Save it as XLSX, or as CSV UTF-8."


@dataclass(frozen=True)
class NumberedRow:
    """A row of text, without blanks at its ends, and the line on which it begins in its sheet."""

    line: int
    cells: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Say whether nothing is written in the row."""
        return not any(self.cells)


@dataclass(frozen=True)
class Sheet:
    """One sheet of a file; `title` is empty for CSV, which has one only. Blank rows are left out.

    `merged` names, as (first row, first column, last row, last column) from 1, cells that are one.
    """

    title: str
    rows: tuple[NumberedRow, ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()


def read_sheets(name: str, content: bytes) -> list[Sheet]:
    """Read every sheet in which something is written; raise FileRefused for what is no table.

    Numbers and dates of XLSX are given as text: 12.5, 2026-05-31. Of a formula its last value.
    """
    if content.startswith(OLD_OFFICE):
        refuse(name, "this is an old Excel file, or one that is locked by a password", SAVE_AS)
    if content.startswith(ZIP):
        sheets = read_workbook(name, content)
    else:
        sheets = [Sheet("", tuple(parse_csv(name, decode(name, content))))]
    written = [sheet for sheet in sheets if sheet.rows]
    if not written:
        refuse(name, "there is nothing in it", "Write a header, and one row for each child.")
    return written


def refuse(name: str, what: str, instead: str) -> None:
    """Refuse a whole file."""
    raise FileRefused([Problem(name, 0, what, instead)])


def name_column(place: int) -> str:
    """Name a column as spreadsheets do, the first A."""
    return get_column_letter(place + 1)


# CSV


def decode(name: str, content: bytes) -> str:
    """Read bytes as text: by their mark, else as UTF-8, else UTF-16, else Windows' cp1252."""
    for encoding in list_encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    refuse(name, "this is no text", SAVE_AS)
    raise AssertionError("refused")


def list_encodings(content: bytes) -> list[str]:
    """List what bytes may be encoded in; where there is a mark, that alone."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    if content.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    return ["utf-8", "utf-16-le", "utf-16-be"] if b"\0" in content else ["utf-8", "cp1252"]


def parse_csv(name: str, text: str) -> Iterator[NumberedRow]:
    """Read the rows of a CSV, whichever separator it has; the line is a row's first."""
    hint = HINT.match(text)
    body = text[hint.end() :] if hint else text
    rows = csv.reader(
        io.StringIO(body, newline=""), delimiter=hint[1] if hint else find_separator(body)
    )
    before = 1 if hint else 0
    line = before + 1
    try:
        for cells in rows:
            row = make_row(line, cells)
            line = before + rows.line_num + 1
            if not row.is_blank:
                yield row
    except csv.Error as error:
        problem = Problem(name, line, f"this row cannot be read ({error})", SAVE_AS)
        raise FileRefused([problem]) from None


def find_separator(text: str) -> str:
    """Tell the separator from the first lines: the one that stands in most of them most often."""
    lines = [re.sub(r'"[^"]*"', "", line) for line in text.splitlines() if line.strip()][:20]
    return max(SEPARATORS, key=lambda each: (each in "".join(lines[:1]), count_least(lines, each)))


def count_least(lines: Sequence[str], separator: str) -> int:
    """Count a separator in the line that has fewest of it: a decimal comma is not in each."""
    return min((line.count(separator) for line in lines), default=0)


def make_row(line: int, cells: Iterable[str]) -> NumberedRow:
    """Make a row; blanks around a cell's text go, no-break spaces included."""
    return NumberedRow(line, tuple(cell.strip() for cell in cells))


# XLSX


def read_workbook(name: str, content: bytes) -> list[Sheet]:
    """Read an XLSX; what the library warns of (drop-down lists, styles) is no matter here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        refuse(name, "this cannot be read as XLSX", SAVE_AS)
        raise AssertionError("refused") from None
    return [
        Sheet(
            sheet.title,
            tuple(list_rows(sheet.iter_rows(values_only=True))),
            tuple((r.min_row, r.min_col, r.max_row, r.max_col) for r in sheet.merged_cells.ranges),
        )
        for sheet in book.worksheets
    ]


def list_rows(rows: Iterable[Sequence[Any]]) -> Iterator[NumberedRow]:
    """Give each row in which something is written, as text."""
    for line, cells in enumerate(rows, start=1):
        row = make_row(line, (write_cell(cell) for cell in cells))
        if not row.is_blank:
            yield row


def write_cell(cell: Any) -> str:
    """Write what a cell of a spreadsheet holds as text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


# What is written back


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a CSV that a spreadsheet opens as it is, and in which no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([[defuse(cell) for cell in row] for row in (columns, *rows)])
    return text.getvalue()


def defuse(cell: str) -> str:
    """Keep a spreadsheet from taking a text for a formula; a plain number is none."""
    return f"'{cell}" if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell) else cell
