"""Inference from the draw itself: what the trial would have shown under every other allocation."""

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from bot.errors import BotError
from bot.report.estimates.adjusting import ITT
from bot.report.estimates.fitting import (
    add_up,
    correct_crv1,
    leave_out_determined,
    list_covariates,
    number_clusters,
)
from bot.report.estimates.gaps import INTERACTION_NAME, Adjustment, keep_known
from bot.report.estimates.inverting import Draws, Observed, find_interval, find_p
from bot.report.estimates.records import Estimate, withhold_p
from bot.report.estimates.schemes import (
    DRAWS,
    EXACT_LIMIT,
    Allocations,
    Allotted,
    Scheme,
    allocate,
    find_own,
)
from bot.report.estimates.trial import Numbers, Trial

BLOCK_CELLS = 4_000_000
METHOD = (
    "randomisation inference over the allocation scheme (studentised difference, adjusted for "
    "baseline and strata; interval by inverting the test)"
)

INTERACTION_METHODS = {
    Adjustment.RAW: (
        "randomisation inference over the allocation scheme (studentised difference within "
        "clusters; interval by inverting the test)"
    ),
    Adjustment.ADJUSTED: (
        "randomisation inference over the allocation scheme (studentised difference within "
        "clusters, adjusted for baseline; interval by inverting the test)"
    ),
}


@dataclass(frozen=True)
class Sums:
    """A trial reduced to sums by cluster, after Frisch and Waugh took the covariates out.

    Every matrix has a row per cluster. `size`, `basis`, `outcome` and `arm` are sums of the weight
    (1 for a plain effect) times itself, the orthonormal basis of the covariates, and what is left
    of outcome and arm; `squares`, `outcomes` and `arms` those of the basis times itself and these.
    """

    size: Numbers
    basis: Numbers
    squares: Numbers
    outcome: Numbers
    outcomes: Numbers
    arm: Numbers
    arms: Numbers


def sum_up(trial: Trial, scheme: Scheme) -> Sums:
    """Reduce a trial to sums for the effect of assignment."""
    covariates = np.column_stack(list(list_covariates(trial).values()))
    return reduce_to_sums(trial, scheme, covariates=covariates, weight=np.ones(len(trial.outcome)))


def sum_up_interaction(known: Trial, scheme: Scheme, *, adjustment: Adjustment) -> Sums:
    """Reduce a trial to sums for the difference between two effects, within clusters.

    Each cluster's own mean is taken out of every column, so that an effect that all children share
    falls out: whatever it is, the draw alone decides where the difference lies. Strata fall out
    with the clusters.
    """
    return reduce_to_sums(
        replace(known, outcome=center(known.outcome, known)),
        scheme,
        covariates=list_within(known, adjustment),
        weight=center(known.disadvantage, known),
    )


def list_within(known: Trial, adjustment: Adjustment) -> Numbers:
    """List what a difference within clusters is adjusted for: disadvantage first, then baseline."""
    columns = {"disadvantage": center(known.disadvantage, known)}
    if adjustment is Adjustment.ADJUSTED:
        columns |= {
            name: center(column, known)
            for name, column in list_covariates(known).items()
            if name.startswith("baseline")
        }
    return np.column_stack(list(leave_out_determined(columns).values()))


def center(column: Numbers, trial: Trial) -> Numbers:
    """Take each cluster's mean out of a column."""
    groups = number_clusters(trial.cluster)
    means: Numbers = np.bincount(groups, weights=column) / np.bincount(groups)
    rest: Numbers = column - means[groups]
    return rest


def reduce_to_sums(trial: Trial, scheme: Scheme, *, covariates: Numbers, weight: Numbers) -> Sums:
    """Sum up by cluster, in the scheme's order; a cluster without children comes to 0.

    What an allocation's regression asks for is the coefficient of its arm times the `weight`.
    """
    basis = np.linalg.qr(covariates)[0]
    place = {cluster: number for number, cluster in enumerate(scheme.clusters)}
    groups = np.array([place[each] for each in trial.cluster.tolist()])

    def add(values: Numbers) -> Numbers:
        return add_up(values, groups, count=len(place))

    outcome, arm = (each - basis @ (basis.T @ each) for each in (trial.outcome, weight * trial.arm))
    return Sums(
        size=add(weight**2),
        basis=add(basis * weight[:, None]),
        squares=add((basis[:, :, None] * basis[:, None, :]).reshape(len(groups), -1)),
        outcome=add(weight * outcome),
        outcomes=add(basis * outcome[:, None]),
        arm=add(weight * arm),
        arms=add(basis * arm[:, None]),
    )


def compare(sums: Sums, rows: Allotted) -> Draws:
    """Find what each allocation gives, block by block, so that memory stays bounded."""
    width = max(1, BLOCK_CELLS // max(sums.squares.size, rows.shape[1]))
    blocks = [rows[start : start + width] for start in range(0, len(rows), width)]
    parts = [compare_block(sums, block.astype(float)) for block in blocks]
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
    return infer(analysed, scheme, sums=sums, allocations=allocations, names=(ITT, METHOD))


def estimate_interaction_by_draw(
    trial: Trial,
    scheme: Scheme,
    *,
    seed: int,
    adjustment: Adjustment = Adjustment.ADJUSTED,
    draws: int = DRAWS,
    limit: int = EXACT_LIMIT,
) -> Estimate:
    """Estimate how far the effects on disadvantaged children and on the others differ, likewise."""
    known = keep_known(trial)
    allocations = allocate(known, scheme, seed=seed, draws=draws, limit=limit)
    sums = sum_up_interaction(known, scheme, adjustment=adjustment)
    names = (INTERACTION_NAME, INTERACTION_METHODS[adjustment])
    return infer(known, scheme, sums=sums, allocations=allocations, names=names)


def infer(
    trial: Trial, scheme: Scheme, *, sums: Sums, allocations: Allocations, names: tuple[str, str]
) -> Estimate:
    """Set what the trial shows against what all allocations would; `names` are name and method."""
    observed, se = observe(trial, scheme, sums=sums)
    others = compare(sums, allocations.rows)
    p, interval = find_p(observed, others), find_interval(observed, others, se=se)
    kind = "exact, all allocations" if allocations.is_exact else "drawn allocations"
    few = f"No interval: {len(allocations.rows)} allocations are too few to refuse any effect."
    error = None if allocations.is_exact else sqrt(p * (1 - p) / allocations.draws)
    return withhold_p(
        Estimate(
            name=names[0],
            value=observed.value,
            method=f"{names[1]}; {kind}; standard error CRV1",
            children=len(trial.outcome),
            clusters=trial.count_clusters(),
            se=se,
            interval=interval,
            p=p,
            reason="" if interval else few,
            seed=allocations.seed,
            draws=allocations.draws,
            monte_carlo_error=error,
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
