"""The audit knows of whom every count is, and takes out no more than it has to."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from bot.report.analysis.analysing import Setting, conclude
from bot.report.analysis.auditing import audit
from bot.report.analysis.cells import Cell, Table, list_cells, withhold
from bot.report.analysis.kinds import Kinds, Source, list_kinds
from bot.report.findings import Followed, Step
from bot.report.funnel import By
from bot.report.plans import Plan
from tests.report.test_attacks import ARMS, NOW, StudyDrawn, make_study

SMALLEST = 5


def draw_study(seed: int, *, size: int = 40) -> StudyDrawn:
    """Make a study of four centres."""
    return make_study(Random(seed), centres=4, size=size, smallest=SMALLEST)


def find_kinds(study: StudyDrawn, *, most: int = 60_000) -> Kinds:
    """List the kinds of a study's children."""
    columns = {each.row.child_id: each.columns for each in study.reached}
    outcomes = study.gathered.list_outcomes(study.plan)
    return list_kinds(Source(study.gathered, outcomes, columns, ARMS[0], study.plan), most=most)


def list_shown(study: StudyDrawn, kinds: Kinds) -> list[Cell]:
    """List the counts that a study's report shows."""
    return [each for each in list_cells(study.findings, kinds) if each.count is not None]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("most", [60_000, 1])
def test_every_count_is_that_of_the_children_whom_the_audit_takes_it_for(
    seed: int, most: int
) -> None:
    study = draw_study(seed)
    kinds = find_kinds(study, most=most)

    shown = list_shown(study, kinds)

    assert kinds.truth.sum() == len(study.gathered.members)
    wrong = [
        (cell.table, cell.place, cell.count)
        for cell in shown
        if cell.count != pytest.approx(float(cell.mask @ kinds.truth))
    ]
    assert wrong == []
    tables = {cell.table for cell in shown}
    assert tables >= {Table.WHOLE, Table.FLOW, Table.ARMS, Table.FUNNEL, Table.BALANCE}
    assert (Table.CENTRES in tables) is kinds.has_centres


@pytest.mark.parametrize("seed", range(6))
def test_what_tells_of_nobody_is_left_as_it_is(seed: int) -> None:
    study = draw_study(seed)

    assert audit(study.findings, find_kinds(study), smallest=SMALLEST) == study.findings


def test_it_knows_so_where_no_arms_were_drawn() -> None:
    study = draw_study(3)
    members = [
        replace(each, enrolled=each.enrolled._replace(arm=None)) for each in study.gathered.members
    ]
    together = replace(study.gathered, members=members, allocation=None, arms=[])

    findings = conclude(together, study.reached, Setting("", "", {}, "0", study.plan), now=NOW)

    columns = {each.row.child_id: each.columns for each in study.reached}
    outcomes = together.list_outcomes(study.plan)
    kinds = list_kinds(Source(together, outcomes, columns, "", study.plan))
    shown = [each for each in list_cells(findings, kinds) if each.count is not None]
    assert len(shown) > 20
    assert all(each.count == pytest.approx(float(each.mask @ kinds.truth)) for each in shown)


def test_a_study_without_children_tells_of_none() -> None:
    nobody = replace(draw_study(0).gathered, members=[], scores={}, ends=[])

    findings = conclude(nobody, [], Setting("", "", {}, "0", Plan()), now=NOW)

    assert findings.flow.children == 0
    assert {arm.took_part[Step.ROSTER] for arm in findings.flow.arms} == {0}


def test_a_count_that_a_rule_forgot_is_taken_out() -> None:
    study = draw_study(2)
    kinds = find_kinds(study)
    group = study.findings.engagement[By.LANGUAGE][0]
    told = replace(group, children=2, joined=None, compliers=None, stopped=None)
    engagement = {**study.findings.engagement, By.LANGUAGE: [told]}
    few = np.zeros_like(kinds.truth)
    first = np.flatnonzero(kinds.served & kinds.find_named(By.LANGUAGE, told.group))[0]
    few[first] = 2

    audited = audit(
        replace(study.findings, engagement=engagement),
        replace(kinds, truth=few),
        smallest=SMALLEST,
    )

    [left] = audited.engagement[By.LANGUAGE]
    assert left.children is None


@pytest.mark.parametrize("seed", range(6))
def test_each_count_that_is_taken_out_is_gone_and_no_other(seed: int) -> None:
    study = draw_study(seed)
    kinds = find_kinds(study)
    shown = list_shown(study, kinds)

    for cell in shown:
        left = list_cells(withhold(study.findings, cell), kinds)
        gone = [
            (before.table, before.place)
            for before, after in zip(list_cells(study.findings, kinds), left, strict=False)
            if before.count is not None and after.count is None
        ]
        assert gone or cell.table is Table.THIRDS
        assert {table for table, _ in gone} <= {cell.table, Table.COMPARED, Table.SUBGROUPS}


def test_what_linking_keeps_back_the_flow_and_the_estimates_do_too() -> None:
    study = draw_study(2)
    kinds = find_kinds(study)
    arm = f"arm {ARMS[1]}"
    cell = next(
        each
        for each in list_shown(study, kinds)
        if each.table is Table.ARMS and each.place[1:] == (arm, "matched")
    )

    told = withhold(study.findings, cell)

    flow = next(each for each in told.flow.arms if each.arm == ARMS[1])
    assert flow.followed[Followed.ASSESSED] is None
    assert flow.took_part[Step.ROSTER] is not None
    [compared] = told.comparisons
    assert compared.children == (None, None)
    assert compared.loss.by_arm == (None, None)
    assert compared.itt.children is None
    assert compared.itt.value == study.findings.comparisons[0].itt.value
    assert {each.children for each in compared.beside} == {None}
