"""The kinds of children that a study may hold, by everything that a count of a report rests on."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.report.analysis.columns import list_baselines
from bot.report.analysis.describing import NAMES, list_bounds
from bot.report.analysis.flow import count_steps
from bot.report.analysis.gathering import Gathered, Member
from bot.report.estimates.trial import Numbers, Places
from bot.report.findings import Measured, Step
from bot.report.funnel import STEPS, By, Column
from bot.report.plans import Plan
from bot.store.states import OutcomeEnd

Mask = NDArray[np.bool_]
MOST_KINDS = 60_000
AXES = 4


@dataclass(frozen=True)
class Way:
    """What became of a child, as far as any count tells: its steps, results and linking."""

    steps: int  # how many of the flow's
    bar: int
    is_complier: bool
    has_stopped: bool
    is_withheld: bool
    is_known: bool
    results: frozenset[Measured]
    both: frozenset[Measured]  # outcomes with a score before the start
    is_scored: bool  # before the start, on the primary outcome
    has_age: bool
    columns: frozenset[Column]


@dataclass(frozen=True)
class Source:
    """What kinds are told by."""

    gathered: Gathered
    outcomes: Sequence[Measured]
    columns: Mapping[int, Collection[Column]]  # of the funnel, by child
    control: str
    plan: Plan


@dataclass(frozen=True)
class Kinds:
    """Every kind there can be, in one order; `truth` says how many children are of each.

    What is known of a child's centre, language and disadvantage is combined with everything that
    became of any child, whether there is such a child or not: a reader cannot know. `values` holds
    pairs of centre and arm, pairs of languages (the engagement's and the roster's), flags and ways;
    `at` has each kind's place in these.
    """

    values: tuple[Sequence[Any], ...]
    at: tuple[Places, ...]
    truth: Numbers
    has_centres: bool
    served: Mask

    @property
    def everybody(self) -> Mask:
        """All kinds."""
        return np.ones(len(self.truth), dtype=bool)

    def find(self, axis: int, fits: Callable[[Any], bool]) -> Mask:
        """Find the kinds whose centre and arm (0), languages (1), flag (2) or way (3) fits."""
        fitting = np.array([bool(fits(each)) for each in self.values[axis]], dtype=bool)
        mask: Mask = fitting[self.at[axis]]
        return mask

    def become(self, fits: Callable[[Way], bool]) -> Mask:
        """Find the kinds of which something became."""
        return self.find(3, fits)

    def find_arm(self, arm: str | None) -> Mask:
        """Find an arm's kinds; an empty name is everybody, None whoever was in no draw."""
        return self.everybody if arm == "" else self.find(0, lambda place: place[1] == arm)

    def find_group(self, name: str) -> Mask:
        """Find a group of a linkage by its name."""
        sort, _, rest = name.partition(" ")
        if sort == "all":
            return self.everybody
        if sort == "arm":
            return self.find_arm(None if rest == "(none)" else rest)
        return self.find_named(By.CENTRE, rest)

    def find_named(self, by: By, name: str) -> Mask:
        """Find a group of the engagement by its name."""
        if by is By.CENTRE:
            return self.find(0, lambda place: place[0] == name)
        if by is By.LANGUAGE:
            return self.find(1, lambda tongue: tongue[0] == name)
        return self.find(2, lambda flag: flag == name)

    def speak(self, fits: Callable[[str | None], bool]) -> Mask:
        """Find the kinds whose home language, as the roster has it, fits."""
        return self.find(1, lambda tongue: fits(tongue[1]))

    def find_result(self, outcome: Measured) -> Mask:
        """Find who has a result in use."""
        return self.become(lambda way: outcome in way.results)

    def find_both(self, outcome: Measured) -> Mask:
        """Find who has a score before the start as well."""
        return self.become(lambda way: outcome in way.both)

    def fill_bar(self, number: int) -> Mask:
        """Find who is in a bar of active weeks."""
        return self.become(lambda way: way.bar == number)

    def take(self, step: Step) -> Mask:
        """Find who came as far as a step of the flow."""
        count = list(Step).index(step)
        return self.become(lambda way: way.steps > count)

    def reach(self, column: Column) -> Mask:
        """Find who counts in a column of the funnel."""
        return self.become(lambda way: column in way.columns)


def list_kinds(source: Source, *, most: int = MOST_KINDS) -> Kinds:
    """List a study's kinds; where they are more than `most`, centres are taken together.

    Then the tables by centre are left to their own rules.
    """
    ways = find_ways(source)
    traits = [list_traits(each) for each in source.gathered.members]
    columns = [[trait[axis] for trait in traits] for axis in range(AXES - 1)] + [ways]
    has_centres = prod(len(set(column)) for column in columns) <= most
    if not has_centres:
        columns[0] = [(None, arm) for _centre, arm in columns[0]]
    values = tuple(list(dict.fromkeys(column)) for column in columns)
    shape = tuple(len(each) for each in values)
    at = np.unravel_index(np.arange(prod(shape)), shape)
    numbers = [{value: n for n, value in enumerate(each)} for each in values]
    places = [
        np.array([number[each] for each in column], dtype=int)
        for number, column in zip(numbers, columns, strict=True)
    ]
    of_child = np.ravel_multi_index(places, shape) if ways else np.array([], dtype=int)
    served = np.array([is_served(arm, source) for _centre, arm in values[0]], dtype=bool)
    return Kinds(
        values=values,
        at=at,
        truth=np.bincount(of_child, minlength=prod(shape)).astype(float),
        has_centres=has_centres,
        served=served[at[0]],
    )


def is_served(arm: str | None, source: Source) -> bool:
    """Say whether the programme is for an arm; without a draw it is for everybody."""
    return not source.gathered.arms or arm not in (None, source.control)


def list_traits(member: Member) -> tuple[Any, ...]:
    """List centre and arm, language (as the engagement and as the roster have it), disadvantage."""
    enrolled = member.enrolled
    language, flag = (str(NAMES[by](member)) for by in (By.LANGUAGE, By.DISADVANTAGE))
    return (enrolled.centre, enrolled.arm), (language, enrolled.home_language), flag


def find_ways(source: Source) -> list[Way]:
    """Find what became of each member."""
    gathered, plan = source.gathered, source.plan
    withheld = gathered.withheld
    results = find_results(gathered, withheld)
    before = {each: list_baselines(gathered, each, plan) for each in source.outcomes}
    primary = source.outcomes[0] if source.outcomes else Measured("", "")
    scored = list_baselines(gathered, primary, plan)
    bounds = list_bounds(plan.active_weeks)

    def find(member: Member) -> Way:
        child, weeks = member.enrolled.child_id, member.dose.active_weeks
        own = frozenset(each for each, children in results.items() if child in children)
        return Way(
            steps=sum(count_steps([member])),
            bar=next(n for n, (_, most) in enumerate(bounds) if most is None or weeks <= most),
            is_complier=member.dose.is_complier,
            has_stopped=member.dose.has_stopped,
            is_withheld=child in withheld,
            is_known=member.is_known,
            results=own,
            both=frozenset(
                each
                for each in source.outcomes
                if child in before[each] and child in gathered.scores.get(each, {})
            ),
            is_scored=child in scored,
            has_age=member.enrolled.birth_month is not None,
            columns=frozenset(source.columns.get(child, ())) & frozenset(STEPS),
        )

    return [find(each) for each in gathered.members]


def find_results(gathered: Gathered, withheld: frozenset[int]) -> dict[Measured, set[int]]:
    """Find the children with a result in use, as linking counts them."""
    found: dict[Measured, set[int]] = {}
    for each in gathered.ends:
        own = found.setdefault(Measured(each.instrument, each.wave), set())
        is_taken = each.ended is not OutcomeEnd.QUARANTINED and each.is_assessed
        if is_taken and each.child_id is not None and each.child_id not in withheld:
            own.add(each.child_id)
    return found
