"""How the gap between disadvantaged children and the others differs by arm, from the draw."""

from dataclasses import dataclass, replace

import numpy as np

from bot.report.estimates.bootstrapping import estimate_interaction_by_bootstrap
from bot.report.estimates.drawing import center, estimate_interaction_by_draw, list_within
from bot.report.estimates.gaps import Adjustment, keep_known
from bot.report.estimates.records import Estimate
from bot.report.estimates.schemes import DRAWS, EXACT_LIMIT, Scheme
from bot.report.estimates.trial import Numbers, Trial

CHANGE_NAME = "change in the gap"
SHARE_NAME = "share of the gap closed"
NO_GAP = "Without the programme these children may have had no gap to close."


@dataclass(frozen=True)
class GapChange:
    """How far the treated arm's gap is from the control arm's (below 0: narrower), by the draw.

    `change` is in the outcome's own points. `share_closed` is of the gap that the trial's own
    children would have had without the programme; never clipped at 0 or 1.
    """

    change: Estimate
    share_closed: Estimate


def estimate_gap_change(
    trial: Trial,
    scheme: Scheme,
    *,
    adjustment: Adjustment,
    seed: int,
    draws: int = DRAWS,
    limit: int = EXACT_LIMIT,
) -> GapChange:
    """Estimate the change in the gap and the share closed: the default method.

    Children whose disadvantage is unknown are left out. Both are of differences within clusters.
    """
    interaction = estimate_interaction_by_draw(
        trial, scheme, adjustment=adjustment, seed=seed, draws=draws, limit=limit
    )
    return GapChange(turn_into_change(interaction), close(trial, interaction, adjustment))


def estimate_gap_change_by_bootstrap(trial: Trial, *, seed: int, draws: int = DRAWS) -> Estimate:
    """Estimate the change in the gap by the wild cluster bootstrap, adjusted, to stand beside."""
    return turn_into_change(estimate_interaction_by_bootstrap(trial, seed=seed, draws=draws))


def turn_into_change(interaction: Estimate) -> Estimate:
    """Give a difference between two effects as what it does to the gap: the same with its sign off.

    What disadvantaged children gain more than the others, the gap loses.
    """
    ends = interaction.interval
    return replace(
        interaction,
        name=CHANGE_NAME,
        value=None if interaction.value is None else -interaction.value,
        interval=None if ends is None else (-ends[1], -ends[0]),
    )


def close(trial: Trial, interaction: Estimate, adjustment: Adjustment) -> Estimate:
    """Give the share of the gap that an estimated difference closes, with its interval.

    A supposed difference `e` also says what gap the trial's own children would have had without the
    programme: take `e` from every treated disadvantaged child. That gap is `before + e * moved`, so
    `e` closes the share `e / (before + e * moved)`, which only rises or only falls wherever the gap
    is above 0. The shares of the interval's two ends therefore hold those of all between.
    """
    before, moved = measure_gap(keep_known(trial), adjustment)
    told = replace(
        interaction,
        name=SHARE_NAME,
        value=None,
        method=(
            "the change over the gap that these children would have without the programme, for "
            f"every change in its interval; {interaction.method}"
        ),
        se=None,
        interval=None,
        p=None,
        monte_carlo_error=None,
    )
    if interaction.value is None or interaction.interval is None:
        return told
    tried = (interaction.value, *interaction.interval)
    if min(before + each * moved for each in tried) <= 0:
        return replace(told, reason=NO_GAP)
    value, *ends = (each / (before + each * moved) for each in tried)
    reason = "No p-value: the change's stands for it."
    return replace(told, value=value, interval=(min(ends), max(ends)), reason=reason)


def measure_gap(known: Trial, adjustment: Adjustment) -> tuple[float, float]:
    """Measure the gap within clusters as it is seen, and how far a treated child's point moves it.

    The second figure is the share of the disadvantaged who were treated, as the regression weighs
    them.
    """
    covariates = list_within(known, adjustment)

    def find(column: Numbers) -> float:
        return float(np.linalg.lstsq(covariates, center(column, known), rcond=None)[0][0])

    return -find(known.outcome), find(known.arm * known.disadvantage)
