"""Every count that a report shows: of which children it is, and how it is taken out again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import IntEnum
from typing import Any, TypeVar

from bot.report.analysis.describing import (
    AGE,
    ANOTHER_LANGUAGE,
    DISADVANTAGED,
    LANGUAGES,
    SCORE,
)
from bot.report.analysis.flow import find_linkage, find_row, follow
from bot.report.analysis.kinds import Kinds, Mask
from bot.report.estimates.records import Estimate
from bot.report.findings import BalanceLine, Comparison, Engagement, Findings, Loss, Measured, Step
from bot.report.funnel import STEPS, By
from bot.store.states import Disadvantage

Thing = TypeVar("Thing")
LINKED = ("roster", "matched", "without", "withheld")


class Table(IntEnum):
    """Where a count stands; what stands first is given up before what comes later."""

    ENGAGEMENT = 0
    FUNNEL = 1
    DOSES = 2
    BALANCE = 3
    CENTRES = 4
    THIRDS = 5
    SUBGROUPS = 6
    CHANGES = 7
    ARMS = 8
    FLOW = 9
    COMPARED = 10
    WHOLE = 11


@dataclass(frozen=True)
class Cell:
    """One count: where it stands, of which kinds of children it is, and the figure, if shown."""

    table: Table
    place: tuple[Any, ...]
    mask: Mask
    count: float | None


def list_cells(findings: Findings, kinds: Kinds) -> list[Cell]:
    """List every count of a report, each beside those that it is a part of."""
    return [
        *list_flow(findings, kinds),
        *list_linked(findings, kinds),
        *list_doses(findings, kinds),
        *list_engaged(findings, kinds),
        *list_funnel(findings, kinds),
        *list_balanced(findings, kinds),
        *list_compared(findings, kinds),
        *list_changed(findings, kinds),
    ]


def list_flow(findings: Findings, kinds: Kinds) -> Iterator[Cell]:
    """List the flow's counts; its second part repeats those of a linkage."""
    flow = findings.flow
    yield Cell(Table.WHOLE, ("children",), kinds.everybody, flow.children)
    if any(arm.arm for arm in flow.arms):
        yield Cell(Table.WHOLE, ("left_out",), kinds.find_arm(None), flow.left_out)
    for arm in flow.arms:
        own = kinds.find_arm(arm.arm)
        for step, count in arm.took_part.items():
            yield Cell(Table.FLOW, (arm.arm, step), own & kinds.take(step), count)


def list_linked(findings: Findings, kinds: Kinds) -> Iterator[Cell]:
    """List the counts of every linkage."""
    for number, linkage in enumerate(findings.linkages):
        matched = kinds.find_result(Measured(linkage.instrument, linkage.wave))
        withheld = kinds.become(lambda way: way.is_withheld)
        masks = {
            "roster": kinds.everybody,
            "matched": matched,
            "without": ~withheld & ~matched,
            "withheld": withheld,
        }
        for row in linkage.rows:
            table = Table.CENTRES if row.group.startswith("centre ") else Table.ARMS
            if table is Table.CENTRES and not kinds.has_centres:
                continue
            own = kinds.find_group(row.group)
            for name in LINKED:
                place = (number, row.group, name)
                yield Cell(table, place, own & masks[name], getattr(row, name))


def list_doses(findings: Findings, kinds: Kinds) -> Iterator[Cell]:
    """List the bars of active weeks."""
    for number, bar in enumerate(findings.doses):
        mask = kinds.served & kinds.fill_bar(number)
        yield Cell(Table.DOSES, (number,), mask, bar.children)


def list_engaged(findings: Findings, kinds: Kinds) -> Iterator[Cell]:
    """List the engagement's counts; a share of a number that is told is a count as well."""
    for by, rows in findings.engagement.items():
        if by is By.CENTRE and not kinds.has_centres:
            continue
        for each in rows:
            own = kinds.served & kinds.find_named(by, each.group)
            joined = own & kinds.take(Step.CONSENTED)
            masks = {
                "children": own,
                "joined": joined,
                "compliers": joined & kinds.become(lambda way: way.is_complier),
                "stopped": joined & kinds.become(lambda way: way.has_stopped),
            }
            for name, mask in masks.items():
                count = work_out_count(each, name)
                yield Cell(Table.ENGAGEMENT, (by, each.group, name), mask, count)


def work_out_count(told: Engagement, name: str) -> float | None:
    """Give a group's count, worked out from a share where that is what stands there."""
    value: float | None = getattr(told, name)
    if name in ("children", "joined") or value is None:
        return value
    return None if told.joined is None else value * told.joined


def list_funnel(findings: Findings, kinds: Kinds) -> Iterator[Cell]:
    """List the funnel's steps."""
    for column in STEPS:
        count = findings.funnel.total.get(column)
        yield Cell(Table.FUNNEL, (column,), kinds.reach(column), count)


def list_balanced(findings: Findings, kinds: Kinds) -> Iterator[Cell]:
    """List of how many children the balance knows something, and of how many it is so."""
    for number, line in enumerate(findings.balance):
        alone = [
            str(each.name.values["language"])
            for each in findings.balance
            if each.name.values and each.arms == line.arms
        ]
        known, is_so = find_characteristic(line, kinds, alone)
        for side, arm in enumerate(line.arms):
            own, count, mean = kinds.find_arm(arm), line.children[side], line.means[side]
            yield Cell(Table.BALANCE, (number, "children"), own & known, count)
            if is_so is not None:
                ones = None if count is None or mean is None else count * mean
                yield Cell(Table.BALANCE, (number, "means"), own & is_so, ones)


def find_characteristic(
    line: BalanceLine, kinds: Kinds, alone: Sequence[str]
) -> tuple[Mask, Mask | None]:
    """Find of whom a line of the balance knows something, and where it is a share, of whom it is.

    `alone` are the languages that have lines of their own.
    """
    if line.name == SCORE:
        return kinds.become(lambda way: way.is_scored), None
    if line.name == AGE:
        return kinds.become(lambda way: way.has_age), None
    if line.name == DISADVANTAGED:
        low, other = (kinds.find_named(By.DISADVANTAGE, flag) for flag in Disadvantage)
        return low | other, low
    known = kinds.speak(lambda home: home is not None)
    if line.name == ANOTHER_LANGUAGE:
        return known, known & kinds.speak(lambda home: home not in alone)
    assert line.name.text in LANGUAGES
    return known, kinds.speak(lambda home: home == line.name.values["language"])


def list_compared(findings: Findings, kinds: Kinds) -> Iterator[Cell]:
    """List the counts that stand beside estimates."""
    for number, each in enumerate(findings.comparisons):
        matched = kinds.find_result(each.outcome)
        arms = [kinds.find_arm(arm) & matched for arm in (each.control, each.arm)]
        for mask, count in zip(arms, each.children, strict=True):
            yield Cell(Table.COMPARED, (number,), mask, count)
        if each.subgroups:
            for flag, estimate in (
                (Disadvantage.LOW, each.subgroups.disadvantaged),
                (Disadvantage.OTHER, each.subgroups.others),
            ):
                mask = (arms[0] | arms[1]) & kinds.find_named(By.DISADVANTAGE, flag)
                yield Cell(Table.SUBGROUPS, (number,), mask, estimate.children)
        if each.thirds:
            children = sum(third.children for third in each.thirds)
            yield Cell(
                Table.THIRDS, (number,), arms[1] & kinds.become(lambda way: way.is_known), children
            )


def list_changed(findings: Findings, kinds: Kinds) -> Iterator[Cell]:
    """List of how many children a change from before to after is."""
    for number, each in enumerate(findings.changes):
        yield Cell(Table.CHANGES, (number,), kinds.find_both(each.outcome), each.children)


def list_untold(findings: Findings, kinds: Kinds) -> list[Mask]:
    """List groups that no table counts, and that should not follow where they are few."""
    steps = [kinds.take(step) for step in Step]
    arms = [kinds.find_arm(arm) for arm in {arm for _centre, arm in kinds.values[0]}]
    reached = [kinds.reach(column) for column in STEPS]
    unsaid = ~kinds.become(lambda way: way.is_known)
    matched = [kinds.find_result(each.outcome) for each in findings.comparisons]
    return [
        *(arm & step for arm in arms for step in steps),
        *(both & ~step for both, step in zip(reached, steps[1:], strict=False)),
        *(arm & each & unsaid for arm in arms for each in matched),
    ]


# Taking out


def withhold(findings: Findings, cell: Cell) -> Findings:
    """Take one count out of the report, with all that rests on it."""
    match cell.table, cell.place:
        case Table.WHOLE, (name,):
            return replace(findings, flow=take_out(findings.flow, name))
        case Table.FLOW, (arm, step):
            arms = [
                replace(each, took_part={**each.took_part, step: None}) if each.arm == arm else each
                for each in findings.flow.arms
            ]
            return replace(findings, flow=replace(findings.flow, arms=arms))
        case ((Table.ARMS | Table.CENTRES), (number, group, name)):
            return settle(withhold_linked(findings, number, group, name))
        case Table.FUNNEL, (column,):
            total = {**findings.funnel.total, column: None}
            return replace(findings, funnel=replace(findings.funnel, total=total))
        case Table.ENGAGEMENT, (by, group, name):
            rows = [
                withhold_engaged(each, name) if each.group == group else each
                for each in findings.engagement[by]
            ]
            return replace(findings, engagement={**findings.engagement, by: rows})
    return withhold_at(findings, cell)


def withhold_at(findings: Findings, cell: Cell) -> Findings:
    """Take a count out of a list of lines, by the line's number."""
    number, *names = cell.place
    edits: dict[Table, tuple[str, Callable[[Any], Any]]] = {
        Table.DOSES: ("doses", lambda line: replace(line, children=None)),
        Table.BALANCE: ("balance", lambda line: withhold_balanced(line, names[0])),
        Table.COMPARED: ("comparisons", hush_comparison),
        Table.SUBGROUPS: (
            "comparisons",
            lambda line: replace(line, subgroups=hush(line.subgroups)),
        ),
        Table.THIRDS: ("comparisons", lambda line: replace(line, thirds=[])),
        Table.CHANGES: (
            "changes",
            lambda line: replace(line, children=None, change=hush(line.change)),
        ),
    }
    name, edit = edits[cell.table]
    lines = list(getattr(findings, name))
    lines[number] = edit(lines[number])
    return alter(findings, {name: lines})


def take_out(thing: Thing, *names: str) -> Thing:
    """Take out figures by their names."""
    nothing: dict[str, Any] = dict.fromkeys(names)
    return alter(thing, nothing)


def alter(thing: Thing, changed: Mapping[str, Any]) -> Thing:
    """Give a record with some of its parts changed."""
    record: Any = thing
    altered: Thing = replace(record, **changed)
    return altered


def withhold_linked(findings: Findings, number: int, group: str, name: str) -> Findings:
    """Take a count out of a linkage, and where the flow repeats it, out of that."""
    linkages = list(findings.linkages)
    rows = [take_out(row, name) if row.group == group else row for row in linkages[number].rows]
    linkages[number] = replace(linkages[number], rows=rows)
    told = find_linkage(linkages, findings.flow.outcome)
    arms = [replace(each, followed=follow(find_row(told, each.arm))) for each in findings.flow.arms]
    return replace(findings, linkages=linkages, flow=replace(findings.flow, arms=arms))


def withhold_engaged(told: Engagement, name: str) -> Engagement:
    """Take a count out of a group's engagement; shares of what is not told are none."""
    if name == "joined":
        return take_out(told, "joined", "share_of_weeks", "compliers", "stopped")
    return take_out(told, name)


def withhold_balanced(line: BalanceLine, name: str) -> BalanceLine:
    """Take a line's counts out of the balance, or all of it."""
    nothing = replace(line, children=(None, None))
    return nothing if name == "children" else replace(nothing, means=(None, None), difference=None)


def settle(findings: Findings) -> Findings:
    """Keep back what stands beside estimates where linking keeps an arm's part of it."""

    def is_kept_back(each: Comparison) -> bool:
        linkage = find_linkage(findings.linkages, each.outcome)
        rows = [find_row(linkage, arm) for arm in (each.control, each.arm)]
        return any(row is None or None in (row.roster, row.matched) for row in rows)

    comparisons = [
        hush_comparison(each) if is_kept_back(each) else each for each in findings.comparisons
    ]
    return replace(findings, comparisons=comparisons)


def hush_comparison(each: Comparison) -> Comparison:
    """Keep back how many children a comparison rests on, and the shares that would tell it."""
    nothing = Loss(None, (None, None), None)
    return replace(hush(each), children=(None, None), loss=nothing)


def hush(thing: Thing) -> Thing:
    """Keep back the number of children of every estimate within."""
    if isinstance(thing, Estimate):
        return take_out(thing, "children")
    if is_dataclass(thing) and not isinstance(thing, type):
        return alter(thing, {each.name: hush(getattr(thing, each.name)) for each in fields(thing)})
    if isinstance(thing, dict):
        return type(thing)((name, hush(each)) for name, each in thing.items())
    if isinstance(thing, list):
        return type(thing)(hush(each) for each in thing)
    return thing
