"""What a cell says: a number, a date, that nothing was measured; its column decides how it is read.

A whole column tells which mark parts decimals and whether the day comes first, never one cell.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from bot.intake.school_files import Cell

BLANK = "blank"
SPACES = re.compile(r"(?<=\d)[ '’](?=\d{3}(?!\d))")
NUMBER = {
    "point": re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d+)?"),
    "comma": re.compile(r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)?(?:,\d+)?"),
}
MARKED = re.compile(r"[+-]?[\d.,]*\d[\d.,]*")
GROUP = 3
DAY = re.compile(r"(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4}|\d{2})")
ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]0?0:00(?::00)?)?")
SERIAL = re.compile(r"[2-7]\d{4}")  # 1954 to 2119, as spreadsheets count days
FIRST_DAY = date(1899, 12, 30)
MONTHS = 12
SHOWN = 12  # characters; a longer text may tell of a child, and is not repeated


class Decimal(StrEnum):
    """The mark that parts a number's decimals."""

    POINT = "point"
    COMMA = "comma"


class DateOrder(StrEnum):
    """What comes first in a date such as 01/02/2026."""

    DAY = "day"
    MONTH = "month"


def text_of(cell: Cell) -> str:
    """Give a cell as plain text: no spaces around it, wide and foreign digits as 0 to 9."""
    if isinstance(cell, str):
        return cell.strip() if cell.isascii() else clean(cell)
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return cell.isoformat()


def clean(text: str) -> str:
    """Bring text to plain signs: no-break spaces are spaces, and what is not seen is dropped."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    kept = (
        str(unicodedata.decimal(sign)) if unicodedata.category(sign) == "Nd" else sign
        for sign in plain
        if unicodedata.category(sign) != "Cf"
    )  # fmt: skip
    return "".join(kept).strip()


def show(cell: Cell) -> str:
    """Show a cell in a sentence; a long text is counted only."""
    text = text_of(cell)
    return f'"{text}"' if len(text) <= SHOWN else f"a text of {len(text)} characters"


def list_decimals(cells: Iterable[Cell]) -> set[Decimal]:
    """List the decimal marks that a column's numbers call for: none, one, or both."""
    found = {find_decimal(SPACES.sub("", text_of(cell))) for cell in cells if type(cell) is str}
    return {mark for mark in found if mark}


def find_decimal(text: str) -> Decimal | None:
    """Say which decimal mark a number has for certain; 1.234 can be either."""
    if not MARKED.fullmatch(text) or not ("." in text or "," in text):
        return None
    last = max(text.rfind("."), text.rfind(","))
    mark = Decimal.POINT if text[last] == "." else Decimal.COMMA
    other = Decimal.COMMA if mark is Decimal.POINT else Decimal.POINT
    if "." in text and "," in text:
        return mark
    if text.count(text[last]) > 1:
        return other
    before, after = text[:last].lstrip("+-"), text[last + 1 :]
    is_group = len(after) == GROUP and 1 <= len(before) <= GROUP and before[0] != "0"
    return None if is_group else mark


def find_ambiguous(cells: Iterable[Cell]) -> bool:
    """Say whether a column has a number that reads in two ways: 1.234."""
    return any(
        type(cell) is str
        and ("." in cell or "," in cell)
        and MARKED.fullmatch(SPACES.sub("", text_of(cell)))
        and find_decimal(SPACES.sub("", text_of(cell))) is None
        for cell in cells
    )


def parse_number(cell: Cell, decimal: Decimal) -> float | None:
    """Read a number with a decimal mark; the other mark, spaces and ' part thousands."""
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if not isinstance(cell, str):
        return None
    text = SPACES.sub("", text_of(cell))
    if not NUMBER[decimal].fullmatch(text) or not text.strip("+-"):
        return None
    if decimal is Decimal.COMMA:
        text = text.replace(".", "").replace(",", ".")
    number = float(text.replace(",", ""))
    return number if math.isfinite(number) else None


def list_orders(cells: Iterable[Cell]) -> set[DateOrder]:
    """List the orders that a column's dates call for: none, one, or both."""
    found = set()
    for cell in cells:
        matched = DAY.fullmatch(text_of(cell)) if isinstance(cell, str) else None
        if matched and int(matched[1]) > MONTHS:
            found.add(DateOrder.DAY)
        elif matched and int(matched[2]) > MONTHS:
            found.add(DateOrder.MONTH)
    return found


def has_days(cells: Iterable[Cell]) -> bool:
    """Say whether a column has dates whose order has to be known."""
    return any(isinstance(cell, str) and DAY.fullmatch(text_of(cell)) for cell in cells)


def parse_day(cell: Cell, order: DateOrder) -> date | None:
    """Read a date: year first, in the order told, as a spreadsheet's own or its day's number."""
    if isinstance(cell, date):
        return cell
    text = text_of(cell)
    if SERIAL.fullmatch(text):
        return FIRST_DAY + timedelta(days=int(text))
    year_first, matched = ISO_DAY.fullmatch(text), DAY.fullmatch(text)
    if year_first:
        year, month, day = (int(year_first[place]) for place in (1, 2, 3))
    elif matched:
        first, second, year = (int(matched[place]) for place in (1, 2, 3))
        day, month = (first, second) if order is DateOrder.DAY else (second, first)
        year += 2000 if len(matched[3]) == 2 else 0
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
