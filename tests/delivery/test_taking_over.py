"""A new phone in the place of an old one: what the queue makes of it, at any moment of a life."""

from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random

import pytest

from bot.core.cadence import Rhythm
from bot.delivery.planning import come_back, leave, snooze
from bot.delivery.taking_over import find_old, take_over
from bot.errors import GuardianUnreachable, SendLater
from bot.store.columns import id_of
from bot.store.states import DeliveryStatus, GuardianState, Pace
from bot.store.tables import Delivery, Guardian
from tests.delivery.world import World, world_of

pytestmark = pytest.mark.anyio
KARACHI = Rhythm("Asia/Karachi", (1, 3), 9, 22, 7)


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with world_of(database_url) as world:
        yield world


async def move(world: World, old: Guardian) -> Guardian:
    """Join for the old guardian's first child on a new phone, and take its place."""
    (first, *_) = await world.pairs(old)
    child = next(each for each in await world.children() if each.id == first.child_id)
    new = await world.add_guardian(child)
    await world.go(minutes=1)
    await take_place(world, new, old)
    return new


async def take_place(world: World, new: Guardian, old: Guardian) -> None:
    async with world.changing(new) as (session, guardian):
        found = await find_old(session, guardian, id_of(old))
        assert found is not None
        await take_over(session, guardian, found, weeks=world.weeks, now=world.clock.now())


async def farewell_of(world: World, old: Guardian) -> Delivery:
    (farewell,) = [row for row in await world.rows(old) if row.notice == "moved"]
    return farewell


async def test_the_new_phone_goes_on_in_the_old_rhythm_with_every_child_in_turn(
    world: World,
) -> None:
    children = [await world.add_child(), await world.add_child(months=65)]
    old = await world.add_guardian(*children, rhythm=KARACHI)
    await world.go(weeks=3)
    await world.tap(old)

    new = await move(world, old)
    for _ in range(5):
        await world.tap(new)
        await world.go(weeks=1)

    sent = [row for row in await world.sent(new) if not row.asked]
    assert {f"{row.ended_at:%a %H:%M}" for row in sent} == {"Tue 04:00", "Thu 04:00"}
    assert {row.child_id for row in sent} == {each.id for each in children}
    weeks = [row.week for row in sent if row.child_id == children[0].id]
    assert weeks == sorted(weeks)
    assert weeks[-1] > 3
    assert "moved from another phone" in await world.reasons(new)
    assert await world.examine(old, new) == []


async def test_what_was_queued_for_the_old_chat_ends_and_only_the_farewell_goes(
    world: World,
) -> None:
    old = await world.add_guardian(await world.add_child())
    await world.go(days=8)
    count = len(world.letters_to(old))

    await move(world, old)
    await world.go(weeks=6)

    assert len(world.letters_to(old)) == count + 1
    assert "belongs to another phone" in world.letters_to(old)[-1].message.text
    assert set(await world.reasons(old)) == {"moved"}
    assert all(row.ended_at for row in await world.rows(old))


async def test_what_is_on_its_way_to_the_old_chat_when_it_is_let_go_does_not_arrive(
    world: World,
) -> None:
    old = await world.add_guardian(await world.add_child())
    await world.go(minutes=1)
    new = await world.add_guardian(*await world.children())
    await world.go(minutes=1)
    moved = []

    async def move_meanwhile() -> None:
        """Take the place while a message waits, say for another's upload of the same picture."""
        if moved:
            return
        moved.append(True)
        world.clock.move_to(world.clock.now() + timedelta(seconds=2))
        await take_place(world, new, old)

    count = len(world.letters_to(old))
    world.post.before_request = move_meanwhile
    await world.go(days=5)

    assert moved
    later = [each.message.text for each in world.letters_to(old)[count:]]
    assert len(later) <= 2
    assert "belongs to another phone" in later[-1]
    assert await world.examine(old, new) == []


GONE = (GuardianState.STOPPED, GuardianState.MOVED)


async def go_away(world: World, guardian: Guardian, state: GuardianState) -> None:
    async with world.changing(guardian) as (session, found):
        now = world.clock.now()
        if state is GuardianState.SNOOZED:
            await snooze(session, found, pause_weeks=2, weeks=world.weeks, now=now)
        else:
            await leave(session, found, state, weeks=world.weeks, now=now)


@pytest.mark.parametrize(
    "state", [each for each in GuardianState if each not in (*GONE, GuardianState.ACTIVE)]
)
async def test_whatever_the_old_chat_was_doing_its_record_stays_in_order(
    world: World, state: GuardianState
) -> None:
    old = await world.add_guardian(await world.add_child())
    await world.go(days=2)
    await go_away(world, old, state)
    await world.go(days=1)

    new = await move(world, old)
    await world.go(weeks=5)

    assert (await world.get(old)).state is GuardianState.MOVED
    assert len(await world.sent(new)) > 3
    assert await world.examine(old, new) == []


@pytest.mark.parametrize("state", GONE)
async def test_nobody_takes_the_place_of_one_who_is_gone(
    world: World, state: GuardianState
) -> None:
    old = await world.add_guardian(await world.add_child())
    await world.go(days=2)
    await go_away(world, old, state)
    new = await world.add_guardian(*await world.children())

    async with world.changing(new) as (session, guardian):
        assert await find_old(session, guardian, id_of(old)) is None


async def test_a_slower_pace_is_not_taken_over(world: World) -> None:
    old = await world.add_guardian(await world.add_child())
    await world.go(weeks=4)
    assert (await world.get(old)).pace is Pace.WEEKLY

    new = await move(world, old)
    await world.tap(new)
    await world.go(days=13)

    assert (await world.get(new)).days == (0, 2, 4)
    sent = [f"{row.ended_at:%a}" for row in await world.sent(new) if not row.asked]
    assert sent == ["Fri", "Mon", "Wed", "Fri"]
    assert await world.examine(old, new) == []


async def test_a_farewell_that_cannot_arrive_ends_and_leaves_the_chat_let_go(world: World) -> None:
    old = await world.add_guardian(await world.add_child())
    await world.go(days=1)

    new = await world.add_guardian(*await world.children())
    await world.go(minutes=1)
    world.post.failures.append(GuardianUnreachable("blocked"))
    await take_place(world, new, old)
    await world.go(minutes=1)

    farewell = await farewell_of(world, old)
    assert (farewell.status, farewell.reason) == (DeliveryStatus.FAILED, "unreachable")
    assert (await world.get(old)).state is GuardianState.MOVED
    assert await world.examine(old, new) == []


async def test_a_farewell_is_tried_again_when_the_network_is_in_trouble(world: World) -> None:
    old = await world.add_guardian(await world.add_child())
    await world.go(days=1)
    new = await world.add_guardian(*await world.children())
    await world.go(minutes=1)
    world.post.failures.append(SendLater("busy"))

    await take_place(world, new, old)
    await world.go(minutes=1)

    assert (await farewell_of(world, old)).status is DeliveryStatus.SENT


async def test_a_chat_that_comes_back_goes_on_beside_the_new_phone(world: World) -> None:
    old = await world.add_guardian(await world.add_child())
    await world.go(days=8)
    new = await move(world, old)
    await world.go(days=10)

    async with world.changing(old) as (session, guardian):
        await come_back(session, guardian, weeks=world.weeks, now=world.clock.now())
    await world.tap(new)
    await world.go(days=7)

    both = [[row.activity_id for row in await world.sent(each)][-1] for each in (old, new)]
    assert both[0] == both[1]
    assert await world.examine(old, new) == []


async def test_a_child_that_is_through_the_programme_stays_so(world: World) -> None:
    old = await world.add_guardian(await world.add_child())
    for _ in range(world.weeks + 2):
        await world.go(weeks=1)
        await world.tap(old)
    assert (await world.pairs(old))[0].finished_at

    other = await world.add_child(months=40)
    async with world.changing(old) as (session, guardian):
        await world.tie(session, guardian, other)
    await world.go(days=1)
    new = await world.add_guardian(other)
    await world.go(minutes=1)
    await take_place(world, new, old)
    await world.go(weeks=2)

    assert [pair.child_id for pair in await world.pairs(new)] == [other.id]
    assert await world.examine(old, new) == []


async def test_moving_from_phone_to_phone_keeps_every_record_in_order(world: World) -> None:
    rng = Random(5)
    family = [await world.add_guardian(await world.add_child(), await world.add_child(months=40))]
    for _ in range(4):
        await world.go(days=rng.randint(0, 12), hours=rng.randint(0, 23))
        family.append(await move(world, family[-1]))
        await world.tap(family[-1])
    await world.go(weeks=3)

    assert await world.examine(*family) == []
    states = [(await world.get(each)).state for each in family]
    assert states == [*[GuardianState.MOVED] * 4, GuardianState.ACTIVE]
    for each in family[:-1]:
        assert all(row.ended_at for row in await world.rows(each))
    assert len(await world.pairs(family[-1])) == 2
