"""Turn a study into the columns that estimates read, one place for each child."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bot.report.analysis.gathering import Gathered, Member
from bot.report.estimates.trial import Mask, Numbers, Trial
from bot.report.findings import Measured
from bot.report.plans import Plan
from bot.store.states import Disadvantage

FLAGS = {Disadvantage.LOW: 1.0, Disadvantage.OTHER: 0.0}


def make_column(members: Sequence[Member], value: Callable[[Member], float | None]) -> Numbers:
    """Make a column; what is not known is `nan`."""
    found = [value(each) for each in members]
    return np.array([np.nan if each is None else each for each in found], dtype=float)


def list_baselines(gathered: Gathered, measured: Measured, plan: Plan) -> Mapping[int, float]:
    """Give what children could before: in the wave that the study names, or by the school's list.

    What a school's list says is the school's to tell, whoever joined; a score is withheld with the
    others.
    """
    if plan.baseline_wave is not None:
        return gathered.scores.get(Measured(measured.instrument, plan.baseline_wave), {})
    return {
        each.enrolled.child_id: each.enrolled.baseline
        for each in gathered.members
        if each.enrolled.baseline is not None
    }


def make_trial(
    gathered: Gathered, members: Sequence[Member], *, measured: Measured, treated: str, plan: Plan
) -> Trial:
    """Make the trial of some members, with one outcome and one treated arm."""
    scores = gathered.scores.get(measured, {})
    baselines = list_baselines(gathered, measured, plan)
    units = [
        each.enrolled.study_code if gathered.is_by_child else each.enrolled.centre
        for each in members
    ]
    return Trial(
        outcome=make_column(members, lambda each: scores.get(each.enrolled.child_id)),
        arm=make_column(members, lambda each: float(each.enrolled.arm == treated)),
        cluster=np.array(units, dtype=str),
        stratum=np.array([each.enrolled.stratum for each in members], dtype=str),
        baseline=make_column(members, lambda each: baselines.get(each.enrolled.child_id)),
        disadvantage=make_column(
            members,
            lambda each: FLAGS[each.reached.disadvantage] if each.reached.disadvantage else None,
        ),
        complied=make_column(members, lambda each: float(each.dose.is_complier)),
        dose=make_column(members, find_dose),
    )


def find_dose(member: Member) -> float | None:
    """Give a child's primary dose, where it may stand beside its results; nobody joined is 0."""
    if not member.is_known:
        return None
    return member.dose.share or 0.0


def find_known(members: Sequence[Member]) -> Mask:
    """Find the members whose taking part may stand beside their results."""
    return np.array([each.is_known for each in members], dtype=bool)
