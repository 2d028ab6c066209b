"""Whether the programme narrowed the gap between disadvantaged children and the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import stats

from bot.report.estimates.fitting import CRV3, Fit, fit, judge, list_covariates
from bot.report.estimates.records import Estimate
from bot.report.estimates.trial import Trial

TREATED_GAP = {"disadvantage": -1.0, "arm x disadvantage": -1.0}
CONTROL_GAP = {"disadvantage": -1.0}
INTERACTION = {"arm x disadvantage": 1.0}
INTERACTION_NAME = "difference between the two effects"


class Adjustment(StrEnum):
    """Two questions that give two answers: the gap as it stands, and given where children began."""

    RAW = "raw means"
    ADJUSTED = "adjusted for baseline and strata"


@dataclass(frozen=True)
class Gaps:
    """Effects in both groups, their difference, and the gap (others less disadvantaged)."""

    others: Estimate
    disadvantaged: Estimate
    interaction: Estimate
    control_gap: Estimate
    treated_gap: Estimate
    change: Estimate
    share_closed: Estimate


def estimate_gaps(trial: Trial, *, adjustment: Adjustment) -> Gaps:
    """Estimate everything about the gap; children whose disadvantage is unknown are left out."""
    known = keep_known(trial)
    fitted = fit_gaps(known, adjustment)
    method = f"arm by disadvantage, {adjustment}; {CRV3}"

    def make(name: str, weights: Mapping[str, float]) -> Estimate:
        value, se = fitted.combine(weights)
        return judge(known, value, se=se, freedom=fitted.freedom, name=name, method=method)

    return Gaps(
        others=make("effect on the other children", {"arm": 1}),
        disadvantaged=make("effect on disadvantaged children", {"arm": 1, **INTERACTION}),
        interaction=make(INTERACTION_NAME, INTERACTION),
        control_gap=make("gap in the control arm", CONTROL_GAP),
        treated_gap=make("gap in the treated arm", TREATED_GAP),
        change=make("change in the gap", {"arm x disadvantage": -1}),
        share_closed=share_closed(known, fitted, adjustment=adjustment),
    )


def keep_known(trial: Trial) -> Trial:
    """Keep the children with an outcome whose disadvantage is known."""
    return trial.keep(~np.isnan(trial.outcome) & ~np.isnan(trial.disadvantage))


def fit_gaps(known: Trial, adjustment: Adjustment) -> Fit:
    """Fit arm, disadvantage and both together."""
    covariates = {"constant": np.ones(len(known.outcome))}
    if adjustment is Adjustment.ADJUSTED:
        covariates = list_covariates(known)
    columns = {
        "arm": known.arm,
        "disadvantage": known.disadvantage,
        "arm x disadvantage": known.arm * known.disadvantage,
        **covariates,
    }
    return fit(known.outcome, columns, cluster=known.cluster)


def share_closed(known: Trial, fitted: Fit, *, adjustment: Adjustment) -> Estimate:
    """Estimate the share of the control arm's gap that is closed, never clipped at 0 or 1."""
    closed, closed_se = fitted.combine(INTERACTION)
    gap, gap_se = fitted.combine(CONTROL_GAP)
    interval = find_fieller(
        (closed, gap),
        variances=(closed_se**2, gap_se**2, fitted.covariance(INTERACTION, CONTROL_GAP)),
        freedom=fitted.freedom,
    )
    reason = "No interval: the control arm's gap is not clearly different from 0."
    return Estimate(
        name="share of the gap closed",
        value=closed / gap if interval else None,
        method=f"ratio of the interaction to the control arm's gap, {adjustment}; Fieller; {CRV3}",
        children=len(known.outcome),
        clusters=known.count_clusters(),
        interval=interval,
        reason="No p-value: the interaction's stands for it." if interval else reason,
    )


def find_fieller(
    pair: tuple[float, float], *, variances: tuple[float, float, float], freedom: int
) -> tuple[float, float] | None:
    """Find Fieller's (1954) 95 % interval of a ratio; None where it has no two ends."""
    (above, below), (above_var, below_var, both) = pair, variances
    square = float(stats.t.ppf(0.975, freedom)) ** 2
    first = below**2 - square * below_var
    if first <= 0:
        return None
    middle = above * below - square * both
    root = float(np.sqrt(max(middle**2 - first * (above**2 - square * above_var), 0.0)))
    return (middle - root) / first, (middle + root) / first
