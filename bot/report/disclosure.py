"""Keep small groups from being told: what rests on fewer than five children is suppressed."""

from collections.abc import Sequence

SMALLEST = 5  # the fewest children that a shown figure may rest on


def is_small(count: int) -> bool:
    """Say whether a count is that of a few children; nobody at all is not a few."""
    return 0 < count < SMALLEST


def suppress(counts: Sequence[int]) -> list[int | None]:
    """Suppress the small counts of parts whose total is shown; None is suppressed.

    Where only one part would be suppressed, or the suppressed parts together are few, the total
    less the others would tell it; so the smallest part that is left goes too (secondary
    suppression), until nothing is told.
    """
    hidden = {place for place, count in enumerate(counts) if is_small(count)}
    while hidden and (len(hidden) < 2 or is_small(sum(counts[place] for place in hidden))):
        left = [place for place, count in enumerate(counts) if place not in hidden and count]
        if not left:
            break
        hidden.add(min(left, key=lambda place: counts[place]))
    return [None if place in hidden else count for place, count in enumerate(counts)]


def suppress_funnel(counts: Sequence[int]) -> list[int | None]:
    """Suppress the steps of a funnel, each a part of the one before.

    A step is suppressed when it is small, or when those who fell away at it are few, for then the
    difference between two shown steps would tell them.
    """
    shown: list[int | None] = []
    last = None
    for count in counts:
        is_told = last is not None and is_small(last - count)
        if is_small(count) or is_told:
            shown.append(None)
            continue
        shown.append(count)
        last = count
    return shown
