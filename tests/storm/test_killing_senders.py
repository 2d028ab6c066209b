"""Kill senders at any moment while messages go out: nobody misses one, and repeats are marked."""

import asyncio
import random
import signal

import pytest

from bot.delivery.checking import Reason
from bot.delivery.sending import IN_FLIGHT
from bot.store.states import DeliveryStatus
from tests.kinds import on_postgresql
from tests.processes import Started
from tests.storm.storm import Storm, assert_all_is_well

pytestmark = pytest.mark.anyio
LARGEST_DELAY_SECONDS = 0.1  # several times what a claim or a record takes


async def kill(storm: Storm, sender: Started, *, after: int, rng: random.Random) -> None:
    """Kill a sender at a random moment once so many messages have arrived."""
    await storm.wait_for_arrivals(after)
    delay = rng.uniform(0, LARGEST_DELAY_SECONDS)
    await asyncio.wait([asyncio.create_task(sender.wait())], timeout=delay)
    sender.send_signal(signal.SIGKILL)
    await sender.wait()


ROUNDS = [(300, 0), *(pytest.param(2000, seed, marks=pytest.mark.long) for seed in range(1, 11))]


@on_postgresql
@pytest.mark.parametrize(("count", "seed"), ROUNDS)
async def test_a_killed_sender_loses_nothing_and_repeats_only_what_was_in_its_hands(
    storm: Storm, count: int, seed: int
) -> None:
    rng = random.Random(seed)
    await storm.plan(count)

    async with storm.senders() as (sender,):
        await kill(storm, sender, after=rng.randrange(1, count * 3 // 4), rng=rng)
    in_hand = await storm.count_claimed()
    async with storm.senders() as senders:
        await storm.send_all(senders)

    books = await storm.close_books()
    assert_all_is_well(books)
    assert books.lost_answers() == in_hand <= IN_FLIGHT


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
async def test_a_message_that_was_in_hand_at_two_kills_comes_or_is_said_to_be_lost(
    storm: Storm, seed: int
) -> None:
    rng = random.Random(seed)
    await storm.plan(2000)

    for _ in range(5):
        async with storm.senders() as (sender,):
            await kill(storm, sender, after=storm.arrived + 1, rng=rng)
    async with storm.senders() as senders:
        await storm.send_all(senders)

    books = await storm.close_books()
    everybody = {each.guardian_id for each in books.due}
    lost = {each.guardian_id for each in books.due if each.reason == Reason.LOST_TWICE}
    assert {each.status for each in books.due} <= {DeliveryStatus.SENT, DeliveryStatus.FAILED}
    assert set(books.arrived) | lost == everybody
    assert books.repeated() <= books.in_doubt()
    assert max(books.arrived.values()) <= 2
    assert books.planned == dict.fromkeys(everybody, 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
async def test_what_a_killed_sender_had_in_hand_is_taken_over_by_one_that_lives(
    shared_storm: Storm, seed: int
) -> None:
    rng = random.Random(seed)
    await shared_storm.plan(2000)

    async with shared_storm.senders(2) as (killed, living):
        await kill(shared_storm, killed, after=rng.randrange(1, 1000), rng=rng)
        await shared_storm.send_all([living])

    books = await shared_storm.close_books()
    assert_all_is_well(books)
    assert books.lost_answers() <= IN_FLIGHT
