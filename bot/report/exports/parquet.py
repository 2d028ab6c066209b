"""Parquet, in parts: `NAME/part-0001.parquet` and so on, from rows or straight from Arrow."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from bot.report.exports.columns import Kind, Missing, Table

PART_ROWS = 1_000_000
TYPES = {
    Kind.PSEUDONYM: pyarrow.string(),
    Kind.WORD: pyarrow.string(),
    Kind.NUMBER: pyarrow.int64(),
    Kind.DECIMAL: pyarrow.float64(),
    Kind.YES_NO: pyarrow.bool_(),
    Kind.DATE: pyarrow.date32(),
    Kind.MOMENT: pyarrow.timestamp("us", "UTC"),
    Kind.LOCAL: pyarrow.timestamp("us"),
}


def schema_of(table: Table) -> pyarrow.Schema:
    """Give a table's Arrow schema, with what each column means."""
    return pyarrow.schema(
        [
            pyarrow.field(
                column.name,
                TYPES[column.kind],
                metadata={"label": column.label, "description": column.description},
            )
            for column in table.columns
        ]
    )


class ParquetWriter:
    """Writes one table as a folder of parts."""

    def __init__(self, folder: Path, table: Table) -> None:
        """Begin the first part."""
        self._folder, self._table, self._schema = folder / table.name, table, schema_of(table)
        self._folder.mkdir()
        self._in_part = self._part = 0
        self._open_part()

    def _open_part(self) -> None:
        self._part, self._in_part = self._part + 1, 0
        self._writer = parquet.ParquetWriter(
            self._folder / f"part-{self._part:04}.parquet",
            self._schema,
            compression="zstd",
            use_dictionary=[  # a pseudonym or a moment hardly comes twice
                column.name
                for column in self._table.columns
                if column.kind in (Kind.WORD, Kind.NUMBER)
            ],
        )

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write some rows more."""
        if rows:
            columns = [
                pyarrow.array(
                    [None if isinstance(each, Missing) else each for each in values], kind
                )
                for values, kind in zip(zip(*rows, strict=True), self._schema.types, strict=True)
            ]
            self.write_batch(pyarrow.record_batch(columns, schema=self._schema))

    def write_batch(self, batch: pyarrow.RecordBatch) -> None:
        """Write a batch more; a part that is full is followed by another."""
        if self._in_part >= PART_ROWS:
            self._writer.close()
            self._open_part()
        self._in_part += len(batch)
        self._writer.write_batch(batch)

    def close(self) -> None:
        """End the last part."""
        self._writer.close()
