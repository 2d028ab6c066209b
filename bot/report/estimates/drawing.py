"""Inference from the draw itself: what the trial would have shown under every other allocation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb, prod, sqrt

import numpy as np

from bot.errors import BotError
from bot.report.estimates.adjusting import ITT
from bot.report.estimates.fitting import correct_crv1, list_covariates
from bot.report.estimates.inverting import Draws, Observed, find_interval, find_p
from bot.report.estimates.records import Estimate, withhold_p
from bot.report.estimates.trial import Numbers, Trial

EXACT_LIMIT = 20_000
DRAWS = 9_999
BLOCK_CELLS = 4_000_000
METHOD = (
    "randomisation inference over the allocation scheme (studentised difference, adjusted for "
    "baseline and strata; interval by inverting the test)"
)


@dataclass(frozen=True)
class Scheme:
    """How arms were drawn: in each stratum, so many of its clusters, every choice as likely."""

    strata: Mapping[str, Sequence[str]]
    treated: Mapping[str, int]

    @property
    def clusters(self) -> list[str]:
        """All clusters, stratum by stratum: the columns of every matrix of allocations."""
        return [cluster for clusters in self.strata.values() for cluster in clusters]

    def count(self) -> int:
        """Count the allocations that could have been drawn."""
        return prod(comb(len(names), self.treated[each]) for each, names in self.strata.items())

    def list_all(self) -> Numbers:
        """List every allocation: a row each, 1 where a cluster is treated."""
        rows = np.empty((1, 0))
        for stratum, clusters in self.strata.items():
            own = list_choices(len(clusters), self.treated[stratum])
            left, right = np.repeat(rows, len(own), axis=0), np.tile(own, (len(rows), 1))
            rows = np.hstack([left, right])
        return rows

    def draw(self, rng: np.random.Generator, *, count: int) -> Numbers:
        """Draw allocations, each independently of the others."""
        parts = []
        for stratum, clusters in self.strata.items():
            order = rng.random((count, len(clusters))).argsort(axis=1).argsort(axis=1)
            parts.append((order < self.treated[stratum]).astype(float))
        return np.hstack(parts)


def list_choices(size: int, chosen: int) -> Numbers:
    """List every way to choose so many out of so many: a row each."""
    choices = list(combinations(range(size), chosen))
    rows = np.zeros((len(choices), size))
    for row, choice in enumerate(choices):
        rows[row, list(choice)] = 1
    return rows


@dataclass(frozen=True)
class Allocations:
    """The allocations to compare with, and how they came about; the first of drawn ones is ours."""

    rows: Numbers
    is_exact: bool
    seed: int | None
    draws: int


def allocate(
    trial: Trial, scheme: Scheme, *, seed: int, draws: int = DRAWS, limit: int = EXACT_LIMIT
) -> Allocations:
    """List all allocations where they are few enough, else draw; check that ours is one of them."""
    own = find_own(trial, scheme)
    count = scheme.count()
    if count <= limit:
        return Allocations(scheme.list_all(), is_exact=True, seed=None, draws=count)
    drawn = scheme.draw(np.random.default_rng(seed), count=draws)
    return Allocations(np.vstack([own, drawn]), is_exact=False, seed=seed, draws=draws)


def find_own(trial: Trial, scheme: Scheme) -> Numbers:
    """Find the allocation that was drawn; a cluster without children here is filled in by count."""
    arms = dict(zip(trial.cluster.tolist(), trial.arm.tolist(), strict=True))
    strangers = sorted(set(arms) - set(scheme.clusters))
    if strangers:
        raise BotError(
            f"Cluster {strangers[0]} is not in the allocation scheme. Add it or drop it."
        )
    row: list[float] = []
    for stratum, clusters in scheme.strata.items():
        left = scheme.treated[stratum] - sum(arms.get(each, 0.0) for each in clusters)
        unseen = sum(each not in arms for each in clusters)
        if not 0 <= left <= unseen:
            raise BotError(
                f"Stratum {stratum} was to have {scheme.treated[stratum]} treated clusters; the "
                "trial's arms do not fit that. Give the scheme that the arms were drawn from."
            )
        for each in clusters:
            filled = each not in arms and left > 0
            left -= filled
            row.append(arms.get(each, float(filled)))
    return np.array(row)


@dataclass(frozen=True)
class Sums:
    """A trial reduced to sums by cluster, after Frisch and Waugh took the covariates out.

    `basis` is orthonormal in the covariates; every matrix has a row per cluster. `outcome` and
    `arm` are the sums of what is left of those columns; `outcomes` and `arms` the sums of their
    products with the basis.
    """

    size: Numbers
    basis: Numbers
    squares: Numbers
    outcome: Numbers
    outcomes: Numbers
    arm: Numbers
    arms: Numbers


def sum_up(trial: Trial, scheme: Scheme) -> Sums:
    """Reduce a trial to sums, its clusters in the scheme's order, those without children as 0."""
    covariates = np.column_stack(list(list_covariates(trial).values()))
    basis = np.linalg.qr(covariates)[0]
    place = {cluster: number for number, cluster in enumerate(scheme.clusters)}
    groups = np.array([place[each] for each in trial.cluster.tolist()])

    def add(values: Numbers) -> Numbers:
        total = np.zeros((len(place), *values.shape[1:]))
        np.add.at(total, groups, values)
        return total

    outcome, arm = (each - basis @ (basis.T @ each) for each in (trial.outcome, trial.arm))
    return Sums(
        size=add(np.ones(len(groups))),
        basis=add(basis),
        squares=add((basis[:, :, None] * basis[:, None, :]).reshape(len(groups), -1)),
        outcome=add(outcome),
        outcomes=add(basis * outcome[:, None]),
        arm=add(arm),
        arms=add(basis * arm[:, None]),
    )


def compare(sums: Sums, rows: Numbers) -> Draws:
    """Find what each allocation gives, block by block, so that memory stays bounded."""
    width = max(1, BLOCK_CELLS // max(sums.squares.size, rows.shape[1]))
    blocks = [rows[start : start + width] for start in range(0, len(rows), width)]
    parts = [compare_block(sums, block) for block in blocks]
    return Draws(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def compare_block(sums: Sums, rows: Numbers) -> tuple[Numbers, ...]:
    """Find the estimates and cluster-robust variances of some allocations, without the children."""
    shared = rows @ sums.basis
    crossed = (shared[:, :, None] * shared[:, None, :]).reshape(len(rows), -1)
    squared = (
        rows * sums.size - 2 * rows * (shared @ sums.basis.T) + crossed @ sums.squares.T
    )  # the squared, adjusted arm, summed by cluster
    first = rows * sums.outcome - shared @ sums.outcomes.T
    second = rows * sums.arm - shared @ sums.arms.T
    total = squared.sum(axis=1)
    total = np.where(total > 1e-9, total, np.nan)  # the covariates determine this allocation
    b, c = first.sum(axis=1) / total, second.sum(axis=1) / total
    first, second = first - b[:, None] * squared, second - c[:, None] * squared
    pairs = ((first, first), (first, second), (second, second))
    return (b, c, *((left * right).sum(axis=1) / total**2 for left, right in pairs))


def observe(trial: Trial, scheme: Scheme, *, sums: Sums) -> tuple[Observed, float]:
    """Give what the trial's own allocation shows, and its CRV1 standard error."""
    own = compare(sums, find_own(trial, scheme)[None, :])
    clusters, used = sum(trial.count_clusters()), sums.basis.shape[1] + 1
    if clusters < 2 or len(trial.outcome) <= used or np.isnan(own.b[0]):
        raise BotError("These children cannot tell the arms from what is adjusted for.")
    small = correct_crv1(len(trial.outcome), clusters=clusters, coefficients=used)
    value, variance = float(own.b[0]), float(own.bb[0])
    return Observed(value, variance), sqrt(small * variance)


def estimate_by_draw(
    trial: Trial, scheme: Scheme, *, seed: int, draws: int = DRAWS, limit: int = EXACT_LIMIT
) -> Estimate:
    """Estimate the effect of assignment with p and interval from the draw: the default method."""
    analysed = trial.analysed()
    allocations = allocate(analysed, scheme, seed=seed, draws=draws, limit=limit)
    sums = sum_up(analysed, scheme)
    observed, se = observe(analysed, scheme, sums=sums)
    others = compare(sums, allocations.rows)
    p, interval = find_p(observed, others), find_interval(observed, others, se=se)
    kind = "exact, all allocations" if allocations.is_exact else "drawn allocations"
    few = f"No interval: {len(allocations.rows)} allocations are too few to refuse any effect."
    return withhold_p(
        Estimate(
            name=ITT,
            value=observed.value,
            method=f"{METHOD}; {kind}; standard error CRV1",
            children=len(analysed.outcome),
            clusters=analysed.count_clusters(),
            se=se,
            interval=interval,
            p=p,
            reason="" if interval else few,
            seed=allocations.seed,
            draws=allocations.draws,
            monte_carlo_error=None if allocations.is_exact else sqrt(p * (1 - p) / draws),
        )
    )


def estimate_groups_by_draw(
    trial: Trial, scheme: Scheme, *, seed: int, draws: int = DRAWS, limit: int = EXACT_LIMIT
) -> dict[str, Estimate]:
    """Estimate the effect on the disadvantaged and on the others, each alone, over the scheme.

    That one is clear of 0 and the other not is no difference between them: see the interaction.
    """
    groups = {"other children": 0.0, "disadvantaged children": 1.0}
    return {
        name: replace(
            estimate_by_draw(
                trial.keep(trial.disadvantage == flag), scheme, seed=seed, draws=draws, limit=limit
            ),
            name=f"effect on {name}",
        )
        for name, flag in groups.items()
    }
