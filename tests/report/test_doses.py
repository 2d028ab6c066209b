"""Each child's dose, as defined, is what the raw events say when they are counted one by one."""

from collections.abc import AsyncIterator
from random import Random

import pytest
from sqlmodel import select

from bot.core.actions import Answer, Purpose
from bot.report.doses import Dose, gather_doses, list_definitions
from bot.store import Session, events
from bot.store.columns import id_of
from bot.store.states import ConsentAnswer, DeliveryKind, EventKind, GuardianState
from bot.store.tables import Card, Child, Consent, Delivery, EngagementEvent, Guardian, Pair
from tests.delivery.world import World, world_of

pytestmark = pytest.mark.anyio
MINUTES = {f"{letter}{number:02}": number % 7 + 3 for letter in "ABCDLPS" for number in range(30)}
ANSWERS = ("did-it", "not-yet", "too-hard", "not-for-us", "seen")
TAPS = (*ANSWERS, "easier", "harder", "will-try", "can-not-yet", "can-a-little", "can")


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with world_of(database_url) as world:
        yield world


async def issue(session: Session, world: World, child: Child) -> None:
    session.add(
        Card(
            child_id=id_of(child),
            code_key=f"key of {child.id}",
            code_sealed=b"",
            language="en",
            issued_at=world.clock.now(),
        )
    )


async def live(world: World, *, weeks: int) -> None:
    """Four children: one of two guardians, two siblings, and one whom nobody ever joins for."""
    rng = Random(weeks)
    first, older, younger, alone = [await world.add_child() for _ in range(4)]
    async with world.database.writing() as session:
        for child in (first, older, alone):
            await issue(session, world, child)
    await world.go(days=2, hours=6)
    family = [
        await world.add_guardian(first),
        await world.add_guardian(first),
        await world.add_guardian(older, younger),
    ]
    for _day in range(weeks * 7):
        await world.go(days=1)
        for guardian in family:
            for _time in range(rng.choice((0, 0, 1, 2))):
                await world.tap(guardian, rng.choice(list(Answer)))
            if rng.random() < 0.3:
                await hear(world, guardian, story=rng.random() < 0.5)
    async with world.changing(family[2]) as (_session, guardian):
        guardian.state = GuardianState.STOPPED
    async with world.changing(family[1]) as (_session, guardian):
        guardian.state = GuardianState.MOVED
    async with world.database.writing() as session:
        answers = (ConsentAnswer.GIVEN, ConsentAnswer.REFUSED)
        for guardian, answer in zip(family, answers, strict=False):
            session.add(
                Consent(
                    guardian_id=id_of(guardian),
                    purpose=Purpose.RESEARCH,
                    answer=answer,
                    version="1",
                    language="en",
                    answered_at=world.clock.now(),
                )
            )


async def hear(world: World, guardian: Guardian, *, story: bool) -> None:
    """Play a story's page, or the activity of the latest message."""
    latest = [row for row in await world.rows(guardian) if row.message_id and row.child_id]
    if not latest:
        return
    async with world.database.writing() as session:
        await events.record_event(
            session,
            EventKind.STORY_HEARD if story else EventKind.LISTENED,
            guardian_id=id_of(guardian),
            child_id=None if story else latest[-1].child_id,
            delivery_id=None if story else latest[-1].id,
            now=world.clock.now(),
        )


async def recount(session: Session, child: Child, *, among: set[int]) -> dict[str, object]:
    """Count a child's dose from the raw rows, one after another."""
    shown = {
        row.id: row
        for row in (await session.exec(select(Delivery))).all()
        if row.child_id == child.id and row.message_id
    }
    sent = {each: row for each, row in shown.items() if row.kind is DeliveryKind.PROGRAMME}
    guardians = [
        each.guardian_id
        for each in (await session.exec(select(Pair))).all()
        if each.child_id == child.id
    ]
    everybody = (await session.exec(select(Guardian))).all()
    moved = [each.id for each in everybody if each.state is GuardianState.MOVED]
    last, tapped, heard = {}, set(), 0
    for event in (await session.exec(select(EngagementEvent).order_by(EngagementEvent.id))).all():
        if event.guardian_id not in among:
            continue
        if event.delivery_id in sent and str(event.kind) in TAPS:
            tapped.add(event.delivery_id)
        if event.delivery_id in shown and str(event.kind) in ANSWERS:  # asked for or not
            last[event.delivery_id] = str(event.kind)
        of_story = str(event.kind) == "story-heard" and event.guardian_id in guardians
        heard += of_story or (str(event.kind) == "listened" and event.child_id == child.id)
    did = {(shown[each].week, shown[each].activity_id) for each in last if last[each] == "did-it"}
    return {
        "guardians": len([each for each in guardians if each not in moved]),
        "weeks_assigned": len({row.week for row in sent.values()} - {None}),
        "active_weeks": len({week for week, _activity in did}),
        "delivered": len(sent),
        "tapped": len(tapped),
        "heard": heard,
        "minutes": sum(MINUTES.get(activity or "", 0) for _week, activity in did),
    }


async def test_the_doses_are_what_the_raw_events_add_up_to(world: World) -> None:
    await live(world, weeks=4)

    async with world.database.reading() as session:
        children = (await session.exec(select(Child).order_by(Child.id))).all()
        everybody = {id_of(each) for each in (await session.exec(select(Guardian))).all()}
        told = await gather_doses(session, minutes=MINUTES)
        for_research = await gather_doses(session, minutes=MINUTES, for_research=True)
        for child in children:
            for doses, among in ((told, everybody), (for_research, {min(everybody)})):
                counted = await recount(session, child, among=among)
                dose = doses[id_of(child)]
                assert {name: getattr(dose, name) for name in counted} == counted

    first, older, _younger, alone = [told[id_of(child)] for child in children]
    assert 0 < for_research[id_of(children[0])].tapped < first.tapped
    assert first.active_weeks > 1
    assert first.minutes > 0
    assert (first.days_to_start, first.has_stopped) == (2.25, False)
    assert (older.has_stopped, older.guardians) == (True, 1)
    assert alone == Dose()
    async with world.database.reading() as session:
        for weeks in (1, first.active_weeks, first.active_weeks + 1):
            doses = await gather_doses(session, minutes=MINUTES, active_weeks=weeks)
            assert all(dose.is_complier == (dose.active_weeks >= weeks) for dose in doses.values())


def test_the_primary_dose_is_missing_where_no_week_was_assigned() -> None:
    assert Dose(active_weeks=3, weeks_assigned=4).share == 0.75
    assert Dose().share is None


def test_every_measure_has_a_label_a_unit_and_a_definition() -> None:
    definitions = list_definitions()

    assert len({each.label for each in definitions}) == len(definitions)
    assert all(each.unit and each.definition.endswith(".") for each in definitions)
