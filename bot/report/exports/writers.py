"""Write rows to files: CSV, Parquet, Stata and SPSS, a bounded number of rows in memory at once."""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from bot.errors import BotError
from bot.report.exports.columns import Missing, Table

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a spreadsheet would begin to compute


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    PARQUET = "parquet"
    DTA = "dta"
    SAV = "sav"


LIBRARIES = {
    Format.CSV: (),
    Format.PARQUET: ("pyarrow", "numpy", "adbc_driver_manager"),
    Format.DTA: ("pyreadstat", "pandas"),
    Format.SAV: ("pyreadstat", "pandas"),
}


def check_extra(formats: Sequence[Format]) -> None:
    """Say in one line what to install, where a library that a format needs is not there."""
    needed = {name: each for each in formats for name in LIBRARIES[each]}
    absent = sorted(name for name in needed if find_spec(name) is None)
    if absent:
        raise BotError(
            f"Exports as {', '.join(sorted({needed[name] for name in absent}))} need "
            f"{', '.join(absent)}, not installed here. "
            "Install the extra: pip install 'kuffert[evaluation]'; or use --format csv."
        )


class Writer(Protocol):
    """Writes one table in one format."""

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write some rows more."""

    def close(self) -> None:
        """Write what is left, and end the file."""


class CsvWriter:
    """Writes one CSV file, in UTF-8; what a spreadsheet would compute is led by an apostrophe."""

    def __init__(self, folder: Path, table: Table) -> None:
        """Begin the file with the names of the columns."""
        self._file = (folder / f"{table.name}.csv").open("w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(table.names)

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write some rows more."""
        self._writer.writerows([show(value) for value in row] for row in rows)

    def close(self) -> None:
        """End the file."""
        self._file.close()


def show(value: object) -> str:
    """Write a value as text; one that a spreadsheet would compute is led by an apostrophe."""
    if value is None or isinstance(value, Missing):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def open_writer(chosen: Format, folder: Path, table: Table) -> Writer:
    """Begin a table in a format; the libraries of the extra are needed only for some."""
    if chosen is Format.CSV:
        return CsvWriter(folder, table)
    if chosen is Format.PARQUET:
        from bot.report.exports.parquet import ParquetWriter

        return ParquetWriter(folder, table)
    from bot.report.exports.labelled import LabelledWriter

    return LabelledWriter(folder, table, is_stata=chosen is Format.DTA)
