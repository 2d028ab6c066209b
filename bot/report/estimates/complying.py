"""What taking part did, for those whom the draw made take part."""

from dataclasses import replace

import numpy as np

from bot.errors import BotError
from bot.report.estimates.fitting import (
    CRV1,
    CRV3,
    add_up,
    correct_crv1,
    fit,
    judge,
    list_covariates,
    number_clusters,
)
from bot.report.estimates.records import Estimate
from bot.report.estimates.trial import Trial

WEAK = 10.0
FIRST_STAGE = "assignment's effect on taking part"
CACE = "effect on those who took part because they were assigned"


def estimate_first_stage(trial: Trial) -> tuple[Estimate, float]:
    """Estimate how far assignment moved taking part, and its F: the squared CRV1 t."""
    analysed = trial.analysed()
    columns = {"arm": analysed.arm, **list_covariates(analysed)}
    fitted = fit(analysed.complied, columns, cluster=analysed.cluster)
    value, se = fitted.combine({"arm": 1})
    method = f"least squares with baseline and strata; {CRV3}"
    stage = judge(analysed, value, se=se, freedom=fitted.freedom, name=FIRST_STAGE, method=method)
    variance = float(fitted.crv1[0, 0])
    if variance < 1e-20:  # everyone assigned took part and nobody else: as strong as can be
        return stage, float("inf") if abs(value) > 1e-9 else 0.0
    return stage, value**2 / variance


def estimate_cace(trial: Trial) -> Estimate:
    """Estimate by two-stage least squares with the arm as instrument; hidden where it is weak."""
    analysed = trial.analysed()
    strength = estimate_first_stage(trial)[1]
    method = f"two-stage least squares, arm as instrument, baseline and strata; {CRV1}"
    hidden = Estimate(CACE, None, method, len(analysed.outcome), analysed.count_clusters())
    if strength < WEAK:
        return replace(
            hidden,
            reason=f"Not shown: the first stage is weak (F = {strength:.1f}, below {WEAK:.0f}).",
        )
    value, se, freedom = solve_two_stages(analysed)
    estimate = judge(analysed, value, se=se, freedom=freedom, name=CACE, method=method)
    note = f"First stage F = {strength:.1f}. It holds only if assignment works through taking part."
    return replace(estimate, note=note)


def solve_two_stages(trial: Trial) -> tuple[float, float, int]:
    """Give the just-identified coefficient, its CRV1 standard error and degrees of freedom."""
    covariates = np.column_stack(list(list_covariates(trial).values()))
    basis = np.linalg.qr(covariates)[0]
    outcome, taken, drawn = (
        column - basis @ (basis.T @ column) for column in (trial.outcome, trial.complied, trial.arm)
    )
    shared = float(drawn @ taken)
    if abs(shared) < 1e-12:
        raise BotError("Assignment and taking part are unrelated here; there is no second stage.")
    value = float(drawn @ outcome) / shared
    groups = number_clusters(trial.cluster)
    scores = add_up(drawn * (outcome - value * taken), groups, count=int(groups.max()) + 1)
    used = covariates.shape[1] + 1
    small = correct_crv1(len(outcome), clusters=len(scores), coefficients=used)
    return value, float(np.sqrt(small * (scores @ scores))) / abs(shared), len(scores) - 1
