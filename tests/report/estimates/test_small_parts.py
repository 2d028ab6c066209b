"""Small parts whose slips no figure of a single trial would show."""

from dataclasses import replace

import numpy as np
import pytest

from bot.report.estimates.bootstrapping import Weights, estimate_by_bootstrap, weigh
from bot.report.estimates.complying import estimate_cace, estimate_first_stage
from bot.report.estimates.describing import describe_thirds
from bot.report.estimates.drawing import estimate_by_draw
from bot.report.estimates.records import Estimate, withhold_p
from bot.report.estimates.several import adjust_holm, step_down
from tests.report.estimates.trials import find_scheme, make_trial, simulate


def an_estimate(p: float, *, clusters: tuple[int, int] = (10, 10)) -> Estimate:
    """Make an estimate with a p-value."""
    return Estimate("effect", 0.2, "by hand", 100, clusters, p=p)


def test_webbs_weights_are_six_points_with_mean_zero_and_variance_one() -> None:
    drawn = weigh(8, weights=Weights.WEBB, seed=1, draws=20_000)[1:]

    points = np.unique(drawn)
    assert len(points) == 6
    assert points.mean() == pytest.approx(0)
    assert points.var() == pytest.approx(1)
    assert drawn.var() == pytest.approx(1, abs=0.02)


def test_step_down_never_gives_a_smaller_difference_a_smaller_p() -> None:
    others = np.array([[3.0, 0.0], [3.0, 0.0], [0.0, 0.0], [0.0, 1.0]])

    assert step_down(np.array([2.0, 1.0]), others) == [0.5, 0.5]


@pytest.mark.parametrize(("strength", "is_hidden"), [(9.99, True), (10.0, False)])
def test_a_first_stage_is_weak_below_ten(
    monkeypatch: pytest.MonkeyPatch, strength: float, is_hidden: bool
) -> None:
    trial = simulate(np.random.default_rng(7), clusters=16, effect=0.4)
    stage = estimate_first_stage(trial)[0]
    monkeypatch.setattr(
        "bot.report.estimates.complying.estimate_first_stage", lambda _trial: (stage, strength)
    )

    assert (estimate_cace(trial).value is None) is is_hidden


def test_holm_asks_less_of_each_larger_p() -> None:
    adjusted = adjust_holm({"b": an_estimate(0.02), "c": an_estimate(0.03), "a": an_estimate(0.01)})

    assert {name: each.p for name, each in adjusted.items()} == {
        "a": pytest.approx(0.03), "b": pytest.approx(0.04), "c": pytest.approx(0.04),
    }  # fmt: skip


def test_what_was_drawn_counts_among_the_draws_so_that_no_p_is_zero() -> None:
    trial = simulate(np.random.default_rng(5), clusters=16, effect=9.0)

    by_draw = estimate_by_draw(trial, find_scheme(trial), seed=1, draws=9, limit=0)
    by_bootstrap = estimate_by_bootstrap(trial, seed=1, draws=9)

    assert by_draw.p == pytest.approx(0.1)
    assert by_bootstrap.p == pytest.approx(0.1)


def test_six_clusters_an_arm_are_enough_for_a_p_and_five_are_not() -> None:
    assert withhold_p(an_estimate(0.2, clusters=(6, 6))).p == 0.2
    for clusters in ((5, 6), (6, 5)):
        assert withhold_p(an_estimate(0.2, clusters=clusters)).p is None


def test_a_dose_on_the_cut_belongs_to_the_lower_third() -> None:
    cluster = np.array([str(each) for each in range(7)])
    trial = make_trial(np.ones(7), arm=np.ones(7), cluster=cluster)

    thirds = describe_thirds(replace(trial, dose=np.arange(7.0) / 8))

    assert [each.doses for each in thirds] == [(0, 0.25), (0.25, 0.5), (0.5, 1)]
    assert [each.children for each in thirds] == [3, 2, 2]
