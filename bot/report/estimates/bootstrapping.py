"""The wild cluster bootstrap: whole clusters' residuals turned about, no effect supposed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import sqrt

import numpy as np

from bot.errors import BotError
from bot.report.estimates.adjusting import ITT
from bot.report.estimates.fitting import add_up, fit, list_covariates, number_clusters
from bot.report.estimates.gaps import INTERACTION_NAME, keep_known
from bot.report.estimates.inverting import Draws, Observed, find_interval, find_p
from bot.report.estimates.records import Estimate, withhold_p
from bot.report.estimates.trial import Numbers, Trial

DRAWS = 9_999
METHOD = "wild cluster bootstrap-t, no effect supposed, adjusted for baseline and strata"
WEBB_BELOW = 12
ENUMERATED_UP_TO = 12
WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))


class Weights(StrEnum):
    """What a cluster's residuals are multiplied by."""

    WEBB = "Webb's six points"
    RADEMACHER = "Rademacher's plus or minus one"
    ENUMERATED = "every combination of plus and minus one"


@dataclass(frozen=True)
class Question:
    """The column whose coefficient is asked for, and what it is adjusted for."""

    name: str
    trial: Trial
    asked: Numbers
    covariates: Mapping[str, Numbers]


def estimate_by_bootstrap(
    trial: Trial, *, seed: int, draws: int = DRAWS, weights: Weights | None = None
) -> Estimate:
    """Estimate the effect of assignment with p and interval from the restricted bootstrap-t (CRV1).

    Cameron, Gelbach & Miller (2008); Webb (2023) for his weights, the default under 12 clusters.
    """
    analysed = trial.analysed()
    question = Question(ITT, analysed, analysed.arm, list_covariates(analysed))
    return answer(question, seed=seed, draws=draws, weights=weights)


def estimate_interaction_by_bootstrap(
    trial: Trial, *, seed: int, draws: int = DRAWS, weights: Weights | None = None
) -> Estimate:
    """Estimate how far the effects on disadvantaged children and on the others differ, likewise."""
    known = keep_known(trial)
    covariates = {"arm": known.arm, "disadvantage": known.disadvantage, **list_covariates(known)}
    question = Question(INTERACTION_NAME, known, known.arm * known.disadvantage, covariates)
    return answer(question, seed=seed, draws=draws, weights=weights)


def answer(
    question: Question, *, seed: int, draws: int, weights: Weights | None = None
) -> Estimate:
    """Bootstrap one coefficient."""
    trial = question.trial
    fitted = fit(
        trial.outcome, {"asked": question.asked, **question.covariates}, cluster=trial.cluster
    )
    se = float(np.sqrt(fitted.crv1[0, 0]))
    clusters = sum(trial.count_clusters())
    weights = weights or (Weights.WEBB if clusters < WEBB_BELOW else Weights.RADEMACHER)
    rows = weigh(clusters, weights=weights, seed=seed, draws=draws)
    is_drawn = weights is not Weights.ENUMERATED
    others, ones = turn(question, rows), turn(question, np.ones((1, clusters)))
    observed = Observed(float(ones.b[0]), float(ones.bb[0]))
    p, interval = find_p(observed, others), find_interval(observed, others, se=se)
    return withhold_p(
        Estimate(
            name=question.name,
            value=observed.value,
            method=f"{METHOD} ({weights}; standard error CRV1; interval by inverting the test)",
            children=len(trial.outcome),
            clusters=trial.count_clusters(),
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


def turn(question: Question, rows: Numbers) -> Draws:
    """Find estimate and variance for each row of weights, for every supposed effect at once."""
    groups = number_clusters(question.trial.cluster)
    basis = np.linalg.qr(np.column_stack(list(question.covariates.values())))[0]
    outcome, asked = (
        each - basis @ (basis.T @ each) for each in (question.trial.outcome, question.asked)
    )

    def add(values: Numbers) -> Numbers:
        return add_up(values, groups, count=rows.shape[1])

    squared, shared = add(asked * asked), add(basis * asked[:, None])
    total = squared.sum()

    def estimate(left: Numbers) -> tuple[Numbers, Numbers]:
        weighted = rows * add(asked * left)
        value = weighted.sum(axis=1) / total
        bent = rows @ add(basis * left[:, None]) @ shared.T
        return value, (weighted - bent - value[:, None] * squared) / total

    (b, first), (c, second) = estimate(outcome), estimate(asked)
    pairs = ((first, first), (first, second), (second, second))
    return Draws(b, c, *((left * right).sum(axis=1) for left, right in pairs))
