"""Propose a mapping for a file nobody has mapped: where its header is, and what each column is."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.codes import is_study_code, parse_code
from bot.errors import FileRefused, Problem
from bot.intake.cells import (
    DateOrder,
    Decimal,
    find_ambiguous,
    has_days,
    list_decimals,
    list_orders,
    parse_day,
    parse_number,
    text_of,
)
from bot.intake.mapping import MISSING
from bot.intake.school_files import Cell, Sheet
from bot.intake.tables import Table, read_table

LOOKED_AT = 30  # rows, for a header
SAMPLED = 2000  # rows, for what a column holds
LOWEST_SHARE = 0.5
SENTINELS = ("99", "999", "-9", "-99")
NAMES = {
    "study_code": {"studycode", "studiekode", "kode", "code", "barnekode", "elevkode", "studienr"},
    "instrument": {"instrument", "test", "prøve", "måling"},
    "wave": {"wave", "runde", "tidspunkt", "bølge", "time", "occasion"},
    "score": {"score", "point", "points", "resultat", "result", "værdi", "value"},
}
COUNTED = {"nr", "no", "klasse", "class", "age", "alder", "gruppe", "group", "køn", "sex", "stue"}
WAVE = re.compile(
    r"(.*?)[\s_/.,-]*\b(before|after|pre|post|før|efter|baseline|endline|forår|efterår|"
    r"(?:t|wave|runde|bølge|test|time)\s?\d+|20\d\d)$",
    re.I,
)


@dataclass(frozen=True)
class Header:
    """Where a sheet's header is, and which of its columns has the study codes."""

    row: int
    rows: int
    code_column: int


def propose(name: str, sheets: Sequence[Sheet]) -> str:
    """Write a mapping of every sheet that has study codes; raise FileRefused where none has."""
    found = [(sheet, header) for sheet in sheets if (header := find_header(sheet))]
    if not found:
        instead = (
            "Name its column study_code, and see that codes are as `kuffert cards issue` gave."
        )
        raise FileRefused([Problem(name, 0, "no column with a header has study codes", instead)])
    lines = [
        f"# How {json.dumps(name, ensure_ascii=False)} is read. Look at every line; "
        "a line with ASK has to be answered.",
        "sheets:",
    ]
    for sheet, header in found:
        table = read_table(name, sheet, header_row=header.row, header_rows=header.rows)
        lines += describe(table, header)
    return "\n".join(lines) + "\n"


def propose_below(name: str, sheet: Sheet, *, header_row: int, header_rows: int) -> str:
    """Write a mapping of one sheet whose header somebody has pointed at; "" where nothing is."""
    table = read_table(name, sheet, header_row=header_row, header_rows=header_rows)
    if not table.columns:
        return ""
    shares = [share_codes(sheet, column) for column in range(len(table.columns))]
    header = Header(header_row, header_rows, shares.index(max(shares)))
    return "\n".join(["sheets:", *describe(table, header)]) + "\n"


def list_sentinels(cells: Iterable[Cell]) -> list[str]:
    """List the numbers among cells that often stand for a score that is missing."""
    texts = {text_of(cell) for cell in cells}
    return [each for each in SENTINELS if each in texts]


def key_of(text: str) -> str:
    """Bring a header to letters alone."""
    return re.sub(r"[^\w]|_", "", text.casefold())


def find_header(sheet: Sheet) -> Header | None:
    """Find the lines above the first study code, in the column that has most of them."""
    top = sheet.rows[:LOOKED_AT]
    width = max((len(row) for row in top), default=0)
    shares = [share_codes(sheet, column) for column in range(width)]
    titled = [
        (n, column)
        for n, row in enumerate(top)
        for column, cell in enumerate(row)
        if key_of(text_of(cell)) in NAMES["study_code"]
    ]
    best = max(range(width), key=lambda column: shares[column], default=0)
    if shares and shares[best] >= LOWEST_SHARE:
        code_column = best
    elif titled:
        code_column = titled[0][1]
    else:
        return None
    heads = [n for n, column in titled if column == code_column]
    return place_header(sheet, code_column, after=heads[0] if heads else None)


def share_codes(sheet: Sheet, column: int) -> float:
    """Say which share of a column's cells, below the first code, are study codes."""
    texts = [parse_code(text_of(row[column])) for row in sheet.rows[:SAMPLED] if column < len(row)]
    codes = [is_study_code(text) for text in texts if text]
    if True not in codes:
        return 0.0
    below = codes[codes.index(True) :]
    return sum(below) / len(below)


def place_header(sheet: Sheet, code_column: int, *, after: int | None) -> Header | None:
    """Find the first row of a child, and the one or two lines above it that name the columns."""
    cells = [row[code_column] if code_column < len(row) else "" for row in sheet.rows]
    if after is None:
        codes = (n for n, cell in enumerate(cells) if is_study_code(parse_code(text_of(cell))))
        first = next(codes, 0)
    else:
        first = next((n for n in range(after + 1, len(cells)) if text_of(cells[n])), len(cells))
    above = [n for n in range(first) if count_filled(sheet.rows[n])]
    if not above:
        return None
    bottom = above[-1]
    is_double = bottom - 1 in above and count_filled(sheet.rows[bottom - 1]) > 1
    top = bottom - 1 if is_double else bottom
    return Header(sheet.lines[top], bottom - top + 1, code_column)


def count_filled(row: Sequence[Cell]) -> int:
    """Count the cells that have anything in them."""
    return sum(bool(text_of(cell)) for cell in row)


def describe(table: Table, header: Header) -> Iterator[str]:
    """Write one sheet's part of a mapping."""
    columns = dict(table.columns)
    code = list(columns)[header.code_column]
    columns.pop(code)
    sampled = {name: sample(cells) for name, cells in columns.items()}
    roles = {role: find_named(sampled, role) for role in ("instrument", "wave", "score")}
    days = [name for name, cells in sampled.items() if is_mostly_days(cells)]
    yield f"  - sheet: {quote(table.sheet)}"
    yield f"    header_row: {header.row}"
    yield f"    header_rows: {header.rows}"
    yield f"    study_code: {quote(code)}"
    if days:
        yield f"    assessed_on: {quote(days[0])}"
        yield from describe_order(sampled[days[0]])
    left = {name: cells for name, cells in sampled.items() if name not in days[:1]}
    if roles["instrument"] and roles["score"]:
        used = [name for name in roles.values() if name]
        measured = [sampled[roles["score"]]]
        yield from describe_long(roles)
    else:
        used = [name for name, cells in left.items() if is_score(name, cells)]
        measured = [sampled[name] for name in used]
        yield from describe_wide({name: sampled[name] for name in used})
    yield from describe_decimal(measured)
    yield from describe_missing(measured)
    ignored = [name for name, cells in left.items() if name not in used and cells]
    if ignored:
        yield "    # Left out, as they seem to be no scores; move one to columns if it is."
        yield f"    ignored: [{', '.join(quote(name) for name in ignored)}]"


def sample(cells: Sequence[Cell]) -> list[Cell]:
    """Give a column's different cells that have anything in them."""
    return [cell for cell in dict.fromkeys(cells) if text_of(cell)]


def find_named(columns: Mapping[str, Sequence[Cell]], role: str) -> str | None:
    """Find a column by what it is called."""
    return next((name for name in columns if key_of(name) in NAMES[role]), None)


def is_mostly_days(cells: Sequence[Cell]) -> bool:
    """Say whether a column holds dates; a number alone is not taken for a day's."""
    days = [
        cell
        for cell in cells
        if parse_number(cell, Decimal.POINT) is None
        and (parse_day(cell, DateOrder.DAY) or parse_day(cell, DateOrder.MONTH))
    ]
    return len(days) > LOWEST_SHARE * len(cells)


def is_mostly_numbers(cells: Sequence[Cell]) -> bool:
    """Say whether a column holds numbers, or nothing but words that stand for none."""
    texts = [cell for cell in cells if text_of(cell).casefold() not in MISSING]
    numbers = [
        cell for cell in texts if any(parse_number(cell, mark) is not None for mark in Decimal)
    ]
    return not texts or len(numbers) > LOWEST_SHARE * len(texts)


def describe_order(cells: Sequence[Cell]) -> Iterator[str]:
    """Say what comes first in the dates, where the column shows it."""
    found = list_orders(cells)
    if len(found) == 1:
        yield f"    date_order: {found.pop()}  # a number above 12 shows it"
    elif has_days(cells):
        yield "    date_order:  # ASK: day or month? Its dates can be read in both ways."


def describe_long(roles: Mapping[str, str | None]) -> list[str]:
    """Say which columns of a long layout are what."""
    wave = roles["wave"]
    ask = "    only_wave:  # ASK: no column names the wave. Write it, such as before."
    return [
        "    layout: long  # a row for each result, since instrument and score are columns",
        f"    instrument: {quote(roles['instrument'] or '')}",
        f"    wave: {quote(wave)}" if wave else ask,
        f"    score: {quote(roles['score'] or '')}",
        "    # ranges: {words: [0, 40]}  the lowest and highest possible score, by instrument",
    ]


def is_score(name: str, cells: Sequence[Cell]) -> bool:
    """Say whether a column of a wide layout seems to hold scores."""
    return bool(cells) and is_mostly_numbers(cells) and key_of(name) not in COUNTED


def describe_wide(columns: Mapping[str, Sequence[Cell]]) -> Iterator[str]:
    """Say which instrument and wave each column of scores in a wide layout is."""
    yield "    layout: wide  # a row for each child, a column for each score"
    yield "    columns:" + ("" if columns else "  # ASK: no column of scores was found.")
    for name, cells in columns.items():
        matched = WAVE.fullmatch(name)
        instrument, wave = (matched[1], matched[2]) if matched and matched[1] else (name, None)
        yield f"      {quote(name)}:"
        yield f"        instrument: {quote(instrument)}"
        if wave:
            yield f"        wave: {quote(wave)}  # from the column's name"
        else:
            yield "        wave:  # ASK: the column's name does not say it. Such as before."
        yield f"        range:  # [lowest, highest] possible{found_between(cells)}"


def found_between(cells: Sequence[Cell]) -> str:
    """Say between what a column's scores lie, where each reads in one way alone."""
    decimals = list_decimals(cells)
    if find_ambiguous(cells) and len(decimals) != 1:
        return ""
    mark = next(iter(decimals), Decimal.POINT)
    numbers = [number for cell in cells if (number := parse_number(cell, mark)) is not None]
    return f"; found: {min(numbers):g} to {max(numbers):g}" if numbers else ""


def describe_decimal(columns: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Say which mark parts decimals, or that each column decides, or that somebody has to."""
    found = [list_decimals(cells) for cells in columns]
    unsure = [n for n, cells in enumerate(columns) if find_ambiguous(cells) and len(found[n]) != 1]
    marks = set().union(*found)
    if unsure or any(len(each) > 1 for each in found):
        yield "    decimal:  # ASK: point or comma? Some numbers, such as 1.234, read in two ways."
    elif len(marks) == 1:
        yield f"    decimal: {marks.pop()}  # its numbers show it"


def describe_missing(columns: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """List the words for no score; ask of numbers that often stand for one."""
    asked = list_sentinels(cell for cells in columns for cell in cells)
    yield f"    missing: [{', '.join(quote(word) for word in MISSING)}]"
    if asked:
        yield f"    # ASK: {', '.join(asked)} is among the scores. If it means missing, add it."


def quote(text: str) -> str:
    """Write text so that YAML reads it as text."""
    return json.dumps(text, ensure_ascii=False)
