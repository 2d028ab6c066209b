"""Write what is to be translated as a workbook with locked cells, and read it back."""

import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from typing import Any

from babel import Locale
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bot.catalogue.desk.pieces import Piece
from bot.catalogue.desk.rows import (
    ILLEGAL,
    Received,
    Row,
    RowProblem,
    check_carried,
    marks_of,
)
from bot.errors import FileRefused

TEXTS, READ_ME = "Texts", "Read me"
COLUMNS = {  # and how wide each is, in characters; the last four are hidden
    "id": 30,
    "source": 52,
    "translation": 52,
    "state": 12,
    "limit": 20,
    "note": 40,
    "language": 8,
    "made from": 18,
    "source mark": 18,
    "text mark": 18,
}
HIDDEN = 4
TRANSLATION = 3
LONGEST = 32_767  # characters that a cell takes
LARGEST = 100_000_000  # bytes after unpacking
MOST_ROWS = 100_000
LINE, TALLEST = 15, 400  # points
AS_TEXT = "@"
WRAPPED = Alignment(wrap_text=True, vertical="top")
WRAPPED_RTL = Alignment(wrap_text=True, vertical="top", horizontal="right", readingOrder=2)
LOCKED = PatternFill("solid", start_color="F3F3F3")
OPEN = Protection(locked=False)
ANEW = "Export the texts again, and edit that file."
EXPLAINED = (
    "Texts of Kuffert to translate into {language}",
    "",
    "1. Go to the sheet “Texts”. Each row is one text.",
    "2. Write into the white column “translation”. Everything else is locked, and stays.",
    "3. Keep to the limit, where there is one, and heed the note.",
    "4. What stands in {{ braces }} or {braces} is filled in later. Keep it letter by letter.",
    "5. **two stars** make bold, *one star* makes italic. Other signs for layout are not shown.",
    "6. A new line within a cell: Alt and Enter together. An empty line parts two paragraphs.",
    "7. Do not empty a cell that holds a text. If a text should go, tell the staff.",
    "8. You may do some rows now and others later. Where all of an activity is missing, do all.",
    "9. Save as XLSX and send the file back.",
    "",
    "missing: there is no translation yet.",
    "stale: the source has changed since it was translated. Bring it up to date.",
    "unreviewed: a first version, often a machine's. Mend it where it is wrong.",
    "done: reviewed and up to date.",
)


def write_workbook(pieces: Sequence[Piece], language: str) -> bytes:
    """Write pieces as a workbook: one sheet to read first, one with a row for each text."""
    problems = check_carried(pieces, longest=LONGEST)
    if problems:
        raise FileRefused(problems)
    book = Workbook()
    first = book.active
    if not isinstance(first, Worksheet):
        raise TypeError("A new workbook begins with a worksheet.")
    explain(first, language)
    sheet = book.create_sheet(TEXTS)
    write_head(sheet)
    is_rtl = Locale.parse(language).character_order == "right-to-left"
    for number, piece in enumerate(pieces, start=2):
        write_row(sheet, number, piece, language=language, is_rtl=is_rtl)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.freeze_panes = "B2"
    sheet.protection.sheet = True
    for name in ("formatColumns", "formatRows", "autoFilter"):
        setattr(sheet.protection, name, False)  # False: whoever translates may do this
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS) - HIDDEN)}{len(pieces) + 1}"
    book.active = book.index(sheet)
    first.sheet_view.tabSelected = False
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def explain(sheet: Worksheet, language: str) -> None:
    """Tell a translator what to do."""
    sheet.title = READ_ME
    sheet.column_dimensions["A"].width = 100
    name = Locale.parse(language).get_display_name("en")
    for number, line in enumerate(EXPLAINED, start=1):
        cell = sheet.cell(number, 1, line.replace("{language}", f"{name} ({language})"))
        cell.alignment = WRAPPED
        cell.font = Font(bold=number == 1, size=14 if number == 1 else 11)
    sheet.protection.sheet = True


def write_head(sheet: Worksheet) -> None:
    """Write the names of the columns."""
    for number, (name, width) in enumerate(COLUMNS.items(), start=1):
        cell = sheet.cell(1, number, name)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", start_color="DDE5EC")
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width = width
        column.hidden = number > len(COLUMNS) - HIDDEN


def write_row(sheet: Worksheet, number: int, piece: Piece, *, language: str, is_rtl: bool) -> None:
    """Write one text; whatever it looks like, it is text."""
    source, text, origin = marks_of(piece)
    note = " ".join(each for each in (piece.example, piece.note) if each)
    longest = max(lines_of(each, COLUMNS["source"]) for each in (piece.source, piece.text))
    noted = max(
        lines_of(told, COLUMNS[name] - 2)
        for told, name in ((piece.id, "id"), (piece.limit, "limit"), (note, "note"))
    )
    sheet.row_dimensions[number].height = min(LINE * max(longest, noted), TALLEST)
    values = (piece.id, piece.source, piece.text, piece.state.value, piece.limit, note)
    for column, value in enumerate((*values, language, origin, source, text), start=1):
        cell = sheet.cell(number, column)
        if value:
            put_text(cell, value)
        cell.number_format = AS_TEXT
        if column != TRANSLATION:
            cell.alignment, cell.fill = WRAPPED, LOCKED
            continue
        cell.protection = OPEN
        cell.alignment = WRAPPED_RTL if is_rtl else WRAPPED


def lines_of(text: str, width: int) -> int:
    """Say how many lines a text takes in a column of some characters."""
    return sum(-(-max(len(line), 1) // width) for line in text.split("\n"))


def put_text(cell: Any, value: str) -> None:
    """Put text into a cell, also where it looks like a formula or a number."""
    cell.value = value
    cell.data_type = "s"


def read_workbook(content: bytes, name: str) -> Received:
    """Read a workbook that came back; what is wrong with it stands in the answer."""
    received = Received(name, "", kind=RowProblem)
    sheet = open_sheet(content, received)
    if sheet is None:
        return received
    rows = list(sheet.iter_rows(min_row=2, max_col=len(COLUMNS)))
    languages = Counter(str(row[6].value) for row in rows if row[6].value)
    received.language = languages.most_common(1)[0][0] if languages else ""
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows, start=2):
        if all(cell.value is None for cell in cells):
            continue
        row = read_row(cells, number, received)
        if row and row.id in seen:
            what = f'"{row.id}" stands twice, first in row {seen[row.id]}'
            received.refuse(number, what, "Keep one of the two.")
        elif row:
            seen[row.id] = number
            received.rows.append(row)
    return received


def open_sheet(content: bytes, received: Received) -> Worksheet | None:
    """Open the sheet of texts."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(each.file_size for each in archive.infolist())
        if size > LARGEST:
            received.refuse(0, "this file is too large", ANEW)
            return None
        book = load_workbook(io.BytesIO(content))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, TypeError, SyntaxError):
        received.refuse(0, "this cannot be read as a workbook", "Save it as XLSX.")
        return None
    sheet = book[TEXTS] if TEXTS in book.sheetnames else None
    if not isinstance(sheet, Worksheet):
        received.refuse(0, f'there is no sheet "{TEXTS}"', ANEW)
        return None
    if sheet.max_row > MOST_ROWS:
        received.refuse(0, "this file is too large", ANEW)
        return None
    heads = [cell.value for cell in next(sheet.iter_rows(min_row=1, max_row=1))][: len(COLUMNS)]
    if heads != list(COLUMNS):
        received.refuse(1, "the columns are not those that were handed out", ANEW)
        return None
    return sheet


def read_row(cells: Sequence[Any], number: int, received: Received) -> Row | None:
    """Read one row; None where it is broken."""
    for cell, column in zip(cells, COLUMNS, strict=True):
        if cell.value is not None and not is_text(cell):
            what, instead = refuse_cell(cell, column)
            received.refuse(number, what, instead)
            return None
    values = ["" if cell.value is None else str(cell.value) for cell in cells]
    id_, source, text, _state, _limit, _note, language, origin, source_mark, text_mark = values
    if language != received.language:
        what = f'"{id_}" is of the language "{language}"'
        received.refuse(number, what, f"This file is of {received.language}. {ANEW}")
        return None
    return Row(number, id_, source, text, source_mark, text_mark, origin)


def is_text(cell: Cell) -> bool:
    """Say whether a cell holds text that can be shown."""
    return cell.data_type in ("s", "inlineStr") and not ILLEGAL.search(str(cell.value))


def refuse_cell(cell: Cell, column: str) -> tuple[str, str]:
    """Say what is wrong with a cell that holds no text."""
    if cell.data_type == "f":
        return f'the {column} is a formula, "{cell.value}"', "Put an apostrophe before the =."
    if cell.data_type == "s":
        return f"the {column} holds a character that cannot be shown", "Remove it."
    if cell.data_type == "e":
        return f'the {column} is an error, "{cell.value}"', "Write the text itself."
    return f'the {column} is no text but "{cell.value}"', "Put an apostrophe before it."
