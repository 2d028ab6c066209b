"""Small simulated trials: the default method is right as often as it says, the naive one is not."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pytest
from scipy import stats

from bot.report.estimates.adjusting import find_minimum_detectable, standardise
from bot.report.estimates.drawing import estimate_by_draw
from bot.report.estimates.fitting import list_covariates
from bot.report.estimates.trial import Trial
from tests.report.estimates.trials import find_scheme, simulate

SEED = 61
DRAWS = 199
ICC = 0.3


@dataclass
class Tally:
    """How often a method refused no effect, and how often its interval held the true one."""

    refused: float = 0.0
    covered: float = 0.0


@pytest.mark.parametrize("effect", [0.0, 0.5])
@pytest.mark.parametrize("clusters", [12, 20])
def test_the_default_method_errs_no_more_often_than_it_says(clusters: int, effect: float) -> None:
    check(clusters=clusters, effect=effect, trials=200)


def test_the_papers_setting_simulated_finds_effects_of_a_third_of_a_deviation() -> None:
    """61 centres with about 5 children: a worked example on simulated children, no real ones."""
    rng = np.random.default_rng(SEED)
    found = []
    for icc in (0.05, 0.1, 0.15):
        trial = simulate(rng, clusters=61, effect=0.4, size=5, icc=icc)
        estimate = estimate_by_draw(trial, find_scheme(trial), seed=1, draws=999)
        found.append(find_minimum_detectable(standardise(estimate, trial)))
        assert estimate.interval is not None
        assert estimate.interval[0] <= 0.4 <= estimate.interval[1]

    assert all(each is not None and 0.25 < each < 0.45 for each in found)


@pytest.mark.long
@pytest.mark.parametrize("effect", [0.0, 0.5])
@pytest.mark.parametrize("clusters", [12, 20])
def test_it_does_so_over_two_thousand_trials(clusters: int, effect: float) -> None:
    check(clusters=clusters, effect=effect, trials=2000)


def check(*, clusters: int, effect: float, trials: int) -> None:
    """Hold the default method to 5 % and two Monte Carlo errors; see the naive one miss it."""
    ours, naive = run(clusters=clusters, effect=effect, trials=trials)
    band = 2 * sqrt(0.05 * 0.95 / trials)

    assert ours.covered >= 0.95 - band
    assert naive.covered < 0.95 - band
    if effect:
        assert ours.refused > 0.05 + band  # it finds what is there
    else:
        assert ours.refused <= 0.05 + band
        assert naive.refused > 0.05 + band


def run(*, clusters: int, effect: float, trials: int) -> tuple[Tally, Tally]:
    """Tally both methods over the same trials."""
    rng = np.random.default_rng([SEED, clusters, trials, int(effect * 10)])
    ours, naive = Tally(), Tally()
    for number in range(trials):
        trial = simulate(rng, clusters=clusters, effect=effect, icc=ICC)
        estimate = estimate_by_draw(trial, find_scheme(trial), seed=number, draws=DRAWS)
        assert estimate.interval is not None
        assert estimate.p is not None
        count(ours, estimate.p, interval=estimate.interval, effect=effect, share=1 / trials)
        p, interval = judge_naively(trial)
        count(naive, p, interval=interval, effect=effect, share=1 / trials)
    return ours, naive


def count(
    tally: Tally, p: float, *, interval: tuple[float, float], effect: float, share: float
) -> None:
    """Count one trial."""
    tally.refused += share * (p <= 0.05)
    tally.covered += share * (interval[0] <= effect <= interval[1])


def judge_naively(trial: Trial) -> tuple[float, tuple[float, float]]:
    """Test as if every child had been drawn alone: ordinary least squares."""
    matrix = np.column_stack([trial.arm, *list_covariates(trial).values()])
    inverse = np.linalg.inv(matrix.T @ matrix)
    coefficients = inverse @ matrix.T @ trial.outcome
    rest = trial.outcome - matrix @ coefficients
    freedom = len(rest) - matrix.shape[1]
    value, se = coefficients[0], np.sqrt(inverse[0, 0] * (rest @ rest) / freedom)
    reach = stats.t.ppf(0.975, freedom) * se
    return float(2 * stats.t.sf(abs(value / se), freedom)), (value - reach, value + reach)
