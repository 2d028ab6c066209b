"""Findings of all kinds, made from simulated trials by the real estimates."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache

import numpy as np

from bot.report.costs import CostFile, Ingredient, Per, work_out
from bot.report.estimates.adjusting import (
    ITT,
    STANDARDISED,
    describe_power,
    estimate_itt,
    standardise,
)
from bot.report.estimates.bootstrapping import estimate_by_bootstrap
from bot.report.estimates.complying import CACE, FIRST_STAGE, estimate_cace, estimate_first_stage
from bot.report.estimates.describing import (
    compare_arms,
    describe_thirds,
    measure_attrition,
    measure_icc,
)
from bot.report.estimates.drawing import (
    estimate_by_draw,
    estimate_groups_by_draw,
    estimate_interaction_by_draw,
)
from bot.report.estimates.gap_changes import (
    estimate_gap_change,
    estimate_gap_change_by_bootstrap,
)
from bot.report.estimates.gaps import Adjustment, estimate_gaps
from bot.report.estimates.pre_post import estimate_change
from bot.report.estimates.records import Estimate, rescale
from bot.report.estimates.several import adjust_holm
from bot.report.estimates.trial import Trial
from bot.report.findings import (
    BalanceLine,
    Change,
    Comparison,
    DoseBar,
    Drawing,
    Engagement,
    Findings,
    Flow,
    FlowArm,
    Followed,
    Loss,
    Measured,
    Methods,
    Step,
    Study,
    Subgroups,
)
from bot.report.funnel import STEPS, By, Column, Funnel
from bot.report.funnel import Step as FunnelStep
from bot.report.linking import Linkage, LinkageRow
from bot.report.phrases import Phrase
from tests.report.estimates.trials import find_scheme, simulate

READING = Measured("Letters", "spring")
SPEECH = Measured("Speaking", "spring")
MADE_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DIGEST = "3f" * 32
ARMS = ("Waiting list", "Suitcase")
FEW = "Suppressed: it rests on too few children."
NOWHERE = '<script>alert("x")</script> #*_@$[1] Ærø Børnehus حضانة الزهور'


@dataclass(frozen=True)
class Case:
    """How a simulated trial is made."""

    clusters: int = 24
    effect: float = 0.6
    size: int = 10
    complied: float | None = None
    seed: int = 7


def make_trial(case: Case) -> Trial:
    """Simulate a trial with doses and some results missing."""
    rng = np.random.default_rng(case.seed)
    trial = simulate(rng, clusters=case.clusters, effect=case.effect, size=case.size)
    dose = np.where(trial.arm == 1, rng.random(len(trial.arm)), np.nan)
    outcome = np.where(rng.random(len(trial.arm)) < 0.1, np.nan, trial.outcome)
    complied = trial.complied
    if case.complied is not None:
        complied = (rng.random(len(trial.arm)) < case.complied).astype(float)
    return replace(trial, dose=dose, outcome=outcome, complied=complied)


@cache
def compare_case(case: Case) -> Comparison:
    """Compare the arms of a simulated trial, once."""
    return compare(make_trial(case))


def compare(trial: Trial) -> Comparison:
    """Compare the arms of a trial by every estimate there is."""
    scheme = find_scheme(trial)
    itt = estimate_by_draw(trial, scheme, seed=1, draws=299)
    standardised = standardise(itt, trial)
    analysed = trial.analysed()
    groups = estimate_groups_by_draw(trial, scheme, seed=1, draws=299)
    interaction = estimate_interaction_by_draw(trial, scheme, seed=1, draws=299)
    loss = measure_attrition(trial)
    scaled = {
        name: replace(standardise(each, trial), name=each.name)
        for name, each in {**groups, "interaction": interaction}.items()
    }
    before = replace(trial, outcome=trial.baseline)
    return Comparison(
        outcome=READING,
        arm="Suitcase",
        control="Waiting list",
        is_primary=True,
        children=(int((analysed.arm == 0).sum()), int((analysed.arm == 1).sum())),
        centres=analysed.count_clusters(),
        means=average(analysed),
        deviation=float(np.std(analysed.outcome[analysed.arm == 0], ddof=1)),
        itt=itt,
        standardised=standardised,
        beside=[
            standardise(estimate_itt(trial), trial),
            standardise(estimate_by_bootstrap(trial, seed=1, draws=299), trial),
        ],
        adjusted={"Holm": adjust_holm({"one": itt, "two": itt})["one"].p or 1.0} if itt.p else {},
        first_stage=estimate_first_stage(trial)[0],
        cace=estimate_cace(trial),
        subgroups=Subgroups(
            disadvantaged=scaled["disadvantaged children"],
            others=scaled["other children"],
            interaction=scaled["interaction"],
            changes={
                each: estimate_gap_change(trial, scheme, adjustment=each, seed=1, draws=299)
                for each in Adjustment
            },
            change_beside=estimate_gap_change_by_bootstrap(trial, seed=1, draws=299),
            gaps={each: estimate_gaps(trial, adjustment=each) for each in Adjustment},
            means={
                "disadvantaged": average(analysed.keep(analysed.disadvantage == 1)),
                "others": average(analysed.keep(analysed.disadvantage == 0)),
            },
            gaps_before=estimate_gaps(before, adjustment=Adjustment.RAW),
        ),
        subgroups_reason=None,
        loss=Loss(loss.overall, (loss.control, loss.treated), loss.differential),
        icc=measure_icc(trial),
        power=Phrase(describe_power(standardised)),
        thirds=describe_thirds(trial),
    )


def average(trial: Trial) -> tuple[float, float]:
    """Give the mean of either arm."""
    control, treated = (float(trial.outcome[trial.arm == arm].mean()) for arm in (0, 1))
    return control, treated


def make_findings(
    case: Case | None = None, *, arms: tuple[str, ...] = ("Suitcase",), title: str = "Kuffert i Ærø"
) -> Findings:
    """Make the whole report of a trial with so many treated arms, with everything in it."""
    case = case or Case()
    cases = [replace(case, seed=case.seed + n) for n in range(len(arms))]
    comparisons = [
        replace(compare_case(each), arm=arm) for arm, each in zip(arms, cases, strict=True)
    ]
    second = compare_case(replace(case, seed=case.seed + 50, effect=0.0))
    comparisons.append(replace(second, outcome=SPEECH, arm=arms[0], is_primary=False))
    trial = make_trial(cases[0])
    balance = compare_arms(trial, {"Score before the start": trial.baseline})
    return Findings(
        title=title,
        made_at=MADE_AT,
        legal_basis="The municipality's own legal basis, § 1",
        study=Study(
            registration="OSF, 1 March 2026",
            testers="Teachers of the reception class",
            blinding="No",
            simulated=True,
        ),
        flow=make_flow(arms),
        linkages=[make_linkage(READING, arms), make_linkage(SPEECH, arms)],
        balance=[
            *(
                BalanceLine(
                    ("Waiting list", arms[0]), Phrase(each.name), each.children,
                    (each.control, each.treated), each.difference,
                )
                for each in balance
            ),
            BalanceLine(
                ("Waiting list", arms[0]),
                Phrase("Share with the home language {language}", {"language": "ar"}),
                (None, None), (None, None), None,
            ),
        ],
        comparisons=comparisons,
        changes=[],
        doses=[
            DoseBar(0, 0, 41), DoseBar(1, 3, 22), DoseBar(4, 7, 31), DoseBar(8, 15, 48),
            DoseBar(16, 31, None), DoseBar(32, None, None),
        ],
        engagement={
            By.DISADVANTAGE: [
                Engagement("low", 48, 31, 0.31, 0.4, 0.16),
                Engagement("other", 72, 55, 0.46, 0.55, 0.07),
                Engagement("unknown", None, None, None, None, None),
            ],
            By.LANGUAGE: [
                Engagement("ar", 30, 20, 0.35, 0.5, 0.1), Engagement("da", 90, 66, 0.44, 0.5, 0.1),
            ],
            By.CENTRE: [Engagement(f"C{n:02}", 10, None, None, None, None) for n in range(24)],
        },
        funnel=make_funnel(),
        costs=work_out(
            CostFile(
                currency="DKK",
                costs=(
                    Ingredient(name="Printed cards", amount=12.5, per=Per.CHILD),
                    Ingredient(name="Educators' time", minutes=30, hourly=240, per=Per.CENTRE),
                ),
                parents=(Ingredient(name="Parents' time", minutes=90, hourly=100, per=Per.CHILD),),
            ),
            centres=12, children=120, active=79, did_it=1_843,
            effect=comparisons[0].standardised,
        ),
        methods=Methods(
            version="0.1.0",
            libraries={"numpy": "2.4.1", "scipy": "1.17.0"},
            content_versions=["c4" * 32],
            seed=20_261_120,
            draws=9_999,
            exact_limit=20_000,
            active_weeks=8,
            smallest=5,
            drawing=Drawing(
                digest=DIGEST,
                unit="centre",
                seed=4711,
                drawn_at=datetime(2026, 1, 5, 12, 0, tzinfo=UTC),
                allocations="more than 10^40" if len(arms) > 1 else "352,800",
                stratified=True,
                contaminated=0,
            ),
        ),
    )  # fmt: skip


def make_flow(arms: tuple[str, ...]) -> Flow:
    """Make a flow with a control arm and so many treated ones."""
    names = ["Waiting list", *arms]
    followed = (118, 109, 109)
    return Flow(
        centres=12 * len(names) + 2,
        drawn=12 * len(names),
        children=120 * len(names) + 17,
        left_out=17,
        outcome=READING,
        arms=[
            FlowArm(
                arm=name,
                is_control=number == 0,
                starts_on=date(2027, 3, 1) if number == 0 else None,
                centres=12,
                took_part=dict(
                    zip(
                        Step,
                        (120, 120, None, 0, 0, 0) if number == 0 else (120, 118, 92, 86, 79, 48),
                        strict=True,
                    )
                ),
                followed=dict(zip(Followed, (120, *followed), strict=True)),
            )
            for number, name in enumerate(names)
        ],
    )


def make_linkage(outcome: Measured, arms: tuple[str, ...]) -> Linkage:
    """Make a linkage by arm and centre."""
    return Linkage(
        outcome.instrument,
        outcome.wave,
        [
            LinkageRow("all", 257, 218, 34, 5),
            *(LinkageRow(f"arm {each}", 120, 109, None, None) for each in ("Waiting list", *arms)),
            LinkageRow("arm (none)", 17, 0, 17, 0),
            *(LinkageRow(f"centre C{n:02}", 10, None, None, None) for n in range(3)),
        ],
        not_on_roster=7,
        duplicates=None,
    )


def make_funnel() -> Funnel:
    """Make a funnel of three months."""
    total: dict[Column, int | None] = dict(zip(STEPS, (238, 92, 86, 81), strict=True))
    for month, due, active in ((1, 86, 70), (2, 80, 61), (3, 66, None)):
        total[Column(FunnelStep.DUE, month)] = due
        total[Column(FunnelStep.ACTIVE, month)] = active
    return Funnel(By.LANGUAGE, 3, {"ar": total, "unknown": total}, total, 230, 238, None)


# Kinds


def three_arms() -> Findings:
    """Three arms, two of them treated."""
    return make_findings(arms=("Suitcase", "Suitcase with a visit by an educator at home"))


def few_centres() -> Findings:
    """Fewer than six centres in an arm."""
    return make_findings(Case(clusters=8))


def five_centres() -> Findings:
    """Fewer than six centres in an arm, and enough allocations for an interval."""
    return make_findings(Case(clusters=10, effect=1.5))


def without_arms() -> Findings:
    """Nobody was drawn."""
    whole = make_findings()
    trial = make_trial(Case())
    both = trial.analysed()
    arm = replace(whole.flow.arms[1], arm="")
    change = Change(
        READING, len(both.outcome), float(both.baseline.mean()), float(both.outcome.mean()),
        estimate_change(trial),
    )  # fmt: skip
    return replace(
        whole,
        study=Study(),
        flow=replace(whole.flow, arms=[arm], left_out=0, drawn=0, centres=12, children=120),
        balance=[],
        comparisons=[],
        changes=[change],
        methods=replace(whole.methods, drawing=None),
        costs=replace(whole.costs, price=None) if whole.costs else None,
    )


def all_suppressed() -> Findings:
    """Everything is too small to be told."""
    whole = make_findings()
    hidden = Estimate(ITT, None, "", 0, (2, 2), reason=FEW)
    first = whole.comparisons[0]
    comparison = replace(
        first,
        children=(None, None),
        means=(None, None),
        deviation=None,
        itt=hidden,
        standardised=replace(hidden, name=STANDARDISED),
        beside=[replace(hidden, name=STANDARDISED)],
        adjusted={},
        first_stage=replace(hidden, name=FIRST_STAGE),
        cace=replace(hidden, name=CACE),
        subgroups=None,
        subgroups_reason=Phrase("Suppressed: a group has too few children in an arm."),
        loss=Loss(None, (None, None), None),
        icc=None,
        power=Phrase(describe_power(hidden)),
        thirds=[],
    )
    arms = [
        replace(arm, took_part=dict.fromkeys(Step), followed=dict.fromkeys(Followed))
        for arm in whole.flow.arms
    ]
    nobody = Engagement("low", None, None, None, None, None)
    return replace(
        whole,
        flow=replace(whole.flow, children=None, left_out=None, arms=arms),
        linkages=[
            replace(
                whole.linkages[0], rows=[LinkageRow("all", None, None, None, None)],
                not_on_roster=None,
            )
        ],
        balance=[
            BalanceLine(ARMS, Phrase("Age in months"), (None, None), (None, None), None),
            BalanceLine(
                ARMS, Phrase("Share of disadvantaged children"), (None, None), (None, None), None
            ),
        ],
        comparisons=[comparison],
        doses=[replace(each, children=None) for each in whole.doses],
        engagement={By.DISADVANTAGE: [nobody]},
        funnel=replace(
            whole.funnel, groups={}, total=dict.fromkeys(whole.funnel.total),
            printed=None, issued=None, by_poster=None,
        ),
    )  # fmt: skip


def no_results() -> Findings:
    """The arms are drawn, and no school has sent a result."""
    whole = make_findings()
    arms = [replace(arm, followed={}) for arm in whole.flow.arms]
    return replace(
        whole,
        study=Study(),
        flow=replace(whole.flow, outcome=None, arms=arms),
        linkages=[], balance=[], comparisons=[], doses=[], engagement={}, costs=None,
    )  # fmt: skip


def weak_stage() -> Findings:
    """The draw hardly moved taking part, and there is no clear effect to price."""
    return make_findings(Case(effect=0.0, complied=0.5))


def harm() -> Findings:
    """The estimate is a clear loss."""
    return make_findings(Case(effect=-1.2))


def odd_names() -> Findings:
    """Names that are markup for one or the other."""
    whole = make_findings(arms=(NOWHERE,), title=NOWHERE)
    first = replace(whole.comparisons[0], outcome=Measured(NOWHERE, "*spring* $x$ <b>"))
    return replace(whole, comparisons=[first])


def no_unit() -> Findings:
    """Nothing varies in the control group, so that effects cannot be standardised."""
    whole = make_findings()
    first = whole.comparisons[0]
    nothing = rescale(first.itt, 0.0, name=STANDARDISED, method=first.standardised.method)
    return replace(whole, comparisons=[replace(first, standardised=nothing, subgroups=None)])


KINDS = {
    "two arms": make_findings,
    "three arms": three_arms,
    "few centres": few_centres,
    "five centres": five_centres,
    "no arms": without_arms,
    "all suppressed": all_suppressed,
    "no results": no_results,
    "weak first stage": weak_stage,
    "harm": harm,
    "odd names": odd_names,
    "no unit": no_unit,
}


@cache
def find_findings(kind: str) -> Findings:
    """Make findings of a kind, once."""
    return KINDS[kind]()
