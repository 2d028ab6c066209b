"""Before and after, where nobody was drawn into arms."""

import numpy as np

from bot.report.estimates.fitting import CRV3, fit, judge
from bot.report.estimates.records import Estimate
from bot.report.estimates.trial import Trial

SENTENCE = "This is not an impact estimate."


def estimate_change(trial: Trial) -> Estimate:
    """Estimate the mean change from baseline to outcome, of the children who have both."""
    both = trial.keep(~np.isnan(trial.outcome) & ~np.isnan(trial.baseline))
    constant = {"constant": np.ones(len(both.outcome))}
    fitted = fit(both.outcome - both.baseline, constant, cluster=both.cluster)
    value, se = fitted.combine({"constant": 1})
    low = judge(
        both,
        value,
        se=se,
        freedom=fitted.freedom,
        name="change from before to after",
        method=f"mean change; {CRV3}",
    )
    return Estimate(
        name=low.name,
        value=low.value,
        method=low.method,
        children=low.children,
        clusters=low.clusters,
        se=low.se,
        interval=low.interval,
        reason="No p-value: without a comparison there is nothing to test.",
        note=SENTENCE,
    )
