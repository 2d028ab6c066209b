"""Show how roster and results meet, as a table for a terminal."""

from rich.table import Table

from bot.report.linking import Linkage

NOT_TOLD = "–"
COLUMNS = ("on the roster", "matched", "without result", "withheld")


def make_table(linkage: Linkage) -> Table:
    """Make the table of one instrument at one wave; below it, results that met no child."""
    caption = (
        f"results without a child on the roster: {show(linkage.not_on_roster)}; "
        f"duplicates: {show(linkage.duplicates)}"
    )
    table = Table("", title=f"{linkage.instrument}, {linkage.wave}", caption=caption)
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for row in linkage.rows:
        counts = (row.roster, row.matched, row.without, row.withheld)
        table.add_row(row.group, *(show(count) for count in counts))
    return table


def show(count: int | None) -> str:
    """Show a count, or that it is suppressed."""
    return NOT_TOLD if count is None else f"{count:,}"
