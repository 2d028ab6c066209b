"""Read the rows of a roster: each cell as what it says, or a problem that names row and column."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError

from bot.core.choosing import Variant, age_in_months
from bot.core.codes import STUDY_LETTERS, format_code, is_study_code, parse_code
from bot.store.states import Disadvantage

COLUMNS = ("study_code", "birth_month", "home_language", "level", "baseline", "disadvantage")
OLDEST_MONTHS = 12 * 12  # a child of kindergarten, whatever the country
DISADVANTAGES = {
    **dict.fromkeys(("low", "yes", "y", "ja", "j", "true", "1"), Disadvantage.LOW),
    **dict.fromkeys(("other", "no", "n", "nej", "false", "0"), Disadvantage.OTHER),
}
MONTH = re.compile(r"(\d{4})-(\d{1,2})(-0?1)?")  # a spreadsheet makes a date of it: 2022-05-01
LONGEST_CODE = 10
NAMED_IN = ("en", "da")  # in which languages' words a home language may be named


@dataclass(frozen=True)
class RosterRow:
    """What one row says of a child; None is what it leaves open."""

    line: int
    study_code: str | None
    birth_month: date | None
    home_language: str | None
    level: Variant | None
    baseline: float | None
    disadvantage: Disadvantage | None


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a cell, and what would be accepted."""

    what: str
    instead: str


def read_row(line: int, cells: Mapping[str, str], *, today: date) -> RosterRow | list[Wrong]:
    """Read a row's cells by column, or say everything that is wrong with them."""
    found: dict[str, Any] = {}
    wrong: list[Wrong] = []
    for column in COLUMNS:
        cell = cells.get(column, "")
        said = READERS[column](cell) if cell else None
        if isinstance(said, Wrong):
            wrong.append(said)
        found[column] = said
    month = found["birth_month"]
    if isinstance(month, date) and not 0 <= age_in_months(month, on=today) <= OLDEST_MONTHS:
        wrong.append(Wrong(f'"{month:%Y-%m}" is no month in which a child was born', WRITE_MONTH))
    return wrong or RosterRow(line, **found)


WRITE_MONTH = "Write year and month: 2022-05."
LEVELS = ", ".join(Variant)


def read_code(cell: str) -> str | Wrong:
    """Read a study code."""
    code = parse_code(cell)
    if is_study_code(code):
        return code
    shown = show_code(cell)
    what = "a character is wrong or missing"
    return Wrong(
        f"{shown} is no study code: {what}",
        "Copy it from the list that `kuffert cards issue` printed, or leave it empty for a new "
        "child.",
    )


def show_code(cell: str) -> str:
    """Show what was written for a study code, unless it may be something else, such as a name."""
    code = parse_code(cell)
    is_near = abs(len(code) - STUDY_LETTERS - 1) <= 1 and code.isascii() and code.isalnum()
    return f'"{format_code(code)}"' if is_near and re.search(r"\d", cell) else "this"


def read_month(cell: str) -> date | Wrong:
    """Read a month of birth; a day of birth is more than is to be known."""
    found = MONTH.fullmatch(cell)
    try:
        return date(int(found[1]), int(found[2]), 1) if found else wrong_month()
    except ValueError:
        return wrong_month()


def wrong_month() -> Wrong:
    """Say that a cell is no month, without what it says: it may be a day of birth."""
    return Wrong('"birth_month" is no month', WRITE_MONTH)


def read_language(cell: str) -> str | Wrong:
    """Read a language: a code, or its name in English, Danish, or itself."""
    code = cell.replace("_", "-").split("-")[0].lower()
    if code in Locale("en").languages and len(cell) <= LONGEST_CODE:
        return cell.replace("_", "-") if "-" in cell or "_" in cell else code
    named = name_languages().get(cell.casefold())
    return named or Wrong(
        '"home_language" is no language that is known',
        "Write a code such as ar, or a name such as Arabic.",
    )


@cache
def name_languages() -> Mapping[str, str]:
    """Give the code of each language by its names."""
    codes = [str(code) for code in Locale("en").languages]
    own = {
        name.casefold(): code for code in codes if len(code) == 2 and (name := find_own_name(code))
    }
    others = {
        str(name).casefold(): str(code)
        for locale in NAMED_IN
        for code, name in Locale(locale).languages.items()
        if len(str(code)) <= LONGEST_CODE
    }
    return {**own, **others}


def find_own_name(code: str) -> str | None:
    """Give a language's name in itself, where it is known."""
    try:
        name = Locale(code).language_name
    except UnknownLocaleError:
        return None
    return str(name) if name else None


def read_level(cell: str) -> Variant | Wrong:
    """Read a level."""
    if cell.lower() in set(Variant):
        return Variant(cell.lower())
    return Wrong('"level" is not known', f"Use one of: {LEVELS}.")


def read_baseline(cell: str) -> float | Wrong:
    """Read a number with a decimal point or comma."""
    try:
        number = float(cell.replace(",", "."))
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    return Wrong('"baseline" is no number', "Write a number, such as 12.5 or 12,5.")


def read_disadvantage(cell: str) -> Disadvantage | Wrong:
    """Read a coarse mark of disadvantage."""
    found = DISADVANTAGES.get(cell.lower())
    return found or Wrong('"disadvantage" is not known', "Use one of: low (or yes), other (or no).")


READERS: Mapping[str, Callable[[str], Any]] = {
    "study_code": read_code,
    "birth_month": read_month,
    "home_language": read_language,
    "level": read_level,
    "baseline": read_baseline,
    "disadvantage": read_disadvantage,
}


def list_repeats(rows: list[RosterRow]) -> Iterator[tuple[RosterRow, int]]:
    """Find rows with a study code that stands in an earlier row, and that row's line."""
    first: dict[str, int] = {}
    for row in rows:
        if row.study_code is None:
            continue
        if row.study_code in first:
            yield row, first[row.study_code]
        first.setdefault(row.study_code, row.line)
