"""A network that breaks off, and one that wants to be left alone."""

from datetime import datetime, timedelta

import pytest

from bot.delivery.checking import Reason
from bot.sandbox.records import Fault
from bot.store.states import DeliveryStatus
from tests.storm.storm import Storm, assert_all_is_well

pytestmark = pytest.mark.anyio
QUIET_SECONDS = 2
ON_ITS_WAY = timedelta(seconds=1)  # what was sent already when the network refused, if it is slow
SENDS = "sendPhoto"


def struck(storm: Storm, kind: str) -> list[datetime]:
    """List when a fault struck."""
    return [each.at for each in storm.sandbox.strikes if each.kind == kind]


async def test_of_connections_that_break_nothing_is_lost_and_only_what_arrived_is_repeated(
    shared_storm: Storm,
) -> None:
    await break_off(shared_storm, count=100)


@pytest.mark.long
async def test_of_a_thousand_connections_that_break_nothing_is_lost_on_any_database(
    storm: Storm,
) -> None:
    await break_off(storm, count=1000)


async def break_off(storm: Storm, *, count: int) -> None:
    """Break one call in ten before it is taken, and one in ten after; see what becomes of it."""
    await storm.plan(count)
    breaks = count // 20  # over before anything is sent for the second time
    for kind in ("drop_before", "drop_after"):
        storm.sandbox.faults.append(Fault(kind, SENDS, times=breaks, every=10))

    async with storm.senders() as senders:
        await storm.send_all(senders)

    books = await storm.close_books()
    assert_all_is_well(books)
    assert len(books.repeated()) == len(struck(storm, "drop_after")) == breaks
    assert books.lost_answers() == 2 * breaks


@pytest.mark.long
async def test_a_network_that_goes_on_breaking_repeats_once_and_then_says_what_was_lost(
    storm: Storm,
) -> None:
    await storm.plan(1000)
    for kind in ("drop_before", "drop_after"):
        storm.sandbox.faults.append(Fault(kind, SENDS, times=10_000, every=10))

    async with storm.senders() as senders:
        await storm.send_all(senders)

    books = await storm.close_books()
    everybody = {each.guardian_id for each in books.due}
    lost = {
        each.guardian_id
        for each in books.due
        if each.status is DeliveryStatus.FAILED and str(each.reason).startswith(Reason.LOST_TWICE)
    }
    assert set(books.arrived) | lost == everybody
    assert max(books.arrived.values()) <= 2
    assert len(books.repeated()) <= len(struck(storm, "drop_after"))
    assert books.repeated() <= books.in_doubt() | lost
    assert books.planned == dict.fromkeys(everybody, 1)


@pytest.mark.parametrize(
    ("count", "refusals"), [(300, 1), pytest.param(3000, 20, marks=pytest.mark.long)]
)
async def test_when_the_network_wants_quiet_no_sender_speaks_and_all_arrives_once(
    shared_storm: Storm, count: int, refusals: int
) -> None:
    shared_storm.settings["KUFFERT_SEND_RATE"] = "200"
    await shared_storm.plan(count)
    every = count // (refusals + 1)
    shared_storm.sandbox.faults.append(
        Fault("too_many_requests", SENDS, refusals, retry_after=QUIET_SECONDS, every=every)
    )

    async with shared_storm.senders(2) as senders:
        await shared_storm.send_all(senders)

    books = await shared_storm.close_books()
    assert_all_is_well(books)
    assert set(books.arrived.values()) == {1}
    assert books.lost_answers() == 0
    refused = struck(shared_storm, "too_many_requests")
    spoken = [call.at for call in shared_storm.sandbox.calls if call.method == SENDS] + refused
    assert len(refused) == refusals
    for moment in refused:
        quiet_until = moment + timedelta(seconds=QUIET_SECONDS)
        assert [each for each in spoken if moment + ON_ITS_WAY < each < quiet_until] == []
