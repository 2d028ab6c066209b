"""Find the results in a table, whose columns a mapping names: a row a child, or a row a result."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.errors import FileRefused, Problem
from bot.intake.cells import text_of
from bot.intake.mapping import (
    INSTRUMENT_CHARACTERS,
    WAVE_CHARACTERS,
    Layout,
    Range,
    SheetMapping,
)
from bot.intake.readings import Fault, Reason, explain, find_excess, read_days, read_scores
from bot.intake.school_files import Cell
from bot.intake.tables import Table


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
        results.reasons[first + place] = explain(
            Fault.UNEVEN,
            "the row has {width} cells, the header {columns}",
            width=width,
            columns=len(table.columns),
        )


def translate(cells: Sequence[Cell], function: Callable[[Cell], str]) -> list[str]:
    """Apply a function to every different cell once."""
    known = {cell: function(cell) for cell in set(cells)}
    return list(map(known.__getitem__, cells))


def name_of(cell: Cell) -> str:
    """Give the name of an instrument or a wave, its spaces single."""
    return " ".join(text_of(cell).split())


def check_names(results: Results) -> None:
    """Quarantine the results whose instrument or wave is empty or too long."""
    for texts, most in (
        (results.instruments, INSTRUMENT_CHARACTERS),
        (results.waves, WAVE_CHARACTERS),
    ):
        wrong = {text for text in set(texts) if not 0 < len(text) <= most}
        if not wrong:
            continue
        reason = explain(
            Fault.NO_NAME,
            "write both, an instrument in up to {most} characters, a wave in up to {few}",
            most=INSTRUMENT_CHARACTERS,
            few=WAVE_CHARACTERS,
        )
        for place, text in enumerate(texts):
            if text in wrong:
                results.reasons[place] = reason
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
