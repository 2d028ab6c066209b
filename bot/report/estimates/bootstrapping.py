"""The wild cluster bootstrap: whole clusters' residuals turned about, no effect supposed."""

from enum import StrEnum
from itertools import product
from math import sqrt

import numpy as np

from bot.errors import BotError
from bot.report.estimates.adjusting import ITT
from bot.report.estimates.fitting import fit, list_covariates, number_clusters
from bot.report.estimates.inverting import Draws, Observed, find_interval, find_p
from bot.report.estimates.records import Estimate, withhold_p
from bot.report.estimates.trial import Numbers, Trial

DRAWS = 9_999
WEBB_BELOW = 12
ENUMERATED_UP_TO = 12
WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))


class Weights(StrEnum):
    """What a cluster's residuals are multiplied by."""

    WEBB = "Webb's six points"
    RADEMACHER = "Rademacher's plus or minus one"
    ENUMERATED = "every combination of plus and minus one"


def estimate_by_bootstrap(
    trial: Trial, *, seed: int, draws: int = DRAWS, weights: Weights | None = None
) -> Estimate:
    """Estimate the effect of assignment with p and interval from the restricted bootstrap-t (CRV1).

    Cameron, Gelbach & Miller (2008); Webb (2023) for his weights, the default under 12 clusters.
    """
    analysed = trial.analysed()
    columns = {"arm": analysed.arm, **list_covariates(analysed)}
    fitted = fit(analysed.outcome, columns, cluster=analysed.cluster)
    se = float(np.sqrt(fitted.crv1[0, 0]))
    clusters = sum(analysed.count_clusters())
    weights = weights or (Weights.WEBB if clusters < WEBB_BELOW else Weights.RADEMACHER)
    rows = weigh(clusters, weights=weights, seed=seed, draws=draws)
    is_drawn = weights is not Weights.ENUMERATED
    others = turn(analysed, rows)
    ones = turn(analysed, np.ones((1, clusters)))
    observed = Observed(float(ones.b[0]), float(ones.bb[0]))
    p, interval = find_p(observed, others), find_interval(observed, others, se=se)
    return withhold_p(
        Estimate(
            name=ITT,
            value=observed.value,
            method=f"wild cluster bootstrap-t, no effect supposed, {weights}, CRV1; by inversion",
            children=len(analysed.outcome),
            clusters=analysed.count_clusters(),
            se=se,
            interval=interval,
            p=p,
            reason="" if interval else "No interval: too few clusters to refuse any effect.",
            seed=seed if is_drawn else None,
            draws=draws if is_drawn else len(rows),
            monte_carlo_error=sqrt(p * (1 - p) / draws) if is_drawn else None,
        )
    )


def weigh(clusters: int, *, weights: Weights, seed: int, draws: int) -> Numbers:
    """Give a row of weights per draw, a column per cluster; the first is the trial as it was."""
    if weights is Weights.ENUMERATED:
        if clusters > ENUMERATED_UP_TO:
            raise BotError(
                f"{clusters} clusters have too many combinations to try them all. "
                f"Draw, or use at most {ENUMERATED_UP_TO}."
            )
        return np.array(list(product((1.0, -1.0), repeat=clusters)))
    points = np.array([-1.0, 1.0]) if weights is Weights.RADEMACHER else np.append(-WEBB, WEBB)
    drawn = np.random.default_rng(seed).choice(points, size=(draws, clusters))
    return np.vstack([np.ones((1, clusters)), drawn])


def turn(trial: Trial, rows: Numbers) -> Draws:
    """Find estimate and variance for each row of weights, for every supposed effect at once."""
    groups = number_clusters(trial.cluster)
    basis = np.linalg.qr(np.column_stack(list(list_covariates(trial).values())))[0]
    outcome, arm = (each - basis @ (basis.T @ each) for each in (trial.outcome, trial.arm))

    def add(values: Numbers) -> Numbers:
        total = np.zeros((rows.shape[1], *values.shape[1:]))
        np.add.at(total, groups, values)
        return total

    squared, shared = add(arm * arm), add(basis * arm[:, None])
    total = squared.sum()

    def estimate(left: Numbers) -> tuple[Numbers, Numbers]:
        weighted = rows * add(arm * left)
        value = weighted.sum(axis=1) / total
        bent = rows @ add(basis * left[:, None]) @ shared.T
        return value, (weighted - bent - value[:, None] * squared) / total

    (b, first), (c, second) = estimate(outcome), estimate(arm)
    pairs = ((first, first), (first, second), (second, second))
    return Draws(b, c, *((left * right).sum(axis=1) for left, right in pairs))
