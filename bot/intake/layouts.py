"""Find in a sheet what a mapping says is there: its columns, by name, and the results in them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import repeat
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
from bot.intake.mapping import (
    INSTRUMENT_CHARACTERS,
    WAVE_CHARACTERS,
    Layout,
    Range,
    SheetMapping,
)
from bot.intake.school_files import Cell, Sheet

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
    """Why one result is quarantined, in a sentence."""

    fault: Fault
    what: str

    def __str__(self) -> str:
        """Give both, as they are kept."""
        return f"{self.fault}: {self.what}"


class Reading(NamedTuple):
    """What a cell of scores says."""

    score: float | None = None
    missing: str | None = None
    reason: Reason | None = None


@dataclass(frozen=True)
class Table:
    """A sheet whose header is known: columns of cells by name."""

    path: str
    sheet: str
    lines: Sequence[int]
    columns: dict[str, Sequence[Cell]]
    uneven: dict[int, int]  # rows with another number of cells than the header, by place


@dataclass
class Results:
    """Results side by side, one place in every list for each; `reasons` are by place."""

    rows: int = 0
    sheets: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    instruments: list[str] = field(default_factory=list)
    waves: list[str] = field(default_factory=list)
    scores: list[float | None] = field(default_factory=list)
    missing: list[str | None] = field(default_factory=list)
    assessed: list[date | None] = field(default_factory=list)
    reasons: dict[int, Reason] = field(default_factory=dict)


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


def check_mapping(table: Table, mapping: SheetMapping) -> Iterator[Problem]:
    """Find what the mapping names and the sheet lacks, and what the mapping leaves open."""
    place = f"{table.path}, sheet {table.sheet}" if table.sheet else table.path
    line, named = mapping.header_row, mapping.list_columns()
    there = ", ".join(table.columns)
    for name in named:
        if name not in table.columns:
            yield Problem(place, line, f'there is no column "{name}"', f"There are: {there}.")
        elif named.count(name) > 1:
            yield Problem(place, line, f'the mapping names "{name}" twice', "Name each once.")
    for name, cells in table.columns.items():
        if name not in named and any(cell != "" for cell in cells):
            yield Problem(
                place,
                line,
                f'the mapping says nothing of the column "{name}"',
                "Name it in columns or in ignored.",
            )
    for name, column in mapping.columns.items():
        if column.wave is None:
            yield Problem(place, line, f'"{name}" has no wave', "Write one, such as before.")
    if mapping.layout is Layout.LONG and not (mapping.wave or mapping.only_wave):
        yield Problem(place, line, "no wave is named", "Name its column, or write only_wave.")


def read_results(table: Table, mapping: SheetMapping) -> Results:
    """Read every result of a sheet; raise FileRefused where the mapping does not say how."""
    problems = list(check_mapping(table, mapping))
    if problems:
        raise FileRefused(problems)
    results = Results(rows=len(table.lines))
    codes = translate(table.columns[mapping.study_code], text_of)
    if mapping.layout is Layout.WIDE:
        for name, column in mapping.columns.items():
            add_column(
                results,
                table,
                mapping,
                codes=codes,
                score=name,
                instruments=[column.instrument] * len(codes),
                waves=[column.wave or ""] * len(codes),
                limits=column.range,
            )
    else:
        waves = table.columns.get(mapping.wave or "")
        add_column(
            results,
            table,
            mapping,
            codes=codes,
            score=mapping.score or "",
            instruments=translate(table.columns[mapping.instrument or ""], name_of),
            waves=translate(waves, name_of) if waves else [mapping.only_wave or ""] * len(codes),
        )
        check_names(results)
        check_ranges(results, mapping)
    return results


def add_column(
    results: Results,
    table: Table,
    mapping: SheetMapping,
    *,
    codes: list[str],
    score: str,
    instruments: list[str],
    waves: list[str],
    limits: Range | None = None,
) -> None:
    """Add the results of one column of scores; each different cell is read once."""
    first, cells = len(results.lines), table.columns[score]
    readings = read_scores(table, mapping, column=score, limits=limits)
    scores = {cell: reading.score for cell, reading in readings.items()}
    missing = {cell: reading.missing for cell, reading in readings.items()}
    reasons = {cell: each.reason for cell, each in readings.items() if each.reason}
    results.sheets += [table.sheet] * len(codes)
    results.lines += table.lines
    results.codes += codes
    results.instruments += instruments
    results.waves += waves
    results.scores += map(scores.__getitem__, cells)
    results.missing += map(missing.__getitem__, cells)
    results.assessed += read_days(table, mapping, results.reasons, first=first)
    if reasons:
        results.reasons |= {
            first + n: reasons[cell] for n, cell in enumerate(cells) if cell in reasons
        }
    for place, width in table.uneven.items():
        what = f"the row has {width} cells, the header {len(table.columns)}"
        results.reasons[first + place] = Reason(Fault.UNEVEN, what)


def translate(cells: Sequence[Cell], function: Callable[[Cell], str]) -> list[str]:
    """Apply a function to every different cell once."""
    known = {cell: function(cell) for cell in set(cells)}
    return list(map(known.__getitem__, cells))


def name_of(cell: Cell) -> str:
    """Give the name of an instrument or a wave, its spaces single."""
    return " ".join(text_of(cell).split())


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
        return Reading(reason=Reason(Fault.NOT_A_NUMBER, "a date stands where a score should"))
    if number is None:
        return Reading(reason=Reason(Fault.NOT_A_NUMBER, f"{show(cell)} is not a score"))
    return Reading(score=number, reason=find_excess(number, limits))


def find_excess(number: float | None, limits: Range | None) -> Reason | None:
    """Say that a score is impossible, where it is."""
    if limits is None or number is None or limits[0] <= number <= limits[1]:
        return None
    what = f"{number:g} is not between {limits[0]:g} and {limits[1]:g}"
    return Reason(Fault.OUT_OF_RANGE, what)


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
            first + n: Reason(Fault.NOT_A_DATE, f"{show(cell)} is not a date")
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


def check_names(results: Results) -> None:
    """Quarantine the results whose instrument or wave is empty or too long."""
    for texts, most in (
        (results.instruments, INSTRUMENT_CHARACTERS),
        (results.waves, WAVE_CHARACTERS),
    ):
        wrong = {text for text in set(texts) if not 0 < len(text) <= most}
        if not wrong:
            continue
        what = f"write both, an instrument in up to {INSTRUMENT_CHARACTERS} characters"
        what += f", a wave in up to {WAVE_CHARACTERS}"
        for place, text in enumerate(texts):
            if text in wrong:
                results.reasons[place] = Reason(Fault.NO_NAME, what)
                texts[place] = text[:most]


def check_ranges(results: Results, mapping: SheetMapping) -> None:
    """Quarantine the scores outside what is stated of their instrument."""
    if not mapping.ranges:
        return
    for place, (instrument, score) in enumerate(
        zip(results.instruments, results.scores, strict=True)
    ):
        reason = find_excess(score, mapping.ranges.get(instrument))
        if reason:
            results.reasons[place] = reason
