"""Keep small groups from being told: what rests on fewer than five children is suppressed.

A study may ask for more than five, and never for fewer than three.
"""

from collections.abc import Mapping, Sequence

from bot.errors import BotError

SMALLEST = 5  # the fewest children that a shown figure may rest on, where a study asks for no more
FEWEST_EVER = 3  # what a study may go down to


def check_smallest(smallest: int) -> int:
    """Give the fewest children that a figure may rest on; raise BotError for too few."""
    if smallest < FEWEST_EVER:
        raise BotError(
            f"Figures that rest on {smallest} children would tell of them. "
            f"Ask for {FEWEST_EVER} or more; {SMALLEST} is usual."
        )
    return smallest


def is_small(count: int, *, smallest: int = SMALLEST) -> bool:
    """Say whether a count is that of a few children; nobody at all is not a few."""
    return 0 < count < smallest


def suppress(counts: Sequence[int], *, smallest: int = SMALLEST) -> list[int | None]:
    """Suppress the small counts of parts whose total is shown; None is suppressed.

    Where only one part would be suppressed, or the suppressed parts together are few, the total
    less the others would tell it; so the smallest part that is left goes too (secondary
    suppression), until nothing is told.
    """
    hidden = {
        (place, 0) for place, count in enumerate(counts) if is_small(count, smallest=smallest)
    }
    hide_across([*counts, sum(counts)], column=0, hidden=hidden, smallest=smallest)
    return [None if (place, 0) in hidden else count for place, count in enumerate(counts)]


def suppress_funnel(counts: Sequence[int], *, smallest: int = SMALLEST) -> list[int | None]:
    """Suppress the steps of a funnel, each a part of the one before.

    A step is suppressed when it is small, or when those who fell away at it are few, for then the
    difference between two shown steps would tell them.
    """
    hidden: set[tuple[int, int]] = set()
    hide_along(counts, range(len(counts)), row=0, hidden=hidden, smallest=smallest)
    return [None if (0, place) in hidden else count for place, count in enumerate(counts)]


def suppress_table(
    parts: Sequence[Sequence[int]],
    totals: Sequence[int],
    *,
    chains: Sequence[Sequence[int]],
    smallest: int = SMALLEST,
    told: Mapping[int, bool] | None = None,
) -> list[list[int | None]]:
    """Suppress a table whose rows are parts of a total, the last row; None is suppressed.

    In each row a chain names columns of which each is a part of the one before, as in a funnel.
    What is suppressed for one reason may tell by another, so both are looked at until nothing is
    left to suppress. `told` says of columns whether another table shows their total, which is then
    as good as shown here, or keeps it to itself.
    """
    table, last, settled = [*parts, totals], len(parts), told or {}
    fixed = {(last, column) for column, is_told in settled.items() if not is_told}
    hidden = set(fixed)
    while True:
        before = len(hidden)
        for row, counts in enumerate(table):
            for chain in chains:
                hide_along(counts, chain, row=row, hidden=hidden, smallest=smallest)
        if parts:
            for column in range(len(totals)):
                column_counts = [counts[column] for counts in table]
                hide_across(column_counts, column=column, hidden=hidden, smallest=smallest)
        hidden = {each for each in hidden if each[0] < last or each[1] not in settled} | fixed
        if len(hidden) == before:
            break
    return [
        [None if (row, column) in hidden else count for column, count in enumerate(counts)]
        for row, counts in enumerate(table)
    ]


def hide_along(
    counts: Sequence[int],
    chain: Sequence[int],
    *,
    row: int,
    hidden: set[tuple[int, int]],
    smallest: int,
) -> None:
    """Hide, in one row, what is small, and what differs by a few from the step shown before it."""
    last = None
    for column in chain:
        if (row, column) in hidden:
            continue
        count = counts[column]
        is_few = is_small(count, smallest=smallest)
        if is_few or (last is not None and is_small(last - count, smallest=smallest)):
            hidden.add((row, column))
        else:
            last = count


def hide_across(
    counts: Sequence[int], *, column: int, hidden: set[tuple[int, int]], smallest: int
) -> None:
    """Hide, in one column, enough that no hidden part follows from the total less the others.

    Where no part is left to hide, the total goes; where the total is hidden, one part has to be.
    """
    *parts, _total = counts
    total_row = len(parts)
    while True:
        gone = [row for row in range(total_row) if (row, column) in hidden]
        if (total_row, column) in hidden:
            is_told = not gone
        else:
            together = sum(parts[row] for row in gone)
            is_told = bool(gone) and (len(gone) < 2 or is_small(together, smallest=smallest))
        if not is_told:
            return
        left = [row for row in range(total_row) if row not in gone and parts[row]]
        least = min(left, key=lambda row: parts[row]) if left else total_row
        if (least, column) in hidden:
            return
        hidden.add((least, column))
