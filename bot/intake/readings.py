"""Read a column's cells as scores or dates, or say why a cell is neither."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bot.errors import FileRefused, Problem
from bot.intake.cells import (
    BLANK,
    DateOrder,
    Decimal,
    find_ambiguous,
    has_days,
    list_decimals,
    list_orders,
    parse_day,
    parse_number,
    show,
    text_of,
)
from bot.intake.mapping import Range, SheetMapping
from bot.intake.school_files import Cell
from bot.intake.tables import Table

MISSING_CHARACTERS = 40


class Fault(StrEnum):
    """Why a result is quarantined."""

    UNEVEN = "another number of cells"
    NO_CODE = "no study code"
    WRONG_CODE = "wrong study code"
    NOT_ON_ROSTER = "not on the roster"
    NO_NAME = "no instrument or wave"
    NOT_A_NUMBER = "not a number"
    OUT_OF_RANGE = "out of range"
    NOT_A_DATE = "not a date"
    DUPLICATE = "duplicate"
    CONTRADICTED = "two values in the file"
    CONFLICT = "differs from an earlier file"


class Reason(NamedTuple):
    """Why one result is quarantined, in a sentence, and what stands in its braces."""

    fault: Fault
    what: str
    given: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Give all in English, as it is kept."""
        return f"{self.fault}: {self.what.format(**dict(self.given))}"


def explain(fault: Fault, what: str, **given: object) -> Reason:
    """Give a reason: a sentence that can be translated, and what stands in its braces."""
    return Reason(fault, what, tuple((name, str(value)) for name, value in given.items()))


class Reading(NamedTuple):
    """What a cell of scores says."""

    score: float | None = None
    missing: str | None = None
    reason: Reason | None = None


def read_scores(
    table: Table, mapping: SheetMapping, *, column: str, limits: Range | None
) -> dict[Cell, Reading]:
    """Read every different cell of a column of scores."""
    different = set(table.columns[column])
    words = {text_of(word).casefold() for word in mapping.missing}
    decimal = mapping.decimal or choose_decimal(table, column, different, words)
    numbers = {parse_number(word, decimal) for word in words} - {None}
    return {
        cell: read_score(cell, decimal, words=words, numbers=numbers, limits=limits)
        for cell in different
    }


def choose_decimal(table: Table, column: str, cells: set[Cell], words: set[str]) -> Decimal:
    """Give the decimal mark that a column shows; raise FileRefused where it does not, or two."""
    numbers = [cell for cell in cells if text_of(cell).casefold() not in words]
    found = list_decimals(numbers)
    if len(found) == 1:
        return found.pop()
    if found or find_ambiguous(numbers):
        what = "has decimal points and decimal commas" if found else "has numbers such as 1.234"
        raise FileRefused(
            [
                Problem(
                    table.path,
                    0,
                    f'"{column}" {what}, which read in two ways',
                    "Write decimal: point or decimal: comma in the mapping.",
                )
            ]
        )
    return Decimal.POINT


def read_score(
    cell: Cell,
    decimal: Decimal,
    *,
    words: set[str],
    numbers: set[float | None],
    limits: Range | None,
) -> Reading:
    """Read one cell: a score, a word for none, or why it is neither."""
    text = text_of(cell)
    if not text:
        return Reading(missing=BLANK)
    number = parse_number(cell, decimal)
    if text.casefold() in words or (number is not None and number in numbers):
        return Reading(missing=text[:MISSING_CHARACTERS])
    if isinstance(cell, date):
        return Reading(reason=explain(Fault.NOT_A_NUMBER, "a date stands where a score should"))
    if number is None:
        return Reading(reason=explain(Fault.NOT_A_NUMBER, "{cell} is not a score", cell=show(cell)))
    return Reading(score=number, reason=find_excess(number, limits))


def find_excess(number: float | None, limits: Range | None) -> Reason | None:
    """Say that a score is impossible, where it is."""
    if limits is None or number is None or limits[0] <= number <= limits[1]:
        return None
    low, high = (f"{limit:g}" for limit in limits)
    return explain(
        Fault.OUT_OF_RANGE,
        "{score} is not between {low} and {high}",
        score=f"{number:g}",
        low=low,
        high=high,
    )


def read_days(
    table: Table, mapping: SheetMapping, reasons: dict[int, Reason], *, first: int
) -> list[date | None]:
    """Read the dates of assessment; one that is none is a reason for quarantine."""
    if mapping.assessed_on is None:
        return [None] * len(table.lines)
    cells = table.columns[mapping.assessed_on]
    different = set(cells)
    order = mapping.date_order or choose_order(table, mapping.assessed_on, different)
    days = {cell: parse_day(cell, order) for cell in different}
    wrong = {cell for cell, day in days.items() if day is None and text_of(cell)}
    if wrong:
        reasons |= {
            first + n: explain(Fault.NOT_A_DATE, "{cell} is not a date", cell=show(cell))
            for n, cell in enumerate(cells)
            if cell in wrong
        }
    return list(map(days.__getitem__, cells))


def choose_order(table: Table, column: str, cells: set[Cell]) -> DateOrder:
    """Give the order that a column's dates show; raise FileRefused where they show none, or two."""
    found = list_orders(cells)
    if len(found) == 1:
        return found.pop()
    if has_days(cells):
        what = "has dates with the day first and with the month first" if found else (
            "has dates such as 01/02/2026, which read in two ways"
        )  # fmt: skip
        instead = "Write date_order: day or date_order: month in the mapping."
        raise FileRefused([Problem(table.path, 0, f'"{column}" {what}', instead)])
    return DateOrder.DAY
