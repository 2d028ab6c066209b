"""The effect of being assigned: every child on the roster as its cluster was drawn."""

from math import exp, lgamma, sqrt

import numpy as np
from scipy import stats

from bot.report.estimates.fitting import CRV3, fit, judge, list_covariates
from bot.report.estimates.records import Estimate, rescale
from bot.report.estimates.trial import Trial

ITT = "effect of assignment"
STANDARDISED = "effect of assignment in standard deviations"
RELEVANT_EFFECT = 0.2
POWER = 0.8


def estimate_itt(trial: Trial) -> Estimate:
    """Estimate the effect of assignment, adjusted for baseline and strata, with CRV3."""
    analysed = trial.analysed()
    columns = {"arm": analysed.arm, **list_covariates(analysed)}
    fitted = fit(analysed.outcome, columns, cluster=analysed.cluster)
    value, se = fitted.combine({"arm": 1})
    method = f"least squares with baseline and strata; {CRV3}"
    return judge(analysed, value, se=se, freedom=fitted.freedom, name=ITT, method=method)


def standardise(estimate: Estimate, trial: Trial) -> Estimate:
    """Give an effect in the control group's standard deviations, with Hedges' correction.

    The standard deviation is taken as known: its own uncertainty is not in the interval.
    """
    control = trial.outcome[(trial.arm == 0) & ~np.isnan(trial.outcome)]
    deviation = float(np.std(control, ddof=1)) if len(control) > 2 else 0.0
    factor = correct_small(len(control) - 1) / deviation if deviation > 0 else 0.0
    method = f"{estimate.method}; by the control group's standard deviation, Hedges' correction"
    return rescale(estimate, factor, name=STANDARDISED, method=method)


def correct_small(freedom: int) -> float:
    """Give Hedges' (1981) exact correction for a standard deviation on few children."""
    half = freedom / 2
    return exp(lgamma(half) - lgamma(half - 0.5)) / sqrt(half)


def find_minimum_detectable(estimate: Estimate) -> float | None:
    """Find the effect that a trial with this standard error finds four times in five, at 5 %."""
    freedom = sum(estimate.clusters) - 2
    if estimate.se is None or freedom < 1:
        return None
    return estimate.se * float(stats.t.ppf(0.975, freedom) + stats.t.ppf(POWER, freedom))


def describe_power(standardised: Estimate, *, relevant: float = RELEVANT_EFFECT) -> str:
    """Say in plain words whether the trial could have found a relevant effect."""
    detectable = find_minimum_detectable(standardised)
    if detectable is None:
        return "Under-powered: there are too few clusters to say what effect could be found."
    found = f"the smallest effect that it would find four times in five is {detectable:.2f}"
    wanted = f"standard deviations; an effect worth finding was set at {relevant:.2f}"
    if detectable > relevant:
        return f"Under-powered: {found} {wanted}. No clear difference is not proof of none."
    return f"Large enough: {found} {wanted}."
