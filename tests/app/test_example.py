"""The simulated study comes out the same for a seed, and its report says what was put in."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlmodel import select

from bot.app.example import AFTER, BEFORE, CENTRES, example_costs, example_plan, make_example
from bot.core.actions import Purpose
from bot.core.arms import parse_scheme
from bot.report.analysis.analysing import Setting, analyse
from bot.report.estimates.adjusting import standardise
from bot.report.estimates.drawing import estimate_by_draw
from bot.report.estimates.drawn_schemes import narrow
from bot.report.estimates.records import Estimate
from bot.report.estimates.trial import Trial
from bot.report.findings import Findings, Followed, Step
from bot.store import Database, Session, arms, open_database
from bot.store.evaluation_tables import Allocation, Allotment, Arm, Outcome, RosterEntry
from bot.store.migrating import prepare
from bot.store.states import ConsentAnswer, OutcomeEnd
from bot.store.tables import (
    Card,
    Centre,
    Child,
    Consent,
    Delivery,
    EngagementEvent,
    Pair,
)
from tests.kinds import on_postgresql

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
PLAN = example_plan().model_copy(update={"draws": 999})
SETTING = Setting("A study", "consent", {}, "0", PLAN, example_costs(), simulated=True)


@pytest.fixture
async def studied(database: Database) -> AsyncIterator[tuple[Session, Findings]]:
    await make_example(database, now=NOW)
    async with database.reading() as session:
        yield session, await analyse(session, SETTING, now=NOW)


async def rows(session: Session, table: Any) -> list[Any]:
    return list((await session.exec(select(table).order_by(*table.__table__.primary_key))).all())


async def list_arms(session: Session) -> dict[int, tuple[str, str]]:
    """Give the arm and stratum of each child, from the raw rows."""
    names = {each.id: each.name for each in await rows(session, Arm)}
    drawn = {
        each.centre_id: (names[each.arm_id], each.stratum)
        for each in await rows(session, Allotment)
    }
    return {each.id: drawn[each.centre_id] for each in await rows(session, Child)}


async def list_refused(session: Session) -> set[int]:
    """Give the children of whom a guardian has said no to linking, from the raw rows."""
    said_no = {
        each.guardian_id
        for each in await rows(session, Consent)
        if each.purpose is Purpose.LINKING and each.answer is not ConsentAnswer.GIVEN
    }
    return {each.child_id for each in await rows(session, Pair) if each.guardian_id in said_no}


@on_postgresql
async def test_the_report_says_what_was_put_in(studied: tuple[Session, Findings]) -> None:
    session, findings = studied
    arm_of = {child: arm for child, (arm, _) in (await list_arms(session)).items()}
    refused = await list_refused(session)

    await check_flow(session, findings, arm_of, refused)
    await check_linkages(session, findings, arm_of, refused)
    await check_effect(session, findings, refused)

    assert findings.study.simulated
    assert findings.flow.centres == findings.flow.drawn == CENTRES
    assert len(refused) >= 5
    told = list(list_small(findings))
    assert told == []
    assert all(is_sound(each) for each in list_estimates(findings))
    assert len(findings.comparisons) == 2
    assert all(each.subgroups and each.subgroups.interaction.value for each in findings.comparisons)
    assert findings.costs
    assert findings.costs.price


async def check_flow(
    session: Session, findings: Findings, arm_of: dict[int, str], refused: set[int]
) -> None:
    """Count the flow again from the raw rows."""
    cards = await rows(session, Card)
    weeks = defaultdict(set)
    of_delivery = {each.id: each for each in await rows(session, Delivery)}
    for event in await rows(session, EngagementEvent):
        if str(event.kind) == "did-it":
            weeks[event.child_id].add(of_delivery[event.delivery_id].week)
    reached = {
        Step.ROSTER: set(arm_of),
        Step.CARD: {each.child_id for each in cards},
        Step.OPENED: {each.child_id for each in cards if each.opened_at},
        Step.CONSENTED: {each.child_id for each in await rows(session, Pair)},
        Step.ACTIVE: set(weeks),
        Step.COMPLIED: {child for child in weeks if len(weeks[child]) >= PLAN.active_weeks},
    }
    shown = 0
    for arm in findings.flow.arms:
        for step, children in reached.items():
            counted = sum(arm_of[each] == arm.arm for each in children)
            shown += arm.took_part[step] is not None
            assert arm.took_part[step] in (counted, None)
        kept = sum(name == arm.arm for child, name in arm_of.items() if child not in refused)
        assert arm.followed[Followed.KEPT] in (kept, None)
    assert shown >= 10
    served = [child for child, arm in arm_of.items() if arm != PLAN.control]
    for bar in findings.doses:
        most = 1000 if bar.most is None else bar.most
        counted = sum(bar.least <= len(weeks[each]) <= most for each in served)
        assert bar.children in (counted, None)


async def check_linkages(
    session: Session, findings: Findings, arm_of: dict[int, str], refused: set[int]
) -> None:
    """See that linking adds up, and says what the raw rows do."""
    results = await rows(session, Outcome)
    for linkage in findings.linkages:
        own = [
            each
            for each in results
            if (each.instrument, each.wave) == (linkage.instrument, linkage.wave)
        ]
        lost = sum(each.ended is OutcomeEnd.QUARANTINED for each in own)
        found = {each.child_id for each in own if each.score is not None} - refused - {None}
        matched = Counter(arm_of[each] for each in found)
        assert linkage.not_on_roster == lost
        for row in linkage.rows:
            parts = (row.matched, row.without, row.withheld)
            if None not in (row.roster, *parts):
                assert row.roster == sum(each or 0 for each in parts)
            if row.group.startswith("arm "):
                assert row.matched in (matched[row.group.removeprefix("arm ")], None)


async def check_effect(session: Session, findings: Findings, refused: set[int]) -> None:
    """Estimate the effect from columns that are read from the raw rows alone."""
    arm_of, centres = await list_arms(session), await rows(session, Centre)
    code_of = {each.id: each.code for each in centres}
    children = [each for each in await rows(session, Child) if each.id not in refused]
    flags = {each.child_id: each.disadvantage for each in await rows(session, RosterEntry)}
    primary = findings.comparisons[0]
    scores = {
        (each.child_id, each.wave): each.score
        for each in await rows(session, Outcome)
        if each.child_id
        and each.score is not None
        and each.instrument == primary.outcome.instrument
    }
    nothing = np.zeros(len(children))
    trial = Trial(
        outcome=np.array([scores.get((each.id, AFTER), np.nan) for each in children]),
        arm=np.array([float(arm_of[each.id][0] != PLAN.control) for each in children]),
        cluster=np.array([code_of[each.centre_id] for each in children]),
        stratum=np.array([arm_of[each.id][1] for each in children]),
        baseline=np.array([scores.get((each.id, BEFORE), np.nan) for each in children]),
        disadvantage=np.array([float(str(flags[each.id]) == "low") for each in children]),
        complied=nothing,
        dose=nothing,
    )
    [allocation] = await rows(session, Allocation)
    scheme = narrow(
        parse_scheme(allocation.scheme),
        arms.list_frozen(allocation),
        control=primary.control,
        treated=primary.arm,
    )

    itt = estimate_by_draw(trial, scheme, seed=PLAN.seed or 0, draws=PLAN.draws)

    assert primary.is_primary
    assert primary.itt.value == pytest.approx(itt.value)
    assert primary.itt.interval == pytest.approx(itt.interval)
    assert primary.itt.p == itt.p
    assert primary.standardised.value == pytest.approx(standardise(itt, trial).value)
    assert sum(each or 0 for each in primary.children) == len(trial.analysed().outcome)


def walk(found: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Go through everything in a record, with its place."""
    yield place, found
    if is_dataclass(found):
        for each in fields(found):
            yield from walk(getattr(found, each.name), f"{place}.{each.name}")
    elif isinstance(found, dict):
        for key, value in found.items():
            yield from walk(value, f"{place}[{key}]")
    elif isinstance(found, list | tuple):
        for number, value in enumerate(found):
            yield from walk(value, f"{place}[{number}]")


NO_COUNTS = ("centres", "clusters", "seed", "draws", "months", "least", "most", "values")


def list_small(findings: Findings) -> Iterator[tuple[str, int]]:
    """List the counts of children that are small."""
    for place, value in walk(findings):
        is_count = isinstance(value, int) and not isinstance(value, bool | Enum)
        last = place.rpartition(".")[2].partition("[")[0]
        if is_count and 0 < value < PLAN.smallest and last not in (*NO_COUNTS, "month"):
            yield place, value


def list_estimates(findings: Findings) -> list[Estimate]:
    return [each for _place, each in walk(findings) if isinstance(each, Estimate)]


def is_sound(estimate: Estimate) -> bool:
    """Say whether an estimate has figures, or the reason why there are none."""
    figures = [estimate.value, *(estimate.interval or ())]
    return bool(estimate.reason) or all(each is not None and isfinite(each) for each in figures)


async def test_the_same_seed_gives_the_same_study_and_another_seed_another(tmp_path: Path) -> None:
    first, again, other = [
        await digest(tmp_path / f"{place}.db", seed=seed) for place, seed in enumerate((5, 5, 6))
    ]

    assert first == again
    assert first != other


async def digest(file: Path, *, seed: int) -> list[Any]:
    """Make a study, and give all of it that a report rests on."""
    database = open_database(f"sqlite:///{file}")
    await prepare(database)
    await make_example(database, seed=seed, now=NOW, size=6)
    async with database.reading() as session:
        tables = (Child, Card, Consent, Pair, Delivery, EngagementEvent, Outcome, Allotment)
        written = [[each.model_dump() for each in await rows(session, table)] for table in tables]
    await database.close()
    return written
