"""Read a file as schools send it into sheets of cells: CSV of any dialect and encoding, or XLSX."""

import codecs
import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from bot.errors import FileRefused, Problem

Cell = str | float | date  # CSV has text alone; an empty cell is ""

ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
             (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
SEPARATORS = ";\t,"
SAMPLE_LINES = 50
ZIP, OLD_EXCEL, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
MOST_COLUMNS, MOST_ROWS = 16_384, 1_048_576  # as many as a sheet of Excel's has
MOST_UNPACKED = 1_000_000_000  # bytes; a small file can unpack to any size
BEGINNING = 1_000_000  # bytes of a CSV that tell how it is to be read
SAVE_AS = "Save it as .xlsx or as CSV."


@dataclass(frozen=True)
class Sheet:
    """One table of cells: its name, empty for a CSV, its rows, and each row's line in the file."""

    name: str
    rows: Sequence[Sequence[Cell]]
    lines: Sequence[int]


def read_sheets(name: str, content: bytes) -> list[Sheet]:
    """Read every sheet; raise FileRefused for what is no table."""
    if content.startswith(ZIP):
        return read_workbook(name, content)
    if content.startswith(OLD_EXCEL):
        raise refuse(name, "this is an old Excel file, or one with a password", SAVE_AS)
    if content.startswith(PDF):
        raise refuse(name, "this is a PDF, not a table", SAVE_AS)
    return [read_csv(name, decode(name, content))]


def read_beginning(name: str, content: bytes, *, most: int = BEGINNING) -> list[Sheet]:
    """Read the sheets as far as a look at them needs: of a large CSV the first lines alone."""
    start = content[:most]
    is_text = not content.startswith((ZIP, OLD_EXCEL, PDF)) and 0 not in start[:200]
    if is_text and len(content) > most:
        try:
            return read_sheets(name, start[: start.rfind(b"\n") + 1] or start)
        except FileRefused:  # cut within a cell of several lines
            pass
    return read_sheets(name, content)


def refuse(name: str, what: str, instead: str, *, line: int = 0) -> FileRefused:
    """Make a refusal of a whole file."""
    return FileRefused([Problem(name, line, what, instead)])


def decode(name: str, content: bytes) -> str:
    """Decode by the mark at the start; without one by what the bytes can be."""
    marked = [encoding for mark, encoding in ENCODINGS if content.startswith(mark)]
    for encoding in marked or guess_encodings(content):
        try:
            return content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise refuse(name, "this is not text in any encoding that schools use", "Save it as CSV UTF-8.")


def guess_encodings(content: bytes) -> tuple[str, ...]:
    """List what text without a mark may be; every second byte of plain UTF-16 is zero."""
    start = content[:200]
    if start.count(0) > len(start) // 4:
        return ("utf-16-le",) if start[1::2].count(0) > start[::2].count(0) else ("utf-16-be",)
    return ("utf-8", "cp1252")


def read_csv(name: str, text: str) -> Sheet:
    """Read text as CSV; a first line `sep=;` is an instruction for Excel, and for us."""
    separator, skipped = find_separator(text), 0
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        separator, text, skipped = first.strip()[-1], rest, 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    wide = "Is this a table? Write one row for each child."
    try:
        rows = []
        for row in reader:
            if len(row) > MOST_COLUMNS:
                line = reader.line_num + skipped
                raise refuse(name, f"this row has more than {MOST_COLUMNS} cells", wide, line=line)
            rows.append(row)
    except csv.Error as error:
        raise refuse(
            name, f"this line cannot be read: {error}", "Look at its quotation marks.",
            line=reader.line_num + skipped,
        ) from None  # fmt: skip
    if reader.line_num == len(rows):
        return Sheet("", rows, range(1 + skipped, len(rows) + 1 + skipped))
    return Sheet("", rows, list(number_lines(text, separator, first=1 + skipped)))


def number_lines(text: str, separator: str, *, first: int) -> Iterable[int]:
    """Give the line at which each row begins, where cells go over several lines."""
    reader, begins = csv.reader(io.StringIO(text, newline=""), delimiter=separator), first
    for _row in reader:
        yield begins
        begins = reader.line_num + first


def find_separator(text: str) -> str:
    """Find the separator that parts most of the first lines into the same number of cells."""
    lines = [line for line in text[:100_000].splitlines()[:SAMPLE_LINES] if line.strip()]
    return max(SEPARATORS, key=lambda separator: rate(lines, separator))


def rate(lines: Sequence[str], separator: str) -> tuple[float, int]:
    """Say how well a separator fits: the share of lines of the same width, and the width."""
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator))
    counts = {width: count for width, count in widths.items() if width > 1}
    if not counts:
        return 0.0, 0
    width = max(counts, key=lambda each: (counts[each], each))
    return counts[width] / len(lines), width


def read_workbook(name: str, content: bytes) -> list[Sheet]:
    """Read the sheets of a workbook that have anything in them."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > MOST_UNPACKED:
            raise refuse(name, "this workbook is too large", "Save its sheets as CSV.")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = [read_worksheet(name, each) for each in book.worksheets]
        book.close()
    except FileRefused:
        raise
    except Exception:  # whatever the library makes of a damaged file; it has no error of its own
        raise refuse(name, "this is not a workbook that can be read", SAVE_AS) from None
    return [sheet for sheet in sheets if sheet.rows]


def read_worksheet(name: str, worksheet: Any) -> Sheet:
    """Read one sheet; rows end at their last cell, and the sheet at its last row."""
    worksheet.reset_dimensions()  # some programs write wrong ones
    rows: list[list[Cell]] = []
    for row in worksheet.iter_rows(values_only=True):
        if len(rows) == MOST_ROWS:
            raise refuse(name, f"a sheet has more than {MOST_ROWS} rows", SAVE_AS)
        rows.append([read_cell(value) for value in row])
    width = max((measure(row) for row in rows), default=0)
    rows = [row[:width] + [""] * (width - len(row)) for row in rows]
    while rows and not measure(rows[-1]):
        rows.pop()
    return Sheet(str(worksheet.title), rows, range(1, len(rows) + 1))


def measure(row: Sequence[Cell]) -> int:
    """Say how many cells a row has up to its last that is not empty."""
    return max((place for place, cell in enumerate(row, 1) if cell != ""), default=0)


def read_cell(value: object) -> Cell:
    """Bring a workbook's value to a number, a date or text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else str(value).replace("\x00", "").strip()
