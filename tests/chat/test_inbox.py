"""The inbox: what waits for what, and what comes twice when an answer is lost."""

from collections.abc import Sequence
from datetime import timedelta

import anyio
import pytest

from bot.delivery.pace import Pace
from bot.sandbox.records import ChatMessage, Fault
from bot.store import Database
from bot.store.states import UpdateStatus
from bot.store.tables import StoredUpdate
from tests.conftest import MONDAY_MORNING
from tests.town import PATIENCE, Phone, SettableClock, Town

pytestmark = pytest.mark.anyio
SLOW_SECONDS = 3.0


async def settle_in_time(town: Town) -> None:
    """Let seconds pass until every update is done, as attempts are made again."""
    with anyio.fail_after(PATIENCE):
        while await town.has_open_updates():
            town.clock.move_to(town.clock.now() + timedelta(seconds=1))
            town.runtime.inbox.wake()
            await anyio.lowlevel.checkpoint()


async def wait_for_strike(town: Town) -> None:
    """Come back when a call has gone wrong, or has begun to be slow."""
    with anyio.fail_after(PATIENCE):
        while not town.sandbox.strikes:
            await anyio.lowlevel.checkpoint()


async def statuses(town: Town) -> set[UpdateStatus]:
    return {each.status for each in await town.rows(StoredUpdate)}


def helped(phone: Phone) -> Sequence[ChatMessage]:
    return [each for each in phone.from_bot if "three small messages" in each.text]


async def test_a_slow_reply_to_one_chat_delays_no_other(town: Town) -> None:
    amina, bashir = town.phone("Amina", language="en"), town.phone("Bashir", language="en")
    amina.person.opened = bashir.person.opened = True
    town.sandbox.faults.append(Fault("slow", "sendMessage", seconds=SLOW_SECONDS))

    town.sandbox.write(amina.person.id, "/help")
    await wait_for_strike(town)
    await bashir.write("/help")

    assert helped(bashir)
    assert not helped(amina)
    await town.wait_for(lambda: helped(amina))


async def test_a_reply_keeps_its_distance_from_a_touch_of_another_replica(town: Town) -> None:
    phone = town.phone("Amina", language="en")
    await phone.join(await town.card("en"))
    town.runtime.pace.chat_wait = timedelta(seconds=1)
    started = anyio.current_time()

    await phone.write("/help")  # the test's clock stands still: the first activity came just now

    assert anyio.current_time() - started >= 1


async def test_what_one_chat_writes_is_answered_in_its_order(town: Town) -> None:
    phone = town.phone("Amina", language="en")
    await phone.join(await town.card("en"))
    before = len(phone.from_bot)

    for text in ("/help", "/pause", "/resume", "/help", "hello"):
        town.sandbox.write(phone.person.id, text)
    await town.settle()

    answers = [each.text for each in phone.from_bot[before:]]
    assert len(answers) == 5
    assert answers[0] == answers[3]
    assert "three small messages" in answers[0]
    assert "I have passed this on to the staff" in answers[4]


async def test_a_message_whose_answer_is_lost_comes_twice_and_no_more(town: Town) -> None:
    phone = town.phone("Amina", language="en")
    phone.person.opened = True
    town.sandbox.faults.append(Fault("drop_after", "sendMessage", times=3))

    town.sandbox.write(phone.person.id, "/help")
    await town.wait_for(lambda: helped(phone))
    await settle_in_time(town)

    assert len(helped(phone)) == 2
    assert await statuses(town) == {UpdateStatus.DONE}


async def test_a_message_is_not_taken_for_sent_because_an_earlier_attempt_was_refused(
    town: Town,
) -> None:
    phone = town.phone("Amina", language="en")
    phone.person.opened = True
    town.sandbox.faults.append(Fault("server_error", "sendMessage"))
    town.sandbox.faults.append(Fault("drop_before", "sendMessage"))

    town.sandbox.write(phone.person.id, "/help")
    await wait_for_strike(town)
    await settle_in_time(town)

    assert len(helped(phone)) == 1
    assert await statuses(town) == {UpdateStatus.DONE}


async def test_a_tap_whose_edit_is_repeated_is_answered_and_counted_once(town: Town) -> None:
    phone = town.phone("Amina", language="en")
    first = await phone.join(await town.card("en"))
    answers = len(town.sandbox.answers)
    town.sandbox.faults.append(Fault("drop_after", "editMessageCaption", times=2))

    town.sandbox.tap(phone.person.id, first.id, "answer:1:did-it")
    await town.wait_for(lambda: first.edited_at)
    await settle_in_time(town)

    assert first.text.count("Well done, both of you!") == 1
    assert (await town.events()).count("did-it") == 1
    assert len(town.sandbox.answers) == answers + 1
    assert await statuses(town) == {UpdateStatus.DONE}


async def test_a_tap_is_answered_though_its_edit_is_slow(town: Town) -> None:
    phone = town.phone("Amina", language="en")
    first = await phone.join(await town.card("en"))
    answers = len(town.sandbox.answers)
    town.sandbox.faults.append(Fault("slow", "editMessageCaption", seconds=SLOW_SECONDS))

    town.sandbox.tap(phone.person.id, first.id, "answer:1:did-it")
    await town.wait_for(lambda: len(town.sandbox.answers) > answers)

    assert first.edited_at is None
    await town.wait_for(lambda: first.edited_at)


async def test_the_schedule_is_told_that_a_reply_is_on_its_way(town: Town) -> None:
    phone = town.phone("Amina", language="en")
    phone.person.opened = True
    town.sandbox.faults.append(Fault("slow", "sendMessage", seconds=SLOW_SECONDS / 3))

    town.sandbox.write(phone.person.id, "/help")
    await wait_for_strike(town)

    assert town.runtime.pace.replies_waiting == 1
    await town.wait_for(lambda: helped(phone))
    await town.settle()
    assert town.runtime.pace.replies_waiting == 0


async def test_a_process_that_sends_no_schedule_learns_of_a_hold(database: Database) -> None:
    clock = SettableClock(MONDAY_MORNING)
    sender, web = (
        Pace(database, rate=30, chat_wait=timedelta(), clock=clock) for _ in ("sender", "web")
    )
    assert not web.is_informed

    await sender.hold(timedelta(seconds=5))
    async with database.reading() as session:
        await web.learn(session)

    assert web.is_informed
    assert web.wait_of_hold() == timedelta(seconds=5)
