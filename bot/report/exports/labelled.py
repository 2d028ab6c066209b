"""Stata and SPSS files, with labels of columns and values, and codes for why a value is missing.

Neither can be appended to, so a table of many rows comes in parts.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas
import pyreadstat

from bot.report.exports.columns import Column, Kind, Missing, Table

PART_ROWS = 100_000
YES_NO = {0: "no", 1: "yes"}


class LabelledWriter:
    """Writes one table as `NAME.dta` or `NAME.sav`, or `NAME-0001.dta` and so on."""

    def __init__(self, folder: Path, table: Table, *, is_stata: bool) -> None:
        """Begin with no rows."""
        self._folder, self._table, self._is_stata = folder, table, is_stata
        self._ending = "dta" if is_stata else "sav"
        self._rows: list[Sequence[Any]] = []
        self._parts = 0

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Keep some rows more, and write a part when there are enough."""
        self._rows.extend(rows)
        while len(self._rows) > PART_ROWS:
            self._write_part(self._rows[:PART_ROWS])
            del self._rows[:PART_ROWS]

    def close(self) -> None:
        """Write what is left; the only part carries no number."""
        self._write_part(self._rows)
        if self._parts == 1:
            alone = self._folder / f"{self._table.name}.{self._ending}"
            self._path_of(1).rename(alone)

    def _path_of(self, part: int) -> Path:
        return self._folder / f"{self._table.name}-{part:04}.{self._ending}"

    def _write_part(self, rows: Sequence[Sequence[Any]]) -> None:
        self._parts += 1
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(self._table.columns)
        pairs = list(zip(self._table.columns, columns, strict=True))
        frame = pandas.DataFrame(
            {column.name: self._code(column, values) for column, values in pairs}
        )
        labels: dict[str, str | None] = {
            column.name: column.label for column in self._table.columns
        }
        path, of_values = str(self._path_of(self._parts)), self._list_labels()
        if self._is_stata:
            marks = {
                column.name: [each.stata for each in column.missing]
                for column in self._table.columns
                if takes_codes(column)
            }
            pyreadstat.write_dta(
                frame,
                path,
                file_label=f"Kuffert: {self._table.name}",
                column_labels=labels,
                variable_value_labels=of_values,
                missing_user_values=marks or None,
            )
            return
        pyreadstat.write_sav(
            frame,
            path,
            file_label=f"Kuffert: {self._table.name}",
            column_labels=labels,
            variable_value_labels=of_values,
            missing_ranges={
                column.name: [each.spss for each in column.missing]
                for column in self._table.columns
                if takes_codes(column)
            },
            compress=True,
        )

    def _list_labels(self) -> dict[str, dict[Any, str]]:
        """Give the labels of values and of why they are missing, by column."""
        found: dict[str, dict[Any, str]] = {}
        for column in self._table.columns:
            labels: dict[Any, str] = dict(YES_NO) if column.kind is Kind.YES_NO else {}
            labels |= {code: column.words[word] for word, code in codes_of(column).items()}
            if takes_codes(column):
                for each in column.missing:
                    labels[each.stata if self._is_stata else each.spss] = each.label
            if labels:
                found[column.name] = labels
        return found

    def _code(self, column: Column, values: Sequence[Any]) -> Any:
        """Write values as the format holds them."""
        if column.kind is Kind.PSEUDONYM or (column.kind is Kind.WORD and not column.words):
            return pandas.Series([each or "" for each in values], dtype=object)
        if column.kind in (Kind.MOMENT, Kind.LOCAL):
            return pandas.Series([plain(each) for each in values], dtype="datetime64[ms]")
        if column.kind is Kind.DATE:
            days = [each if isinstance(each, date) else None for each in values]
            return pandas.Series(days, dtype=object if any(days) else "datetime64[ms]")
        codes = codes_of(column)
        shown = [self._code_one(each, codes) for each in values]
        is_marked = any(isinstance(each, str) for each in shown)
        return pandas.Series(shown, dtype=object if is_marked else float)

    def _code_one(self, value: Any, codes: dict[str, int]) -> float | str | None:
        if isinstance(value, Missing):
            return value.stata if self._is_stata else float(value.spss)
        if value is None:
            return None
        return float(codes[value]) if codes else float(value)


def codes_of(column: Column) -> dict[str, int]:
    """Give the code of every word, from 1."""
    return {word: code for code, word in enumerate(column.words, start=1)}


def takes_codes(column: Column) -> bool:
    """Say whether a column can say why a value is missing: moments cannot."""
    return bool(column.missing) and column.kind in (Kind.NUMBER, Kind.DECIMAL, Kind.YES_NO)


def plain(moment: Any) -> datetime | None:
    """Give a moment without its zone."""
    if not isinstance(moment, datetime):
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
