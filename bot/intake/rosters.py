"""Take in a centre's list of children, whole or not at all, as often as somebody likes."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import SystemRandom

from bot.core.codes import draw_study_code
from bot.errors import FileRefused, Problem
from bot.intake.identities import find_identity, is_like_name, names_a_person
from bot.intake.roster_rows import (
    COLUMNS,
    RosterRow,
    list_repeats,
    name_languages,
    read_row,
)
from bot.intake.table_files import NumberedRow, Sheet, name_column, read_sheets, write_csv
from bot.store import Session, centres, deployment, rosters
from bot.store.rosters import Known
from bot.store.states import LevelSource
from bot.store.tables import Centre, Child

USE = f"Use: {', '.join(COLUMNS)}."
REMOVE = "Remove it: a child is known by its study code alone."
PROBLEM = "problem"  # the column that comes back; one who puts rows right may leave it there
CODES = "roster "  # what a file's drawn codes are remembered by, so that it can come again


@dataclass(frozen=True)
class Roster:
    """A file as it was read: its columns, its rows as they are written, and what they say.

    A row is among `rows` or has problems, never both.
    """

    columns: tuple[str, ...]
    written: tuple[NumberedRow, ...]
    rows: tuple[RosterRow, ...]
    problems: tuple[Problem, ...]

    @property
    def is_without_codes(self) -> bool:
        """Say whether there is a child in it that has no study code yet."""
        return any(row.study_code is None for row in self.rows)

    def write_rejected(self) -> str:
        """Write the rows that are wrong as CSV, each with what is wrong with it."""
        said: dict[int, list[str]] = {}
        for each in self.problems:
            said.setdefault(each.line, []).append(f"{each.what}. {each.instead}")
        bad = [row for row in self.written if row.line in said]
        width = max((len(row.cells) for row in bad), default=0)
        columns = pad(self.columns, width)
        kept = [place for place, column in enumerate(columns) if column != PROBLEM]
        return write_csv(
            [*(columns[place] for place in kept), PROBLEM],
            [
                [*(pad(row.cells, len(columns))[place] for place in kept), " ".join(said[row.line])]
                for row in bad
            ],
        )

    def write_with_codes(self) -> str:
        """Write the rows that are right as CSV, each with its study code first."""
        codes = {row.line: row.study_code or "" for row in self.rows}
        others = [
            place
            for place, column in enumerate(self.columns)
            if column not in ("study_code", PROBLEM)
        ]
        return write_csv(
            ["study_code", *(self.columns[place] for place in others)],
            [
                [codes[row.line], *(pad(row.cells, len(self.columns))[place] for place in others)]
                for row in self.written
                if row.line in codes
            ],
        )


@dataclass(frozen=True)
class ImportedRoster:
    """What came of a file."""

    name: str
    new: int
    changed: int
    same: int
    kept_levels: int
    problems: tuple[Problem, ...] = ()  # of the rows that were left out

    def __str__(self) -> str:
        """Say it in a few sentences."""
        if self.new or self.changed:
            said = f"{self.name}: {self.new} new, {self.changed} changed, {self.same} as they were."
        else:
            said = f"{self.name}: all {self.same} are known already; nothing has changed."
        if self.problems:
            said += f" Rows left out: {len({each.line for each in self.problems})}."
        if self.kept_levels:
            said += f" Levels left as the family wished: {self.kept_levels}."
        return said


def pad(cells: Sequence[str], width: int) -> list[str]:
    """Give a row's cells, as many as there are columns."""
    return [*cells, *[""] * (width - len(cells))]


# Reading


def parse_roster(name: str, content: bytes, *, now: datetime) -> Roster:
    """Read a file; raise FileRefused for what tells who somebody is, or where columns are wrong."""
    sheets = read_sheets(name, content)
    personal = [problem for sheet in sheets for problem in find_personal(name, sheet)]
    if personal:
        raise FileRefused(personal)
    if len(sheets) > 1:
        titles = ", ".join(sheet.title for sheet in sheets)
        what = f"something is written in {len(sheets)} sheets: {titles}"
        raise FileRefused([Problem(name, 0, what, "Keep the one with the children.")])
    header, *written = sheets[0].rows
    columns = tuple(normalise(cell) for cell in header.cells)
    problems = list(check_columns(name, header.line, columns))
    if not problems and not written:
        problems.append(Problem(name, 0, "there are no children", "Write one row for each child."))
    if problems:
        raise FileRefused(problems)
    return read_rows(name, columns, written, now=now)


def normalise(column: str) -> str:
    """Bring a column's name into its own form: `Study code` is study_code."""
    return "_".join(column.lower().replace("-", " ").replace("_", " ").split())


def find_personal(name: str, sheet: Sheet) -> Iterator[Problem]:
    """Find what would tell who somebody is, by row and column, without saying it again."""
    header = sheet.rows[0]
    where = f', in the sheet "{sheet.title}",' if sheet.title else ""
    for place, cell in enumerate(header.cells):
        if normalise(cell) not in COLUMNS and names_a_person(cell):
            what = f"column {name_column(place)}{where} seems to tell who a child is by its heading"
            yield Problem(name, header.line, what, REMOVE)
    for row in sheet.rows:
        for place, cell in enumerate(row.cells):
            kind = find_identity(cell) or find_name(cell)
            if kind:
                what = f"column {name_column(place)}{where} holds what looks like {kind}"
                yield Problem(name, row.line, what, REMOVE)


def find_name(cell: str) -> str | None:
    """Say that a cell reads as somebody's name, unless a language is called so."""
    is_name = is_like_name(cell) and cell.casefold() not in name_languages()
    return "a name" if is_name and normalise(cell) not in COLUMNS else None


def check_columns(name: str, line: int, columns: Sequence[str]) -> Iterator[Problem]:
    """Check the names of the columns."""
    seen: set[str] = set()
    for place, column in enumerate(columns):
        if column in seen and column:
            yield Problem(name, line, f'the column "{column}" stands there twice', "Keep one.")
        elif column not in (*COLUMNS, PROBLEM):
            what = f"column {name_column(place)} has a heading that is not known"
            yield Problem(name, line, what, USE)
        seen.add(column)


def read_rows(
    name: str, columns: tuple[str, ...], written: Sequence[NumberedRow], *, now: datetime
) -> Roster:
    """Read every row; what is wrong becomes a problem of its row."""
    rows: list[RosterRow] = []
    problems: list[Problem] = []
    for each in written:
        if any(each.cells[len(columns) :]):
            what = f"this row has more cells than the {len(columns)} columns"
            problems.append(Problem(name, each.line, what, "Write one a column."))
            continue
        cells = dict(zip(columns, each.cells, strict=False))
        row = read_row(each.line, cells, today=now.date())
        if isinstance(row, RosterRow):
            rows.append(row)
        else:
            problems += [Problem(name, each.line, wrong.what, wrong.instead) for wrong in row]
    read = Roster(columns, tuple(written), tuple(rows), tuple(problems))
    repeats = [
        Problem(
            name, row.line, f"this study code stands in line {line} too", "Keep one of the two."
        )
        for row, line in list_repeats(rows)
    ]
    return reject(read, repeats)


def reject(roster: Roster, problems: Sequence[Problem]) -> Roster:
    """Turn rows with problems into rejected ones."""
    lines = {each.line for each in problems}
    return replace(
        roster,
        rows=tuple(row for row in roster.rows if row.line not in lines),
        problems=(*roster.problems, *problems),
    )


async def check_roster(session: Session, roster: Roster, *, name: str, centre: Centre) -> Roster:
    """Reject the rows whose study codes are those of other centres' children."""
    elsewhere = await rosters.list_codes_elsewhere(session, centre)
    instead = (
        f'Leave it out: a list holds the children of one centre, here "{centre.code}". '
        "A child that has moved stays in the list of its first centre."
    )
    return reject(
        roster,
        [
            Problem(name, row.line, "this study code is of a child of another centre", instead)
            for row in roster.rows
            if row.study_code in elsewhere
        ],
    )


# Taking in


async def give_codes(session: Session, roster: Roster, content: bytes, *, centre: Centre) -> Roster:
    """Give each child without a study code a drawn one: the same ones when the file comes again."""
    if not roster.is_without_codes:
        return roster
    digest = hashlib.sha256(f"{centre.code}\n".encode() + content).hexdigest()
    key = CODES + digest[:32]
    known = await deployment.find_value(session, key) or ""
    drawn = dict(each.split(":") for each in known.split())
    rows = []
    for row in roster.rows:
        if row.study_code is None:
            code = drawn.get(str(row.line)) or await draw_free_code(session)
            drawn[str(row.line)] = code
            row = replace(row, study_code=code)
        rows.append(row)
    await deployment.record_value(session, key, " ".join(f"{n}:{c}" for n, c in drawn.items()))
    return replace(roster, rows=tuple(rows))


async def draw_free_code(session: Session) -> str:
    """Draw a study code that nobody has."""
    rng = SystemRandom()
    code = draw_study_code(rng)
    while await centres.is_study_code_taken(session, code):
        code = draw_study_code(rng)
    return code


async def import_roster(
    session: Session, roster: Roster, *, name: str, centre: Centre, now: datetime
) -> ImportedRoster:
    """Take in the rows that are right, within the caller's transaction; each has its code."""
    known = await rosters.list_known(session, centre)
    new = changed = kept = 0
    for row in roster.rows:
        before = known.get(row.study_code or "")
        child = before.child if before else await enrol(session, centre, row, now=now)
        is_kept = before is not None and keeps_level(child, row)
        is_changed = await update_child(session, child, row, keeps_level=is_kept)
        is_changed |= await update_entry(session, child, row, known=known, now=now)
        kept += is_kept
        new += before is None
        changed += before is not None and is_changed
    same = len(roster.rows) - new - changed
    return ImportedRoster(name, new, changed, same, kept, tuple(sorted(roster.problems)))


async def enrol(session: Session, centre: Centre, row: RosterRow, *, now: datetime) -> Child:
    """Put a new child on the roster."""
    return await centres.enrol_child(
        session, centre, study_code=row.study_code or "", birth_month=row.birth_month, now=now
    )


def keeps_level(child: Child, row: RosterRow) -> bool:
    """Say whether a family has wished another level than its school's list says."""
    is_wish = child.level_source is LevelSource.WISH
    return is_wish and row.level is not None and row.level is not child.level


async def update_child(
    session: Session, child: Child, row: RosterRow, *, keeps_level: bool
) -> bool:
    """Write down a child's month of birth and level where they are others; say whether any was."""
    is_changed = False
    if row.birth_month and row.birth_month != child.birth_month:
        await centres.record_birth_month(session, child, row.birth_month)
        is_changed = True
    is_wish = child.level_source is LevelSource.WISH
    is_known = child.level is row.level and child.level_source is LevelSource.ROSTER
    if row.level and not keeps_level and not is_wish and not is_known:
        await centres.record_level(session, child, row.level, source=LevelSource.ROSTER)
        is_changed = True
    return is_changed


async def update_entry(
    session: Session, child: Child, row: RosterRow, *, known: Mapping[str, Known], now: datetime
) -> bool:
    """Write down what else a list says of a child; what it leaves open stays as it was."""
    before = known.get(child.study_code)
    entry = before.entry if before else None
    was = (entry.home_language, entry.baseline, entry.disadvantage) if entry else (None, None, None)
    language = row.home_language or was[0]
    baseline = was[1] if row.baseline is None else row.baseline
    disadvantage = row.disadvantage or was[2]
    if entry and was == (language, baseline, disadvantage):
        return False
    await rosters.record_entry(
        session,
        child,
        home_language=language,
        baseline=baseline,
        disadvantage=disadvantage,
        now=now,
    )
    return True
