"""What would tell of a few children is suppressed, and whatever would tell that."""

import pytest

from bot.report.disclosure import suppress, suppress_funnel


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([10, 20, 0], [10, 20, 0]),
        ([3, 20, 9], [None, 20, None]),
        ([3, 3, 20], [None, None, 20]),
        ([1, 1, 20], [None, None, None]),
        ([0, 0], [0, 0]),
        ([4], [None]),
        ([*[9] * 10, 1, 2, 6], [*[9] * 10, None, None, None]),
    ],
)
def test_a_small_group_is_hidden_and_so_is_whatever_would_tell_it(
    counts: list[int], shown: list[int | None]
) -> None:
    assert suppress(counts) == shown


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([20, 15, 10], [20, 15, 10]),
        ([20, 18, 10], [20, None, 10]),
        ([20, 15, 3], [20, 15, None]),
        ([20, 20, 15], [20, 20, 15]),
        ([4, 0, 0], [None, 0, 0]),
    ],
)
def test_a_step_that_few_fall_away_at_is_hidden(counts: list[int], shown: list[int | None]) -> None:
    assert suppress_funnel(counts) == shown
