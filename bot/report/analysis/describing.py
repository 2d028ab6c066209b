"""Describe who took part: balance at the start, doses, engagement by group; few are not told."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from statistics import fmean

import numpy as np

from bot.report.analysis.columns import FLAGS, list_baselines, make_column, make_trial
from bot.report.analysis.gathering import Gathered, Member
from bot.report.disclosure import is_small, suppress, suppress_table
from bot.report.estimates.describing import compare_column
from bot.report.estimates.trial import Numbers
from bot.report.findings import BalanceLine, DoseBar, Engagement, FlowArm, Measured, Step
from bot.report.funnel import UNKNOWN, By
from bot.report.phrases import Phrase
from bot.report.plans import Plan

MONTHS_A_YEAR = 12
SCORE = Phrase("Score before the start")
AGE = Phrase("Age in months")
DISADVANTAGED = Phrase("Share of disadvantaged children")
ONE_LANGUAGE = Phrase("Share with the home language {language}")
ANOTHER_LANGUAGE = Phrase("Share with another home language")
LANGUAGES = (ONE_LANGUAGE.text, ANOTHER_LANGUAGE.text)
NAMES: Mapping[By, Callable[[Member], str]] = {
    By.CENTRE: lambda each: each.enrolled.centre,
    By.LANGUAGE: lambda each: each.reached.language or each.enrolled.home_language or UNKNOWN,
    By.DISADVANTAGE: lambda each: each.reached.disadvantage or UNKNOWN,
}


# Balance


def weigh_up(
    gathered: Gathered,
    measured: Measured,
    *,
    control: str,
    treated: str,
    kept_back: frozenset[str],
    plan: Plan,
) -> list[BalanceLine]:
    """Compare two arms at the start, whoever has a result; what tells of few has no means.

    `kept_back` are the languages that another table keeps to itself.
    """
    members = [each for each in gathered.members if each.enrolled.arm in (control, treated)]
    trial = make_trial(gathered, members, measured=measured, treated=treated, plan=plan)
    arms, lines = (control, treated), []
    for name, column in list_characteristics(
        gathered, members, measured, kept_back=kept_back, plan=plan
    ):
        told = compare_column(trial, column, name=name.text)
        sizes = [int((trial.arm == arm).sum()) for arm in (0, 1)]
        if has_few(column, trial.arm, smallest=plan.smallest):
            lines.append(BalanceLine(arms, name, (None, None), (None, None), None))
            continue
        missing = [size - known for size, known in zip(sizes, told.children, strict=True)]
        is_told = not any(is_small(each, smallest=plan.smallest) for each in missing)
        if name.text in LANGUAGES and UNKNOWN in kept_back:
            is_told = False
        children = told.children if is_told else (None, None)
        means = (told.control, told.treated)
        lines.append(BalanceLine(arms, name, children, means, told.difference))
    return lines


def list_characteristics(
    gathered: Gathered,
    members: Sequence[Member],
    measured: Measured,
    *,
    kept_back: frozenset[str],
    plan: Plan,
) -> Iterator[tuple[Phrase, Numbers]]:
    """List what is known of children before the start: a name and a column."""
    baselines = list_baselines(gathered, measured, plan)
    if baselines:
        yield (
            SCORE,
            make_column(members, lambda each: baselines.get(each.enrolled.child_id)),
        )
    begun = gathered.allocation.drawn_at if gathered.allocation else None

    def find_age(member: Member) -> float | None:
        month = member.enrolled.birth_month
        if month is None or begun is None:
            return None
        return float((begun.year - month.year) * MONTHS_A_YEAR + begun.month - month.month)

    ages = make_column(members, find_age)
    if not np.isnan(ages).all():
        yield AGE, ages
    flags = make_column(
        members,
        lambda each: FLAGS[each.reached.disadvantage] if each.reached.disadvantage else None,
    )
    if not np.isnan(flags).all():
        yield DISADVANTAGED, flags
    for languages in group_languages(members, kept_back=kept_back, smallest=plan.smallest):
        name = ANOTHER_LANGUAGE
        if len(languages) == 1:
            [only] = languages
            name = Phrase(ONE_LANGUAGE.text, {"language": only})
        yield name, make_column(members, partial(speaks, languages))


def group_languages(
    members: Sequence[Member], *, kept_back: frozenset[str], smallest: int
) -> list[frozenset[str]]:
    """Group home languages: each alone but the rare ones, which are one group, not a small one.

    Each alone would tell a rare one as what is left. Rare is what is small in an arm or kept back
    by another table; where these together are few, the next rarest joins them.
    """
    counts: dict[str, Counter[str | None]] = {}
    for each in members:
        if each.enrolled.home_language is not None:
            counts.setdefault(each.enrolled.home_language, Counter())[each.enrolled.arm] += 1
    drawn = {each.enrolled.arm for each in members}

    def is_few(languages: Iterable[str]) -> bool:
        sums = [sum(counts[each][arm] for each in languages) for arm in drawn]
        return any(is_small(each, smallest=smallest) for each in sums)

    names = sorted(counts, key=lambda each: (counts[each].total(), each))
    rare = [each for each in names if each in kept_back or is_few([each])]
    others = [each for each in names if each not in rare]
    while rare and others and is_few(rare):
        rare.append(others.pop(0))
    alone = [frozenset([each]) for each in sorted(others)]
    return [*alone, frozenset(rare)] if rare else alone


def speaks(languages: frozenset[str], member: Member) -> float | None:
    """Say whether a child's home language is one of these, where it is known."""
    known = member.enrolled.home_language
    return None if known is None else float(known in languages)


def has_few(column: Numbers, arm: Numbers, *, smallest: int) -> bool:
    """Say whether a column tells of few children in an arm: of the known, the ones or the zeros."""
    for each in (0, 1):
        known = column[(arm == each) & ~np.isnan(column)]
        if len(known) < smallest:
            return True
        if np.isin(known, (0.0, 1.0)).all():
            ones = int(known.sum())
            if is_small(ones, smallest=smallest) or is_small(len(known) - ones, smallest=smallest):
                return True
    return False


# Doses


def list_bars(members: Sequence[Member], arms: Sequence[FlowArm], *, plan: Plan) -> list[DoseBar]:
    """Count the treated arms' children by active weeks, in bounds that the flow's steps share.

    Where the flow keeps a step back the bars would tell it: then none has a count.
    """
    bounds = list_bounds(plan.active_weeks)
    counts = [
        sum(
            least <= each.dose.active_weeks and (most is None or each.dose.active_weeks <= most)
            for each in members
        )
        for least, most in bounds
    ]
    told = [
        arm.took_part[step] for arm in arms for step in (Step.ROSTER, Step.ACTIVE, Step.COMPLIED)
    ]
    shown: list[int | None] = [None] * len(bounds)
    if None not in told:
        below = [place for place, (least, _) in enumerate(bounds) if 0 < least < plan.active_weeks]
        above = [place for place, (least, _) in enumerate(bounds) if least >= plan.active_weeks]
        for places in ([0], below, above):
            parts = suppress([counts[place] for place in places], smallest=plan.smallest)
            for place, count in zip(places, parts, strict=True):
                shown[place] = count
    return [DoseBar(least, most, count) for (least, most), count in zip(bounds, shown, strict=True)]


def list_bounds(active_weeks: int) -> list[tuple[int, int | None]]:
    """List the bars: no week, weeks short of complying in two bars, and as many again above."""
    half = max(active_weeks // 2, 1)
    below: list[tuple[int, int | None]] = [
        (least, most)
        for least, most in ((1, half - 1), (half, active_weeks - 1))
        if 1 <= least <= most
    ]
    double = active_weeks * 2
    return [
        (0, 0),
        *below,
        (active_weeks, double - 1),
        (double, double * 2 - 1),
        (double * 2, None),
    ]


# Engagement


def describe_engagement(
    members: Sequence[Member], arms: Sequence[FlowArm], *, smallest: int
) -> dict[By, list[Engagement]]:
    """Describe what families did, by centre, language and disadvantage.

    The groups of each table add up to the treated arms' steps, which the flow tells or keeps back.
    """
    told = {
        column: all(arm.took_part[step] is not None for arm in arms)
        for column, step in enumerate((Step.ROSTER, Step.CONSENTED, Step.COMPLIED))
    }
    return {by: describe_groups(members, by, told=told, smallest=smallest) for by in By}


def describe_groups(
    members: Sequence[Member], by: By, *, told: Mapping[int, bool], smallest: int
) -> list[Engagement]:
    """Describe each group; of those who joined, how many complied and how many stopped."""
    groups: dict[str, list[Member]] = {}
    for each in members:
        groups.setdefault(str(NAMES[by](each)), []).append(each)
    names = sorted(groups)
    parts = [count_engaged(groups[name]) for name in names]
    totals = [sum(column) for column in zip(*parts, strict=True)] if parts else [0, 0, 0, 0]
    shown = suppress_table(
        parts, totals, chains=[(0, 1, 2), (0, 1, 3)], smallest=smallest, told=told
    )
    return [
        Engagement(
            group=name,
            children=children,
            joined=joined,
            share_of_weeks=average_share(groups[name]) if joined else None,
            compliers=complied / joined if joined and complied is not None else None,
            stopped=stopped / joined if joined and stopped is not None else None,
        )
        for name, (children, joined, complied, stopped) in zip(names, shown, strict=False)
    ]


def count_engaged(members: Sequence[Member]) -> list[int]:
    """Count the children, those whose guardian joined, and of these who complied and stopped."""
    joined = [each for each in members if each.has_joined]
    complied = sum(each.dose.is_complier for each in joined)
    return [len(members), len(joined), complied, sum(each.dose.has_stopped for each in joined)]


def average_share(members: Sequence[Member]) -> float:
    """Average the primary dose over the children whose guardian joined; no week assigned is 0."""
    return fmean(each.dose.share or 0.0 for each in members if each.has_joined)
