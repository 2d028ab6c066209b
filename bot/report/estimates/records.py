"""An estimate: a difference, its interval, and how many it rests on."""

from dataclasses import dataclass, replace

FEWEST_CLUSTERS = 6
SUPPRESSED = "Suppressed: it rests on too few children."


@dataclass(frozen=True)
class Estimate:
    """One figure and all that a reader needs to judge it.

    Where a figure is missing, `reason` says why; `children` is None where that is suppressed.
    `clusters` counts the control arm's, then the
    treated one's. Where chance was used, `seed` and `draws` both stand; where every case was tried,
    `draws` counts them.
    """

    name: str
    value: float | None
    method: str
    children: int | None
    clusters: tuple[int, int]
    se: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    reason: str = ""
    note: str = ""
    seed: int | None = None
    draws: int | None = None
    monte_carlo_error: float | None = None

    @property
    def is_clear(self) -> bool:
        """Whether there is an interval and it leaves out 0."""
        return self.interval is not None and not self.interval[0] <= 0 <= self.interval[1]


def withhold_p(estimate: Estimate) -> Estimate:
    """Take the p-value away where an arm has too few clusters for one to mean anything."""
    fewest = min(estimate.clusters)
    if estimate.p is None or fewest >= FEWEST_CLUSTERS:
        return estimate
    reason = (
        f"No p-value: an arm has {fewest} clusters, and fewer than {FEWEST_CLUSTERS} are too few."
    )
    return replace(
        estimate, p=None, monte_carlo_error=None, reason=f"{estimate.reason} {reason}".strip()
    )


def rescale(estimate: Estimate, factor: float, *, name: str, method: str) -> Estimate:
    """Give an estimate in another unit: `factor` times the figures, the test unchanged."""
    if estimate.value is None or not factor > 0:
        reason = estimate.reason or "There is nothing to measure it by: the unit is 0 or unknown."
        return replace(
            estimate, name=name, method=method, value=None, se=None, interval=None, p=None,
            reason=reason,
        )  # fmt: skip
    low, high = estimate.interval or (0.0, 0.0)
    return replace(
        estimate,
        name=name,
        method=method,
        value=estimate.value * factor,
        se=None if estimate.se is None else estimate.se * factor,
        interval=estimate.interval and (low * factor, high * factor),
    )


def hide(estimate: Estimate) -> Estimate:
    """Suppress an estimate that would tell of a few children."""
    return Estimate(
        estimate.name, None, estimate.method, None, estimate.clusters, reason=SUPPRESSED
    )
