"""Count the flow: how far centres and children came, arm by arm; few are not told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.report.analysis.gathering import Gathered, Member
from bot.report.disclosure import is_small, suppress_table
from bot.report.findings import Flow, FlowArm, Followed, Measured, Step
from bot.report.linking import ALL, Linkage, LinkageRow, count_linkage

HAS: Mapping[Step, Callable[[Member], bool]] = {
    Step.ROSTER: lambda each: True,
    Step.CARD: lambda each: each.reached.issued_at is not None,
    Step.OPENED: lambda each: each.reached.opened_at is not None or each.has_joined,
    Step.CONSENTED: lambda each: each.has_joined,
    Step.ACTIVE: lambda each: each.dose.active_weeks > 0,
    Step.COMPLIED: lambda each: each.dose.is_complier,
}


def link(gathered: Gathered, *, smallest: int) -> list[Linkage]:
    """Count how roster and results meet."""
    return count_linkage(
        gathered.linked_children,
        gathered.ends,
        withheld=gathered.withheld,
        smallest=smallest,
    )


def count_flow(
    gathered: Gathered,
    outcome: Measured | None,
    linkages: Sequence[Linkage],
    *,
    control: str,
    smallest: int,
) -> Flow:
    """Count the flow; its second part is about one outcome, as linking counted it."""
    names = [each.name for each in gathered.arms] or [""]
    groups = {
        name: [each for each in gathered.members if not name or each.enrolled.arm == name]
        for name in names
    }
    left_out = [each for each in gathered.members if gathered.arms and each.enrolled.arm is None]
    steps = list(Step)
    parts = [count_steps(each) for each in [*groups.values(), left_out]]
    shown = suppress_table(
        parts, count_steps(gathered.members), chains=[range(len(steps))], smallest=smallest
    )
    rows = {name: row for linkage in linkages for name, row in hide_rosters(linkage).items()}
    told = [
        [None if is_hidden(rows, name) else line[0], *line[1:]]
        for name, line in zip([*names, None, ALL], shown, strict=True)
    ]
    followed = find_linkage(linkages, outcome)
    starts = {each.name: each.starts_on for each in gathered.arms}
    return Flow(
        centres=len({each.enrolled.centre for each in gathered.members}),
        drawn=len(gathered.drawn),
        children=told[-1][0],
        left_out=told[-2][0] if gathered.arms else 0,
        outcome=outcome,
        arms=[
            FlowArm(
                arm=name,
                is_control=name == control and bool(name),
                starts_on=starts.get(name),
                centres=len({each.enrolled.centre for each in groups[name]}),
                took_part=dict(zip(steps, line, strict=True)),
                followed=follow(find_row(followed, name)),
            )
            for name, line in zip(names, told, strict=False)
        ],
    )


def count_steps(members: Sequence[Member]) -> list[int]:
    """Count the members that came as far as each step; a step asks for all before it."""
    left, counts = list(members), []
    for has in HAS.values():
        left = [each for each in left if has(each)]
        counts.append(len(left))
    return counts


def hide_rosters(linkage: Linkage) -> dict[str, bool]:
    """Say of each group of a linkage whether the size of its roster is suppressed."""
    return {row.group: row.roster is None for row in linkage.rows}


def is_hidden(rosters: Mapping[str, bool], arm: str | None) -> bool:
    """Say whether linking keeps an arm's roster to itself."""
    name = ALL if arm in (ALL, "") else f"arm {arm or '(none)'}"
    return rosters.get(name, False)


def find_linkage(linkages: Sequence[Linkage], outcome: Measured | None) -> Linkage | None:
    """Look up the linkage of an outcome."""
    return next(
        (
            each
            for each in linkages
            if outcome and (each.instrument, each.wave) == (outcome.instrument, outcome.wave)
        ),
        None,
    )


def find_row(linkage: Linkage | None, arm: str) -> LinkageRow | None:
    """Look up an arm in a linkage; everybody where no arms were drawn."""
    name = f"arm {arm}" if arm else ALL
    return next((row for row in linkage.rows if row.group == name), None) if linkage else None


def follow(row: LinkageRow | None) -> dict[Followed, int | None]:
    """Say how far results came; every child with a result is analysed."""
    if row is None:
        return {}
    kept = None if row.roster is None or row.withheld is None else row.roster - row.withheld
    return {
        Followed.ROSTER: row.roster,
        Followed.KEPT: kept,
        Followed.ASSESSED: row.matched,
        Followed.ANALYSED: row.matched,
    }


def agree(linkages: Sequence[Linkage], hidden: frozenset[str]) -> list[Linkage]:
    """Suppress whole groups whose size another table keeps to itself."""
    return [
        replace(
            linkage,
            rows=[
                LinkageRow(row.group, None, None, None, None) if row.group in hidden else row
                for row in linkage.rows
            ],
        )
        for linkage in linkages
    ]


def tell(count: int, *, smallest: int) -> int | None:
    """Give a count that stands alone, where it is not small."""
    return None if is_small(count, smallest=smallest) else count
