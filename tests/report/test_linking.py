"""Linking starts from the roster, adds up, and tells of no few children."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.report.linking import Linkage, LinkageRow, count_linkage
from bot.store.outcomes import KnownOutcome, LinkedChild
from bot.store.states import OutcomeEnd

SMALLEST = 5


def make_roster(*centres: tuple[str, int, str | None]) -> list[LinkedChild]:
    """Make a roster: of each centre its name, how many children, and its arm."""
    sizes = [(name, arm) for name, many, arm in centres for _ in range(many)]
    return [LinkedChild(number, name, arm) for number, (name, arm) in enumerate(sizes)]


def make_outcomes(children: Sequence[int], **others: object) -> list[KnownOutcome]:
    """Make an accepted result for each child."""
    made = [KnownOutcome(n, "words", "after", OutcomeEnd.ACCEPTED, None, True) for n in children]
    return [each._replace(**others) for each in made]  # type: ignore[arg-type]


def count(
    roster: Sequence[LinkedChild], outcomes: Sequence[KnownOutcome], *withheld: int
) -> tuple[Linkage, dict[str, LinkageRow]]:
    (linkage,) = count_linkage(roster, outcomes, withheld=frozenset(withheld))
    return linkage, {row.group: row for row in linkage.rows}


def test_the_roster_is_told_by_arm_and_centre() -> None:
    roster = make_roster(("moon", 20, "talk"), ("sun", 20, "wait"))
    assessed = [*range(10), *range(20, 40)]

    _linkage, rows = count(roster, make_outcomes(assessed), *range(20, 30))

    assert list(rows.values()) == [
        LinkageRow("all", 40, 20, 10, 10),
        LinkageRow("arm talk", 20, 10, 10, 0),
        LinkageRow("arm wait", 20, 10, 0, 10),
        LinkageRow("centre moon", 20, 10, 10, 0),
        LinkageRow("centre sun", 20, 10, 0, 10),
    ]


def test_without_arms_there_are_centres_alone() -> None:
    _linkage, rows = count(make_roster(("moon", 20, None)), make_outcomes(range(20)))

    assert list(rows) == ["all", "centre moon"]


def test_a_child_that_was_not_assessed_has_no_result() -> None:
    roster = make_roster(("moon", 20, None))

    _linkage, rows = count(
        roster, [*make_outcomes(range(10)), *make_outcomes(range(10, 20), is_assessed=False)]
    )

    assert (rows["all"].matched, rows["all"].without) == (10, 10)


def test_results_that_met_no_child_are_counted_by_themselves() -> None:
    roster = make_roster(("moon", 20, None))
    lost = make_outcomes(
        range(6), child_id=None, ended=OutcomeEnd.QUARANTINED, reason="not on the roster: x"
    )
    twice = make_outcomes(range(7), ended=OutcomeEnd.QUARANTINED, reason="duplicate: x")
    few = make_outcomes(range(4), ended=OutcomeEnd.QUARANTINED, reason="not on the roster: x")

    linkage, _rows = count(roster, [*make_outcomes(range(20)), *lost, *twice])
    small, _rows = count(roster, [*make_outcomes(range(20)), *few])

    assert (linkage.not_on_roster, linkage.duplicates) == (6, 7)
    assert (small.not_on_roster, small.duplicates) == (None, 0)


def test_two_withheld_children_of_a_centre_cannot_be_told_from_the_others() -> None:
    roster = make_roster(("moon", 20, "talk"), ("star", 20, "talk"), ("sun", 20, "wait"))

    _linkage, rows = count(roster, make_outcomes(range(60)), 0, 1, *range(40, 50))

    hidden = [name for name, row in rows.items() if row.withheld is None]
    assert hidden == ["arm talk", "arm wait", "centre moon", "centre sun"]
    assert rows["all"].withheld == 12


@settings(max_examples=150, deadline=None)
@given(
    sizes=st.lists(st.tuples(st.integers(0, 12), st.sampled_from("AB")), min_size=1, max_size=6),
    chosen=st.sets(st.integers(0, 71)),
    withheld=st.sets(st.integers(0, 71)),
)
def test_no_shown_count_nor_difference_is_of_a_few_children(
    sizes: list[tuple[int, str]], chosen: set[int], withheld: set[int]
) -> None:
    roster = make_roster(*((f"c{n}", many, arm) for n, (many, arm) in enumerate(sizes)))

    outcomes = make_outcomes(sorted(chosen))
    linkages = count_linkage(roster, outcomes, withheld=frozenset(withheld))

    for row in [row for linkage in linkages for row in linkage.rows]:
        shown = (row.roster, row.matched, row.without, row.withheld)
        assert not [count for count in shown if count is not None and 0 < count < SMALLEST]
        if row.roster is not None and row.without is not None and row.withheld is not None:
            assert row.matched is not None
            assert row.roster == row.matched + row.without + row.withheld


@settings(max_examples=150, deadline=None)
@given(
    sizes=st.lists(st.tuples(st.integers(5, 12), st.sampled_from("AB")), min_size=1, max_size=6),
    chosen=st.sets(st.integers(0, 71)),
)
def test_where_an_arm_is_told_not_one_centre_of_its_is_hidden_alone(
    sizes: list[tuple[int, str]], chosen: set[int]
) -> None:
    roster = make_roster(*((f"c{n}", many, arm) for n, (many, arm) in enumerate(sizes)))
    outcomes = make_outcomes(sorted(chosen) or [0])

    _linkage, rows = count(roster, outcomes)

    for arm in "AB":
        centres = [f"centre c{n}" for n, (_many, each) in enumerate(sizes) if each == arm]
        hidden = [name for name in centres if rows[name].matched is None]
        if centres and rows[f"arm {arm}"].matched is not None:
            assert len(hidden) != 1
        elif centres:
            assert hidden
