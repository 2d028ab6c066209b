"""A machine's clock that jumps and is put right: nothing comes twice, and nothing is missing."""

from datetime import timedelta

import pytest

from tests.hardening.crowd import settle
from tests.hardening.surviving import helped, is_touch_sent
from tests.town import Town

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("days", [-400, -1, -5 / 24, -1 / 24, 1 / 24, 5 / 24, 1, 3])
async def test_a_clock_that_jumps_and_comes_back_doubles_and_loses_nothing(
    town: Town, days: float
) -> None:
    phone = town.phone("Amina", language="en")
    await phone.join(await town.card("en"))
    right, jump = town.clock.now(), timedelta(days=days)

    town.clock.reset(right + jump)
    await phone.write("/help")
    await town.runtime.send_due()
    town.clock.reset(right)
    await phone.write("/help")
    await settle(town)

    assert helped(phone) == 2
    slots = [each.slot_at for each in await town.deliveries() if is_touch_sent(each)]
    assert len(slots) == len(set(slots))
    assert await town.examine() == []
    assert await town.skip_to_next()
    assert await town.examine() == []
