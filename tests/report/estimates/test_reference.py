"""Every deterministic figure equals R's on a stored, simulated trial."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from bot.report.estimates.adjusting import estimate_itt, standardise
from bot.report.estimates.complying import estimate_cace, estimate_first_stage
from bot.report.estimates.describing import compare_arms, measure_attrition, measure_icc
from bot.report.estimates.drawing import compare, estimate_by_draw, sum_up
from bot.report.estimates.gaps import Adjustment, Gaps, estimate_gaps
from bot.report.estimates.inverting import Observed, find_p
from bot.report.estimates.pre_post import estimate_change
from bot.report.estimates.records import Estimate
from bot.report.estimates.schemes import allocate, find_own
from bot.report.estimates.trial import Trial
from tests.report.estimates.trials import REFERENCE, find_scheme, read_trial

SIX_DIGITS = 1e-6


def test_our_figures_are_the_stored_ones_to_six_digits() -> None:
    stored = json.loads((REFERENCE / "figures.json").read_text(encoding="utf-8"))

    ours = list_figures(read_trial())

    assert flatten(ours) == pytest.approx(flatten(stored), rel=SIX_DIGITS, abs=1e-9)


@pytest.mark.reference
def test_r_run_again_gives_the_stored_figures() -> None:
    program = shutil.which("Rscript")
    assert program, "Rscript is not installed; on Debian: apt-get install r-base-core"
    command = [program, "figures.R", "trial.csv"]

    run = subprocess.run(command, cwd=REFERENCE, check=True, capture_output=True, text=True)

    stored = json.loads((REFERENCE / "figures.json").read_text(encoding="utf-8"))
    again = json.loads(run.stdout)
    assert flatten(again) == pytest.approx(flatten(stored), rel=SIX_DIGITS, abs=1e-9)
    assert flatten(list_figures(read_trial())) == pytest.approx(
        flatten(again), rel=SIX_DIGITS, abs=1e-9
    )


def list_figures(trial: Trial) -> dict[str, Any]:
    """List our figures by the names that the R script gives them."""
    itt, (stage, strength) = estimate_itt(trial), estimate_first_stage(trial)
    cace, attrition = estimate_cace(trial), measure_attrition(trial)
    change = estimate_change(trial)
    by_draw = estimate_by_draw(trial, find_scheme(trial), seed=1)
    return {
        "itt": {**figures_of(itt), "crv1": by_draw.se},
        "hedges": standardise(itt, trial).value,
        "first_stage": {**figures_of(stage), "f": strength},
        "cace": {"value": cace.value, "se": cace.se},
        "gaps_raw": list_gaps(estimate_gaps(trial, adjustment=Adjustment.RAW)),
        "gaps_adjusted": list_gaps(estimate_gaps(trial, adjustment=Adjustment.ADJUSTED)),
        "attrition": {**figures_of(attrition.differential), "overall": attrition.overall},
        "balance_baseline": compare_arms(trial, {"baseline": trial.baseline})[0].difference,
        "icc": measure_icc(trial),
        "change": {**figures_of(change), "p": None},
        "randomisation": {
            "allocations": by_draw.draws,
            "p": by_draw.p,
            "p_supposing_5": suppose(trial, 5.0),
        },
    }


def figures_of(estimate: Estimate) -> dict[str, float | None]:
    """Give one estimate's figures by R's names."""
    low, high = estimate.interval or (np.nan, np.nan)
    return {
        "value": estimate.value, "se": estimate.se, "low": low, "high": high, "p": estimate.p,
    }  # fmt: skip


def list_gaps(gaps: Gaps) -> dict[str, Any]:
    """Give everything about the gap by R's names."""
    low, high = gaps.share_closed.interval or (np.nan, np.nan)
    names = (
        "others", "disadvantaged", "interaction", "control_gap", "treated_gap", "change",
    )  # fmt: skip
    return {
        **{name: figures_of(getattr(gaps, name)) for name in names},
        "share": {"value": gaps.share_closed.value, "low": low, "high": high},
    }


def suppose(trial: Trial, effect: float) -> float:
    """Give the p-value of a supposed effect over all allocations."""
    analysed, scheme = trial.analysed(), find_scheme(trial)
    sums = sum_up(analysed, scheme)
    own = compare(sums, find_own(analysed, scheme)[None, :])
    rows = allocate(analysed, scheme, seed=1).rows
    observed = Observed(float(own.b[0]), float(own.bb[0]))
    return find_p(observed, compare(sums, rows), supposed=effect)


def flatten(figures: Mapping[str, Any], *, path: str = "") -> dict[str, float]:
    """Give each figure its whole name; a figure that we withhold on purpose is left out."""
    flat: dict[str, float] = {}
    for name, value in figures.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, path=f"{path}{name}.")
        elif f"{path}{name}" != "change.p":  # R tests it; without arms we do not
            flat[f"{path}{name}"] = value
    return flat
