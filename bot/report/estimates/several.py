"""Several outcomes at once: p-values that hold for all of them together."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from statsmodels.stats.multitest import multipletests

from bot.errors import BotError
from bot.report.estimates.drawing import compare, sum_up
from bot.report.estimates.inverting import ROUNDING
from bot.report.estimates.records import Estimate
from bot.report.estimates.schemes import DRAWS, EXACT_LIMIT, Allotted, Scheme, allocate, find_own
from bot.report.estimates.trial import Numbers, Trial


def adjust_holm(estimates: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """Adjust p-values by Holm (1979); an estimate without one is left as it is, and not counted."""
    tested = {name: each for name, each in estimates.items() if each.p is not None}
    if not tested:
        return dict(estimates)
    adjusted = multipletests([each.p for each in tested.values()], method="holm")[1]
    by_name = dict(zip(tested, adjusted, strict=True))
    return {
        name: replace(
            each, p=float(by_name[name]), method=f"{each.method}; p by Holm, {len(tested)} outcomes"
        )
        if name in by_name
        else each
        for name, each in estimates.items()
    }


def adjust_romano_wolf(
    trials: Mapping[str, Trial], scheme: Scheme, *, seed: int, draws: int = DRAWS,
    limit: int = EXACT_LIMIT,
) -> dict[str, float]:  # fmt: skip
    """Find Romano and Wolf's (2005) step-down p-values, each allocation shared by all outcomes."""
    if not trials:
        return {}
    analysed = {name: trial.analysed() for name, trial in trials.items()}
    own = {name: find_own(each, scheme) for name, each in analysed.items()}
    fullest = max(analysed, key=lambda name: sum(analysed[name].count_clusters()))
    if any(len(np.unique(each.cluster)) < len(scheme.clusters) for each in analysed.values()):
        raise BotError("Romano and Wolf's step-down needs every cluster to have every outcome.")
    rows = allocate(analysed[fullest], scheme, seed=seed, draws=draws, limit=limit).rows
    observed = np.array(
        [studentise(each, scheme, rows=own[name][None, :])[0] for name, each in analysed.items()]
    )
    others = np.column_stack([studentise(each, scheme, rows=rows) for each in analysed.values()])
    return dict(zip(analysed, step_down(observed, others), strict=True))


def studentise(trial: Trial, scheme: Scheme, *, rows: Allotted) -> Numbers:
    """Give each allocation's studentised difference, without its sign."""
    found = compare(sum_up(trial, scheme), rows)
    sizes: Numbers = np.nan_to_num(np.abs(found.b) / np.sqrt(found.bb), nan=np.inf)
    return sizes


def step_down(observed: Numbers, others: Numbers) -> list[float]:
    """Go from the largest difference down, each against the largest of those that are left."""
    order = np.argsort(-observed)
    adjusted = np.empty(len(observed))
    least = 0.0
    for step, place in enumerate(order):
        largest = others[:, order[step:]].max(axis=1)
        least = max(least, float(np.mean(largest >= observed[place] * (1 - ROUNDING))))
        adjusted[place] = least
    return [float(each) for each in adjusted]
