"""Stopping: the schedule by a command, and a process by a signal."""

import signal

import pytest
from anyio import to_thread

from bot.sandbox.records import Fault
from bot.store.states import DeliveryStatus
from tests.kinds import on_sqlite
from tests.processes import kuffert
from tests.storm.storm import Storm, assert_all_is_well

pytestmark = pytest.mark.anyio
WITHIN_SECONDS = 5  # of sending at full rate: a machine that stands still sends nothing meanwhile
SILENCE_SECONDS = 3.0  # three ticks


async def switch_sending(storm: Storm, word: str) -> str:
    """Stop or resume the schedule as an operator does; give what is said."""
    done = await to_thread.run_sync(
        lambda: kuffert(storm.folder, "sending", word, **storm.settings)
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def fall_silent(storm: Storm) -> None:
    """Come back when no message has arrived for a while."""
    while True:
        before = storm.arrived
        try:
            await storm.sandbox.wait_for(
                lambda b=before: storm.arrived > b, seconds=SILENCE_SECONDS
            )
        except TimeoutError:
            return


@pytest.mark.parametrize(
    ("count", "rate"), [(200, "25"), pytest.param(3000, "100", marks=pytest.mark.long)]
)
async def test_sending_stops_everywhere_within_seconds_and_goes_on_without_a_repeat(
    shared_storm: Storm, count: int, rate: str
) -> None:
    shared_storm.settings["KUFFERT_SEND_RATE"] = rate
    await shared_storm.plan(count)

    async with shared_storm.senders(2) as senders:
        await shared_storm.wait_for_arrivals(1)
        await switch_sending(shared_storm, "stop")
        arrived_before = shared_storm.arrived
        await fall_silent(shared_storm)
        arrived = shared_storm.arrived
        await switch_sending(shared_storm, "resume")
        await shared_storm.send_all(senders)

    books = await shared_storm.close_books()
    assert arrived - arrived_before <= int(rate) * WITHIN_SECONDS
    assert 0 < arrived < count
    assert_all_is_well(books)
    assert set(books.arrived.values()) == {1}
    assert books.lost_answers() == 0


@on_sqlite
@pytest.mark.parametrize(
    ("count", "rate"), [(200, "80"), pytest.param(2000, "200", marks=pytest.mark.long)]
)
async def test_a_process_that_is_asked_to_stop_records_all_that_is_on_its_way(
    storm: Storm, count: int, rate: str
) -> None:
    storm.settings["KUFFERT_SEND_RATE"] = rate
    await storm.plan(count)
    storm.sandbox.faults.append(Fault("slow", "*", times=10 * count, seconds=0.5))

    async with storm.senders() as (sender,):
        await storm.wait_for_arrivals(count // 10)
        sender.send_signal(signal.SIGTERM)
        code = await sender.wait()

    books = await storm.close_books()
    sent = {each.guardian_id for each in books.due if each.status is DeliveryStatus.SENT}
    assert (code, books.claimed, books.lost_answers()) == (0, 0, 0)
    assert sent == set(books.arrived)
    assert set(books.arrived.values()) == {1}
    assert count // 10 <= len(sent) < count
    assert books.planned == dict.fromkeys((each.guardian_id for each in books.due), 1)
