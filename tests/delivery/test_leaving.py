"""A child who is gone: nothing more comes about it, to anybody, and the record still adds up."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from bot.core.actions import Answer, When
from bot.core.cadence import Rhythm
from bot.delivery.asking import ask_next
from bot.delivery.following import plan_check
from bot.delivery.leaving import let_go
from bot.delivery.planning import change_rhythm, come_back, leave, snooze
from bot.store import centres
from bot.store.columns import id_of
from bot.store.states import DeliveryKind, DeliveryStatus, GuardianState, LeftReason
from bot.store.tables import Child, Guardian
from tests.delivery.world import USUAL, World, world_of

pytestmark = pytest.mark.anyio
Happening = Callable[[World, Guardian], Awaitable[None]]
GONE = "child is gone"


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with world_of(database_url) as world:
        yield world


async def lose(world: World, child: Child) -> None:
    """Let a family say that a child is gone."""
    async with world.database.writing() as session:
        found = await centres.get_child(session, id_of(child))
        await let_go(session, found, LeftReason.DIED, now=world.clock.now())


async def nothing(_world: World, _amina: Guardian) -> None:
    pass


async def some_days(world: World, amina: Guardian) -> None:
    await world.go(days=3)
    await world.tap(amina)


async def four_weeks(world: World, _amina: Guardian) -> None:
    await world.go(weeks=4)


async def a_pause(world: World, amina: Guardian) -> None:
    await world.go(days=8)
    async with world.changing(amina) as (session, guardian):
        now = world.clock.now()
        await leave(session, guardian, GuardianState.PAUSED, weeks=world.weeks, now=now)


async def a_break_of_a_week(world: World, amina: Guardian) -> None:
    await world.go(days=8)
    async with world.changing(amina) as (session, guardian):
        now = world.clock.now()
        await snooze(session, guardian, pause_weeks=1, weeks=world.weeks, now=now)


async def days_without_the_bot(world: World, _amina: Guardian) -> None:
    await world.go(days=7)
    world.clock.move_to(world.clock.now() + timedelta(days=9))


async def another_hour(world: World, amina: Guardian) -> None:
    await world.go(hours=2)
    rhythm = Rhythm(USUAL.zone, (1, 3), USUAL.hour + 1, USUAL.quiet_from, USUAL.quiet_until)
    async with world.changing(amina) as (session, guardian):
        await change_rhythm(session, guardian, rhythm, weeks=world.weeks, now=world.clock.now())


async def a_return(world: World, amina: Guardian) -> None:
    await world.go(days=2)
    async with world.changing(amina) as (session, guardian):
        await come_back(session, guardian, weeks=world.weeks, now=world.clock.now())


@pytest.mark.parametrize("after", [nothing, another_hour, a_return], ids=lambda each: each.__name__)
@pytest.mark.parametrize(
    "before",
    [nothing, some_days, four_weeks, a_pause, a_break_of_a_week, days_without_the_bot],
    ids=lambda each: each.__name__,
)
async def test_nothing_more_comes_about_a_child_who_is_gone_and_the_sibling_goes_on(
    world: World, before: Happening, after: Happening
) -> None:
    gone, sibling = await world.add_child(), await world.add_child(months=60)
    amina = await world.add_guardian(gone, sibling)
    bashir = await world.add_guardian(gone)
    await before(world, amina)

    await lose(world, gone)
    left_at = world.clock.now()
    await after(world, amina)
    await world.go(weeks=3)

    late = [row for row in await world.sent(amina) if row.ended_at and row.ended_at > left_at]
    assert {row.child_id for row in late} <= {id_of(sibling)}
    assert [each for each in world.letters_to(bashir) if each.at > left_at] == []
    rows = [row for row in await world.rows() if row.child_id == id_of(gone)]
    assert all(row.ended_at for row in rows)
    assert await world.examine(amina, bashir) == []
    if before in (nothing, some_days, a_break_of_a_week) or after is a_return:
        assert late != []


async def test_checks_answers_and_notices_go_with_the_last_child(world: World) -> None:
    child = await world.add_child()
    amina = await world.add_guardian(child)
    await world.go(hours=1)
    about = await world.tap(amina, Answer.NOT_YET)
    async with world.changing(amina) as (session, guardian):
        await plan_check(session, guardian, about, When.TODAY, now=world.clock.now())
        await ask_next(session, guardian, child_id=None, now=world.clock.now())

    await lose(world, child)
    count = len(world.letters_to(amina))
    await world.tap(amina, Answer.TOO_HARD)
    async with world.changing(amina) as (session, guardian):
        await come_back(session, guardian, weeks=world.weeks, now=world.clock.now())
    await world.go(weeks=8)

    assert len(world.letters_to(amina)) == count
    beside = [row for row in await world.rows(amina) if row.kind is not DeliveryKind.PROGRAMME]
    assert {row.reason for row in beside if row.status is DeliveryStatus.SKIPPED} == {GONE}
    assert await world.examine(amina) == []


async def test_what_waits_before_its_request_does_not_go(world: World) -> None:
    child = await world.add_child()
    amina = await world.add_guardian(child)
    await world.go(hours=1)
    count = len(world.letters_to(amina))

    async def leave_meanwhile() -> None:
        """Leave while the message waits, say for another's upload of the same picture."""
        world.clock.move_to(world.clock.now() + timedelta(seconds=2))
        await lose(world, child)

    world.post.before_request = leave_meanwhile
    await world.go(days=5)

    assert len(world.letters_to(amina)) == count
    assert (await world.reasons(amina)) == [GONE]
    assert await world.examine(amina) == []


async def test_what_is_on_its_way_already_arrives_once_and_nothing_follows_it(
    world: World,
) -> None:
    child = await world.add_child()
    amina = await world.add_guardian(child)
    await world.go(hours=1)
    count = len(world.letters_to(amina))

    async def leave_at_once() -> None:
        await lose(world, child)

    world.post.before_request = leave_at_once
    await world.go(weeks=3)

    assert len(world.letters_to(amina)) == count + 1
    assert [row.status for row in await world.programme(amina)] == [DeliveryStatus.SENT] * 2
    assert await world.examine(amina) == []


async def test_what_was_planned_in_the_same_moment_is_skipped_all_the_same(world: World) -> None:
    child = await world.add_child()
    amina = await world.add_guardian(child)
    await world.go(hours=1)
    async with world.database.writing() as session:  # as if planned where we could not see it
        found = await centres.get_child(session, id_of(child))
        await centres.record_left(session, found, LeftReason.MOVED, now=world.clock.now())
    count = len(world.letters_to(amina))

    await world.go(weeks=2)

    assert len(world.letters_to(amina)) == count
    assert await world.reasons(amina) == [GONE]
