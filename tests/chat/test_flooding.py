"""One chat that floods the bot: it delays nobody, fills nothing, and may still stop."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from statistics import median
from typing import Any

import pytest

from bot.chat.flooding import MOST_ENDING, MOST_WAITING, SAID_EVERY, Floodgate
from bot.core.meters import Meters
from bot.store import updates
from bot.store.states import UpdateStatus
from bot.store.tables import StoredUpdate
from bot.store.updates import Arrived
from tests.conftest import MONDAY_MORNING
from tests.hardening.crowd import settle
from tests.town import Phone, SettableClock, Town

pytestmark = pytest.mark.anyio
AT_ONCE = 10  # messages of the flood that wait with the network at any time
ASKED = 10
MOST_SLOWER = 10  # flood and stand-in take of the same core; behind the flood it would be 200


def message(text: str) -> dict[str, Any]:
    return {"message": {"text": text}}


def tap(data: str) -> dict[str, Any]:
    return {"callback_query": {"data": data}}


def let_in(gate: Floodgate, update: dict[str, Any], *, waiting: int) -> bool:
    """Say whether an update of a chat with so many undone is let in."""
    sealed = Arrived(1, "chat", b"", MONDAY_MORNING)
    return gate.let_in([(update, sealed)], {"chat": waiting}) == [sealed]


@pytest.fixture
def gate() -> Floodgate:
    return Floodgate(SettableClock(MONDAY_MORNING), Meters())


@pytest.mark.parametrize(
    "update",
    [
        *(message(each) for each in ("/stop", "/STOP now", "/forget", "/forget@kuffert_demo_bot")),
        *(tap(each) for each in ("stop", "forget", "forget-surely:1789000000")),
        {"my_chat_member": {}},
    ],
    ids=str,
)
def test_what_ends_things_passes_a_flood(gate: Floodgate, update: dict[str, Any]) -> None:
    assert let_in(gate, update, waiting=MOST_ENDING - 1)
    assert not let_in(gate, update, waiting=MOST_ENDING)


@pytest.mark.parametrize(
    "update",
    [
        *(message(each) for each in ("/stopp", "please /stop", "", "/help", "hello")),
        *(tap(each) for each in ("answer:1:did-it", "stopp", "")),
        *({"message": {"text": each}} for each in (None, 7, ["/stop"])),
        *({"callback_query": each} for each in ({}, None, {"data": 7})),
        {"edited_message": {"text": "/stop"}},
        {},
    ],
    ids=str,
)
def test_what_else_a_chat_sends_passes_up_to_a_number(
    gate: Floodgate, update: dict[str, Any]
) -> None:
    assert let_in(gate, update, waiting=MOST_WAITING - 1)
    assert not let_in(gate, update, waiting=MOST_WAITING)


def test_within_one_batch_each_counts_and_other_chats_are_let_in(gate: Floodgate) -> None:
    flood = [(message("x"), Arrived(n, "chat", b"", MONDAY_MORNING)) for n in range(300)]
    other = (message("x"), Arrived(300, "other", b"", MONDAY_MORNING))
    nobody = (message("x"), Arrived(301, None, b"", MONDAY_MORNING))

    passed = gate.let_in([*flood, other, nobody], {"chat": 10})

    assert [each.id for each in passed] == [*range(MOST_WAITING - 10), 300, 301]


def test_a_flood_is_told_once_a_minute_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    clock, meters = SettableClock(MONDAY_MORNING), Meters()
    gate = Floodgate(clock, meters)

    for _ in range(1000):
        let_in(gate, message("x"), waiting=MOST_WAITING)
    clock.move_to(MONDAY_MORNING + SAID_EVERY)
    let_in(gate, message("x"), waiting=MOST_WAITING)

    assert [each.getMessage() for each in caplog.records] == [
        "a chat floods us: 1 updates are dropped, beyond 200 that wait",
        "a chat floods us: 1000 updates are dropped, beyond 200 that wait",
    ]
    assert meters.registry.get_sample_value("kuffert_updates_dropped_total") == 1001


@asynccontextmanager
async def flooding(town: Town, phone: Phone) -> AsyncIterator[list[int]]:
    """Let one chat write and tap as fast as it is taken; count them."""
    sent: list[int] = []

    async def flood() -> None:
        for number in count():
            if number % 2:
                town.sandbox.write(phone.person.id, "/help")
            else:
                town.sandbox.tap_stale(phone.person.id, phone.messages[0].id, "answer:1:did-it")
            sent.append(number)
            await town.wait_for(lambda: len(town.sandbox.updates) < AT_ONCE)

    task = asyncio.create_task(flood())
    try:
        yield sent
    finally:
        task.cancel()
        await asyncio.wait([task])


async def time_answers(phones: list[Phone]) -> float:
    """Give how long an answer takes, most often, in seconds."""
    taken = []
    for phone in phones:
        started = time.perf_counter()
        await phone.write("/help")
        taken.append(time.perf_counter() - started)
    return median(taken)


async def count_waiting(town: Town, phone: Phone) -> int:
    """Count the updates of a chat that are not done."""
    key = town.store.sealer.keyed_hash(str(phone.person.id), purpose="chat")
    async with town.store.database.reading() as session:
        return (await updates.count_undone(session, {key})).get(key, 0)


async def test_a_flood_from_one_chat_delays_no_other_and_is_bounded(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    mallory = town.phone("Mallory", language="en")
    await mallory.join(await town.card("en"))
    others = [town.phone(f"Parent {number}", language="en") for number in range(ASKED)]
    for each in others:
        each.person.opened = True
    before = await time_answers(others)

    async with flooding(town, mallory) as sent:
        await town.wait_for(lambda: "a chat floods us" in caplog.text, seconds=60)
        during = await time_answers(others)
        waiting = await count_waiting(town, mallory)
        stop = town.sandbox.write(mallory.person.id, "/stop")
        await town.wait_for(lambda: stop in town.sandbox.acknowledged, seconds=60)
    await settle(town)

    print(f"{len(sent)} sent, {before:.3f} s before, {during:.3f} s during")  # noqa: T201
    assert during < before * MOST_SLOWER
    assert waiting <= MOST_WAITING
    assert "stopped" in await town.events()
    assert len(await town.rows(StoredUpdate)) < len(sent)
    assert {each.status for each in await town.rows(StoredUpdate)} == {UpdateStatus.DONE}
    assert town.runtime.inbox.known == 0
    assert "three small messages" in (await mallory.write("/help")).text


async def test_what_a_family_sends_while_the_bot_is_away_is_no_flood(town: Town) -> None:
    phone = town.phone("Amina", language="en")
    await phone.join(await town.card("en"))

    asked = [town.sandbox.write(phone.person.id, "/help") for _ in range(MOST_WAITING // 2)]
    await settle(town)

    assert {each.id for each in await town.rows(StoredUpdate)} >= set(asked)
    assert len([each for each in phone.from_bot if "three small" in each.text]) == len(asked)


async def test_what_is_announced_and_taken_by_another_process_is_not_kept_in_mind(
    town: Town,
) -> None:
    town.runtime.inbox.wake([f"chat {number}" for number in range(1000)])
    assert town.runtime.inbox.known == 1000

    await town.phone("Amina", language="en").start()
    await settle(town)

    assert town.runtime.inbox.known == 0


async def test_an_attempt_put_off_before_the_clock_went_back_is_made_again(town: Town) -> None:
    phone = town.phone("Amina", language="en")
    phone.person.opened = True
    town.clock.reset(MONDAY_MORNING + timedelta(days=2))
    await phone.write("/help")
    key, now = "k" * 64, town.clock.now()
    async with town.store.database.writing() as session:
        await updates.store_updates(session, [Arrived(7, key, b"", now)])
        (stored,) = await updates.claim_updates(
            session, now=now, claimant="one", until=now + timedelta(minutes=3), limit=1
        )

    async with town.store.database.writing() as session:
        again = await updates.claim_updates(
            session, now=MONDAY_MORNING, claimant="two", until=MONDAY_MORNING, limit=1
        )

    assert [each.id for each in again] == [stored.id]
