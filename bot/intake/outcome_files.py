"""Check a school's file of results, take it in as often as somebody likes, and take it back."""

import asyncio
import gc
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.core.codes import parse_code
from bot.errors import BotError, FileRefused, Problem
from bot.intake.identifying import check_cells, check_header
from bot.intake.judging import Counts, Judged, Place, count_ends, judge
from bot.intake.layouts import Results, read_results
from bot.intake.mapping import TIDY_TOO, make_tidy_mapping
from bot.intake.mapping import Mapping as FileMapping
from bot.intake.quarantining import check_confirmed, keep_code
from bot.intake.readings import choose_order, read_scores
from bot.intake.school_files import Sheet, read_sheets
from bot.intake.tables import Table, read_table
from bot.store import Session, linking, outcomes
from bot.store.evaluation_tables import OutcomeFile
from bot.store.outcomes import Stamp, StoredOutcome
from bot.store.states import OutcomeEnd

NEEDS_MAPPING = (
    "Write study_code, instrument, wave, score and, if you have it, assessed_on; "
    "or have a mapping proposed: `kuffert outcomes check FILE`."
)


Read = tuple[Results, FileMapping]


@dataclass(frozen=True)
class Imported:
    """What came of a file."""

    name: str
    judged: Judged
    counts: Counts
    has_changed: bool = False

    def list_lines(self) -> list[str]:
        """Say it in lines."""
        lines = [f"{self.name}: {self.counts.list_lines()[0]}.", *self.counts.list_lines()[1:]]
        if not self.has_changed:
            return [*lines, "Nothing has changed."]
        return lines


@contextmanager
def sparing_the_collector() -> Iterator[None]:
    """Keep Python from looking for garbage among millions of cells, of which none is."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_file(name: str, content: bytes, mapping: FileMapping | None) -> Read:
    """Read every result of a file; raise FileRefused where it may not be read, or not so."""
    sheets = read_sheets(name, content)
    problems = [problem for sheet in sheets for problem in check_cells(name, sheet)]
    if problems:
        raise FileRefused(problems)
    if mapping is None:
        tables, mapping = read_tidy(name, sheets)
    else:
        tables = [
            find_table(name, sheets, each.sheet, each.header_row, each.header_rows)
            for each in mapping.sheets
        ]
    pairs = list(zip(tables, mapping.sheets, strict=True))
    problems = [
        problem for table, each in pairs for problem in check_header(table, each.header_row)
    ]
    if problems:
        raise FileRefused(problems)
    results = Results()
    for table, each in pairs:
        append(results, read_results(table, each))
    if not results.lines:
        raise FileRefused([Problem(name, 0, "there are no results", "Write one row for each.")])
    return results, mapping


def read_tidy(name: str, sheets: list[Sheet]) -> tuple[list[Table], FileMapping]:
    """Read a file that needs no mapping, since its columns have our names."""
    table = find_table(name, sheets, "", 1, 1) if len(sheets) == 1 else None
    problems = list(check_header(table, 1)) if table else []
    if problems:
        raise FileRefused(problems)
    mapping = make_tidy_mapping(table.columns) if table else None
    if table is None or mapping is None:
        raise FileRefused([Problem(name, 0, "this file needs a mapping", NEEDS_MAPPING)])
    return [table], mapping


def is_tidy(name: str, sheets: list[Sheet]) -> bool:
    """Say whether a file needs no mapping: its columns have our names, and read in one way."""
    if len(sheets) != 1:
        return False
    table = read_table(name, sheets[0])
    mapping = make_tidy_mapping(table.columns)
    if mapping is None:
        return False
    try:
        read_scores(table, mapping.sheets[0], column="score", limits=None)
        if TIDY_TOO in table.columns:
            choose_order(table, TIDY_TOO, set(table.columns[TIDY_TOO]))
    except FileRefused:
        return False
    return True


def find_table(
    name: str, sheets: list[Sheet], called: str, header_row: int, header_rows: int
) -> Table:
    """Find a sheet by its name, and read its table; the only sheet needs none."""
    found = [sheet for sheet in sheets if sheet.name == called]
    if not called and len(sheets) == 1:
        found = sheets
    if not found:
        there = ", ".join(sheet.name for sheet in sheets) or "none"
        what = f'there is no sheet "{called}"' if sheets else "there is nothing in it"
        raise FileRefused([Problem(name, 0, what, f"There are: {there}.")])
    return read_table(name, found[0], header_row=header_row, header_rows=header_rows)


def append(results: Results, more: Results) -> None:
    """Put the results of another sheet behind those that are there."""
    first = len(results.lines)
    results.rows += more.rows
    for name in (
        "sheets",
        "lines",
        "codes",
        "instruments",
        "waves",
        "scores",
        "missing",
        "assessed",
    ):
        getattr(results, name).extend(getattr(more, name))
    results.reasons |= {first + place: reason for place, reason in more.reasons.items()}


async def check_outcomes(
    session: Session,
    name: str,
    content: bytes,
    *,
    mapping: FileMapping | None = None,
    read: Read | None = None,
) -> Imported:
    """Say what an import would do, and change nothing; `read` is the file where it is read."""
    with sparing_the_collector():
        read = read or read_file(name, content, mapping)
        judged, _file = await judge_file(session, content, read, {}, "")
        withheld = await linking.list_withheld(session)
        return Imported(name, judged, count_ends(judged, withheld), has_changed=True)


async def judge_file(
    session: Session,
    content: bytes,
    read: Read,
    confirmed: Mapping[Place, str],
    confirmed_in: str,
) -> tuple[Judged, OutcomeFile | None]:
    """Judge a file that is read; what was confirmed at an earlier import of it stays confirmed."""
    results, _mapping = read
    file = await outcomes.find_file(session, hashlib.sha256(content).hexdigest())
    roster = await outcomes.list_study_codes(session)
    known = await outcomes.list_known(session, besides=file)
    before = await list_confirmed(session, file, results, roster) if file else {}
    judged = await asyncio.to_thread(
        judge, results, roster, known=known, confirmed={**before, **confirmed}
    )
    problems = list(check_confirmed(confirmed_in, judged, roster, confirmed))
    if problems:
        raise FileRefused(problems)
    return judged, file


async def list_confirmed(
    session: Session, file: OutcomeFile, results: Results, roster: Mapping[str, int]
) -> dict[Place, str]:
    """List what was confirmed at an earlier import of the same file."""
    codes = {child_id: code for code, child_id in roster.items()}
    kept = {
        (each.line, each.written_code, each.instrument, each.wave): codes[each.child_id]
        for each in await outcomes.list_stored(session, file)
        if each.child_id in codes and is_confirmed(each, codes[each.child_id])
    }
    if not kept:
        return {}
    places: defaultdict[tuple[int, str | None, str, str], set[Place]] = defaultdict(set)
    for sheet, line, code, instrument, wave in zip(
        results.sheets,
        results.lines,
        results.codes,
        results.instruments,
        results.waves,
        strict=True,
    ):
        key = (line, keep_code(code), instrument, wave)
        if key in kept:
            places[key].add((sheet, line))
    # what could be a line of one sheet or of another is not taken for either
    return {place: kept[key] for key, (place, *others) in places.items() if not others}


def is_confirmed(kept: StoredOutcome, code: str) -> bool:
    """Say whether a result is a child's only since somebody said so."""
    if kept.ended is OutcomeEnd.CORRECTED:
        return True
    return kept.written_code is not None and parse_code(kept.written_code) != code


@dataclass(frozen=True)
class Prepared:
    """A file that is judged, what is to be kept of it, and what judging it rested upon."""

    imported: Imported
    digest: str
    mapping: str
    rows: list[StoredOutcome]
    stamp: Stamp


async def import_outcomes(
    session: Session,
    name: str,
    content: bytes,
    *,
    now: datetime,
    mapping: FileMapping | None = None,
    confirmed: Mapping[Place, str] | None = None,
    confirmed_in: str = "",
) -> Imported:
    """Take in a file within the caller's transaction; raise FileRefused with every problem."""
    read = read_file(name, content, mapping)
    prepared = await prepare_import(
        session, name, content, read=read, confirmed=confirmed or {}, confirmed_in=confirmed_in
    )
    return await store_prepared(session, prepared, now=now)


async def prepare_import(
    session: Session,
    name: str,
    content: bytes,
    *,
    read: Read,
    confirmed: Mapping[Place, str],
    confirmed_in: str,
) -> Prepared:
    """Judge a file that is read, and change nothing; raise FileRefused with every problem."""
    with sparing_the_collector():
        stamp = await outcomes.read_stamp(session)
        judged, file = await judge_file(session, content, read, confirmed, confirmed_in)
        counts = count_ends(judged, await linking.list_withheld(session))
        spelt = read[1].model_dump_json()
        if file and not file.undone_at and file.mapping != spelt:
            raise BotError(
                f"{name} was taken in with another mapping. "
                f"Take it back first: `kuffert outcomes undo {file.digest[:12]}`."
            )
        rows = await asyncio.to_thread(lambda: list(list_rows(judged)))
        before = await outcomes.list_stored(session, file) if file else []
        is_new = bool(rows) if file is None or file.undone_at else set(rows) != set(before)
        digest = hashlib.sha256(content).hexdigest()
        imported = Imported(name, judged, counts, has_changed=is_new)
        return Prepared(imported, digest, spelt, rows, stamp)


async def store_prepared(
    session: Session,
    prepared: Prepared,
    *,
    now: datetime,
    show_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Imported:
    """Keep what is prepared, within the caller's transaction."""
    imported, rows = prepared.imported, prepared.rows
    if imported.has_changed:
        file = await outcomes.record_file(
            session,
            prepared.digest,
            name=imported.name,
            rows=imported.judged.results.rows,
            mapping=prepared.mapping,
            now=now,
        )
        await outcomes.remove_outcomes(session, file)
        await outcomes.add_outcomes(
            session, file, rows, show_progress=lambda done: show_progress(done, len(rows))
        )
    return imported


def list_rows(judged: Judged) -> Iterator[StoredOutcome]:
    """List what is to be kept; what an earlier file says too is kept there."""
    results, reasons = judged.results, judged.reasons
    columns = zip(
        judged.children,
        results.lines,
        results.codes,
        results.instruments,
        results.waves,
        results.scores,
        results.missing,
        results.assessed,
        strict=True,
    )
    for place, (child, line, code, instrument, wave, score, missing, day) in enumerate(columns):
        if place in judged.known:
            continue
        reason = reasons.get(place)
        ended = judged.ended(place)
        is_clean = ended is OutcomeEnd.ACCEPTED
        yield StoredOutcome(
            line,
            child,
            None if is_clean else keep_code(code),
            instrument,
            wave,
            score,
            missing,
            day,
            ended,
            str(reason) if reason else None,
        )


async def undo_outcomes(session: Session, called: str, *, now: datetime) -> str:
    """Take a file back, by its name or the beginning of its hash; say what was taken out."""
    files = await outcomes.list_files(session, called)
    if not files:
        raise BotError(f'No file in use is called "{called}", and no hash begins so.')
    if len(files) > 1:
        hashes = ", ".join(file.digest[:12] for file in files)
        raise BotError(f'{len(files)} files are called "{called}". Name one by its hash: {hashes}.')
    removed = await outcomes.record_undone(session, files[0], now=now)
    return (
        f"{files[0].name} is taken back: {removed:,} results are out. What another file said too "
        "comes back when that file is imported again."
    )
