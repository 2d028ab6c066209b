"""Count how the roster and the results meet, before any estimate; small cells are suppressed."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.report.disclosure import SMALLEST, hide_across, hide_along, is_small
from bot.store.outcomes import KnownOutcome, LinkedChild
from bot.store.states import OutcomeEnd

ALL = "all"
CHAIN = (0, 1, 2)  # on the roster, of these not withheld, of these with a result
LOST = ("not on the roster", "wrong study code", "no study code")
DUPLICATE = "duplicate"


@dataclass(frozen=True)
class LinkageRow:
    """One group of the roster; None is suppressed. The last three add up to the first."""

    group: str
    roster: int | None
    matched: int | None
    without: int | None
    withheld: int | None


@dataclass(frozen=True)
class Linkage:
    """One instrument at one wave: the roster by group, and the results that met no child."""

    instrument: str
    wave: str
    rows: Sequence[LinkageRow]
    not_on_roster: int | None
    duplicates: int | None


@dataclass(frozen=True)
class Family:
    """A group, by its place in the table, and the groups that it parts into."""

    parts: Sequence[int]
    whole: int


def count_linkage(
    roster: Sequence[LinkedChild],
    outcomes: Iterable[KnownOutcome],
    *,
    withheld: frozenset[int],
    smallest: int = SMALLEST,
) -> list[Linkage]:
    """Count for each instrument and wave: who has a result, who has none, who is withheld."""
    matched: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    reasons: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for each in outcomes:
        key = (each.instrument, each.wave)
        if each.ended is OutcomeEnd.QUARANTINED:
            reasons[key][(each.reason or "").partition(":")[0]] += 1
        elif each.child_id is not None and each.is_assessed:
            matched[key].add(each.child_id)
        else:
            matched[key] |= set()
    groups, families = list_groups(roster)
    return [
        Linkage(
            *key,
            rows=count_groups(groups, families, matched[key], withheld=withheld, smallest=smallest),
            not_on_roster=tell(sum(reasons[key][each] for each in LOST), smallest),
            duplicates=tell(reasons[key][DUPLICATE], smallest),
        )
        for key in sorted({*matched, *reasons})
    ]


def tell(count: int, smallest: int) -> int | None:
    """Give a count that stands alone, where it is not small."""
    return None if is_small(count, smallest=smallest) else count


def list_groups(
    roster: Sequence[LinkedChild],
) -> tuple[dict[str, list[int]], list[Family]]:
    """Group the roster: all, arms where there are any, centres; say which parts make up which."""
    has_arms = any(each.arm for each in roster)
    arms = group(roster, name_arm) if has_arms else {}
    centres = group(roster, name_centre)
    groups = {ALL: [each.child_id for each in roster], **arms, **centres}
    place = {name: n for n, name in enumerate(groups)}
    families = [Family([place[name] for name in parts], 0) for parts in (arms, centres) if parts]
    arms_of: defaultdict[str, set[str]] = defaultdict(set)
    for each in roster:
        arms_of[name_centre(each)].add(name_arm(each))
    if all(len(found) == 1 for found in arms_of.values()):  # centres were drawn, not children
        for arm in arms:
            parts = [place[name] for name in centres if arms_of[name] == {arm}]
            families.append(Family(parts, place[arm]))
    return groups, families


def name_arm(child: LinkedChild) -> str:
    """Name a child's arm as a group."""
    return f"arm {child.arm or '(none)'}"


def name_centre(child: LinkedChild) -> str:
    """Name a child's centre as a group."""
    return f"centre {child.centre}"


def group(
    roster: Sequence[LinkedChild], name_of: Callable[[LinkedChild], str]
) -> dict[str, list[int]]:
    """Group children by a name, in the names' order."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for each in roster:
        found[name_of(each)].append(each.child_id)
    return dict(sorted(found.items()))


def count_groups(
    groups: Mapping[str, Sequence[int]],
    families: Sequence[Family],
    matched: set[int],
    *,
    withheld: frozenset[int],
    smallest: int,
) -> list[LinkageRow]:
    """Count each group, and suppress what would tell of a few children."""
    counts = []
    for children in groups.values():
        kept = [child for child in children if child not in withheld]
        counts.append([len(children), len(kept), sum(child in matched for child in kept)])
    hidden = suppress(counts, families, smallest=smallest)
    rows = []
    for row, name in enumerate(groups):
        roster, kept_by, found = (
            None if (row, column) in hidden else counts[row][column] for column in CHAIN
        )
        rows.append(
            LinkageRow(
                name,
                roster,
                found,
                None if kept_by is None or found is None else kept_by - found,
                None if roster is None or kept_by is None else roster - kept_by,
            )
        )
    return rows


def suppress(
    counts: Sequence[Sequence[int]], families: Sequence[Family], *, smallest: int
) -> set[tuple[int, int]]:
    """Give the rows and columns to hide: groups lie within groups, so until nothing is left to."""
    hidden: set[tuple[int, int]] = set()
    before = -1
    while len(hidden) != before:
        before = len(hidden)
        for row, each in enumerate(counts):
            hide_along(each, CHAIN, row=row, hidden=hidden, smallest=smallest)
        for family in families:
            places = [*family.parts, family.whole]
            for column in CHAIN:
                local = {(n, column) for n, row in enumerate(places) if (row, column) in hidden}
                told = [counts[row][column] for row in places]
                hide_across(told, column=column, hidden=local, smallest=smallest)
                hidden |= {(places[n], column) for n, _column in local}
            for column in CHAIN[1:]:
                hide_losses(counts, family, column=column, hidden=hidden, smallest=smallest)
    return hidden


def hide_losses(
    counts: Sequence[Sequence[int]],
    family: Family,
    *,
    column: int,
    hidden: set[tuple[int, int]],
    smallest: int,
) -> None:
    """Hide one group more where those who fell away at a step, of all hidden groups, are few.

    Where no group is left to hide, what they are parts of is hidden.
    """

    def is_hidden(row: int) -> bool:
        return (row, column - 1) in hidden or (row, column) in hidden

    def lose(row: int) -> int:
        return counts[row][column - 1] - counts[row][column]

    while not is_hidden(family.whole):
        if not is_small(
            sum(lose(row) for row in family.parts if is_hidden(row)), smallest=smallest
        ):
            return
        left = [row for row in family.parts if not is_hidden(row) and lose(row)]
        hidden.add((min(left, key=lose) if left else family.whole, 1))
