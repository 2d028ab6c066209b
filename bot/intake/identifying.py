"""Refuse a file that tells who children are: by a column's name, or by what any cell looks like."""

import re
from collections.abc import Iterator, Sequence

from bot.errors import Problem
from bot.intake.cells import DateOrder, text_of
from bot.intake.cells import parse_day as find_day
from bot.intake.identities import find_identity, names_a_person
from bot.intake.mapping import MISSING
from bot.intake.school_files import Cell, Sheet
from bot.intake.tables import Table

SHORTEST = 5  # the fewest characters of anything that `find_identity` finds
NAMES = re.compile(r"name|navn", re.I)
NUMERIC = re.compile(r"[\d.,\s+-]*")
DECIMAL = re.compile(r"[+-]?\d{1,5}[.,]\d+")  # a measured number, with as many digits as it likes
INSTEAD = "Remove it; use study codes alone."


def check_cells(path: str, sheet: Sheet) -> Iterator[Problem]:
    """Find the cells that look like an id, an address or a number of somebody's phone."""
    place = f"{path}, sheet {sheet.name}" if sheet.name else path
    different = {cell for row in sheet.rows for cell in row}
    wrong = {cell: kind for cell in different if (kind := identify(cell))}
    if not wrong:
        return
    for line, row in zip(sheet.lines, sheet.rows, strict=True):
        for number, cell in enumerate(row, 1):
            if cell in wrong:
                what = f"column {number} holds what looks like {wrong[cell]}"
                yield Problem(place, line, what, INSTEAD)


def identify(cell: Cell) -> str | None:
    """Say what a cell seems to hold, where that would tell who somebody is."""
    if not isinstance(cell, str | float) or (isinstance(cell, str) and len(cell) < SHORTEST):
        return None
    text = text_of(cell)
    if DECIMAL.fullmatch(text):
        return None
    found = find_identity(text)
    if found and find_day(text, DateOrder.DAY) is not None:  # 31 12 2026 is no phone
        return None
    return found


def check_header(table: Table, line: int) -> Iterator[Problem]:
    """Find the columns whose names promise names, birthdays or addresses."""
    place = f"{table.path}, sheet {table.sheet}" if table.sheet else table.path
    for number, (name, cells) in enumerate(table.columns.items(), 1):
        if identify(name) or not names_a_person(name) or counts_names(name, cells):
            continue
        what = f'column {number}, "{name}", seems to tell who a child is'
        yield Problem(place, line, what, INSTEAD)


def counts_names(name: str, cells: Sequence[Cell]) -> bool:
    """Say whether a column is a score such as "letter names": numbers and a few words for none."""
    if not NAMES.search(name) or names_a_person(NAMES.sub("", name)):
        return False
    texts = [text_of(cell).casefold() for cell in set(cells)]
    numbers = [text for text in texts if text and NUMERIC.fullmatch(text)]
    return len(numbers) * 2 > len([text for text in texts if text and text not in MISSING])
