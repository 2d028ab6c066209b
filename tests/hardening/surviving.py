"""What every failure is measured by: afterwards nothing is missing, and nothing came twice."""

from collections.abc import Callable
from datetime import datetime, timedelta

import anyio
import pytest

from bot.store.states import DeliveryKind, DeliveryStatus, UpdateStatus
from bot.store.tables import Delivery, StoredUpdate
from tests.hardening.crowd import settle
from tests.town import Phone, Town

LONG = timedelta(minutes=10)
Log = pytest.LogCaptureFixture


async def until(condition: Callable[[], object]) -> None:
    """Come back when a condition holds that nobody announces, such as a line in the log."""
    with anyio.fail_after(60):
        while not condition():
            await anyio.lowlevel.checkpoint()


def helped(phone: Phone) -> int:
    return sum("three small messages" in each.text for each in phone.from_bot)


async def find_next_touch(town: Town) -> datetime:
    """Say when the next touch is due."""
    return min(each.due_at for each in await town.deliveries() if each.status == "planned")


async def join_before_a_touch(town: Town) -> tuple[Phone, datetime]:
    """Let Amina join, and the next touch be due in a few minutes: give when."""
    phone = town.phone("Amina", language="en")
    await phone.join(await town.card("en"))
    due_at = await find_next_touch(town)
    town.clock.move_to(due_at - LONG)
    return phone, due_at


def is_touch_sent(delivery: Delivery) -> bool:
    return (delivery.kind, delivery.status) == (DeliveryKind.PROGRAMME, DeliveryStatus.SENT)


async def see_that_nothing_is_lost(
    town: Town, phone: Phone, *, touches: int, repeated: int = 0
) -> None:
    """See that what was asked is answered once, that the touch came once, and all is recorded."""
    town.clock.move_to(town.clock.now() + LONG)
    await settle(town)
    await town.runtime.send_due()
    assert helped(phone) == 1
    sent = [each for each in await town.deliveries() if is_touch_sent(each)]
    numbers = [each.id for each in phone.from_bot]
    assert len(sent) == touches + 1  # the first came when they joined
    assert [numbers.count(each.message_id) for each in sent] == [1] * len(sent)
    assert len({each.text for each in phone.from_bot}) >= len(phone.from_bot) - repeated
    assert {each.status for each in await town.rows(StoredUpdate)} == {UpdateStatus.DONE}
    statuses = {each.status for each in await town.deliveries()}
    assert statuses == {DeliveryStatus.SENT, DeliveryStatus.PLANNED}
    assert await town.examine() == []
