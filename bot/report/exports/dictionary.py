"""The data dictionary, and the codebook for people, from the definitions that files are made of."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.report.disclosure import SMALLEST
from bot.report.exports.columns import Column, Kind, Table
from bot.report.exports.tables import FORGOTTEN, SCHEMA
from bot.report.exports.writers import Format

DICTIONARY = "dictionary.csv"
CODEBOOK = "codebook.md"
WITHDRAWN = "withdrawn.csv"
HEADER = ("table", "column", "type", "unit", "label", "description", "values", "missing")


@dataclass(frozen=True)
class Told:
    """What the codebook tells of one export beside its columns."""

    made_at: datetime
    formats: Sequence[Format]
    content_versions: Sequence[str]
    series: str | None = None
    since: datetime | None = None


def write_dictionary(folder: Path, tables: Sequence[Table]) -> None:
    """Write a line for every column of every table."""
    with (folder / DICTIONARY).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for table in tables:
            writer.writerows(line_of(table, column) for column in table.columns)


def line_of(table: Table, column: Column) -> tuple[str, ...]:
    """Explain one column."""
    return (
        table.name,
        column.name,
        column.kind,
        column.unit,
        column.label,
        column.description,
        "; ".join(f"{code} {word}" for code, word in list_values(column)),
        "; ".join(f".{each.stata} or {each.spss}: {each.label}" for each in column.missing),
    )


def list_values(column: Column) -> Iterable[tuple[int, str]]:
    """Give the values of a fixed list, each with its code in Stata and SPSS."""
    if column.kind is Kind.YES_NO:
        return [(0, "no"), (1, "yes")]
    return enumerate(column.words, start=1)


def write_codebook(folder: Path, tables: Sequence[Table], told: Told) -> None:
    """Write what a person needs to know before using the files."""
    parts = [render_head(told), render_rules(), *map(render_table, tables)]
    (folder / CODEBOOK).write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def render_head(told: Told) -> str:
    """Say what this export is."""
    lines = [
        "# Codebook",
        "",
        f"- Schema version: {SCHEMA}",
        f"- Made at: {told.made_at.isoformat()}",
        f"- Formats: {', '.join(told.formats)}",
        f"- Content: {', '.join(told.content_versions) or 'nothing was sent yet'}",
        f"- Series: {told.series or 'none: its pseudonyms are in no other export'}",
    ]
    if told.series:
        lines.append(f"- Increment since: {told.since.isoformat() if told.since else 'the start'}")
        lines += ["", *render_series(told)]
    return "\n".join(lines)


def render_series(told: Told) -> list[str]:
    """Say how exports of a series follow each other."""
    moment = told.made_at.isoformat()
    return [
        f"The next increment: `kuffert export DIR --series {told.series} --since {moment}`.",
        f"To apply an increment: take out every row whose table and key stand in {WITHDRAWN}, then "
        "put in the increment's rows, each in place of the one with its key (the table's first "
        f"column). {FORGOTTEN.name} comes whole each time. In order, from the first export on, "
        "they equal a full export of the series. Delete what is withdrawn from every copy.",
    ]


def render_rules() -> str:
    """Say what is in, what is not, and what care the rows need."""
    return (
        "## What is in and what is not\n\n"
        "- Each row is about one person, under a pseudonym: these are personal data still. They "
        f"are not to be published as they are; publish tables with no cell under {SMALLEST}.\n"
        "- Pseudonyms, of centres too, are drawn anew for each export, or each series. Neither "
        "study codes nor chats are in any file. The order of rows tells nothing. What remains: "
        "whoever holds two exports can match rows by exact moments, and children by birth month, "
        "language, arm and score. Give nobody two who may not join them.\n"
        "- A child whose guardian refused or withdrew linking, or was forgotten, stands in dose "
        "alone, as withheld. Engagement stands beside a child only where a guardian said yes to "
        "linking and none no. events, and what was done in dose, rest on guardians alone who let "
        "researchers use what they tapped.\n"
        "- Centres where staff try things out are left out, with their children and guardians.\n"
        "- What people wrote or said is in no file, nor what the network wrote.\n"
        f"- forgotten has no count that rests on fewer than {SMALLEST} families, or would tell one."
        "\n- Moments are in UTC; those that end in _local show the same moment as the guardian's "
        "clock did, with the time zone that is set now.\n"
        "- A value that is missing is empty in CSV and Parquet; Stata and SPSS say why by the "
        "codes below. In CSV an apostrophe leads a text that a spreadsheet would compute."
    )


def render_table(table: Table) -> str:
    """List a table's columns."""
    lines = [f"## {table.name}", "", f"A row is {table.row}. Key: {table.key}.", ""]
    lines += ["| column | type | meaning | values | missing |", "|---|---|---|---|---|"]
    for column in table.columns:
        _, name, kind, unit, label, meaning, values, missing = line_of(table, column)
        shown = f"{kind}, {unit}" if unit else kind
        lines.append(f"| {name} | {shown} | {label}. {meaning} | {values} | {missing} |")
    return "\n".join(lines)
