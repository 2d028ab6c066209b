"""The funnel as rows: what is shown of it, in which order, and as a CSV file."""

import csv
import io
from collections.abc import Iterator

from bot.report.funnel import STEPS, Column, Counts, Funnel, Step

ALL = "all"
HEADER = ("by", "group", "step", "month", "children", "of", "suppressed")


def list_rows(funnel: Funnel) -> list[tuple[str, Counts]]:
    """List the groups, and all together last."""
    return [*funnel.groups.items(), (ALL, funnel.total)]


def list_shown(funnel: Funnel) -> list[Column]:
    """List the columns that are shown; how many are due stands beside who was active."""
    return [*STEPS, *(Column(Step.ACTIVE, month) for month in range(1, funnel.months + 1))]


def whole_of(column: Column) -> Column:
    """Give what a count is a share of: who joined that long ago, or all cards."""
    is_month = column.step is Step.ACTIVE
    return Column(Step.DUE, column.month) if is_month else Column(Step.CARDS)


def write_funnel(funnel: Funnel) -> bytes:
    """Write a row for each group and step."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(list_cells(funnel))
    return text.getvalue().encode()


def list_cells(funnel: Funnel) -> Iterator[tuple[str, ...]]:
    """Give the file's rows; a suppressed count is empty, and said to be suppressed."""
    for group, counts in list_rows(funnel):
        for column in list_shown(funnel):
            count, whole = counts[column], counts[whole_of(column)]
            yield (
                str(funnel.by or ""),
                group,
                str(column.step),
                str(column.month or ""),
                "" if count is None else str(count),
                "" if whole is None else str(whole),
                "yes" if count is None else "no",
            )
