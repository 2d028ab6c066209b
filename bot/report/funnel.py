"""The funnel: from printed cards to families that are active, month by month, by group."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.report.disclosure import SMALLEST, suppress, suppress_table
from bot.store import Session, funnel
from bot.store.funnel import FunnelRow

MONTH = timedelta(days=30)
MOST_MONTHS = 12
UNKNOWN = "unknown"


class By(StrEnum):
    """What children are grouped by."""

    CENTRE = "centre"
    LANGUAGE = "language"
    DISADVANTAGE = "disadvantage"


class Step(StrEnum):
    """How far a child's family has come; each is a part of the one before.

    Of the months the first says who joined that long ago, the second who was active in it.
    """

    CARDS = "cards"
    OPENED = "opened"
    CONSENTED = "consented"
    TAPPED = "first tap"
    DUE = "due"
    ACTIVE = "active"


class Column(NamedTuple):
    """A step and, for the last two, which month since joining; the first is 1."""

    step: Step
    month: int = 0


STEPS = tuple(Column(step) for step in (Step.CARDS, Step.OPENED, Step.CONSENTED, Step.TAPPED))
DUE, ACTIVE = (
    {month: Column(step, month) for month in range(1, MOST_MONTHS + 1)}
    for step in (Step.DUE, Step.ACTIVE)
)
Counts = Mapping[Column, int | None]  # None is suppressed


@dataclass(frozen=True)
class Funnel:
    """Counts of children by group and step, and where their cards come from; None is suppressed."""

    by: By | None
    months: int
    groups: Mapping[str, Counts]
    total: Counts
    printed: int | None
    issued: int | None
    by_poster: int | None


@dataclass(frozen=True)
class Reach:
    """A child, and the columns that it counts in."""

    row: FunnelRow
    columns: frozenset[Column]


async def count_funnel(
    session: Session, *, by: By | None, now: datetime, smallest: int = SMALLEST
) -> Funnel:
    """Count the funnel; a child counts once, and only where a card was issued for it."""
    rows = await funnel.list_children(session)
    reached = await reach(session, rows, now=now)
    return await asyncio.to_thread(count_reached, reached, by=by, smallest=smallest)


async def reach(session: Session, rows: Sequence[FunnelRow], *, now: datetime) -> list[Reach]:
    """Find the columns that each child counts in."""
    taps: dict[int, list[datetime]] = defaultdict(list)
    for child_id, at in await funnel.list_taps(session):
        taps[child_id].append(at)
    return [Reach(row, measure(row, taps[row.child_id], now=now)) for row in rows]


def count_reached(reached: Sequence[Reach], *, by: By | None, smallest: int) -> Funnel:
    """Count the funnel of children, those without a card left out."""
    with_card = [each for each in reached if Column(Step.CARDS) in each.columns]
    columns = list_columns(with_card)
    came_by_poster = sum(each.row.is_open and each.row.issued_at is None for each in reached)
    printed = sum(each.row.printed_at is not None for each in with_card)
    groups, total = tabulate(with_card, columns, by=by, smallest=smallest)
    return Funnel(
        by,
        max(column.month for column in columns),
        groups,
        total,
        *suppress([printed, len(with_card) - printed], smallest=smallest),
        *suppress([came_by_poster], smallest=smallest),
    )


def measure(row: FunnelRow, taps: Sequence[datetime], *, now: datetime) -> frozenset[Column]:
    """List the columns that a child counts in.

    A family that was forgotten had consented; more is not known of it. A month is 30 days, and
    counts once it is over.
    """
    has_consented = row.joined_at is not None or row.withdrawn_at is not None
    reached = (
        row.issued_at is not None,
        row.opened_at is not None or has_consented,
        has_consented,
        has_consented and bool(taps),
    )
    columns = {column for column, is_reached in zip(STEPS, reached, strict=True) if is_reached}
    if row.joined_at is None:
        return frozenset(columns)
    active = {(at - row.joined_at) // MONTH + 1 for at in taps}
    for month in range(1, min((now - row.joined_at) // MONTH, MOST_MONTHS) + 1):
        columns.add(DUE[month])
        if month in active:
            columns.add(ACTIVE[month])
    return frozenset(columns)


def list_columns(reached: Sequence[Reach]) -> list[Column]:
    """List the columns of the table: as many months as anybody has behind."""
    last = max((column.month for each in reached for column in each.columns), default=0)
    months = range(1, last + 1)
    return [
        *STEPS,
        *(Column(step, month) for month in months for step in (Step.DUE, Step.ACTIVE)),
    ]


def tabulate(
    reached: Sequence[Reach], columns: Sequence[Column], *, by: By | None, smallest: int
) -> tuple[dict[str, Counts], Counts]:
    """Count each group, and all together; what would tell of a few children is suppressed."""
    name = NAMES[by] if by else None
    groups = sorted({name(each.row) for each in reached}) if name else []
    members = [[each for each in reached if name and name(each.row) == group] for group in groups]
    parts = [count(each, columns) for each in members]
    shown = suppress_table(
        parts, count(reached, columns), chains=list_chains(columns), smallest=smallest
    )
    *of_groups, total = [dict(zip(columns, counts, strict=True)) for counts in shown]
    return dict(zip(groups, of_groups, strict=True)), total


NAMES: Mapping[By, Callable[[FunnelRow], str]] = {
    By.CENTRE: lambda row: row.centre,
    By.LANGUAGE: lambda row: row.language or UNKNOWN,
    By.DISADVANTAGE: lambda row: row.disadvantage or UNKNOWN,
}


def count(reached: Sequence[Reach], columns: Sequence[Column]) -> list[int]:
    """Count the children in each column."""
    return [sum(column in each.columns for each in reached) for column in columns]


def list_chains(columns: Sequence[Column]) -> list[list[int]]:
    """List the places of columns of which each is a part of the one before."""
    place = {column: number for number, column in enumerate(columns)}
    months = sorted({column.month for column in columns if column.month})
    due = [place[Column(Step.DUE, month)] for month in months]
    active = [place[Column(Step.ACTIVE, month)] for month in months]
    return [
        [place[column] for column in STEPS],
        [place[Column(Step.CONSENTED)], *due],
        *([had, did] for had, did in zip(due, active, strict=True)),
        *([place[Column(Step.TAPPED)], did] for did in active),
    ]
