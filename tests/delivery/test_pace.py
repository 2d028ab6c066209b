"""One budget: nobody writes faster than is allowed, however many send."""

from datetime import timedelta

import pytest

from bot.delivery.pace import Pace
from bot.store import Database, budget
from tests.delivery.world import MONDAY_MORNING
from tests.town import SettableClock

pytestmark = pytest.mark.anyio
RATE = 25.0
BURST = 5  # a fifth of a second's worth


@pytest.fixture
async def clock() -> SettableClock:
    return SettableClock(MONDAY_MORNING)


@pytest.fixture
async def senders(database: Database, clock: SettableClock) -> list[Pace]:
    return [
        Pace(database, rate=RATE, chat_wait=timedelta(seconds=1), clock=clock) for _ in range(4)
    ]


async def take_for(
    senders: list[Pace], clock: SettableClock, *, seconds: float, step: float = 0.1
) -> list[tuple[float, int]]:
    """Let all senders take what they can; list when and how many."""
    taken, at = [], 0.0
    while at < seconds:
        for sender in senders:
            taken.append((at, (await sender.take(10)).count))
        clock.move_to(clock.now() + timedelta(seconds=step))
        at += step
    return taken


async def test_any_second_of_four_senders_brings_the_rate_and_a_burst_at_most(
    senders: list[Pace], clock: SettableClock
) -> None:
    taken = await take_for(senders, clock, seconds=6)

    for start, _ in taken:
        within = sum(count for at, count in taken if start <= at < start + 1)
        assert within <= RATE + BURST
    assert sum(count for _, count in taken) >= 6 * RATE - 1


async def test_replies_to_taps_are_paid_for_by_the_schedule(
    senders: list[Pace], clock: SettableClock
) -> None:
    senders[1].spend(50)
    await senders[1].pay()

    taken = await take_for(senders, clock, seconds=4)

    assert 50 + sum(count for _, count in taken) <= 4 * RATE + 2 * BURST


async def test_what_was_given_back_long_ago_is_no_credit(
    senders: list[Pace], clock: SettableClock
) -> None:
    for sender in senders:
        sender.give_back((await sender.take(5)).count)
    clock.move_to(clock.now() + timedelta(minutes=5))

    counts = [(await sender.take(10)).count for sender in senders]

    assert sum(counts) == BURST


async def test_a_429_silences_every_sender_for_as_long_as_was_asked(
    senders: list[Pace], clock: SettableClock
) -> None:
    await senders[0].hold(timedelta(seconds=7))

    taken = await take_for(senders, clock, seconds=9, step=0.5)

    assert {count for at, count in taken if at < 7} == {0}
    assert sum(count for at, count in taken if at >= 7) > 0


async def test_a_longer_hold_stays_when_a_shorter_one_comes(
    senders: list[Pace], clock: SettableClock
) -> None:
    await senders[0].hold(timedelta(seconds=7))
    await senders[1].hold(timedelta(seconds=1))
    clock.move_to(clock.now() + timedelta(seconds=5))

    assert (await senders[2].take(1)).is_held


async def test_stopping_halts_every_sender_and_resuming_lets_them_go_on(
    senders: list[Pace], clock: SettableClock, database: Database
) -> None:
    async with database.writing() as session:
        assert await budget.record_stopped(session, is_stopped=True, now=clock.now())
        assert not await budget.record_stopped(session, is_stopped=True, now=clock.now())

    stopped = [await sender.take(5) for sender in senders]
    async with database.writing() as session:
        await budget.record_stopped(session, is_stopped=False, now=clock.now())
    clock.move_to(clock.now() + timedelta(seconds=1))

    assert [(grant.count, grant.is_stopped) for grant in stopped] == [(0, True)] * 4
    assert (await senders[0].take(5)).count == 5


async def test_a_clock_that_was_set_back_silences_nobody_for_an_hour(
    senders: list[Pace], clock: SettableClock
) -> None:
    await senders[0].take(5)
    clock.reset(clock.now() - timedelta(hours=1))

    taken = await take_for(senders, clock, seconds=12, step=1)

    assert sum(count for at, count in taken if at > 6) >= RATE


async def test_a_chat_that_was_just_replied_to_is_not_written_to_within_a_second(
    senders: list[Pace],
) -> None:
    pace = senders[0]

    await pace.take_turn("Amina")

    assert not pace.may_write("Amina")
    assert pace.may_write("Bashir")
    assert not pace.may_write("Bashir")
