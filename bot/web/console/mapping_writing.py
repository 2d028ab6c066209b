"""Make a mapping of the fields of a form, and find what they leave open."""

from collections.abc import Iterator, Mapping, Sequence

import yaml

from bot.errors import Problem
from bot.web.console.mapping_form import (
    CODE,
    OUT,
    ROLES,
    SAMPLE_LENGTH,
    SCORE,
    SINGLE,
    TEST,
    WAVE,
    WIDE,
    ColumnForm,
    SheetForm,
    count_of,
)

CALLED = {
    "code": "study code",
    "day": "date of assessment",
    "test": "instrument",
    "wave": "wave",
}


def check_forms(name: str, forms: Sequence[SheetForm]) -> list[Problem]:
    """Find what the fields leave open, or say twice."""
    used = [each for each in forms if each.is_used]
    if not used:
        return [Problem(name, 0, "no sheet is used", "Use one that has results.")]
    return [problem for each in used for problem in check_form(each.sheet or name, each)]


def check_form(place: str, form: SheetForm) -> Iterator[Problem]:
    """Find what the fields of one sheet leave open, or say twice."""
    named = {role: [each.name for each in form.columns if each.role == role] for role in ROLES}
    for role, called in CALLED.items():
        if len(named[role]) > 1:
            columns = ", ".join(f'"{each}"' for each in named[role])
            yield Problem(place, 0, f"{columns} are both the {called}", "Choose one.")
    if not named[CODE]:
        yield Problem(place, 0, "no column is the study code", "Say which one has the codes.")
    if not named[SCORE]:
        yield Problem(place, 0, "no column is a score", "Say which ones have scores.")
    yield from check_wide(place, form) if form.layout == WIDE else check_long(place, named, form)
    if form.header_row != str(count_of(form.header_row)):
        yield Problem(place, 0, "the line of the header is no number", "Write one, from 1.")


def check_wide(place: str, form: SheetForm) -> Iterator[Problem]:
    """Find what a layout with a row for each child leaves open."""
    for each in form.columns:
        if each.role in (TEST, WAVE):
            what = f'"{each.name}" is of the other layout: a row for each child has none'
            yield Problem(place, 0, what, "Leave it out, or choose a row for each result.")
        if each.role != SCORE:
            continue
        if not each.instrument:
            yield Problem(place, 0, f'"{each.name}" has no instrument', "Name the test.")
        if not each.wave:
            yield Problem(place, 0, f'"{each.name}" has no wave', "Write one, such as before.")
        if (each.lowest or each.highest) and not are_limits(each.lowest, each.highest):
            what = f'"{each.name}": lowest and highest are not two numbers'
            yield Problem(place, 0, what, "Write both, or none.")


def check_long(
    place: str, named: Mapping[str, Sequence[str]], form: SheetForm
) -> Iterator[Problem]:
    """Find what a layout with a row for each result leaves open."""
    if not named[TEST]:
        yield Problem(place, 0, "no column is the instrument", "Say which one names the tests.")
    if len(named[SCORE]) > 1:
        columns = ", ".join(f'"{each}"' for each in named[SCORE])
        yield Problem(place, 0, f"{columns} are both the score", "Choose one.")
    if not named[WAVE] and not form.only_wave:
        yield Problem(place, 0, "no wave is named", "Name its column, or write the wave of all.")
    for line in form.ranges.splitlines():
        if line.strip() and part_range(line) is None:
            what = f'"{line.strip()[:SAMPLE_LENGTH]}" is no range'
            yield Problem(place, 0, what, "Write the instrument and two numbers: words 0 40.")


def are_limits(lowest: str, highest: str) -> bool:
    """Say whether two texts are numbers."""
    try:
        return float(as_number(lowest)) <= float(as_number(highest))
    except ValueError:
        return False


def as_number(text: str) -> str:
    """Write a number with a point."""
    return text.replace(",", ".")


def part_range(line: str) -> tuple[str, str, str] | None:
    """Part a line such as `words 0 40`; None where it is none."""
    parts = line.rsplit(maxsplit=2)
    if len(parts) != len("a<>") or not are_limits(parts[1], parts[2]):
        return None
    return parts[0].strip(), as_number(parts[1]), as_number(parts[2])


def write_mapping(forms: Sequence[SheetForm]) -> str:
    """Write what the fields say as a mapping file."""
    said = {"sheets": [write_sheet(each) for each in forms if each.is_used]}
    return str(yaml.safe_dump(said, allow_unicode=True, sort_keys=False))


def write_sheet(form: SheetForm) -> dict[str, object]:
    """Give what a mapping says of a sheet; what is empty is left out."""
    named = {each.role: each.name for each in reversed(form.columns)}
    said: dict[str, object] = {
        "sheet": form.sheet,
        "header_row": form.header_row,
        "header_rows": form.header_rows,
        "layout": form.layout,
        **{key: named[role] for role, key in SINGLE.items() if role in named},
    }
    scores = [each for each in form.columns if each.role == SCORE]
    ranges = [found for line in form.ranges.splitlines() if (found := part_range(line))]
    if form.layout == WIDE:
        said["columns"] = {each.name: write_column(each) for each in scores}
    else:
        said["score"] = named.get(SCORE, "")
        said["only_wave"] = "" if WAVE in named else form.only_wave
        said["ranges"] = {each: [lowest, highest] for each, lowest, highest in ranges}
    said |= {"decimal": form.decimal, "date_order": form.date_order}
    said = {key: value for key, value in said.items() if value or key == "sheet"}
    said["missing"] = [word for each in form.missing.split(",") if (word := each.strip())]
    said["ignored"] = [each.name for each in form.columns if each.role == OUT]
    return said


def write_column(column: ColumnForm) -> dict[str, object]:
    """Give what a mapping says of a column of scores."""
    said: dict[str, object] = {"instrument": column.instrument, "wave": column.wave}
    if column.lowest or column.highest:
        said["range"] = [as_number(column.lowest), as_number(column.highest)]
    return said
