"""Show the funnel as a table for a terminal, with what it rests on, and write it as CSV."""

from pathlib import Path

from rich.table import Table

from bot.app.files import write_bytes
from bot.report.funnel import Column, Counts, Funnel, Step
from bot.report.funnel_file import list_rows, list_shown, whole_of, write_funnel

NOT_TOLD = "–"


def make_table(funnel: Funnel) -> Table:
    """Make a table: a row for each group, a column for each step and month."""
    table = Table(title="Children, from card to activity")
    table.add_column(str(funnel.by) if funnel.by else "")
    for column in list_shown(funnel):
        name = f"month {column.month}" if column.month else str(column.step)
        table.add_column(name, justify="right")
    for group, counts in list_rows(funnel):
        table.add_row(group, *(show(counts, column) for column in list_shown(funnel)))
    return table


def show(counts: Counts, column: Column) -> str:
    """Show a count and its share: `12 (60 %)`, or `8 of 10`."""
    count, whole = counts[column], counts[whole_of(column)]
    if count is None:
        return NOT_TOLD
    if column.month:
        return f"{count} of {NOT_TOLD if whole is None else whole}"
    if column.step is Step.CARDS or not whole:
        return str(count)
    return f"{count} ({100 * count / whole:.0f} %)"


def list_footnotes(funnel: Funnel) -> list[str]:
    """Say what the counts rest on."""
    printed, issued = tell(funnel.printed), tell(funnel.issued)
    notes = [
        f"Cards: for {printed} children printed by us; for {issued} issued alone.",
        "Month m: tapped on a touch within the m-th 30 days, of those who joined that long ago.",
    ]
    if funnel.by_poster != 0:
        notes.append(f"Not counted: {tell(funnel.by_poster)} children who came by a poster.")
    if any(count is None for _group, counts in list_rows(funnel) for count in counts.values()):
        notes.append(f"{NOT_TOLD} is suppressed: it rests on, or would tell, fewer than five.")
    return notes


def tell(count: int | None) -> str:
    """Tell a count, or that it is suppressed."""
    return NOT_TOLD if count is None else str(count)


def write_csv(path: Path, funnel: Funnel) -> None:
    """Write a row for each group and step; raise BotError where the file cannot be written."""
    write_bytes(path, write_funnel(funnel))
