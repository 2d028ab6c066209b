"""Children are told apart without a name, as far as their ages go."""

from datetime import date

import pytest

from bot.core.siblings import Label, Naming, Sibling, label_child

TODAY = date(2026, 9, 7)
THREE, FOUR, YOUNG_FOUR = date(2023, 1, 1), date(2022, 1, 1), date(2022, 8, 1)


@pytest.mark.parametrize(
    ("born", "named"),
    [
        ([FOUR], [None]),
        ([FOUR, THREE], [Label(Naming.AGE, 4, 1), Label(Naming.AGE, 3, 2)]),
        ([FOUR, YOUNG_FOUR], [Label(Naming.OLDER, 4, 1), Label(Naming.YOUNGER, 4, 2)]),
        ([FOUR, FOUR], [Label(Naming.AGE_PLACE, 4, 1), Label(Naming.AGE_PLACE, 4, 2)]),
        (
            [FOUR, YOUNG_FOUR, FOUR],
            [
                Label(Naming.AGE_PLACE, 4, 1),
                Label(Naming.AGE_PLACE, 4, 2),
                Label(Naming.AGE_PLACE, 4, 3),
            ],
        ),
        ([FOUR, None], [Label(Naming.AGE, 4, 1), Label(Naming.CHILD, 0, 2)]),
        ([None, None], [Label(Naming.CHILD_PLACE, 0, 1), Label(Naming.CHILD_PLACE, 0, 2)]),
        ([date(2026, 8, 1), FOUR], [Label(Naming.CHILD, 0, 1), Label(Naming.AGE, 4, 2)]),
    ],
)
def test_each_child_of_a_family_is_named_apart(
    born: list[date | None], named: list[Label | None]
) -> None:
    family = [Sibling(number, month) for number, month in enumerate(born)]

    labels = [label_child(each.child_id, family, on=TODAY) for each in family]

    assert labels == named


def test_a_child_who_is_not_of_the_family_has_no_label() -> None:
    assert label_child(9, [Sibling(1, FOUR), Sibling(2, THREE)], on=TODAY) is None
