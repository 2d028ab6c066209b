"""Take in a CSV of results, whole or not at all, as often as somebody likes."""

import csv
import hashlib
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.codes import is_study_code, parse_code
from bot.errors import FileRefused, Problem
from bot.intake.identities import find_identity, names_a_person
from bot.store import Session, outcomes

NEEDED = ("study_code", "instrument", "wave", "score")
ALLOWED = (*NEEDED, "assessed_on")
INSTRUMENT_CHARACTERS, WAVE_CHARACTERS = 80, 40


@dataclass(frozen=True)
class Result:
    """One row that can be taken in."""

    line: int
    study_code: str
    instrument: str
    wave: str
    score: float
    assessed_on: date | None


@dataclass(frozen=True)
class ImportedOutcomes:
    """What came of a file."""

    name: str
    rows: int
    new: int

    def __str__(self) -> str:
        """Say it in a sentence."""
        if self.new:
            return f"{self.name}: {self.new} of {self.rows} results are new and taken in."
        return f"{self.name}: all {self.rows} results are known already; nothing has changed."


async def import_outcomes(
    session: Session, name: str, content: bytes, *, now: datetime
) -> ImportedOutcomes:
    """Take in a file within the caller's transaction; raise FileRefused with every problem."""
    results = parse_results(name, content)
    children = await outcomes.list_study_codes(session)
    known = await outcomes.list_known(session)
    problems = [
        *check_codes(name, results, children),
        *check_conflicts(name, results, children, known),
    ]
    if problems:
        raise FileRefused(problems)
    fresh = [
        result
        for result in results
        if (children[result.study_code], result.instrument, result.wave) not in known
    ]
    digest = hashlib.sha256(content).hexdigest()
    if fresh and not await outcomes.find_file(session, digest):
        file = await outcomes.add_file(session, digest, name=name, rows=len(results), now=now)
        for result in fresh:
            await outcomes.add_outcome(
                session,
                file,
                child_id=children[result.study_code],
                instrument=result.instrument,
                wave=result.wave,
                score=result.score,
                line=result.line,
                assessed_on=result.assessed_on,
            )
    return ImportedOutcomes(name, len(results), len(fresh))


def parse_results(name: str, content: bytes) -> list[Result]:
    """Read every row; raise FileRefused with every one that cannot be read."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused(
            [Problem(name, 0, "this is not UTF-8 text", "Save it as CSV UTF-8.")]
        ) from None
    header = text.splitlines()[0] if text.strip() else ""
    separator = ";" if ";" in header else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=separator)
    problems = list(check_header(name, rows.fieldnames or []))
    if problems:
        raise FileRefused(problems)
    results: list[Result] = []
    for row in rows:
        found = list(check_row(name, rows.line_num, row))
        problems += found
        if not found:
            results.append(read_row(rows.line_num, row))
    problems += check_repeats(name, results)
    if not problems and not results:
        problems.append(Problem(name, 0, "there are no results", "Write one row for each result."))
    if problems:
        raise FileRefused(problems)
    return results


def check_header(name: str, columns: Sequence[str]) -> Iterator[Problem]:
    """Check the names of the columns."""
    use = f"Use: {', '.join(ALLOWED)}."
    for column in columns:
        if names_a_person(column):
            yield Problem(
                name, 1, f'the column "{column}" seems to tell who a child is', "Remove it. " + use
            )
        elif column not in ALLOWED:
            yield Problem(name, 1, f'unknown column "{column}"', use)
    for column in NEEDED:
        if column not in columns:
            yield Problem(name, 1, f'the column "{column}" is missing', use)


def check_row(name: str, line: int, row: Mapping[str | None, str | None]) -> Iterator[Problem]:
    """Check what one row says."""
    if None in row or None in row.values():
        yield Problem(name, line, "this row has another number of cells", "Write one a column.")
        return
    cells = {str(key): (value or "").strip() for key, value in row.items()}
    for column, cell in cells.items():
        kind = find_identity(cell)
        if kind:
            yield Problem(
                name, line, f'"{column}" holds what looks like {kind}', "Use study codes alone."
            )
            return
    for column, most in (("instrument", INSTRUMENT_CHARACTERS), ("wave", WAVE_CHARACTERS)):
        if not 0 < len(cells[column]) <= most:
            yield Problem(
                name, line, f'"{column}" is empty or too long', f"Write up to {most} characters."
            )
    if parse_score(cells["score"]) is None:
        yield Problem(
            name, line, f'"{cells["score"]}" is not a score', "Write a number, such as 12.5."
        )
    if cells.get("assessed_on") and parse_day(cells["assessed_on"]) is None:
        yield Problem(
            name,
            line,
            f'"{cells["assessed_on"]}" is not a date',
            "Write year-month-day: 2026-05-31.",
        )
    code = parse_code(cells["study_code"])
    if not is_study_code(code):
        yield Problem(
            name,
            line,
            f'"{cells["study_code"]}" is no study code: a character is wrong or missing',
            "Copy it from the list that `kuffert cards issue` printed.",
        )


def read_row(line: int, row: Mapping[str, str]) -> Result:
    """Read a row that was found right."""
    cells = {key: value.strip() for key, value in row.items()}
    return Result(
        line=line,
        study_code=parse_code(cells["study_code"]),
        instrument=cells["instrument"],
        wave=cells["wave"],
        score=parse_score(cells["score"]) or 0.0,
        assessed_on=parse_day(cells.get("assessed_on", "")),
    )


def parse_score(text: str) -> float | None:
    """Read a score, with a decimal point or comma."""
    try:
        score = float(text.replace(",", "."))
    except ValueError:
        return None
    return score if math.isfinite(score) else None


def parse_day(text: str) -> date | None:
    """Read a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def check_repeats(name: str, results: list[Result]) -> Iterator[Problem]:
    """Find a child's result that stands in the file twice."""
    first: dict[tuple[str, str, str], int] = {}
    for result in results:
        key = (result.study_code, result.instrument, result.wave)
        if key in first:
            yield Problem(
                name,
                result.line,
                f"this child's {result.instrument}, {result.wave} stands in line {first[key]}",
                "Keep one of the two.",
            )
        first.setdefault(key, result.line)


def check_codes(name: str, results: list[Result], children: Mapping[str, int]) -> Iterator[Problem]:
    """Find study codes that no child has."""
    unknown = [result for result in results if result.study_code not in children]
    instead = "Use the codes that `kuffert cards issue` printed."
    if unknown and len(unknown) == len(results):
        yield Problem(name, 0, "none of its study codes is on the roster", instead)
        return
    for result in unknown:
        yield Problem(
            name, result.line, f'no child has the study code "{result.study_code}"', instead
        )


def check_conflicts(
    name: str,
    results: list[Result],
    children: Mapping[str, int],
    known: Mapping[tuple[int, str, str], float],
) -> Iterator[Problem]:
    """Find results that differ from what an earlier file said."""
    for result in results:
        child_id = children.get(result.study_code, 0)
        before = known.get((child_id, result.instrument, result.wave))
        if before is not None and before != result.score:
            yield Problem(
                name,
                result.line,
                f"an earlier file says {before:g} for {result.instrument}, {result.wave}",
                "Ask the school which is right; nothing has been taken in.",
            )
