"""How a school's file is to be read, as the fields of a form: from a mapping, or as typed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from bot.intake.cells import text_of
from bot.intake.mapping import MISSING
from bot.intake.proposing import list_sentinels, propose_below
from bot.intake.school_files import Cell, Sheet
from bot.intake.tables import Table, read_table

CODE, DAY, SCORE, TEST, WAVE, OUT = ROLES = ("code", "day", "score", "test", "wave", "out")
WIDE, LONG = "wide", "long"
SINGLE = {CODE: "study_code", DAY: "assessed_on", TEST: "instrument", WAVE: "wave"}
SAMPLES, SAMPLE_LENGTH = 3, 30
SAMPLED = 2_000  # rows, for what may stand for missing
Raw = Mapping[str, Any]


@dataclass(frozen=True)
class ColumnForm:
    """What is said of one column."""

    name: str
    samples: tuple[str, ...] = ()
    role: str = OUT
    instrument: str = ""
    wave: str = ""
    lowest: str = ""
    highest: str = ""


@dataclass(frozen=True)
class SheetForm:
    """What is said of one sheet; `read` is the header, row and rows, that named the columns."""

    sheet: str
    columns: tuple[ColumnForm, ...] = ()
    read: str = ""
    is_used: bool = False
    header_row: str = "1"
    header_rows: str = "1"
    layout: str = WIDE
    only_wave: str = ""
    ranges: str = ""
    decimal: str = ""
    date_order: str = ""
    missing: str = ", ".join(MISSING)
    sentinels: tuple[str, ...] = ()

    @property
    def header(self) -> str:
        """Where the header is said to be."""
        return f"{self.header_row}/{self.header_rows}"


# From a mapping


def make_forms(name: str, sheets: Sequence[Sheet], text: str) -> list[SheetForm]:
    """Make the form of every sheet from a mapping's text, as far as that can be read."""
    said = {as_text(each.get("sheet")): each for each in load_sheets(text)}
    if len(sheets) == 1 and "" in said:
        return [make_form(name, sheets[0], said[""])]
    return [make_form(name, sheet, said.get(sheet.name)) for sheet in sheets]


def load_sheets(text: str) -> list[Raw]:
    """Read a mapping's sheets as they are written, whatever is wrong with them."""
    try:
        found = yaml.load(text, yaml.BaseLoader)
    except yaml.YAMLError:
        return []
    sheets = found.get("sheets") if isinstance(found, dict) else None
    return [each for each in sheets if isinstance(each, dict)] if isinstance(sheets, list) else []


def make_form(name: str, sheet: Sheet, said: Raw | None) -> SheetForm:
    """Make the form of a sheet; one of which nothing is said is left out."""
    raw = said or {}
    header_row = as_text(raw.get("header_row")) or "1"
    header_rows = as_text(raw.get("header_rows")) or "1"
    table = read_header(name, sheet, header_row, header_rows)
    columns = tuple(
        describe_column(each, cells, raw) for each, cells in table.columns.items()
    )  # fmt: skip
    missing = raw.get("missing")
    return SheetForm(
        sheet=sheet.name,
        columns=columns,
        read=f"{header_row}/{header_rows}",
        is_used=said is not None,
        header_row=header_row,
        header_rows=header_rows,
        layout=LONG if raw.get("layout") == LONG else WIDE,
        only_wave=as_text(raw.get("only_wave")),
        ranges="\n".join(write_ranges(raw.get("ranges"))),
        decimal=as_text(raw.get("decimal")),
        date_order=as_text(raw.get("date_order")),
        missing=", ".join(map(as_text, missing if isinstance(missing, list) else MISSING)),
        sentinels=find_sentinels(table, columns),
    )


def read_header(name: str, sheet: Sheet, header_row: str, header_rows: str) -> Table:
    """Part a sheet at its header; what is no number is taken for the first line."""
    return read_table(
        name, sheet, header_row=count_of(header_row), header_rows=count_of(header_rows)
    )


def count_of(text: str) -> int:
    """Read a small number; 1 for anything else."""
    is_count = text.isascii() and text.isdecimal() and len(text) < 8
    return max(1, int(text)) if is_count else 1


def as_text(value: object) -> str:
    """Give what a mapping says in one word; "" for nothing, and for what is no word."""
    return value if isinstance(value, str) and value not in ("null", "~") else ""


def describe_column(name: str, cells: Sequence[Cell], raw: Raw) -> ColumnForm:
    """Say what a mapping says of a column, beside its first values."""
    plain = ColumnForm(name, show_samples(cells))
    for role, key in SINGLE.items():
        if raw.get(key) == name:
            return replace(plain, role=role)
    if raw.get("score") == name:
        return replace(plain, role=SCORE)
    columns = raw.get("columns")
    said = columns.get(name) if isinstance(columns, dict) else None
    if not isinstance(said, dict):
        return plain
    limits = said.get("range")
    lowest, highest = limits if isinstance(limits, list) and len(limits) == len("<>") else ("", "")
    return replace(
        plain,
        role=SCORE,
        instrument=as_text(said.get("instrument")),
        wave=as_text(said.get("wave")),
        lowest=as_text(lowest),
        highest=as_text(highest),
    )


def show_samples(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Give the first values of a column."""
    found = (text for cell in cells if (text := text_of(cell)))
    return tuple(text[:SAMPLE_LENGTH] for text, _ in zip(found, range(SAMPLES), strict=False))


def write_ranges(said: object) -> Iterator[str]:
    """Write the ranges of a long layout, a line each."""
    for instrument, limits in said.items() if isinstance(said, dict) else ():
        if isinstance(limits, list):
            yield " ".join([str(instrument), *map(as_text, limits)])


def find_sentinels(table: Table, columns: Sequence[ColumnForm]) -> tuple[str, ...]:
    """List the numbers among the scores that may stand for a missing one."""
    scores = (table.columns[each.name][:SAMPLED] for each in columns if each.role == SCORE)
    return tuple(list_sentinels(cell for cells in scores for cell in cells))


# From the fields


def read_forms(name: str, sheets: Sequence[Sheet], said: Mapping[str, str]) -> list[SheetForm]:
    """Read what was typed; the columns are named by the header that the form was made from."""
    return [read_form(name, sheet, said, f"s{n}_") for n, sheet in enumerate(sheets)]


def read_form(name: str, sheet: Sheet, said: Mapping[str, str], start: str) -> SheetForm:
    """Read what was typed of one sheet; its fields' names begin with `start`."""

    def get(field: str, usual: str = "") -> str:
        return said.get(start + field, usual).strip()

    read = get("read", "1/1")
    table = read_header(name, sheet, *(read.split("/") if read.count("/") == 1 else ("1", "1")))
    columns = tuple(
        ColumnForm(
            each,
            show_samples(cells),
            role=role if (role := get(f"c{n}_role")) in ROLES else OUT,
            instrument=get(f"c{n}_test"),
            wave=get(f"c{n}_wave"),
            lowest=get(f"c{n}_low"),
            highest=get(f"c{n}_high"),
        )
        for n, (each, cells) in enumerate(table.columns.items())
    )
    return SheetForm(
        sheet=sheet.name,
        columns=columns,
        read=read,
        is_used=get("use") == "yes",
        header_row=get("header_row"),
        header_rows=get("header_rows"),
        layout=LONG if get("layout") == LONG else WIDE,
        only_wave=get("only_wave"),
        ranges=get("ranges"),
        decimal=get("decimal"),
        date_order=get("date_order"),
        missing=get("missing"),
        sentinels=find_sentinels(table, columns),
    )


def read_again(name: str, sheet: Sheet, form: SheetForm) -> SheetForm:
    """Name the columns by the header that was typed; what was said of a column stays with it."""
    row, rows = count_of(form.header_row), count_of(form.header_rows)
    proposed = load_sheets(propose_below(name, sheet, header_row=row, header_rows=rows))
    made = make_form(name, sheet, proposed[0] if proposed else {"header_row": form.header_row})
    before = {each.name: each for each in form.columns}
    columns = tuple(before.get(each.name, each) for each in made.columns)
    is_new = not any(each.name in before for each in made.columns)
    return replace(
        form,
        columns=columns,
        read=f"{row}/{rows}",
        layout=made.layout if is_new else form.layout,
        sentinels=made.sentinels,
    )
