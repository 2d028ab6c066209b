"""Give quarantined results back as a file, and read what somebody confirmed in it."""

from collections.abc import Iterator, Mapping

from bot.core.codes import format_code, parse_code
from bot.errors import FileRefused, Problem
from bot.intake.cells import text_of
from bot.intake.judging import CODE_CHARACTERS, OF_CODES, Judged, Place
from bot.intake.school_files import read_sheets
from bot.intake.table_files import write_csv
from bot.intake.tables import read_table

COLUMNS = (
    "sheet",
    "line",
    "written_code",
    "instrument",
    "wave",
    "score",
    "assessed_on",
    "reason",
    "suggestion",
    "study_code",
)
FILL_IN = "Fill in study_code in the file that --quarantined wrote."


def render_quarantined(judged: Judged) -> str:
    """Write the quarantined results as CSV; `study_code` is empty, for somebody to fill in."""
    return write_csv(COLUMNS, list_cells(judged))


def list_cells(judged: Judged) -> Iterator[tuple[str, ...]]:
    """Give a row of cells for each quarantined result, in the order of the file."""
    results = judged.results
    for place in sorted(judged.reasons):
        score, day = results.scores[place], results.assessed[place]
        yield (
            results.sheets[place],
            str(results.lines[place]),
            keep_code(results.codes[place]) or "",
            results.instruments[place],
            results.waves[place],
            (results.missing[place] or "") if score is None else f"{score:g}",
            "" if day is None else day.isoformat(),
            str(judged.reasons[place]),
            " or ".join(format_code(each) for each in judged.suggestions.get(place, ())),
            "",
        )


def keep_code(written: str) -> str | None:
    """Give a code as it was written, but for what is no slip in a code and may be a name."""
    return written if 0 < len(written) <= CODE_CHARACTERS and " " not in written else None


def parse_confirmed(name: str, content: bytes) -> dict[Place, str]:
    """Read confirmations: line, study_code, and sheet where the file has several."""
    (sheet,) = read_sheets(name, content)[:1]
    table = read_table(name, sheet)
    missing = [each for each in ("line", "study_code") if each not in table.columns]
    if missing:
        raise FileRefused(
            [Problem(name, 1, f'there is no column "{each}"', FILL_IN) for each in missing]
        )
    sheets = table.columns.get("sheet", [""] * len(table.lines))
    confirmed: dict[Place, str] = {}
    problems = []
    for at, where, line, code in zip(
        table.lines, sheets, table.columns["line"], table.columns["study_code"], strict=True
    ):
        place, written = text_of(line), parse_code(text_of(code))
        if not written:
            continue
        if not place.isdecimal():
            problems.append(Problem(name, at, "this is not the number of a line", FILL_IN))
        elif confirmed.setdefault((text_of(where), int(place)), written) != written:
            problems.append(Problem(name, at, "this line has two study codes", "Write one."))
    if problems:
        raise FileRefused(problems)
    return confirmed


def check_confirmed(
    name: str, judged: Judged, roster: Mapping[str, int], confirmed: Mapping[Place, str]
) -> Iterator[Problem]:
    """Find confirmations of codes that no child has, and of lines that need none."""
    results = judged.results
    wrong = {place for place, reason in judged.reasons.items() if reason.fault in OF_CODES}
    open_places = {(results.sheets[n], results.lines[n]) for n in wrong | judged.corrected}
    for place, code in confirmed.items():
        where = f"line {place[1]}" + (f" of sheet {place[0]}" if place[0] else "")
        if place not in open_places:
            what = f"{where} is not quarantined for its study code"
            yield Problem(name, 0, what, "Leave it out.")
        elif code not in roster:
            what = f"no child has the study code that is confirmed for {where}"
            yield Problem(name, 0, what, "Copy it from the suggestion.")
