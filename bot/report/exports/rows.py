"""Turn the store's rows into an export's rows, without any library of the extra."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.report.exports.columns import NOT_ASSESSED, Column, Kind, Table
from bot.report.exports.pseudonyms import Pseudonyms
from bot.report.exports.standing import FLAGS, OfChild, Standing


class Numbered(NamedTuple):
    """A row of an export, and the number in the database of what it is about."""

    number: int
    values: list[Any]


def make_rows(
    table: Table,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    allowed: bytes,
    standing: Standing,
    pseudonyms: Pseudonyms,
) -> list[Numbered]:
    """Make the rows of a table from the store's, in their order, without those not allowed.

    `names` are the store's columns; `allowed` is a rule from `tabulate`.
    """
    child_at = names.index("child_id")
    guardian_at = names.index("guardian_id") if "guardian_id" in names else None
    kept, zones = [], []
    for row in rows:
        child, guardian = row[child_at], row[guardian_at] if guardian_at is not None else None
        of_child = flag_of(standing.children, child)
        if allowed[of_child * FLAGS + flag_of(standing.guardians, guardian)]:
            kept.append((*row, child if of_child & OfChild.LINKED else None))
            zones.append(zone_of(standing, guardian, child))
    places = {name: place for place, name in enumerate((*names, "linked_child_id"))}
    columns = [
        make_column(column, [row[places[column.from_column]] for row in kept], zones, pseudonyms)
        for column in table.columns
    ]
    made = zip(*columns, strict=True)
    return [Numbered(row[0], list(values)) for row, values in zip(kept, made, strict=True)]


def flag_of(flags: bytearray, number: int | None) -> int:
    """Look up the flags of a number; of one that nobody knows there are none."""
    place = number or 0
    return flags[place] if place < len(flags) else 0


def zone_of(standing: Standing, guardian: int | None, child: int | None) -> ZoneInfo:
    """Give the zone of a row: the guardian's, or the child's centre's."""
    if guardian:
        return standing.zones[standing.zone_of_guardian[guardian]]
    return standing.zones[standing.zone_of_child[child or 0]]


def make_column(
    column: Column, values: list[Any], zones: list[ZoneInfo], pseudonyms: Pseudonyms
) -> list[Any]:
    """Make one column's values."""
    if column.kind is Kind.PSEUDONYM:
        return list(pseudonyms.name_all(column.of, values))
    if column.kind is Kind.LOCAL:
        pairs = zip(values, zones, strict=True)
        return [tell_local(each, zone) for each, zone in pairs]
    if NOT_ASSESSED in column.missing:
        return [NOT_ASSESSED if each is None else each for each in values]
    if column.kind is Kind.YES_NO:
        return [None if each is None else bool(each) for each in values]
    if column.kind is Kind.WORD:
        return [None if each is None else str(each) for each in values]
    return values


def tell_local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Tell what a clock of a zone showed at a moment."""
    return None if moment is None else moment.astimezone(zone).replace(tzinfo=None)
