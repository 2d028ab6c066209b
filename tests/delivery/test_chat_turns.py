"""Messages to one chat are a second apart, also where two processes decide in the same moment."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from anyio.lowlevel import checkpoint

from bot.delivery.claiming import Claimed, claim
from bot.store import Session, chat_turns
from bot.store.tables import Guardian
from tests.delivery.world import World, world_of

pytestmark = pytest.mark.anyio
FRIDAY = datetime(2026, 9, 11, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with world_of(database_url) as world:
        yield world


@pytest.fixture
async def amina(world: World) -> Guardian:
    """A mother whose touch is due on Friday, and not claimed yet."""
    amina = await world.add_guardian(await world.add_child())
    await world.go(minutes=1)
    await world.go_to(FRIDAY - timedelta(minutes=1))
    world.clock.move_to(FRIDAY)
    return amina


async def claim_as_another(world: World, session: Session) -> Claimed:
    """Claim what is due, as a process of another name does."""
    return await claim(
        session,
        world.sender.shelf,
        claimant="another",
        until=FRIDAY + timedelta(minutes=5),
        limit=10,
        busy=set(),
        chat_wait=SECOND,
        sealer=world.sender.sealer,
        now=FRIDAY,
    )


async def reply_to(session: Session, amina: Guardian) -> datetime:
    """Say from when a reply may go out."""
    return await chat_turns.take_turn_to_reply(session, amina.chat_key, pause=SECOND, now=FRIDAY)


async def test_a_reply_waits_for_a_claim_that_is_being_made_and_goes_a_second_after_it(
    world: World, amina: Guardian
) -> None:
    turns: list[datetime] = []

    async def reply() -> None:
        async with world.database.writing() as session:
            turns.append(await reply_to(session, amina))

    async with anyio.create_task_group() as tasks, world.database.writing() as claiming:
        claimed = await claim_as_another(world, claiming)
        tasks.start_soon(reply)
        for _ in range(200):  # it comes as far as it can
            await checkpoint()
        assert turns == []

    assert len(claimed.handings) == 1
    assert turns == [FRIDAY + SECOND]


async def test_a_touch_leaves_way_to_a_reply_that_is_being_written_and_comes_a_second_after_it(
    world: World, amina: Guardian
) -> None:
    await make_claims_beside(world, amina)

    async with world.database.writing() as session:
        later = await claim_as_another(world, session)

    assert later.handings == []
    (planned,) = [each for each in await world.rows(amina) if each.ended_at is None]
    assert planned.due_at == FRIDAY + SECOND


async def make_claims_beside(world: World, amina: Guardian) -> None:
    """Claim while a reply is being written: nothing, or after it where there is one writer."""
    claimed: list[Claimed] = []

    async def take() -> None:
        async with world.database.writing() as session:
            claimed.append(await claim_as_another(world, session))

    async with anyio.create_task_group() as tasks, world.database.writing() as replying:
        assert await reply_to(replying, amina) == FRIDAY
        tasks.start_soon(take)
        for _ in range(200):
            await checkpoint()

    assert [each.handings for each in claimed] == [[]]


async def test_two_replies_to_one_chat_are_a_second_apart(world: World, amina: Guardian) -> None:
    found = []
    for _ in range(3):
        async with world.database.writing() as session:
            found.append(await reply_to(session, amina))

    assert found == [FRIDAY, FRIDAY + SECOND, FRIDAY + 2 * SECOND]
