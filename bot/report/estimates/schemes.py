"""How arms were drawn, and which other allocations the same draw could have given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.errors import BotError
from bot.report.estimates.trial import Trial

Allotted: TypeAlias = NDArray[np.int8]
EXACT_LIMIT = 20_000
DRAWS = 9_999


class Scheme(Protocol):
    """How arms were drawn: every allocation that could have been is as likely as every other."""

    @property
    def clusters(self) -> list[str]:
        """All clusters: the columns of every matrix of allocations."""

    def count(self) -> int:
        """Count the allocations that could have been drawn."""

    def list_all(self) -> Allotted:
        """List every allocation: a row each, 1 where a cluster is treated."""

    def draw(self, rng: np.random.Generator, *, count: int) -> Allotted:
        """Draw allocations, each independently of the others: a row each."""

    def find_own(self, arms: Mapping[str, float]) -> Allotted:
        """Find the allocation that was drawn, as one row; raise BotError where arms do not fit."""


@dataclass(frozen=True)
class FixedScheme:
    """In each stratum, so many of its clusters were drawn, every choice as likely."""

    strata: Mapping[str, Sequence[str]]
    treated: Mapping[str, int]

    @property
    def clusters(self) -> list[str]:
        """All clusters, stratum by stratum: the columns of every matrix of allocations."""
        return [cluster for clusters in self.strata.values() for cluster in clusters]

    def count(self) -> int:
        """Count the allocations that could have been drawn."""
        return prod(comb(len(names), self.treated[each]) for each, names in self.strata.items())

    def list_all(self) -> Allotted:
        """List every allocation: a row each, 1 where a cluster is treated."""
        rows = np.empty((1, 0), dtype=np.int8)
        for stratum, clusters in self.strata.items():
            own = list_choices(len(clusters), self.treated[stratum])
            left, right = np.repeat(rows, len(own), axis=0), np.tile(own, (len(rows), 1))
            rows = np.hstack([left, right])
        return rows

    def draw(self, rng: np.random.Generator, *, count: int) -> Allotted:
        """Draw allocations, each independently of the others."""
        parts = []
        for stratum, clusters in self.strata.items():
            order = rng.random((count, len(clusters))).argsort(axis=1).argsort(axis=1)
            parts.append((order < self.treated[stratum]).astype(np.int8))
        return np.hstack(parts)

    def find_own(self, arms: Mapping[str, float]) -> Allotted:
        """Find the allocation that was drawn; a cluster without children is filled in by count."""
        row: list[float] = []
        for stratum, clusters in self.strata.items():
            left = self.treated[stratum] - sum(arms.get(each, 0.0) for each in clusters)
            unseen = sum(each not in arms for each in clusters)
            if not 0 <= left <= unseen:
                raise BotError(
                    f"Stratum {stratum} was to have {self.treated[stratum]} treated clusters; the "
                    "trial's arms do not fit that. Give the scheme that the arms were drawn from."
                )
            for each in clusters:
                filled = each not in arms and left > 0
                left -= filled
                row.append(arms.get(each, float(filled)))
        return np.array(row, dtype=np.int8)


def list_choices(size: int, chosen: int) -> Allotted:
    """List every way to choose so many out of so many: a row each."""
    choices = list(combinations(range(size), chosen))
    rows = np.zeros((len(choices), size), dtype=np.int8)
    for row, choice in enumerate(choices):
        rows[row, list(choice)] = 1
    return rows


@dataclass(frozen=True)
class Allocations:
    """The allocations to compare with, and how they came about; the first of drawn ones is ours."""

    rows: Allotted
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


def find_own(trial: Trial, scheme: Scheme) -> Allotted:
    """Find the allocation that was drawn; clusters of the trial must all be in the scheme."""
    arms = dict(zip(trial.cluster.tolist(), trial.arm.tolist(), strict=True))
    strangers = sorted(set(arms) - set(scheme.clusters))
    if strangers:
        raise BotError(
            f"Cluster {strangers[0]} is not in the allocation scheme. Add it or drop it."
        )
    return scheme.find_own(arms)
