"""Tell how small an effect a trial that draws whole centres would find."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import BotError

MOST_CLUSTERS = 10_000  # a quantile takes as long as there are clusters
LEAST = 1e-9  # a chance nearer to 0 or 1 is none that a trial is planned by
OPTIONS: Mapping[str, str] = {  # what the command calls the fields of a design
    "clusters": "--clusters",
    "size": "--size",
    "icc": "--icc",
    "r2_between": "--r2-between",
    "r2_within": "--r2-within",
    "alpha": "--alpha",
    "power": "--power",
    "share": "--share",
    "covariates": "--covariates",
}


@dataclass(frozen=True)
class Design:
    """A trial of two arms that draws whole clusters.

    `icc` is the share of the variance that lies between clusters; the two R² say which share of the
    variance between and within clusters a baseline explains, `covariates` how many degrees of
    freedom at the level of clusters it and the strata take; `share` of the clusters are treated.
    """

    clusters: int
    size: float
    icc: float
    r2_between: float = 0.0
    r2_within: float = 0.0
    alpha: float = 0.05
    power: float = 0.8
    share: float = 0.5
    covariates: int = 0

    @property
    def degrees_of_freedom(self) -> int:
        """Give the degrees of freedom: of clusters, less two means and the covariates."""
        return self.clusters - 2 - self.covariates

    @property
    def design_effect(self) -> float:
        """Give how many times the variance is that of children drawn one by one (Kish 1965)."""
        return 1 + (self.size - 1) * self.icc

    @property
    def effective_size(self) -> float:
        """Give how many children drawn one by one would tell as much."""
        return self.clusters * self.size / self.design_effect


def check_design(design: Design, names: Mapping[str, str] = OPTIONS) -> None:
    """Raise BotError for what no trial can be like; `names` are what its reader calls the fields.

    What is no number at all, or no finite one, is none of what is accepted.
    """
    if not 0 <= design.covariates <= MOST_CLUSTERS:
        raise BotError(f"{names['covariates']} is a number from 0 to {MOST_CLUSTERS}.")
    for field in ("icc", "r2_between", "r2_within"):
        value = getattr(design, field)
        if not 0 <= value < 1:
            name = names[field]
            raise BotError(f"{name} is a share from 0 up to, and without, 1; {value:g} is not.")
    for field in ("alpha", "power", "share"):
        value = getattr(design, field)
        if not LEAST <= value <= 1 - LEAST:
            name = names[field]
            raise BotError(f"{name} lies between 0 and 1; {value:g} does not.")
    if not 1 <= design.size < math.inf:
        name = names["size"]
        raise BotError(f"{name} is at least 1 child a cluster; {design.size:g} is not.")
    if design.degrees_of_freedom < 1:
        raise BotError(
            f"{design.clusters} clusters are too few. Use at least {3 + design.covariates}."
        )
    if design.clusters > MOST_CLUSTERS:
        raise BotError(f"{design.clusters} clusters are too many. Use at most {MOST_CLUSTERS}.")
    if not 1 <= design.clusters * design.share <= design.clusters - 1:
        name = names["share"]
        raise BotError(f"Of the clusters at least one is to be treated, and one not: see {name}.")


def find_smallest_effect(design: Design, names: Mapping[str, str] = OPTIONS) -> float:
    """Give the minimum detectable effect in standard deviations, two-sided.

    (t(1 − α/2) + t(power)) · √(ρ(1 − R²_b) / (P(1 − P)J) + (1 − ρ)(1 − R²_w) / (P(1 − P)Jn)), with
    J clusters of n, a share P of them treated, and quantiles of t with J − 2 less the covariates'
    degrees of freedom: a two-level cluster-randomised design (Bloom 2005, "Learning
    More from Social Experiments", ch. 4; Dong & Maynard 2013, PowerUp!, design CRA2_2r).
    """
    check_design(design, names)
    degrees = design.degrees_of_freedom
    wanted = quantile_of_t(1 - design.alpha / 2, degrees) + quantile_of_t(design.power, degrees)
    spread = design.share * (1 - design.share) * design.clusters
    between = design.icc * (1 - design.r2_between) / spread
    within = (1 - design.icc) * (1 - design.r2_within) / (spread * design.size)
    return wanted * math.sqrt(between + within)


def quantile_of_t(probability: float, degrees: int) -> float:
    """Give the quantile of Student's t, found by halving an interval of its distribution."""
    if probability < 0.5:
        return -quantile_of_t(1 - probability, degrees)
    low, high = 0.0, 1.0
    while distribution_of_t(high, degrees) < probability:
        low, high = high, high * 2
    while low < (middle := (low + high) / 2) < high:  # until no number lies between
        if distribution_of_t(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def distribution_of_t(value: float, degrees: int) -> float:
    """Give P(T ≤ value) for Student's t with whole degrees of freedom.

    The finite sums of Abramowitz & Stegun (1964), 26.7.3 and 26.7.4, which are exact.
    """
    angle = math.atan2(value, math.sqrt(degrees))
    cosine = math.cos(angle)
    is_odd = degrees % 2 == 1
    term = cosine if is_odd else 1.0
    total = term if degrees > 1 else 0.0
    for below in range(2 + is_odd, degrees - 1, 2):
        term *= cosine * cosine * (below - 1) / below
        total += term
    inside = math.sin(angle) * total
    if is_odd:
        inside = 2 / math.pi * (angle + inside)
    return (1 + inside) / 2
