"""Look at a school's file or take it in, and tell what came of it as a record that can be kept."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice

from pydantic import BaseModel, ConfigDict

from bot.core.codes import format_code
from bot.errors import FileRefused, Problem
from bot.intake.importing import Arrival, import_apart
from bot.intake.judging import OF_CODES, Judged, Place
from bot.intake.mapping import parse_mapping
from bot.intake.outcome_files import Imported, Read, check_outcomes, read_file
from bot.intake.quarantining import keep_code, render_quarantined
from bot.intake.readings import Reason
from bot.store import Database, Session

MAPPED = "mapping.yaml"
MOST_FIRST, MOST_WRONG = 10, 2_000
STEPS = 3  # of a look: read, judged, told


class Record(BaseModel):
    """A part of what is told."""

    model_config = ConfigDict(frozen=True)


class ToldProblem(Record):
    """Why a file may not be read so."""

    path: str
    line: int
    what: str
    instead: str


class ToldReason(Record):
    """Why a result is quarantined: a kind, a sentence, and what stands in its braces."""

    fault: str
    what: str
    given: dict[str, str] = {}


class ToldCounts(Record):
    """How a file's results ended; `quarantined` is by kind."""

    rows: int
    results: int
    accepted: int
    corrected: int
    withheld: int
    quarantined: dict[str, int]
    known: int
    has_changed: bool


class ToldResult(Record):
    """One result as it was read; `score` is what the file says of a missing one."""

    sheet: str
    line: int
    code: str
    instrument: str
    wave: str
    score: str
    is_missing: bool
    day: str
    reason: ToldReason | None


class ToldLine(Record):
    """A line of which results are quarantined, and which codes may be meant."""

    sheet: str
    line: int
    code: str
    is_of_code: bool
    suggestions: tuple[str, ...]
    results: tuple[ToldResult, ...]


class Told(Record):
    """What came of a file; `quarantined` is a CSV of all that is."""

    name: str
    is_import: bool
    problems: tuple[ToldProblem, ...] = ()
    counts: ToldCounts | None = None
    first: tuple[ToldResult, ...] = ()
    wrong: tuple[ToldLine, ...] = ()
    wrong_lines: int = 0
    quarantined: str = ""


@dataclass(frozen=True)
class Asked:
    """What is asked of a file: a look, or an import with what somebody confirmed."""

    name: str
    content: bytes
    mapping: str  # a mapping file's text; "" for a file that needs none
    is_import: bool = False
    confirmed: Mapping[Place, str] = field(default_factory=dict)
    confirmed_in: str = ""


async def take_in(
    database: Database,
    asked: Asked,
    *,
    now: datetime,
    note: Callable[[Session], Awaitable[None]],
    show_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Told:
    """Do what is asked, `note` within the import's own transaction; problems are told too."""
    try:
        read = await asyncio.to_thread(read_asked, asked)
        show_progress(1, STEPS)
        if asked.is_import:
            arrival = Arrival(asked.name, asked.content, read, asked.confirmed, asked.confirmed_in)
            imported = await import_apart(
                database, arrival, now=now, note=note, show_progress=show_progress
            )
        else:
            async with database.reading() as session:
                imported = await check_outcomes(session, asked.name, asked.content, read=read)
            show_progress(2, STEPS)
        return await asyncio.to_thread(tell, imported, is_import=asked.is_import)
    except FileRefused as refused:
        problems = tuple(tell_problem(each) for each in refused.problems)
        return Told(name=asked.name, is_import=asked.is_import, problems=problems)


def read_asked(asked: Asked) -> Read:
    """Read the mapping, and the file by it; raise FileRefused."""
    mapping = parse_mapping(MAPPED, asked.mapping.encode()) if asked.mapping else None
    return read_file(asked.name, asked.content, mapping)


def tell(imported: Imported, *, is_import: bool) -> Told:
    """Tell what came of a file, as far as a page can show it."""
    judged = imported.judged
    results, reasons = judged.results, judged.reasons
    wrong_lines = {(results.sheets[place], results.lines[place]) for place in reasons}
    return Told(
        name=imported.name,
        is_import=is_import,
        counts=tell_counts(imported),
        first=tuple(tell_result(judged, n) for n in range(min(MOST_FIRST, len(results.lines)))),
        wrong=tuple(islice(list_wrong(judged), MOST_WRONG)),
        wrong_lines=len(wrong_lines),
        quarantined=render_quarantined(judged) if reasons else "",
    )


def list_wrong(judged: Judged) -> Iterator[ToldLine]:
    """List the lines that have quarantined results, in the order of the file."""
    results, order = judged.results, dict[str, int]()
    for place in judged.reasons:
        order.setdefault(results.sheets[place], len(order))

    def where(place: int) -> tuple[int, int]:
        return order[results.sheets[place]], results.lines[place]

    for _, found in groupby(sorted(judged.reasons, key=where), key=where):
        places = list(found)
        first = places[0]
        near = next((each for n in places if (each := judged.suggestions.get(n))), ())
        yield ToldLine(
            sheet=results.sheets[first],
            line=results.lines[first],
            code=keep_code(results.codes[first]) or "",
            is_of_code=any(judged.reasons[n].fault in OF_CODES for n in places),
            suggestions=tuple(format_code(each) for each in near),
            results=tuple(tell_result(judged, n) for n in places),
        )


def tell_result(judged: Judged, place: int) -> ToldResult:
    """Tell one result as it was read."""
    results = judged.results
    score, day = results.scores[place], results.assessed[place]
    reason = judged.reasons.get(place)
    return ToldResult(
        sheet=results.sheets[place],
        line=results.lines[place],
        code=keep_code(results.codes[place]) or "",
        instrument=results.instruments[place],
        wave=results.waves[place],
        score=(results.missing[place] or "") if score is None else f"{score:g}",
        is_missing=score is None and place not in judged.reasons,
        day=day.isoformat() if day else "",
        reason=tell_reason(reason) if reason else None,
    )


def tell_reason(reason: Reason) -> ToldReason:
    """Tell why a result is quarantined."""
    return ToldReason(fault=str(reason.fault), what=reason.what, given=dict(reason.given))


def tell_counts(imported: Imported) -> ToldCounts:
    """Tell how a file's results ended."""
    counts = imported.counts
    quarantined = {str(fault): many for fault, many in sorted(counts.quarantined.items())}
    return ToldCounts(
        **{**vars(counts), "quarantined": quarantined}, has_changed=imported.has_changed
    )


def tell_problem(problem: Problem) -> ToldProblem:
    """Tell why a file may not be read so."""
    return ToldProblem(
        path=str(problem.path), line=problem.line, what=problem.what, instead=problem.instead
    )
