"""Inference from the draw and the bootstrap: each against a slow, plain account of itself."""

from itertools import product
from math import sqrt

import numpy as np
import pytest

from bot.errors import BotError
from bot.report.estimates.bootstrapping import (
    Weights,
    estimate_by_bootstrap,
    estimate_interaction_by_bootstrap,
)
from bot.report.estimates.drawing import (
    estimate_by_draw,
    estimate_groups_by_draw,
    estimate_interaction_by_draw,
)
from bot.report.estimates.fitting import fit, list_covariates
from bot.report.estimates.gaps import Adjustment, estimate_gaps
from bot.report.estimates.schemes import FixedScheme, allocate
from bot.report.estimates.several import adjust_holm, adjust_romano_wolf
from bot.report.estimates.trial import Numbers, Trial
from tests.report.estimates.trials import find_scheme, make_trial, simulate

TOWNS = FixedScheme({"east": ["a", "b", "c", "d"], "west": ["e", "f", "g"]}, {"east": 2, "west": 1})


def a_trial(*, clusters: int = 12, effect: float = 0.4, seed: int = 5) -> Trial:
    """Simulate one small trial."""
    return simulate(np.random.default_rng(seed), clusters=clusters, effect=effect)


def test_every_allocation_is_listed_once_with_its_numbers_treated() -> None:
    rows = TOWNS.list_all()

    assert len(rows) == TOWNS.count() == 6 * 3
    assert len({tuple(row) for row in rows.tolist()}) == 18
    assert set(rows[:, :4].sum(axis=1)) == {2.0}
    assert set(rows[:, 4:].sum(axis=1)) == {1.0}


def test_drawn_allocations_keep_the_numbers_and_come_equally_often() -> None:
    rows = TOWNS.draw(np.random.default_rng(3), count=18_000)

    kinds, counts = np.unique(rows, axis=0, return_counts=True)
    assert len(kinds) == 18
    assert abs(counts - 1000).max() < 5 * sqrt(1000)


def test_the_exact_interval_holds_just_what_the_test_does_not_refuse() -> None:
    trial = a_trial()
    scheme = find_scheme(trial)

    estimate = estimate_by_draw(trial, scheme, seed=1)

    assert (estimate.draws, estimate.seed, estimate.monte_carlo_error) == (400, None, None)
    assert estimate.interval
    for supposed, is_kept in zip(
        np.add.outer(estimate.interval, [-0.01, 0.01]).ravel(), [False, True, True, False],
        strict=True,
    ):  # fmt: skip
        p = estimate_by_draw(suppose(trial, supposed), scheme, seed=1).p
        assert p is not None
        assert (p > 0.05) is is_kept


def suppose(trial: Trial, effect: float) -> Trial:
    """Take a supposed effect away from the treated."""
    columns = {name: getattr(trial, name) for name in Trial.__dataclass_fields__}
    return Trial(**{**columns, "outcome": trial.outcome - effect * trial.arm})


def test_drawn_allocations_come_near_the_exact_p_and_say_how_near() -> None:
    trial = a_trial(effect=0.2)
    scheme = find_scheme(trial)

    exact = estimate_by_draw(trial, scheme, seed=1)
    drawn = estimate_by_draw(trial, scheme, seed=1, limit=0)
    again = estimate_by_draw(trial, scheme, seed=1, limit=0)

    assert exact.p
    assert drawn.p
    assert drawn.monte_carlo_error
    assert drawn == again
    assert (drawn.seed, drawn.draws) == (1, 9_999)
    assert drawn.p != exact.p
    assert abs(drawn.p - exact.p) < 4 * drawn.monte_carlo_error


def test_a_cluster_without_outcomes_keeps_its_place_in_the_draw() -> None:
    trial = a_trial()
    emptied = trial.keep(trial.cluster != trial.cluster[0])

    estimate = estimate_by_draw(emptied, find_scheme(trial), seed=1)

    assert estimate.draws == 400
    assert sum(estimate.clusters) == 11


def test_arms_that_the_scheme_could_not_give_are_refused() -> None:
    trial = a_trial()
    scheme = find_scheme(trial)
    wrong = FixedScheme(scheme.strata, {**scheme.treated, "0": 1})

    with pytest.raises(BotError, match=r"^Stratum 0 was to have 1 treated clusters; the trial's"):
        allocate(trial, wrong, seed=1)
    with pytest.raises(BotError, match=r"^Cluster 0 is not in the allocation scheme\."):
        allocate(trial, FixedScheme({"1": scheme.strata["1"]}, {"1": 3}), seed=1)


def test_under_six_clusters_an_arm_there_is_no_p_but_a_reason() -> None:
    trial = a_trial(clusters=10)

    for estimate in (
        estimate_by_draw(trial, find_scheme(trial), seed=1),
        estimate_by_bootstrap(trial, seed=1),
    ):
        assert estimate.p is None
        assert estimate.value is not None
        assert "No p-value: an arm has 4 clusters" in estimate.reason


def test_every_turn_of_the_bootstrap_equals_a_regression_run_anew() -> None:
    trial = a_trial()

    estimate = estimate_by_bootstrap(trial, seed=1, weights=Weights.ENUMERATED)

    assert estimate.draws == 4096
    slowly = turn_slowly(trial, asked=trial.arm, covariates=list_covariates(trial))
    assert estimate.p == pytest.approx(slowly, abs=1e-12)


def test_so_does_every_turn_for_the_difference_between_two_effects() -> None:
    trial = a_trial(clusters=12, seed=9)
    own = {"arm": trial.arm, "disadvantage": trial.disadvantage, **list_covariates(trial)}

    estimate = estimate_interaction_by_bootstrap(trial, seed=1, weights=Weights.ENUMERATED)

    slowly = turn_slowly(trial, asked=trial.arm * trial.disadvantage, covariates=own)
    assert estimate.p == pytest.approx(slowly, abs=1e-12)
    gaps = estimate_gaps(trial, adjustment=Adjustment.ADJUSTED)
    assert estimate.value == pytest.approx(gaps.interaction.value)
    assert estimate.name == gaps.interaction.name


def test_the_difference_between_effects_is_the_regression_with_a_constant_per_cluster() -> None:
    trial = a_trial(clusters=12, seed=9)
    scheme = find_scheme(trial)
    own = {each: (trial.cluster == each).astype(float) for each in np.unique(trial.cluster)}
    covariates = {"disadvantage": trial.disadvantage, "baseline": trial.baseline, **own}
    asked = trial.arm * trial.disadvantage

    estimate = estimate_interaction_by_draw(trial, scheme, seed=1)

    fitted = fit(trial.outcome, {"asked": asked, **covariates}, cluster=trial.cluster)
    assert estimate.value == pytest.approx(fitted.coefficients[0])
    assert estimate.p == pytest.approx(draw_slowly(trial, scheme, covariates=covariates))


def draw_slowly(trial: Trial, scheme: FixedScheme, *, covariates: dict[str, Numbers]) -> float:
    """Find the difference's p by brute force: a regression for every allocation."""
    names = scheme.clusters
    groups = np.array([names.index(each) for each in trial.cluster.tolist()])
    rest = np.column_stack(list(covariates.values()))

    def studentise(arm: Numbers) -> float:
        matrix = np.column_stack([arm * trial.disadvantage, rest])
        bread = np.linalg.inv(matrix.T @ matrix)
        left = trial.outcome - matrix @ (bread @ matrix.T @ trial.outcome)
        scores = np.array(
            [(matrix * left[:, None])[groups == each].sum(axis=0) for each in range(len(names))]
        )
        variance = (bread @ scores.T @ scores @ bread)[0, 0]
        return float(abs((bread @ matrix.T @ trial.outcome)[0]) / np.sqrt(variance))

    own = studentise(trial.arm)
    all_rows = scheme.list_all()
    return float(np.mean([studentise(row[groups]) >= own * (1 - 1e-9) for row in all_rows]))


def test_an_effect_that_all_children_share_does_not_move_the_difference() -> None:
    trial = a_trial(clusters=12)
    scheme = find_scheme(trial)

    before = estimate_interaction_by_draw(trial, scheme, seed=1)
    after = estimate_interaction_by_draw(suppose(trial, 5.0), scheme, seed=1)

    assert after.p == before.p
    assert after.interval == pytest.approx(before.interval)


def test_each_group_is_tried_over_the_same_scheme() -> None:
    trial = a_trial()
    scheme = find_scheme(trial)

    groups = estimate_groups_by_draw(trial, scheme, seed=1)

    alone = estimate_by_draw(trial.keep(trial.disadvantage == 1), scheme, seed=1)
    assert groups["disadvantaged children"].p == alone.p
    assert sum(each.children for each in groups.values()) == len(trial.outcome)
    assert all(each.draws == 400 for each in groups.values())


def turn_slowly(trial: Trial, *, asked: Numbers, covariates: dict[str, Numbers]) -> float:
    """Bootstrap by brute force: a regression with its clustered variance for every turn."""
    rest = np.column_stack(list(covariates.values()))
    matrix = np.column_stack([asked, rest])
    bread = np.linalg.inv(matrix.T @ matrix)
    groups = np.unique(trial.cluster, return_inverse=True)[1]
    members = (groups[:, None] == np.arange(groups.max() + 1)).astype(float)
    fitted = rest @ np.linalg.lstsq(rest, trial.outcome, rcond=None)[0]

    def studentise(outcome: Numbers) -> float:
        coefficients = bread @ matrix.T @ outcome
        scores = members.T @ (matrix * (outcome - matrix @ coefficients)[:, None])
        return float(coefficients[0] / np.sqrt((bread @ scores.T @ scores @ bread)[0, 0]))

    own = abs(studentise(trial.outcome))
    far = 0
    for signs in product((1.0, -1.0), repeat=members.shape[1]):
        turned = fitted + (members @ np.array(signs)) * (trial.outcome - fitted)
        far += abs(studentise(turned)) >= own * (1 - 1e-9)
    return far / 2 ** members.shape[1]


@pytest.mark.parametrize("effect", [0.0, 0.3])
def test_drawn_signs_come_near_every_combination_of_them(effect: float) -> None:
    trial = a_trial(effect=effect, seed=8)

    truth = estimate_by_bootstrap(trial, seed=1, weights=Weights.ENUMERATED)
    drawn = estimate_by_bootstrap(trial, seed=1, weights=Weights.RADEMACHER)

    assert truth.p
    assert drawn.p
    assert drawn.monte_carlo_error
    assert abs(drawn.p - truth.p) < 4 * drawn.monte_carlo_error
    assert drawn.interval == pytest.approx(truth.interval, abs=0.05)


def test_webbs_weights_serve_under_twelve_clusters_and_signs_from_twelve() -> None:
    assert "Webb" in estimate_by_bootstrap(a_trial(clusters=11), seed=1, draws=99).method
    assert "Rademacher" in estimate_by_bootstrap(a_trial(clusters=12), seed=1, draws=99).method


def test_more_clusters_than_can_be_enumerated_are_refused() -> None:
    with pytest.raises(BotError, match=r"^14 clusters have too many combinations"):
        estimate_by_bootstrap(a_trial(clusters=14), seed=1, weights=Weights.ENUMERATED)


def test_step_down_keeps_one_outcome_as_it_is_and_never_falls_below_the_single_test() -> None:
    trials = {name: a_trial(effect=0.4) for name in ("one", "same")}
    single = estimate_by_draw(trials["one"], find_scheme(trials["one"]), seed=1).p
    other = suppose(trials["one"], 0.0)
    noise = np.random.default_rng(2).normal(size=len(other.outcome))
    unrelated = make_trial(noise, arm=other.arm, cluster=other.cluster, stratum=other.stratum)
    scheme = find_scheme(other)
    alone = estimate_by_draw(unrelated, scheme, seed=1).p

    twice = adjust_romano_wolf(trials, scheme, seed=1)
    both = adjust_romano_wolf({"one": other, "unrelated": unrelated}, scheme, seed=1)

    assert twice == {"one": pytest.approx(single), "same": pytest.approx(single)}
    assert alone
    assert both["unrelated"] == pytest.approx(max(alone, both["one"]))
    assert single
    assert single < both["one"] <= 2 * single


def test_holm_multiplies_from_the_smallest_p_and_leaves_what_has_none() -> None:
    trial = a_trial()
    first = estimate_by_draw(trial, find_scheme(trial), seed=1)
    few = a_trial(clusters=8)
    without = estimate_by_draw(few, find_scheme(few), seed=1)

    adjusted = adjust_holm({"a": first, "b": first, "none": without})

    assert first.p
    assert adjusted["a"].p == pytest.approx(min(1, 2 * first.p))
    assert adjusted["none"] is without
    assert adjust_holm({}) == {}
