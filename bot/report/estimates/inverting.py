"""Test any supposed effect against what chance alone would give, and turn the test into a range."""

from dataclasses import dataclass

import numpy as np

from bot.report.estimates.trial import Numbers

ROUNDING = 1e-9
PRECISION = 1e-7
DISTANCES = [0.0, *(0.2 * 1.1**power for power in range(60))]  # standard errors, up to 55


@dataclass(frozen=True)
class Draws:
    """What each draw gives, in a form that holds for every supposed effect.

    With effect `e` supposed, a draw's estimate is `b - e * c`, and its variance, up to a constant
    that all draws share, `bb - 2 * e * bc + e**2 * cc`.
    """

    b: Numbers
    c: Numbers
    bb: Numbers
    bc: Numbers
    cc: Numbers


@dataclass(frozen=True)
class Observed:
    """The estimate that the trial gave and its variance, up to the constant that draws share."""

    value: float
    variance: float


def find_p(observed: Observed, draws: Draws, *, supposed: float = 0.0) -> float:
    """Find the share of draws with a studentised difference as far from 0 as the observed one.

    A draw without a variance tells nothing, and counts as far.
    """
    own = (observed.value - supposed) ** 2
    variance = draws.bb - 2 * supposed * draws.bc + supposed**2 * draws.cc
    squared = (draws.b - supposed * draws.c) ** 2
    far = ~(squared * observed.variance < own * variance * (1 - ROUNDING))
    return float(np.mean(far))


def find_interval(
    observed: Observed, draws: Draws, *, se: float, level: float = 0.05
) -> tuple[float, float] | None:
    """Find the effects that the test does not refuse, from the lowest to the highest of them.

    None where even the farthest effect tried is not refused: there are too few draws.
    """
    low = find_end(observed, draws, step=-se, level=level)
    high = find_end(observed, draws, step=se, level=level)
    return None if low is None or high is None else (low, high)


def find_end(observed: Observed, draws: Draws, *, step: float, level: float) -> float | None:
    """Find where, going outward in growing steps, the test refuses for good."""

    def is_kept(distance: float) -> bool:
        supposed = observed.value + distance * step
        return find_p(observed, draws, supposed=supposed) > level * (1 + ROUNDING)

    kept = [place for place, distance in enumerate(DISTANCES) if is_kept(distance)]
    last = max(kept, default=0)
    if last == len(DISTANCES) - 1:
        return None
    inside, outside = DISTANCES[last], DISTANCES[last + 1]
    while outside - inside > PRECISION:
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if is_kept(middle) else (inside, middle)
    return observed.value + outside * step
