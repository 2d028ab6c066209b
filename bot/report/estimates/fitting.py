"""Least squares with standard errors that allow for children of one cluster being alike."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from scipy import stats

from bot.errors import BotError
from bot.report.estimates.records import Estimate, withhold_p
from bot.report.estimates.trial import Labels, Numbers, Places, Trial

CRV1 = "CRV1 (Stata's clustered standard error), t with clusters less one degrees of freedom"
CRV3 = (
    "CRV3 (cluster jackknife centred on the full estimate, clubSandwich's CR3), "
    "t with clusters less one degrees of freedom"
)


@dataclass(frozen=True)
class Fit:
    """Coefficients by name, and their variances in two variants."""

    names: tuple[str, ...]
    coefficients: Numbers
    crv1: Numbers
    crv3: Numbers
    freedom: int

    def combine(self, weights: Mapping[str, float]) -> tuple[float, float]:
        """Give a weighted sum of coefficients and its standard error (CRV3)."""
        row = np.array([weights.get(name, 0.0) for name in self.names])
        return float(row @ self.coefficients), float(np.sqrt(row @ self.crv3 @ row))

    def covariance(self, first: Mapping[str, float], second: Mapping[str, float]) -> float:
        """Give the covariance (CRV3) of two weighted sums."""
        left, right = (
            np.array([each.get(name, 0.0) for name in self.names]) for each in (first, second)
        )
        return float(left @ self.crv3 @ right)


def list_covariates(trial: Trial, *, with_baseline: bool = True) -> dict[str, Numbers]:
    """List what is adjusted for: a constant, strata, the baseline and whether it is missing.

    A missing baseline takes the mean of those that are there. Columns that the earlier ones already
    determine are left out, so what remains has full rank.
    """
    columns = {"constant": np.ones(len(trial.outcome))}
    for stratum in np.unique(trial.stratum)[1:]:
        columns[f"stratum {stratum}"] = (trial.stratum == stratum).astype(float)
    missing = np.isnan(trial.baseline)
    if with_baseline and not missing.all():
        columns["baseline"] = np.where(missing, np.mean(trial.baseline[~missing]), trial.baseline)
        columns["baseline missing"] = missing.astype(float)
    return leave_out_determined(columns)


def leave_out_determined(columns: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """Keep each column that adds something to those before it."""
    kept: dict[str, Numbers] = {}
    basis = np.empty((len(next(iter(columns.values()))), 0))
    for name, column in columns.items():
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)  # once more: the first leaves rounding behind
        size, whole = float(np.linalg.norm(rest)), float(np.linalg.norm(column))
        if size > 1e-8 * whole:
            kept[name] = column
            basis = np.column_stack([basis, rest / size])
    return kept


def fit(outcome: Numbers, columns: Mapping[str, Numbers], *, cluster: Labels) -> Fit:
    """Fit by least squares; the columns must have full rank, and clusters be two or more."""
    groups = number_clusters(cluster)
    if groups.max(initial=0) < 1:
        raise BotError("An estimate needs children in two clusters or more; there are fewer.")
    kept = leave_out_determined(columns)
    if kept.keys() != columns.keys():
        lost = ", ".join(name for name in columns if name not in kept)
        raise BotError(f"These children cannot tell {lost} from what is adjusted for.")
    matrix = np.column_stack(list(columns.values()))
    fitted = sm.OLS(outcome, matrix).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    crv3 = jackknife(outcome, matrix, groups=groups, full=fitted.params)
    return Fit(tuple(columns), fitted.params, fitted.cov_params(), crv3, int(groups.max()))


def correct_crv1(children: int, *, clusters: int, coefficients: int) -> float:
    """Give the factor by which CRV1 raises a variance, as Stata does."""
    return clusters / (clusters - 1) * (children - 1) / (children - coefficients)


def number_clusters(cluster: Labels) -> Places:
    """Give each child its cluster's place in alphabetical order."""
    places: Places = np.unique(cluster, return_inverse=True)[1]
    return places


def add_up(values: Numbers, groups: Places, *, count: int) -> Numbers:
    """Add up rows by the group that each belongs to: a row for each of so many groups."""
    total = np.zeros((count, *values.shape[1:]))
    np.add.at(total, groups, values)
    return total


def jackknife(outcome: Numbers, matrix: Numbers, *, groups: Places, full: Numbers) -> Numbers:
    """Add up how far leaving each cluster out moves the coefficients.

    Hansen (2025) and Bell & McCaffrey (2002): this sum is CR3 without any factor.
    """
    squares, products = matrix.T @ matrix, matrix.T @ outcome
    moves = []
    for group in range(int(groups.max()) + 1):
        own = groups == group
        rows = matrix[own]
        without = np.linalg.pinv(squares - rows.T @ rows, rcond=1e-10, hermitian=True)
        moves.append(without @ (products - rows.T @ outcome[own]) - full)
    moved = np.array(moves)
    variance: Numbers = moved.T @ moved
    return variance


def judge(
    trial: Trial, value: float, *, se: float, freedom: int, name: str, method: str
) -> Estimate:
    """Make an estimate with its 95 % interval and p by Student's t, where clusters suffice."""
    reach = float(stats.t.ppf(0.975, freedom)) * se
    p = float(2 * stats.t.sf(abs(value / se), freedom)) if se > 0 else None
    estimate = Estimate(
        name=name,
        value=value,
        method=method,
        children=len(trial.outcome),
        clusters=trial.count_clusters(),
        se=se,
        interval=(value - reach, value + reach),
        p=p,
        reason="" if se > 0 else "No p-value: nothing varies.",
    )
    return withhold_p(estimate)
