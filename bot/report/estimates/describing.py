"""Describe a trial: who was lost, whether arms were alike, how alike clusters are, doses."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bot.report.estimates.fitting import CRV3, fit, judge, list_covariates
from bot.report.estimates.records import Estimate
from bot.report.estimates.trial import Numbers, Trial

DESCRIPTIVE = "Descriptive, not causal: families who did more may differ in other ways."


@dataclass(frozen=True)
class Attrition:
    """Shares of children on the roster without an outcome, and the difference between the arms."""

    overall: float
    control: float
    treated: float
    differential: Estimate


@dataclass(frozen=True)
class Balance:
    """One characteristic in both arms; the difference is in pooled standard deviations."""

    name: str
    children: tuple[int, int]
    control: float
    treated: float
    difference: float | None


@dataclass(frozen=True)
class Third:
    """Treated children who did least, more or most; nothing here is an effect.

    `doses` are the bounds between thirds, not the lowest and highest dose: these are of one child.
    """

    name: str
    children: int
    doses: tuple[float, float]
    mean: float | None
    note: str = DESCRIPTIVE


def measure_attrition(trial: Trial) -> Attrition:
    """Measure who has no outcome; the differential is adjusted for strata alone."""
    lost = np.isnan(trial.outcome).astype(float)
    columns = {"arm": trial.arm, **list_covariates(trial, with_baseline=False)}
    fitted = fit(lost, columns, cluster=trial.cluster)
    value, se = fitted.combine({"arm": 1})
    method = f"least squares with strata; {CRV3}"
    return Attrition(
        overall=float(lost.mean()),
        control=float(lost[trial.arm == 0].mean()),
        treated=float(lost[trial.arm == 1].mean()),
        differential=judge(
            trial, value, se=se, freedom=fitted.freedom, name="difference in loss", method=method
        ),
    )


def compare_arms(trial: Trial, columns: Mapping[str, Numbers]) -> list[Balance]:
    """Compare the arms at the start, one characteristic after the other; `nan` is left out."""
    return [compare_column(trial, column, name=name) for name, column in columns.items()]


def compare_column(trial: Trial, column: Numbers, *, name: str) -> Balance:
    """Compare the arms in one characteristic."""
    control, treated = (column[(trial.arm == arm) & ~np.isnan(column)] for arm in (0, 1))
    means = [float(each.mean()) if len(each) else float("nan") for each in (control, treated)]
    enough = min(len(control), len(treated)) > 1
    spread = np.sqrt((control.var(ddof=1) + treated.var(ddof=1)) / 2) if enough else 0.0
    difference = float((means[1] - means[0]) / spread) if spread > 0 else None
    return Balance(name, (len(control), len(treated)), means[0], means[1], difference)


def measure_icc(trial: Trial) -> float | None:
    """Measure how alike children of one cluster are, arms' means apart.

    The one-way ANOVA estimator for clusters of unequal size (Donner & Koval 1980), nested in arms;
    it may be below 0. None where clusters hold one child each, or there are too few.
    """
    analysed = trial.analysed()
    within = between = spread = 0.0
    clusters = arms = 0
    children = len(analysed.outcome)
    for arm in np.unique(analysed.arm):
        own = analysed.keep(analysed.arm == arm)
        groups = [own.outcome[own.cluster == each] for each in np.unique(own.cluster)]
        sizes = np.array([len(each) for each in groups], dtype=float)
        means = np.array([each.mean() for each in groups])
        within += float(sum(((each - each.mean()) ** 2).sum() for each in groups))
        between += float((sizes * (means - own.outcome.mean()) ** 2).sum())
        spread += float((sizes**2).sum() / sizes.sum())
        clusters, arms = clusters + len(groups), arms + 1
    if children == clusters or clusters == arms:
        return None
    usual = (children - spread) / (clusters - arms)
    above, below = between / (clusters - arms), within / (children - clusters)
    total = above + (usual - 1) * below
    return (above - below) / total if total > 0 else None


def describe_thirds(trial: Trial) -> list[Third]:
    """Describe treated children's outcomes by thirds of dose; equal doses stay together."""
    treated = trial.keep((trial.arm == 1) & ~np.isnan(trial.dose)).analysed()
    if not len(treated.dose):
        return []
    cuts = np.quantile(treated.dose, [1 / 3, 2 / 3])
    places = np.searchsorted(cuts, treated.dose, side="left")
    bounds = [0.0, *cuts.tolist(), 1.0]
    thirds = []
    for place, name in enumerate(("least", "middle", "most")):
        own = places == place
        if own.any():
            doses = (bounds[place], bounds[place + 1])
            mean = float(treated.outcome[own].mean())
            thirds.append(Third(name, int(own.sum()), doses, mean))
    return thirds
