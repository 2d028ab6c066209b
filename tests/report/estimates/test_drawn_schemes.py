"""The allocations that a comparison is tested against are those that the draw could have given."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest

from bot.core.arms import Drawn, Scheme, Unit, draw_arms, list_allocations, make_scheme
from bot.errors import BotError
from bot.report.estimates.drawn_schemes import DrawnScheme, narrow

SHAPES = [  # arms, and how many units each stratum has
    ("ab", (4,)),
    ("ab", (3, 3, 1)),
    ("ab", (5, 2, 3, 1)),
    ("abc", (4,)),
    ("abc", (4, 4)),
    ("abc", (2, 1, 2)),
    ("abc", (5, 4, 2)),
    ("abcd", (3, 2, 3)),
]


def make_units(sizes: Sequence[int]) -> list[Unit]:
    """Make units of strata of some sizes."""
    return [
        Unit(f"{stratum}{n}", str(stratum))
        for stratum, size in enumerate(sizes)
        for n in range(size)
    ]


def narrow_by_listing(
    scheme: Scheme, units: Sequence[Unit], drawn: Sequence[Drawn]
) -> set[frozenset[str]]:
    """Go through the whole draw, and keep what agrees with the other arms: who is treated."""
    ordered = sorted(units, key=lambda each: (each.stratum, each.code))
    arm_of = {each.code: each.arm for each in drawn}
    kept = set()
    for allocation in list_allocations(scheme):
        arms = {unit.code: arm for unit, arm in zip(ordered, allocation, strict=True)}
        others = {code: arm for code, arm in arms.items() if arm not in ("a", "b")}
        if others == {code: arm for code, arm in arm_of.items() if arm not in ("a", "b")}:
            kept.add(frozenset(code for code, arm in arms.items() if arm == "b"))
    return kept


def read(scheme: DrawnScheme, rows: np.ndarray) -> list[frozenset[str]]:
    """Say who is treated in each row."""
    return [
        frozenset(code for code, one in zip(scheme.clusters, row, strict=True) if one)
        for row in rows.tolist()
    ]


@pytest.mark.parametrize(("arms", "sizes"), SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_a_comparison_has_the_allocations_of_the_draw_that_leave_other_arms_alone(
    arms: str, sizes: tuple[int, ...], seed: int
) -> None:
    units = make_units(sizes)
    whole = make_scheme(units, unit="centre", arms=tuple(arms))
    drawn = draw_arms(units, whole, seed=seed)

    scheme = narrow(whole, drawn, control="a", treated="b")

    listed = read(scheme, scheme.list_all())
    assert len(listed) == len(set(listed)) == scheme.count()
    assert set(listed) == narrow_by_listing(whole, units, drawn)
    own = {each.code: float(each.arm == "b") for each in drawn if each.arm in "ab"}
    assert read(scheme, scheme.find_own(own)[None, :]) == [
        frozenset(code for code, one in own.items() if one)
    ]


@pytest.mark.parametrize(("arms", "sizes"), [("ab", (3, 3, 1)), ("abc", (4, 2, 2))])
def test_each_allocation_is_drawn_as_often_as_every_other(
    arms: str, sizes: tuple[int, ...]
) -> None:
    units = make_units(sizes)
    whole = make_scheme(units, unit="centre", arms=tuple(arms))
    scheme = narrow(whole, draw_arms(units, whole, seed=5), control="a", treated="b")
    expected = 400

    drawn = scheme.draw(np.random.default_rng(1), count=expected * scheme.count())

    counts = Counter(read(scheme, drawn))
    assert set(counts) == set(read(scheme, scheme.list_all()))
    assert all(abs(each - expected) < 5 * expected**0.5 for each in counts.values())


def test_very_many_strata_and_units_are_drawn_from() -> None:
    sizes = [Random(3).randrange(1, 6) for _ in range(1500)]
    units = make_units(sizes)
    whole = make_scheme(units, unit="child", arms=("a", "b", "c"))
    scheme = narrow(whole, draw_arms(units, whole, seed=2), control="a", treated="c")

    drawn = scheme.draw(np.random.default_rng(1), count=3)

    assert drawn.shape == (3, len(scheme.clusters))
    assert scheme.count() > 10**100


def test_arms_that_were_not_drawn_so_are_refused() -> None:
    units = make_units((4,))
    whole = make_scheme(units, unit="centre", arms=("a", "b"))
    drawn = draw_arms(units, whole, seed=1)
    scheme = narrow(whole, drawn, control="a", treated="b")
    turned = {each.code: float(each.arm == "a") for each in drawn}

    with pytest.raises(BotError, match="is in another arm here than was drawn"):
        scheme.find_own(turned)
