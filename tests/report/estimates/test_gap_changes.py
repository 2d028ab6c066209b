"""How the gap changed, by the draw: against plain regressions and every draw there could be."""

from dataclasses import replace

import numpy as np
import pytest

from bot.report.estimates.drawing import estimate_interaction_by_draw
from bot.report.estimates.fitting import fit
from bot.report.estimates.gap_changes import (
    NO_GAP,
    estimate_gap_change,
    estimate_gap_change_by_bootstrap,
)
from bot.report.estimates.gaps import Adjustment, estimate_gaps
from bot.report.estimates.trial import Numbers, Trial
from tests.report.estimates.trials import find_scheme, simulate

GAP, CLOSED = 0.9, 0.6


def a_gapped_trial(*, clusters: int = 12, strata: int = 2, size: int = 8) -> Trial:
    """Simulate a trial where disadvantaged children are behind, and gain more than the others."""
    rng = np.random.default_rng(4)
    trial = simulate(rng, clusters=clusters, effect=0.3, strata=strata, size=size)
    return replace(trial, outcome=trial.outcome + shift(trial, gain=CLOSED))


def shift(trial: Trial, *, gain: float) -> Numbers:
    """Give what disadvantage takes, and what being treated gives back of it."""
    return trial.disadvantage * (gain * trial.arm - GAP)


def find_gap(trial: Trial, outcome: Numbers, *, adjustment: Adjustment) -> float:
    """Find the gap by a regression with a constant for every cluster."""
    columns = {"disadvantage": trial.disadvantage}
    if adjustment is Adjustment.ADJUSTED:
        columns["baseline"] = trial.baseline
    own = {each: (trial.cluster == each).astype(float) for each in np.unique(trial.cluster)}
    return -float(fit(outcome, {**columns, **own}, cluster=trial.cluster).coefficients[0])


@pytest.mark.parametrize("adjustment", Adjustment)
def test_the_change_is_the_difference_between_effects_with_its_sign_off(
    adjustment: Adjustment,
) -> None:
    trial = a_gapped_trial()
    scheme = find_scheme(trial)
    interaction = estimate_interaction_by_draw(trial, scheme, adjustment=adjustment, seed=1)

    change = estimate_gap_change(trial, scheme, adjustment=adjustment, seed=1).change

    assert interaction.value
    assert interaction.interval
    low, high = interaction.interval
    assert (change.value, change.interval) == (-interaction.value, (-high, -low))
    assert (change.p, change.draws, change.name) == (interaction.p, 400, "change in the gap")
    assert ("adjusted for baseline" in change.method) is (adjustment is Adjustment.ADJUSTED)


def test_raw_and_adjusted_changes_are_regressions_with_a_constant_per_cluster() -> None:
    trial = a_gapped_trial()
    own = {each: (trial.cluster == each).astype(float) for each in np.unique(trial.cluster)}
    asked = {"asked": trial.arm * trial.disadvantage, "disadvantage": trial.disadvantage}
    changes = [
        estimate_gap_change(trial, find_scheme(trial), adjustment=each, seed=1).change.value
        for each in (Adjustment.RAW, Adjustment.ADJUSTED)
    ]

    raw = fit(trial.outcome, {**asked, **own}, cluster=trial.cluster)
    adjusted = fit(
        trial.outcome, {**asked, "baseline": trial.baseline, **own}, cluster=trial.cluster
    )

    assert changes == pytest.approx([-raw.coefficients[0], -adjusted.coefficients[0]])
    assert changes[0] != pytest.approx(changes[1])


@pytest.mark.parametrize("adjustment", Adjustment)
def test_each_supposed_change_says_what_gap_there_was_to_close(adjustment: Adjustment) -> None:
    trial = a_gapped_trial(clusters=16, size=12)

    found = estimate_gap_change(trial, find_scheme(trial), adjustment=adjustment, seed=1)

    change, share = found.change, found.share_closed
    assert change.value
    assert change.interval
    shares = []
    for supposed in (-change.value, -change.interval[1], -change.interval[0]):
        without = trial.outcome - supposed * trial.arm * trial.disadvantage
        shares.append(supposed / find_gap(trial, without, adjustment=adjustment))
    assert share.interval
    assert [share.value, *share.interval] == pytest.approx(shares)
    assert (share.p, share.reason) == (None, "No p-value: the change's stands for it.")
    assert share.method.endswith(change.method)


def test_where_there_may_be_no_gap_no_share_of_it_is_told() -> None:
    trial = a_gapped_trial()
    level = replace(trial, outcome=trial.outcome - shift(trial, gain=CLOSED))

    found = estimate_gap_change(level, find_scheme(trial), adjustment=Adjustment.RAW, seed=1)

    assert found.change.interval
    assert (found.share_closed.value, found.share_closed.interval) == (None, None)
    assert found.share_closed.reason == NO_GAP


def test_too_few_draws_for_an_interval_of_the_change_give_no_share() -> None:
    trial = a_gapped_trial(clusters=6, strata=1)

    found = estimate_gap_change(trial, find_scheme(trial), adjustment=Adjustment.RAW, seed=1)

    assert found.change.interval is None
    assert found.share_closed.value is None
    assert found.share_closed.reason == found.change.reason
    assert found.change.reason.startswith("No interval: 20 allocations are too few")


@pytest.mark.parametrize("adjustment", Adjustment)
def test_over_every_draw_there_could_be_both_intervals_hold_the_truth(
    adjustment: Adjustment,
) -> None:
    """The same children under each of 70 draws: at most 5 % of the intervals may miss."""
    trial = a_gapped_trial(clusters=8, strata=1, size=14)
    scheme = find_scheme(trial)
    place = {cluster: number for number, cluster in enumerate(scheme.clusters)}
    groups = np.array([place[each] for each in trial.cluster.tolist()])
    without = trial.outcome - 0.3 * trial.arm - CLOSED * trial.arm * trial.disadvantage
    truth = CLOSED / find_gap(trial, without, adjustment=adjustment)
    rows = scheme.list_all()
    hits, told = 0, 0
    for row in rows:
        arm = row[groups].astype(float)
        outcome = without + 5.0 * arm + CLOSED * arm * trial.disadvantage
        drawn = replace(trial, arm=arm, outcome=outcome)
        found = estimate_gap_change(drawn, scheme, adjustment=adjustment, seed=1)
        assert found.change.interval
        hits += found.change.interval[0] <= -CLOSED <= found.change.interval[1]
        if found.share_closed.interval:
            told += 1
            low, high = found.share_closed.interval
            assert (low <= truth <= high) is (
                found.change.interval[0] <= -CLOSED <= found.change.interval[1]
            )

    assert len(rows) == 70
    assert hits >= 0.95 * len(rows)
    assert told > 0


def test_the_bootstrap_stands_beside_with_the_same_sign() -> None:
    trial = a_gapped_trial()
    gaps = estimate_gaps(trial, adjustment=Adjustment.ADJUSTED)

    change = estimate_gap_change_by_bootstrap(trial, seed=1, draws=299)

    assert change.value == pytest.approx(gaps.change.value)
    assert change.name == gaps.change.name
    assert change.interval
    assert change.interval[0] < (change.value or 0) < change.interval[1]
