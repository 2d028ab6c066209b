"""A trial as columns of equal length, one place for each child on the roster."""

from collections import defaultdict
from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.errors import BotError

Numbers: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = NDArray[np.str_]
Places: TypeAlias = NDArray[np.intp]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Trial:
    """What estimates read: `nan` is a missing outcome, baseline, dose or disadvantage.

    `arm` and `complied` are 0 or 1, `disadvantage` is 1, 0 or `nan`; a cluster, the unit that was
    drawn, lies in one arm and one stratum.
    """

    outcome: Numbers
    arm: Numbers
    cluster: Labels
    stratum: Labels
    baseline: Numbers
    disadvantage: Numbers
    complied: Numbers
    dose: Numbers

    def __post_init__(self) -> None:
        """Refuse columns that cannot belong to one trial."""
        lengths = {each.name: len(getattr(self, each.name)) for each in fields(self)}
        if len(set(lengths.values())) > 1:
            found = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise BotError(
                f"A trial's columns differ in length: {found}. Give one place per child."
            )
        for name in ("arm", "complied"):
            refuse_other_than(getattr(self, name), name=name, allowed=(0.0, 1.0))
        known = self.disadvantage[~np.isnan(self.disadvantage)]
        refuse_other_than(known, name="disadvantage", allowed=(0.0, 1.0))
        refuse_divided(self.cluster, self.arm, name="arm")
        refuse_divided(self.cluster, self.stratum, name="stratum")

    def keep(self, chosen: Mask) -> "Trial":
        """Give the trial of the chosen children."""
        return Trial(**{each.name: getattr(self, each.name)[chosen] for each in fields(self)})

    def analysed(self) -> "Trial":
        """Give the trial of the children who have an outcome."""
        return self.keep(~np.isnan(self.outcome))

    def count_clusters(self) -> tuple[int, int]:
        """Count the clusters in the control arm and in the treated one."""
        control, treated = (len(np.unique(self.cluster[self.arm == arm])) for arm in (0, 1))
        return control, treated


def refuse_other_than(column: Numbers, *, name: str, allowed: tuple[float, ...]) -> None:
    """Refuse a column with a value that is not allowed."""
    others = column[~np.isin(column, allowed)]
    if len(others):
        raise BotError(f"A trial's column {name} holds {others[0]:g}. Use 0 or 1.")


def refuse_divided(cluster: Labels, column: Labels | Numbers, *, name: str) -> None:
    """Refuse a cluster that has two values where it can have one."""
    found: dict[str, set[str]] = defaultdict(set)
    for place, value in set(zip(cluster.tolist(), column.tolist(), strict=True)):
        found[place].add(str(value))
    for place, values in sorted(found.items()):
        if len(values) > 1:
            raise BotError(
                f"Cluster {place} has more than one {name}: {', '.join(sorted(values))}. "
                "A cluster is drawn whole; give each child the one that its cluster had."
            )
