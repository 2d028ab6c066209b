"""A report's findings, against a small study whose every count is worked out by hand."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from bot.core.actions import Purpose
from bot.core.arms import Unit, describe_scheme, draw_arms, make_scheme
from bot.errors import BotError
from bot.report.analysis.analysing import Setting, analyse
from bot.report.costs import parse_costs
from bot.report.estimates.adjusting import estimate_itt
from bot.report.estimates.drawing import estimate_by_draw
from bot.report.estimates.drawn_schemes import narrow
from bot.report.findings import Findings, Followed, Measured, Step
from bot.report.funnel import By
from bot.report.plans import Plan, Primary
from bot.store import Session, arms
from bot.store.columns import id_of
from bot.store.database import Database
from bot.store.evaluation_tables import Allocation, Arm, Outcome, OutcomeFile, RosterEntry
from bot.store.states import (
    AllocationUnit,
    ConsentAnswer,
    DeliveryKind,
    DeliveryStatus,
    Disadvantage,
    EventKind,
    OutcomeEnd,
)
from bot.store.tables import Card, Centre, Child, Consent, Delivery, EngagementEvent, Pair
from tests.report.estimates.trials import make_trial
from tests.rows import make_guardian

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
CENTRES, SIZE = 14, 10
JOINED, ACTIVE, COMPLIED, REFUSED = 8, 7, 6, 9  # of the ten children of a centre that was drawn in
COSTS = b"currency: DKK\ncosts:\n  - {name: Cards, amount: 10, per: child}\n"


class Study:
    """Fourteen centres of ten children, half of them drawn in; nobody's outcome is by chance.

    In a centre that was drawn in, the first eight children join; seven have an active week, six
    have two, and so comply; the tenth's guardian refuses linking. The fifth child of every centre
    has no result. Children one to five of each centre are disadvantaged.
    """

    def __init__(self, database: Database) -> None:
        """Begin empty."""
        self.database = database
        self.rows: list[tuple[int, int, str, float]] = []  # child, centre, arm, baseline

    async def write(
        self, names: tuple[str, ...] = ("now", "later"), *, is_drawn: bool = True
    ) -> None:
        """Write the study into the database."""
        async with self.database.writing() as session:
            centres = [
                Centre(code=f"c{n:02}", name=f"Centre {n}", zone="Europe/Copenhagen",
                       language="da", created_at=NOW)
                for n in range(CENTRES)
            ]  # fmt: skip
            session.add_all(centres)
            await session.flush()
            arm_of = {each.code: "" for each in centres}
            if is_drawn:
                arm_of = await self.draw(session, centres, names)
            for place, centre in enumerate(centres):
                for n in range(SIZE):
                    await self.enrol(session, centre, n, arm=arm_of[centre.code], place=place)
            await self.assess(session)

    async def draw(
        self, session: Session, centres: list[Centre], names: tuple[str, ...]
    ) -> dict[str, str]:
        """Draw the arms, the last one being the control arm."""
        units = [Unit(each.code, "all") for each in centres]
        scheme = make_scheme(units, unit="centre", arms=names)
        drawn = draw_arms(units, scheme, seed=11)
        listed = "code,stratum,arm\n" + "".join(
            f"{each.code},{each.stratum},{each.arm}\n" for each in drawn
        )
        allocation = Allocation(
            digest="d" * 64, unit=AllocationUnit.CENTRE, seed=11,
            scheme=describe_scheme(scheme, drawn, seed=11), listed=listed.encode(), drawn_at=NOW,
        )  # fmt: skip
        rows = [Arm(allocation_id=0, name=name, is_control=name == names[-1]) for name in names]
        numbers = {each.code: id_of(each) for each in centres}
        await arms.record_draw(session, allocation, arms=rows, drawn=drawn, numbers=numbers)
        return {each.code: each.arm for each in drawn}

    async def enrol(
        self, session: Session, centre: Centre, n: int, *, arm: str, place: int
    ) -> None:
        """Put a child on the roster; where its centre was drawn in, let its family take part."""
        child = Child(
            centre_id=id_of(centre), study_code=f"{centre.code}-{n}",
            birth_month=date(2022, n + 1, 1), enrolled_at=NOW,
        )  # fmt: skip
        session.add(child)
        await session.flush()
        baseline = float((place * 7 + n * 3) % 11)
        marked = Disadvantage.LOW if n < SIZE // 2 else Disadvantage.OTHER
        session.add(
            RosterEntry(
                child_id=id_of(child), baseline=baseline, disadvantage=marked, imported_at=NOW
            )
        )
        self.rows.append((id_of(child), place, arm, baseline))
        if arm == "now":
            await self.take_part(session, child, n)

    async def take_part(self, session: Session, child: Child, n: int) -> None:
        """Let a child's family come as far as its place in the centre says."""
        child_id = id_of(child)
        card = Card(
            child_id=child_id, code_key=f"hash{child_id}", code_sealed=b"x", language="da",
            issued_at=NOW, opened_at=NOW if n <= JOINED else None,
        )  # fmt: skip
        session.add(card)
        if n >= JOINED and n != REFUSED:
            return
        guardian = make_guardian(f"chat{child_id}", at=NOW)
        session.add(guardian)
        await session.flush()
        number = id_of(guardian)
        session.add(Pair(guardian_id=number, child_id=child_id, joined_at=NOW))
        answer = ConsentAnswer.REFUSED if n == REFUSED else ConsentAnswer.GIVEN
        session.add(
            Consent(guardian_id=number, purpose=Purpose.LINKING, answer=answer, version="1",
                    language="da", answered_at=NOW)
        )  # fmt: skip
        weeks = 2 if n < COMPLIED else 1 if n < ACTIVE else 0
        for week in range(1, 4):
            sent = Delivery(
                guardian_id=number, child_id=child_id, kind=DeliveryKind.PROGRAMME,
                status=DeliveryStatus.SENT, week=week, touch="do", activity_id="because-chain",
                planned_at=NOW, due_at=NOW, ended_at=NOW + timedelta(weeks=week),
                content_version="v1",
            )  # fmt: skip
            session.add(sent)
            await session.flush()
            if week <= weeks:
                session.add(
                    EngagementEvent(
                        guardian_id=number,
                        child_id=child_id,
                        delivery_id=sent.id,
                        kind=EventKind.DID_IT,
                        happened_at=NOW + timedelta(weeks=week),
                    )
                )

    async def assess(self, session: Session) -> None:
        """Give every child but the fifth of each centre a result."""
        file = OutcomeFile(digest="f" * 64, name="results.csv", rows=1, imported_at=NOW)
        session.add(file)
        await session.flush()
        for line, (child_id, place, arm, baseline) in enumerate(self.rows):
            if line % SIZE == 4:
                continue
            for wave, score in (
                ("before", baseline),
                ("after", score_of(place, line, arm, baseline)),
            ):
                session.add(
                    Outcome(file_id=id_of(file), line=line, child_id=child_id, instrument="words",
                            wave=wave, score=score, ended=OutcomeEnd.ACCEPTED)
                )  # fmt: skip


def score_of(place: int, line: int, arm: str, baseline: float) -> float:
    """Give a child's score: three points more where its centre was drawn in."""
    return baseline + 3 * (arm == "now") + (place * 5) % 7 * 0.4 + (line * 13) % 17 * 0.3


async def find(database: Database, plan: Plan, *, costs: bytes | None = None) -> Findings:
    """Work the findings out."""
    setting = Setting(
        title="A study", legal_basis="The school act.", minutes={"because-chain": 10},
        version="0", plan=plan, costs=parse_costs("costs.yaml", costs) if costs else None,
    )  # fmt: skip
    async with database.reading() as session:
        return await analyse(session, setting, now=NOW + timedelta(days=200))


PLAN = Plan(
    primary=Primary(instrument="words", wave="after"),
    baseline_wave="before",
    active_weeks=2,
    seed=3,
)


async def test_every_child_of_the_roster_is_in_the_flow(database: Database) -> None:
    await Study(database).write()

    flow = (await find(database, PLAN)).flow

    assert (flow.centres, flow.drawn, flow.children, flow.left_out) == (14, 14, 140, 0)
    now, later = flow.arms
    assert (now.arm, now.is_control, now.centres) == ("now", False, 7)
    assert now.took_part == {
        Step.ROSTER: 70, Step.CARD: 70, Step.OPENED: 63 + 7, Step.CONSENTED: 63, Step.ACTIVE: 49,
        Step.COMPLIED: 42,
    }  # fmt: skip
    assert now.followed == {
        Followed.ROSTER: 70, Followed.KEPT: 63, Followed.ASSESSED: 56, Followed.ANALYSED: 56
    }  # fmt: skip
    assert (later.is_control, later.took_part[Step.CARD]) == (True, 0)
    assert later.followed[Followed.ANALYSED] == 63


async def test_the_effect_is_the_one_of_columns_made_by_hand(database: Database) -> None:
    study = Study(database)
    await study.write()

    (told,) = (await find(database, PLAN)).comparisons

    rows = [
        (place, arm, baseline, score_of(place, line, arm, baseline))
        for line, (_child, place, arm, baseline) in enumerate(study.rows)
        if line % SIZE != 4 and not (arm == "now" and line % SIZE == REFUSED)
    ]
    trial = make_trial(
        np.array([row[3] for row in rows]),
        arm=np.array([float(row[1] == "now") for row in rows]),
        cluster=np.array([f"c{row[0]:02}" for row in rows]),
        baseline=np.array([row[2] for row in rows]),
    )
    units = [Unit(f"c{n:02}", "all") for n in range(CENTRES)]
    scheme = make_scheme(units, unit="centre", arms=("now", "later"))
    drawn = draw_arms(units, scheme, seed=11)
    by_hand = estimate_by_draw(trial, narrow(scheme, drawn, control="later", treated="now"), seed=3)
    assert told.outcome == Measured("words", "after")
    assert (told.children, told.centres) == ((63, 56), (7, 7))
    assert told.itt.value == pytest.approx(by_hand.value)
    assert told.itt.interval == pytest.approx(by_hand.interval)
    assert told.itt.p == by_hand.p
    assert told.itt.draws == 3432  # 14 over 7, all of them tried
    assert told.beside[0].value == pytest.approx(
        (estimate_itt(trial).value or 0) / (told.deviation or 1) * 0.98787, rel=1e-3
    )
    assert told.loss.by_arm == pytest.approx((0.1, 0.2))
    assert told.first_stage is not None
    assert told.first_stage.children is None  # who refused is left out of it, and is few a centre


async def test_what_families_did_stands_beside_results_only_where_they_agreed(
    database: Database,
) -> None:
    await Study(database).write()

    findings = await find(database, PLAN, costs=COSTS)

    (told,) = findings.comparisons
    assert sum(third.children for third in told.thirds) == 56
    (by,) = [each for each in findings.engagement[By.DISADVANTAGE] if each.group == "low"]
    assert (by.children, by.joined, by.compliers) == (35, 35, 1.0)
    assert [(bar.least, bar.children) for bar in findings.doses[:3]] == [(0, 21), (1, 7), (2, 42)]
    assert findings.costs is not None
    assert (findings.costs.total, findings.costs.per_rostered) == (700, 10)
    assert findings.costs.per_active == pytest.approx(700 / 49)
    assert findings.costs.per_did_it == pytest.approx(700 / 91)


async def test_a_study_that_asks_for_larger_groups_shows_no_smaller_one(database: Database) -> None:
    await Study(database).write()

    findings = await find(database, PLAN.model_copy(update={"smallest": 20}))

    now = findings.flow.arms[0]
    assert now.followed[Followed.KEPT] is None  # seven children were withheld
    (told,) = findings.comparisons
    assert told.children[1] is None
    assert told.itt.children is None
    assert told.loss.overall is None
    assert all(each.children is None for each in findings.engagement[By.CENTRE])


async def test_each_arm_is_compared_with_the_control_arm(database: Database) -> None:
    await Study(database).write(("now", "phone", "later"))

    findings = await find(database, PLAN)

    assert [(each.arm, each.control) for each in findings.comparisons] == [
        ("now", "later"),
        ("phone", "later"),
    ]
    assert [arm.centres for arm in findings.flow.arms] in ([5, 5, 4], [5, 4, 5], [4, 5, 5])
    assert all("fewer than 6" in each.itt.reason for each in findings.comparisons)


async def test_without_a_draw_there_is_a_change_and_no_effect(database: Database) -> None:
    await Study(database).write(is_drawn=False)

    findings = await find(database, PLAN)

    assert findings.comparisons == []
    (change,) = findings.changes
    assert (change.children, change.change.note) == (126, "This is not an impact estimate.")
    assert change.after is not None
    assert change.before is not None
    assert change.change.value == pytest.approx(change.after - change.before)


async def test_what_has_to_be_settled_first_is_said(database: Database) -> None:
    await Study(database).write(("now", "later"))

    with pytest.raises(BotError, match='There is no arm "never"'):
        await find(database, PLAN.model_copy(update={"control": "never"}))
    with pytest.raises(BotError, match='There is no outcome "sums" at "after"'):
        await find(database, Plan(primary=Primary(instrument="sums", wave="after")))
    with pytest.raises(BotError, match="Say in a study file which one is the primary"):
        await find(database, Plan())


async def test_before_any_result_there_is_a_flow_alone(database: Database) -> None:
    study = Study(database)
    study.assess = nothing  # type: ignore[method-assign]
    await study.write()

    findings = await find(database, PLAN)

    assert findings.comparisons == []
    assert findings.flow.outcome is None
    assert findings.flow.arms[0].followed == {}


async def nothing(_session: Session) -> None:
    """Assess nobody."""
