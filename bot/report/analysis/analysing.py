"""Work out a whole report: every part once, each suppressed so that no other part tells it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from random import SystemRandom

import numpy as np

from bot.core.arms import count_allocations, say_count
from bot.report.analysis.auditing import audit
from bot.report.analysis.columns import make_trial
from bot.report.analysis.describing import describe_engagement, list_bars, weigh_up
from bot.report.analysis.effects import ask, compare
from bot.report.analysis.flow import (
    agree,
    count_flow,
    count_steps,
    find_linkage,
    find_row,
    link,
    tell,
)
from bot.report.analysis.gathering import Gathered, Member, gather
from bot.report.analysis.kinds import Source, list_kinds
from bot.report.costs import CostFile, work_out
from bot.report.disclosure import check_smallest, is_small
from bot.report.estimates.pre_post import estimate_change
from bot.report.estimates.records import hide
from bot.report.estimates.schemes import EXACT_LIMIT
from bot.report.findings import (
    BalanceLine,
    Change,
    Comparison,
    Costs,
    Drawing,
    Engagement,
    Findings,
    Flow,
    Measured,
    Methods,
    Step,
    Study,
)
from bot.report.funnel import STEPS, By, Funnel, Reach, count_reached, reach
from bot.report.funnel import Step as FunnelStep
from bot.report.linking import Linkage
from bot.report.plans import LARGEST_SEED, Plan
from bot.store import Session
from bot.store.funnel import list_children

LIBRARIES = ("numpy", "scipy", "statsmodels")
SAME_STEPS = {
    FunnelStep.CARDS: Step.CARD,
    FunnelStep.OPENED: Step.OPENED,
    FunnelStep.CONSENTED: Step.CONSENTED,
}
BESIDE = {column: SAME_STEPS.get(column.step, Step.ACTIVE) for column in STEPS}


@dataclass(frozen=True)
class Setting:
    """What a report is about, and what it needs to know of the programme."""

    title: str
    legal_basis: str
    minutes: Mapping[str, int]  # how long each activity takes
    version: str
    plan: Plan
    costs: CostFile | None = None
    simulated: bool = False


async def analyse(
    session: Session,
    setting: Setting,
    *,
    now: datetime,
    show_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Findings:
    """Work out the report of a study; raise BotError where something has to be settled first."""
    check_smallest(setting.plan.smallest)
    rows = await list_children(session)
    gathered = await gather(session, setting.plan, minutes=setting.minutes, rows=rows)
    reached = await reach(session, rows, now=now)
    return conclude(gathered, reached, setting, now=now, show_progress=show_progress)


def conclude(
    gathered: Gathered,
    reached: Sequence[Reach],
    setting: Setting,
    *,
    now: datetime,
    show_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Findings:
    """Work out the report from what was read.

    Each part is suppressed by itself, then all of them together; what rests on their counts comes
    after that.
    """
    plan = setting.plan
    smallest = check_smallest(plan.smallest)
    seed = draw_seed(gathered, plan)
    has_arms = bool(gathered.arms)
    control = gathered.find_control(plan) if has_arms else ""
    outcomes = gathered.list_outcomes(plan)
    primary = outcomes[0] if outcomes else None
    served = [each for each in gathered.members if is_served(each, control, has_arms=has_arms)]
    linkages = link(gathered, smallest=smallest)
    flow = count_flow(gathered, primary, linkages, control=control, smallest=smallest)
    treated = [each for each in flow.arms if not each.is_control]
    engagement = describe_engagement(served, treated, smallest=smallest)
    engaged, linkages = reconcile(engagement, linkages)
    questions = ask(gathered, outcomes, linkages, control=control, plan=plan) if has_arms else []
    comparisons = compare(
        questions, plan=plan, seed=seed, primary=primary, show_progress=show_progress
    )
    funnel = count_reached(reached, by=None, smallest=smallest)
    whole = Findings(
        title=setting.title,
        made_at=now,
        legal_basis=setting.legal_basis,
        study=Study(
            registration=plan.registration,
            deviations=plan.deviations,
            testers=plan.testers,
            blinding=plan.blinding,
            relevant_effect=plan.relevant_effect,
            simulated=setting.simulated,
        ),
        flow=flow,
        linkages=linkages,
        balance=balance(gathered, primary, engagement, control=control, plan=plan)
        if has_arms
        else [],
        comparisons=comparisons,
        changes=[] if has_arms else list_changes(gathered, outcomes, linkages, plan=plan),
        doses=list_bars(served, treated, plan=plan),
        engagement=engaged,
        funnel=agree_funnel(funnel, flow, gathered.members, smallest=smallest),
        costs=None,
        methods=describe_methods(gathered, setting, seed=seed),
    )
    columns = {each.row.child_id: each.columns for each in reached}
    kinds = list_kinds(Source(gathered, outcomes, columns, control, plan))
    told = audit(whole, kinds, smallest=smallest)
    costs = cost(setting.costs, served, told.flow, told.comparisons, smallest=smallest)
    return replace(told, costs=costs)


def draw_seed(gathered: Gathered, plan: Plan) -> int:
    """Give the study's own seed; else the draw's, so that a report can be made again."""
    if plan.seed is not None:
        return plan.seed
    return (
        gathered.allocation.seed if gathered.allocation else SystemRandom().randint(1, LARGEST_SEED)
    )


def is_served(member: Member, control: str, *, has_arms: bool) -> bool:
    """Say whether a child is in an arm that the programme is for; without a draw everybody is."""
    return not has_arms or member.enrolled.arm not in (None, control)


def reconcile(
    engagement: Mapping[By, Sequence[Engagement]], linkages: Sequence[Linkage]
) -> tuple[dict[By, Sequence[Engagement]], list[Linkage]]:
    """Keep a centre back in every table where one of them does: each is a part of a told whole."""
    in_linkages = {
        row.group.removeprefix("centre ")
        for linkage in linkages
        for row in linkage.rows
        if row.group.startswith("centre ") and row.roster is None
    }
    in_engagement = {each.group for each in engagement[By.CENTRE] if each.children is None}
    hidden = frozenset(in_linkages | in_engagement)
    by_centre = [
        Engagement(each.group, None, None, None, None, None) if each.group in hidden else each
        for each in engagement[By.CENTRE]
    ]
    named = frozenset(f"centre {each}" for each in hidden)
    return {**engagement, By.CENTRE: by_centre}, agree(linkages, named)


def agree_funnel(funnel: Funnel, flow: Flow, members: Sequence[Member], *, smallest: int) -> Funnel:
    """Keep the funnel's steps back where the flow does for an arm: it tells their sum.

    A step goes too where few children make the difference between it and the flow's: few families
    that were forgotten, or few that tapped and did nothing.
    """
    counts = dict(zip(Step, count_steps(members), strict=True))
    total = dict(funnel.total)
    for column, step in BESIDE.items():
        count = total.get(column)
        is_kept_back = any(arm.took_part[step] is None for arm in flow.arms)
        if count is not None and (
            (is_kept_back and column.step in SAME_STEPS)
            or is_small(abs(count - counts[step]), smallest=smallest)
        ):
            total[column] = None
    return replace(funnel, total=total)


def balance(
    gathered: Gathered,
    primary: Measured | None,
    engagement: Mapping[By, Sequence[Engagement]],
    *,
    control: str,
    plan: Plan,
) -> list[BalanceLine]:
    """Compare the control arm and each treated one at the start."""
    kept_back = frozenset(each.group for each in engagement[By.LANGUAGE] if each.children is None)
    treated = [each.name for each in gathered.arms if each.name != control]
    measured = primary or Measured("", "")
    return [
        line
        for name in treated
        for line in weigh_up(
            gathered, measured, control=control, treated=name, kept_back=kept_back, plan=plan
        )
    ]


# Without arms


def list_changes(
    gathered: Gathered, outcomes: Sequence[Measured], linkages: Sequence[Linkage], *, plan: Plan
) -> list[Change]:
    """Compare before and after, of children assessed by the same instrument in both waves."""
    changes = []
    for outcome in outcomes if plan.baseline_wave else ():
        trial = make_trial(gathered, gathered.members, measured=outcome, treated="", plan=plan)
        both = trial.keep(~np.isnan(trial.outcome) & ~np.isnan(trial.baseline))
        if not len(both.outcome):
            continue
        change = estimate_change(trial)
        row = find_row(find_linkage(linkages, outcome), "")
        matched = row.matched if row else None
        left = None if matched is None else matched - len(both.outcome)
        is_few = len(both.outcome) < plan.smallest
        is_told = left is not None and tell(left, smallest=plan.smallest) is not None
        children = len(both.outcome) if is_told and not is_few else None
        changes.append(
            Change(
                outcome=outcome,
                children=children,
                before=None if is_few else float(both.baseline.mean()),
                after=None if is_few else float(both.outcome.mean()),
                change=hide(change) if is_few else replace(change, children=children),
            )
        )
    return changes


# Costs and methods


def cost(
    costs: CostFile | None,
    served: Sequence[Member],
    flow: Flow,
    comparisons: Sequence[Comparison],
    *,
    smallest: int,
) -> Costs | None:
    """Work out what the programme cost; a price only where one arm was compared.

    Nothing is told where the flow keeps the size of a treated arm: a price a child would tell it.
    """
    treated = [each for each in flow.arms if not each.is_control]
    if costs is None or any(each.took_part[Step.ROSTER] is None for each in treated):
        return None
    counts = [each.took_part[Step.ACTIVE] for each in treated]
    known = [each for each in counts if each is not None]
    effects = [each.standardised for each in comparisons if each.is_primary]
    return work_out(
        costs,
        centres=sum(each.centres for each in treated),
        children=len(served),
        active=sum(known) if len(known) == len(counts) else None,
        did_it=tell(sum(each.dose.done for each in served), smallest=smallest),
        effect=effects[0] if len(effects) == 1 else None,
    )


def describe_methods(gathered: Gathered, setting: Setting, *, seed: int) -> Methods:
    """List what somebody needs to find the same numbers again."""
    allocation, plan = gathered.allocation, setting.plan
    drawing = None
    if allocation:
        drawing = Drawing(
            digest=allocation.digest,
            unit=allocation.unit,
            seed=allocation.seed,
            drawn_at=allocation.drawn_at,
            allocations=say_count(count_allocations(gathered.scheme)),
            stratified=len(gathered.scheme.strata) > 1,
            contaminated=tell(gathered.contaminated, smallest=plan.smallest),
        )
    return Methods(
        version=setting.version,
        libraries={name: version(name) for name in LIBRARIES},
        content_versions=gathered.versions,
        seed=seed,
        draws=plan.draws,
        exact_limit=EXACT_LIMIT,
        active_weeks=plan.active_weeks,
        smallest=plan.smallest,
        drawing=drawing,
    )
