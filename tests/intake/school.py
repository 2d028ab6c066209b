"""Files as schools send them, made for tests: any dialect, encoding and layout."""

import csv
import io
from collections.abc import Mapping, Sequence
from random import Random

from openpyxl import Workbook

from bot.core.codes import draw_study_code
from bot.intake.judging import Judged, judge
from bot.intake.mapping import Mapping as FileMapping
from bot.intake.mapping import SheetMapping
from bot.intake.outcome_files import read_file

CODES = [draw_study_code(Random(seed)) for seed in range(1, 9)]
ROSTER = {code: number for number, code in enumerate(CODES[:6], 1)}  # the last two are nobody's
HEADER = "study_code,instrument,wave,score,assessed_on\n"


def swap(code: str) -> str:
    """Swap the first two neighbours that differ."""
    at = next(n for n in range(len(code) - 1) if code[n] != code[n + 1])
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :]


def mistype(code: str) -> str:
    """Replace the third character."""
    return code[:2] + ("7" if code[2] != "7" else "8") + code[3:]


NAMED = {
    "a": CODES[0],
    "b": CODES[1],
    "c": CODES[2],
    "nobody": CODES[7],
    "swapped": swap(CODES[0]),
    "mistyped": mistype(CODES[0]),
    "wide": CODES[0].translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)}),
    "lower": CODES[0].lower(),
}


def fill(text: str) -> str:
    """Put the codes into a text."""
    for name, code in NAMED.items():
        text = text.replace(f"<{name}>", code)
    return text


def judge_file(
    content: bytes | str,
    mapping: FileMapping | None = None,
    *,
    confirmed: Mapping[tuple[str, int], str] | None = None,
    known: Mapping[tuple[int, str, str], float | None] | None = None,
) -> Judged:
    """Read and judge a file without a database."""
    whole = fill(content).encode() if isinstance(content, str) else content
    results, _mapping = read_file("results.csv", whole, mapping)
    return judge(results, ROSTER, known=known or {}, confirmed=confirmed or {})


def list_read(judged: Judged) -> set[tuple[object, ...]]:
    """List what was read and not quarantined, without its place."""
    results = judged.results
    return {
        (
            judged.children[n],
            results.instruments[n],
            results.waves[n],
            results.scores[n],
            results.missing[n] is not None,
            results.assessed[n],
        )
        for n in range(len(results.lines))
        if n not in judged.reasons
    }


def write_csv(
    rows: Sequence[Sequence[str]], separator: str = ",", encoding: str = "utf-8"
) -> bytes:
    """Write rows as CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode(encoding)


def write_book(sheets: Mapping[str, Sequence[Sequence[object]]], *merged: str) -> bytes:
    """Write rows as a workbook, with ranges of its first sheet merged."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for each in merged:
        book.worksheets[0].merge_cells(each)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def map_wide(**others: object) -> FileMapping:
    """Make a mapping of a wide file with one column of scores."""
    columns = {"Words": {"instrument": "words", "wave": "before"}}
    given = {"layout": "wide", "study_code": "Code", "columns": columns, **others}
    return FileMapping(sheets=(SheetMapping.model_validate(given),))
