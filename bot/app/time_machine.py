"""The demo's time machine: it moves the clock, and lets everything due on the way be sent."""

import asyncio
from datetime import datetime, timedelta

from bot.app.clocks import MovableClock
from bot.app.running import Runtime
from bot.store import deliveries

ZONE = "Europe/Copenhagen"
WAIT_SECONDS = 0.05
A_TICK = timedelta(microseconds=1)


class DemoMachine:
    """Moves the demo's clock; every delivery that falls due on the way is sent at its moment."""

    zone = ZONE
    console = ""

    def __init__(self, clock: MovableClock, runtime: Runtime, *, besides: str = "") -> None:
        """Keep what moves, and whom to tell.

        Of families at centres whose codes begin with `besides` it says nothing: they live beside.
        """
        self._clock = clock
        self._runtime = runtime
        self._besides = besides

    def now(self) -> datetime:
        """Give the demo's moment."""
        return self._clock.now()

    async def next_at(self) -> datetime | None:
        """Say when the next message is due, if any is planned."""
        return await self._find_next_due(besides=self._besides)

    async def skip(self, distance: timedelta) -> None:
        """Go forward, step by step through every moment at which something is due."""
        target = self._clock.now() + distance
        await self._send_until(target)
        await self._go_to(target)
        await self._settle()

    async def _send_until(self, target: datetime) -> None:
        """Go through every moment up to a target at which something is due, to whomever."""
        while not self._runtime.pace.is_stopped:
            await self._settle()
            due_at = await self._find_next_due()
            if due_at is None or due_at > target:
                break
            await self._go_to(due_at)

    async def skip_to_next(self) -> bool:
        """Go to the next message that is really sent; False when none is planned.

        A slot that is only put off or skipped (a sibling's week, say) is passed by.
        """
        for _ in range(100):
            before = await self._count_sent()
            await self._settle()
            due_at = await self.next_at()
            if due_at is None:
                return False
            if self._besides:
                await self._send_until(due_at - A_TICK)
            await self._go_to(due_at)
            await self._settle()
            if await self._count_sent() > before:
                return True
        return False

    async def _go_to(self, moment: datetime) -> None:
        """Move the clock while nothing is being sent."""
        if moment <= self._clock.now():  # due already, and the network wants us to wait
            await asyncio.sleep(WAIT_SECONDS)
        async with self._runtime.turn:
            self._clock.move_to(moment)

    async def _settle(self) -> None:
        """Send what is due now."""
        await self._runtime.send_due()

    async def _count_sent(self) -> int:
        """Count what was ever sent, besides what is beside."""
        async with self._runtime.store.database.reading() as session:
            return await deliveries.count_sent(session, besides=self._besides)

    async def _find_next_due(self, *, besides: str = "") -> datetime | None:
        """Look up when something is due."""
        async with self._runtime.store.database.reading() as session:
            return await deliveries.find_next_due(session, besides=besides)
