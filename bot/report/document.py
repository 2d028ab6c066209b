"""Write the report: a page that starts from the roster, and says what it cannot say."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import fmean, stdev

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.report.disclosure import SMALLEST, is_small, suppress, suppress_funnel
from bot.report.measures import ChildMeasures, gather_evidence
from bot.store import Session
from bot.store.linking import Linking

FOLDER = Path(__file__).parent / "page"
FEW_CENTRES = 20
STEPS = 6
DOSES = ((0, 0, "no week"), (1, 3, "1 to 3 weeks"), (4, 8, "4 to 8 weeks"), (9, 99, "9 or more"))
NOT_JOINED, NOT_LINKED = "not joined", "joined, linking not agreed"


@dataclass(frozen=True)
class FlowLine:
    """How many children of a centre came how far; None is suppressed."""

    centre: str
    steps: Sequence[int | None]


@dataclass(frozen=True)
class ScoreLine:
    """The scores of one group; None is suppressed."""

    group: str
    children: int | None
    mean: float | None
    spread: float | None


@dataclass(frozen=True)
class ScoreTable:
    """The scores of one instrument in one wave, by dose."""

    instrument: str
    wave: str
    lines: Sequence[ScoreLine]
    withheld: int | None


async def write_report(
    session: Session, folder: Path, *, now: datetime, title: str, legal_basis: str
) -> Path:
    """Write `index.html` into a folder and return its path."""
    evidence = await gather_evidence(session)
    children = list(evidence.children.values())
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.jinja").render(
        title=title,
        now=now,
        legal_basis=legal_basis,
        style=(FOLDER / "report.css").read_text(),
        flow=list_flow(children),
        total=FlowLine("All centres", hide_few(count_steps(children))),
        withheld=suppress([sum(child.linking is Linking.WITHHELD for child in children)])[0],
        tables=list_score_tables(children),
        centres=len({child.row.centre for child in children}),
        few_centres=FEW_CENTRES,
        smallest=SMALLEST,
    )
    return await asyncio.to_thread(write_page, folder, page)


def write_page(folder: Path, page: str) -> Path:
    """Write the page into its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def count_steps(children: Iterable[ChildMeasures]) -> list[int]:
    """Count the children on the roster, opened, joined, taking part, and assessed besides.

    Each of these is a part of the one before; last come all who were assessed, joined or not.
    """
    counts = [0] * STEPS
    for child in children:
        opened = child.row.opened_at is not None
        steps = (
            True,
            opened,
            opened and child.has_joined,
            opened and child.has_taken_part,
            opened and child.has_taken_part and bool(child.outcomes),
            bool(child.outcomes),
        )
        counts = [count + step for count, step in zip(counts, steps, strict=True)]
    return counts


def hide_few(counts: Sequence[int]) -> list[int | None]:
    """Hide the steps that are few, and the assessed where few are or few are not."""
    invited, assessed = counts[0], counts[-1]
    is_told = is_small(assessed) or is_small(invited - assessed)
    return [*suppress_funnel(counts[:-1]), None if is_told else assessed]


def list_flow(children: Sequence[ChildMeasures]) -> list[FlowLine]:
    """Count each centre's steps; what one centre hides, the totals must not tell."""
    by_centre: dict[str, list[ChildMeasures]] = defaultdict(list)
    for child in children:
        by_centre[f"{child.row.centre_name} ({child.row.centre})"].append(child)
    counts = [count_steps(group) for group in by_centre.values()]
    rows = [hide_few(each) for each in counts]
    columns = [suppress_column(rows, counts, step) for step in range(STEPS)]
    return [
        FlowLine(name, [column[place] for column in columns])
        for place, name in enumerate(by_centre)
    ]


def suppress_column(
    rows: Sequence[Sequence[int | None]], counts: Sequence[Sequence[int]], step: int
) -> list[int | None]:
    """Hide a second centre's figure where only one is hidden, since the total is shown."""
    column = [row[step] for row in rows]
    hidden = [place for place, count in enumerate(column) if count is None]
    shown = [place for place, count in enumerate(column) if count]
    if len(hidden) == 1 and shown:
        column[min(shown, key=lambda place: counts[place][step])] = None
    return column


def list_score_tables(children: Sequence[ChildMeasures]) -> list[ScoreTable]:
    """Tabulate every instrument and wave."""
    scores: dict[tuple[str, str], dict[str, list[float]]] = {}
    withheld: dict[tuple[str, str], int] = defaultdict(int)
    for child in children:
        for outcome in child.outcomes:
            key = (outcome.instrument, outcome.wave)
            groups = scores.setdefault(key, {name: [] for name in list_groups()})
            if child.linking is Linking.WITHHELD:
                withheld[key] += 1
            else:
                groups[group_of(child)].append(outcome.score)
    return [make_table(key, groups, withheld[key]) for key, groups in sorted(scores.items())]


def make_table(key: tuple[str, str], groups: dict[str, list[float]], withheld: int) -> ScoreTable:
    """Make one table; the number withheld is one of the parts that add up to the assessed."""
    shown = suppress([*(len(scores) for scores in groups.values()), withheld])
    lines = [
        ScoreLine(
            group=name,
            children=count,
            mean=fmean(scores) if count else None,
            spread=stdev(scores) if count and count > 1 else None,
        )
        for (name, scores), count in zip(groups.items(), shown, strict=False)
    ]
    return ScoreTable(key[0], key[1], lines, shown[-1])


def list_groups() -> list[str]:
    """List the groups: by dose where linking is agreed, and the others beside them."""
    return [*(name for _least, _most, name in DOSES), NOT_LINKED, NOT_JOINED]


def group_of(child: ChildMeasures) -> str:
    """Say which group a child's scores belong to."""
    if not child.has_joined:
        return NOT_JOINED
    if child.linking is not Linking.LINKED:
        return NOT_LINKED
    weeks = len(child.weeks_done)
    return next(name for least, most, name in DOSES if least <= weeks <= most)
