"""Compare each arm with the control arm, outcome by outcome; what rests on few is suppressed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from bot.errors import BotError
from bot.report.analysis.columns import find_known, make_trial
from bot.report.analysis.flow import find_linkage, find_row
from bot.report.analysis.gathering import Gathered, Member
from bot.report.disclosure import is_small, suppress
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
    Third,
    describe_thirds,
    measure_attrition,
    measure_icc,
)
from bot.report.estimates.drawing import (
    estimate_by_draw,
    estimate_groups_by_draw,
    estimate_interaction_by_draw,
)
from bot.report.estimates.drawn_schemes import DrawnScheme, narrow
from bot.report.estimates.gap_changes import (
    GapChange,
    estimate_gap_change,
    estimate_gap_change_by_bootstrap,
)
from bot.report.estimates.gaps import Adjustment, Gaps, estimate_gaps
from bot.report.estimates.records import Estimate, hide
from bot.report.estimates.several import adjust_holm, adjust_romano_wolf
from bot.report.estimates.trial import Trial
from bot.report.findings import Comparison, Loss, Means, Measured, Pair, Subgroups
from bot.report.linking import Linkage
from bot.report.phrases import Phrase
from bot.report.plans import Plan

HOLM, ROMANO_WOLF = "Holm", "Romano–Wolf"
NOT_KNOWN = Phrase("Nothing is known of the children's disadvantage.")
FEW = Phrase("Suppressed: a group has too few children in an arm.")


@dataclass(frozen=True)
class Question:
    """One outcome of one arm against the control arm."""

    outcome: Measured
    treated: str
    control: str
    members: Sequence[Member]
    trial: Trial
    scheme: DrawnScheme
    children: Pair
    rosters: Pair


def ask(
    gathered: Gathered,
    outcomes: Sequence[Measured],
    linkages: Sequence[Linkage],
    *,
    control: str,
    plan: Plan,
) -> list[Question]:
    """List what is compared: every outcome of every arm but the control arm."""
    questions = []
    for treated in (each.name for each in gathered.arms if each.name != control):
        members = [each for each in gathered.members if each.enrolled.arm in (control, treated)]
        scheme = narrow(gathered.scheme, gathered.drawn, control=control, treated=treated)
        for outcome in outcomes:
            linkage = find_linkage(linkages, outcome)
            rows = [find_row(linkage, arm) for arm in (control, treated)]
            trial = make_trial(gathered, members, measured=outcome, treated=treated, plan=plan)
            questions.append(
                Question(
                    outcome=outcome,
                    treated=treated,
                    control=control,
                    members=members,
                    trial=trial,
                    scheme=scheme,
                    children=pair([row.matched if row else None for row in rows]),
                    rosters=pair([row.roster if row else None for row in rows]),
                )
            )
    return questions


def pair(counts: Sequence[int | None]) -> Pair:
    """Give the control arm's count and the treated one's."""
    control, treated = counts
    return control, treated


def compare(
    questions: Sequence[Question],
    *,
    plan: Plan,
    seed: int,
    primary: Measured | None,
    show_progress: Callable[[int, int], None],
) -> list[Comparison]:
    """Answer every question, then adjust the p-values of each arm for how many there are."""
    answers = []
    for place, question in enumerate(questions):
        show_progress(place, len(questions))
        answers.append(answer(question, plan=plan, seed=seed, primary=primary))
    show_progress(len(questions), len(questions))
    adjusted = [
        adjust(
            [each for each in zip(questions, answers, strict=True) if each[0].treated == treated],
            plan=plan,
            seed=seed,
        )
        for treated in dict.fromkeys(each.treated for each in questions)
    ]
    told = {key: values for several in adjusted for key, values in several.items()}
    return [replace(each, adjusted=told.get((each.arm, each.outcome), {})) for each in answers]


def answer(question: Question, *, plan: Plan, seed: int, primary: Measured | None) -> Comparison:
    """Answer one question."""
    trial, few = question.trial, has_few(question.trial, plan.smallest)
    is_told = not few and None not in question.children
    itt = attempt(ITT, trial, few, partial(draw_itt, question, plan, seed))
    standardised = itt if itt.value is None else standardise(itt, trial)
    others = (
        partial(estimate_itt, trial),
        partial(estimate_by_bootstrap, trial, seed=seed, draws=plan.draws),
    )
    beside = [attempt(STANDARDISED, trial, few, partial(scale, each, trial)) for each in others]
    known = trial.keep(find_known(question.members))
    few_known = few or has_few(known, plan.smallest)
    analysed = trial.analysed()
    subgroups, reason = part(question, plan=plan, seed=seed)
    return Comparison(
        outcome=question.outcome,
        arm=question.treated,
        control=question.control,
        is_primary=question.outcome == primary,
        children=question.children,
        centres=analysed.count_clusters(),
        means=(None, None) if few else average(analysed),
        deviation=None if few else find_deviation(analysed),
        itt=blur(itt, is_told),
        standardised=blur(standardised, is_told),
        beside=[blur(each, is_told) for each in beside],
        adjusted={},
        first_stage=blur(
            attempt(FIRST_STAGE, known, few_known, lambda: estimate_first_stage(known)[0]), False
        ),
        cace=blur(attempt(CACE, known, few_known, lambda: estimate_cace(known)), False),
        subgroups=subgroups,
        subgroups_reason=reason,
        loss=lose(question, few=few),
        icc=None if few else measure_icc(trial),
        power=Phrase(describe_power(standardised, relevant=plan.relevant_effect)),
        thirds=describe_known_thirds(
            known,
            analysed=int(analysed.arm.sum()),
            few=few_known,
            smallest=plan.smallest,
        ),
    )


def draw_itt(question: Question, plan: Plan, seed: int) -> Estimate:
    """Estimate the effect by the default method."""
    return estimate_by_draw(question.trial, question.scheme, seed=seed, draws=plan.draws)


def scale(make: Callable[[], Estimate], trial: Trial) -> Estimate:
    """Make an estimate and give it in standard deviations."""
    return standardise(make(), trial)


def has_few(trial: Trial, smallest: int) -> bool:
    """Say whether an arm has too few children with a result for anything to be told of it."""
    analysed = trial.analysed()
    return any(int((analysed.arm == arm).sum()) < smallest for arm in (0, 1))


def attempt(name: str, trial: Trial, few: bool, make: Callable[[], Estimate]) -> Estimate:
    """Make an estimate; where that cannot be, its reason stands in its place."""
    analysed = trial.analysed()
    nothing = Estimate(name, None, "", len(analysed.outcome), analysed.count_clusters())
    if few:
        return hide(nothing)
    try:
        return make()
    except BotError as error:
        return replace(nothing, reason=str(error))


def blur(estimate: Estimate, is_told: bool) -> Estimate:
    """Keep the number of children back where the tables do."""
    return estimate if is_told else replace(estimate, children=None)


def average(analysed: Trial) -> Means:
    """Give the mean of either arm."""
    control, treated = (float(analysed.outcome[analysed.arm == arm].mean()) for arm in (0, 1))
    return control, treated


def find_deviation(analysed: Trial) -> float:
    """Give the control group's standard deviation, by which effects are standardised."""
    return float(np.std(analysed.outcome[analysed.arm == 0], ddof=1))


def lose(question: Question, *, few: bool) -> Loss:
    """Say who has no result; nothing of it where the tables keep a count back."""
    if few or None in (*question.children, *question.rosters):
        return Loss(None, (None, None), None)
    try:
        attrition = measure_attrition(question.trial)
    except BotError:
        return Loss(None, (None, None), None)
    return Loss(attrition.overall, (attrition.control, attrition.treated), attrition.differential)


def describe_known_thirds(known: Trial, *, analysed: int, few: bool, smallest: int) -> list[Third]:
    """Describe thirds by dose; where one is of few children, or few are in none, nothing is told.

    `analysed` is how many children of the treated arm have a result, which the tables tell.
    """
    thirds = [] if few else describe_thirds(known)
    counts = [each.children for each in thirds]
    parts = [*counts, analysed - sum(counts)]
    return [] if None in suppress(parts, smallest=smallest) else thirds


# Subgroups


def part(question: Question, *, plan: Plan, seed: int) -> tuple[Subgroups | None, Phrase | None]:
    """Part the effect by disadvantage, or say why not."""
    trial, scheme = question.trial, question.scheme
    analysed = trial.analysed()
    counts = {
        (flag, arm): int(((analysed.disadvantage == flag) & (analysed.arm == arm)).sum())
        for flag in (0, 1)
        for arm in (0, 1)
    }
    if not any(counts.values()):
        return None, NOT_KNOWN
    if min(counts.values()) < plan.smallest:
        return None, FEW
    unknown = [
        int((np.isnan(analysed.disadvantage) & (analysed.arm == arm)).sum()) for arm in (0, 1)
    ]
    is_told = None not in question.children and not any(
        is_small(each, smallest=plan.smallest) for each in unknown
    )

    def tell(estimate: Estimate) -> Estimate:
        scaled = replace(standardise(estimate, trial), name=estimate.name)
        return blur(scaled if estimate.value is not None else estimate, is_told)

    try:
        groups = estimate_groups_by_draw(trial, scheme, seed=seed, draws=plan.draws)
        interaction = estimate_interaction_by_draw(trial, scheme, seed=seed, draws=plan.draws)
        changes = {
            each: estimate_gap_change(trial, scheme, adjustment=each, seed=seed, draws=plan.draws)
            for each in Adjustment
        }
        beside = estimate_gap_change_by_bootstrap(trial, seed=seed, draws=plan.draws)
        gaps = {each: estimate_gaps(trial, adjustment=each) for each in Adjustment}
        before = find_gaps_before(trial, smallest=plan.smallest)
    except BotError as error:
        return None, Phrase(str(error))
    means = {
        name: average(analysed.keep(analysed.disadvantage == flag))
        for name, flag in (("others", 0), ("disadvantaged", 1))
    }
    return (
        Subgroups(
            disadvantaged=tell(groups["disadvantaged children"]),
            others=tell(groups["other children"]),
            interaction=tell(interaction),
            changes={
                each: GapChange(blur(found.change, is_told), blur(found.share_closed, is_told))
                for each, found in changes.items()
            },
            change_beside=blur(beside, is_told),
            gaps={each: blur_gaps(found, is_told) for each, found in gaps.items()},
            means=means,
            gaps_before=before,
        ),
        None,
    )


def find_gaps_before(trial: Trial, *, smallest: int) -> Gaps | None:
    """Estimate the gap before the start, of everybody with a baseline; None where few have one.

    How many have one is told nowhere else, so that it is not told here.
    """
    before = replace(trial, outcome=trial.baseline)
    for arm in (0, 1):
        for flag in (0, 1):
            own = before.keep((before.arm == arm) & (before.disadvantage == flag)).analysed()
            if len(own.outcome) < smallest:
                return None
    return blur_gaps(estimate_gaps(before, adjustment=Adjustment.RAW), False)


def blur_gaps(gaps: Gaps, is_told: bool) -> Gaps:
    """Keep the number of children back where the tables do."""
    return Gaps(**{name: blur(each, is_told) for name, each in vars(gaps).items()})


# Several outcomes


def adjust(
    answered: Sequence[tuple[Question, Comparison]], *, plan: Plan, seed: int
) -> dict[tuple[str, Measured], dict[str, float]]:
    """Adjust one arm's p-values for its number of outcomes; one alone needs nothing."""
    if len(answered) < 2:
        return {}
    keys = {(each.arm, each.outcome): each.itt for _question, each in answered}
    names = {f"{place}": key for place, key in enumerate(keys)}
    holm = adjust_holm({name: keys[key] for name, key in names.items()})
    found: dict[tuple[str, Measured], dict[str, float]] = {key: {} for key in keys}
    for name, key in names.items():
        if (p := holm[name].p) is not None:
            found[key][HOLM] = p
    tested = {
        name: question.trial
        for name, (question, comparison) in zip(names, answered, strict=True)
        if comparison.itt.p is not None
    }
    try:
        stepped = adjust_romano_wolf(tested, answered[0][0].scheme, seed=seed, draws=plan.draws)
    except BotError:  # a centre lacks an outcome: Holm's stands alone
        return found
    for name, p in stepped.items():
        found[names[name]][ROMANO_WOLF] = p
    return found
