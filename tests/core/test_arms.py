"""Drawing arms: balanced, repeatable, and just what can be drawn is listed."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.arms import (
    Scheme,
    Stratum,
    Unit,
    count_allocations,
    describe_scheme,
    draw_allocation,
    draw_arms,
    list_allocations,
    make_scheme,
    parse_scheme,
)
from bot.errors import BotError

SIZES = st.lists(st.integers(1, 12), min_size=1, max_size=8)


def scheme_of(sizes: list[int], arms: str = "AB") -> Scheme:
    return Scheme(
        "centre", tuple(arms), tuple(Stratum(f"s{n}", size) for n, size in enumerate(sizes))
    )


@given(SIZES, st.sampled_from(["AB", "ABC", "ABCD"]), st.integers())
def test_arms_differ_by_one_at_most_in_each_stratum_and_over_all(
    sizes: list[int], arms: str, seed: int
) -> None:
    allocation = list(draw_allocation(scheme_of(sizes, arms), Random(seed)))

    assert len(allocation) == sum(sizes)
    parts = [allocation]
    start = 0
    for size in sizes:
        parts.append(allocation[start : start + size])
        start += size
    for part in parts:
        counts = [part.count(arm) for arm in arms]
        assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize(
    ("sizes", "arms", "count"),
    [
        ([4], "AB", 6),
        ([3], "AB", 6),
        ([3, 3], "AB", 18),  # whichever arm is larger in the first is smaller in the second
        ([1, 1, 1], "AB", 4),
        ([2, 2], "ABC", 24),  # one left-over each for two arms, then for the third and another
        ([4, 5], "ABC", 3 * 12 * 30),  # one arm has more of the four, the two others of the five
        ([10, 10], "AB", 252**2),
    ],
)
def test_the_number_of_allocations_is_counted(sizes: list[int], arms: str, count: int) -> None:
    assert count_allocations(scheme_of(sizes, arms)) == count


@pytest.mark.parametrize(
    ("sizes", "arms"), [([4], "AB"), ([3, 3, 1], "AB"), ([2, 2], "ABC"), ([1, 2, 4], "ABC")]
)
def test_what_is_listed_is_all_that_is_drawn_and_each_is_as_likely(
    sizes: list[int], arms: str
) -> None:
    scheme, rng = scheme_of(sizes, arms), Random(1)
    listed = list(list_allocations(scheme))
    draws = 60 * len(listed)

    drawn = Counter(draw_allocation(scheme, rng) for _ in range(draws))

    assert len(listed) == len(set(listed)) == count_allocations(scheme)
    assert set(drawn) == set(listed)
    distance = sum((count - 60) ** 2 / 60 for count in drawn.values())
    spare = len(listed) - 1
    assert abs(distance - spare) < 5 * (2 * spare) ** 0.5  # chi squared, five deviations


@settings(max_examples=30)
@given(SIZES.filter(lambda sizes: sum(sizes) <= 8), st.sampled_from(["AB", "ABC"]), st.integers())
def test_every_draw_is_among_those_listed(sizes: list[int], arms: str, seed: int) -> None:
    scheme = scheme_of(sizes, arms)

    assert draw_allocation(scheme, Random(seed)) in set(list_allocations(scheme))


def test_the_same_list_and_seed_give_the_same_arms_in_whatever_order_they_stand() -> None:
    units = [Unit(f"c{n}", "da" if n % 3 else "sv") for n in range(17)]
    scheme = make_scheme(units, unit="centre", arms=("now", "later"))

    drawn = draw_arms(units, scheme, seed=7)

    assert draw_arms(units[::-1], scheme, seed=7) == drawn
    assert draw_arms(units, scheme, seed=8) != drawn
    assert parse_scheme(describe_scheme(scheme, drawn, seed=7)) == scheme


@pytest.mark.parametrize("arms", [("now",), ("now", "now")])
def test_one_arm_alone_is_no_draw(arms: tuple[str, ...]) -> None:
    with pytest.raises(BotError, match="Name two arms or more"):
        make_scheme([Unit("c", "")], unit="centre", arms=arms)
