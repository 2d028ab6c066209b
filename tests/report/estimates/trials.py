"""Simulated trials, and the one that is stored with its reference figures."""

import csv
from pathlib import Path

import numpy as np

from bot.report.estimates.schemes import FixedScheme
from bot.report.estimates.trial import Labels, Numbers, Trial

REFERENCE = Path(__file__).parents[1] / "reference"
COLUMNS = ("outcome", "arm", "baseline", "disadvantage", "complied", "dose")


def read_trial(path: Path = REFERENCE / "trial.csv") -> Trial:
    """Read a stored trial; an empty place is missing."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = {
        name: np.array([float(row[name] or "nan") for row in rows]) for name in COLUMNS
    }  # fmt: skip
    return Trial(
        cluster=np.array([row["cluster"] for row in rows]),
        stratum=np.array([row["stratum"] for row in rows]),
        **numbers,
    )


def find_scheme(trial: Trial) -> FixedScheme:
    """Give the scheme that fixes the numbers treated in each stratum as the trial has them."""
    strata = {
        str(each): [str(one) for one in np.unique(trial.cluster[trial.stratum == each])]
        for each in np.unique(trial.stratum)
    }
    treated = {
        name: len(np.unique(trial.cluster[(trial.stratum == name) & (trial.arm == 1)]))
        for name in strata
    }
    return FixedScheme(strata, treated)


def simulate(
    rng: np.random.Generator, *, clusters: int, effect: float, size: int = 6, icc: float = 0.15,
    strata: int = 2,
) -> Trial:  # fmt: skip
    """Simulate a trial: half of each stratum's clusters are treated, drawn anew each time."""
    sizes = rng.integers(size - 2, size + 3, size=clusters)
    cluster = np.repeat(np.arange(clusters), sizes)
    stratum = np.arange(clusters) % strata
    arm = np.zeros(clusters)
    for each in range(strata):
        own = np.flatnonzero(stratum == each)
        arm[rng.choice(own, size=len(own) // 2, replace=False)] = 1
    children = len(cluster)
    ability = rng.normal(size=children) + rng.normal(size=clusters)[cluster] * 0.3
    shared = rng.normal(size=clusters)[cluster] * np.sqrt(icc)
    noise = rng.normal(size=children) * np.sqrt(1 - icc)
    outcome = 0.5 * ability + 0.3 * stratum[cluster] + effect * arm[cluster] + shared + noise
    disadvantage = (rng.random(children) < 0.4).astype(float)
    complied = arm[cluster] * (rng.random(children) < 0.6)
    return make_trial(
        outcome,
        arm=arm[cluster],
        cluster=cluster.astype(str),
        stratum=stratum[cluster].astype(str),
        baseline=ability,
        disadvantage=disadvantage,
        complied=complied.astype(float),
    )


def make_trial(
    outcome: Numbers, *, arm: Numbers, cluster: Labels, stratum: Labels | None = None,
    baseline: Numbers | None = None, disadvantage: Numbers | None = None,
    complied: Numbers | None = None, dose: Numbers | None = None,
) -> Trial:  # fmt: skip
    """Make a trial from the columns that matter; the rest is as plain as can be."""
    unknown = np.full(len(outcome), np.nan)
    return Trial(
        outcome=outcome,
        arm=arm,
        cluster=cluster,
        stratum=np.full(len(outcome), "all") if stratum is None else stratum,
        baseline=unknown if baseline is None else baseline,
        disadvantage=unknown if disadvantage is None else disadvantage,
        complied=arm if complied is None else complied,
        dose=unknown if dose is None else dose,
    )
