"""How arms were drawn, and which other allocations the same draw could have given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod

import numpy as np

from bot.errors import BotError
from bot.report.estimates.trial import Numbers, Trial

EXACT_LIMIT = 20_000
DRAWS = 9_999


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
