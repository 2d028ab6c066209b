"""How fast we may write: one budget for all senders, one message a second for each chat."""

import asyncio
from datetime import datetime, timedelta

from aiolimiter import AsyncLimiter

from bot.core.clock import Clock
from bot.store import Database, Session, budget
from bot.store.budget import BURST, Grant

LEARNS_EVERY = timedelta(seconds=1)  # where nobody sends, and so nobody takes of the budget


class Pace:
    """One process's share of the send budget.

    The clock here is the machine's own, even where the programme's can be moved: the network
    counts real seconds.
    """

    def __init__(
        self, database: Database, *, rate: float, chat_wait: timedelta, clock: Clock
    ) -> None:
        """Keep the rate, in messages a second, and the time between two messages to one chat."""
        self.database = database
        self.rate = rate
        self.chat_wait = chat_wait
        self.clock = clock
        self.held_until: datetime | None = None
        self.is_stopped = False
        self.replies_waiting = 0  # updates that are being handled: the schedule leaves them room
        self._spent = 0
        self._given_at = clock.now()
        self._learnt_at = clock.now() - LEARNS_EVERY
        burst = BURST.total_seconds()
        self._gate = AsyncLimiter(max(rate * burst, 1.0), max(burst, 1 / rate))
        self._free_at: dict[str, float] = {}

    async def take(self, want: int) -> Grant:
        """Take up to `want` messages from the budget; pay for what went ahead of it."""
        now = self.clock.now()
        is_stale = self._spent < 0 and abs(now - self._given_at) > BURST  # worth nothing by now
        spent, self._spent = 0 if is_stale else self._spent, 0
        async with self.database.writing() as session:
            grant = await budget.take(session, want=want, spent=spent, rate=self.rate, now=now)
        self._know(now + grant.wait if grant.is_held else None, now=now)
        self.is_stopped = grant.is_stopped
        return grant

    async def pass_gate(self) -> None:
        """Wait for a place in this process's stream of requests.

        What was granted is usually sent at once; what piled up, behind a slow upload say, must
        not leave all together.
        """
        await self._gate.acquire()

    def give_back(self, count: int) -> None:
        """Give back what was taken and not used."""
        self._spent -= count
        self._given_at = self.clock.now()

    def spend(self, count: int = 1) -> None:
        """Count messages that went ahead of the schedule: replies to taps."""
        self._spent += count

    async def hold(self, wait: timedelta) -> None:
        """Let every sender be quiet for a while, since the network asked for it."""
        now = self.clock.now()
        self._know(now + wait, now=now)
        async with self.database.writing() as session:
            await budget.hold(session, wait=wait, now=now)

    @property
    def has_debt(self) -> bool:
        """Whether replies have gone out that the budget does not know of."""
        return self._spent > 0

    async def pay(self) -> None:
        """Pay for replies where no sender does, and learn of a hold."""
        await self.take(0)

    @property
    def is_informed(self) -> bool:
        """Whether this process has looked at the budget lately, so that it knows of a hold."""
        return abs(self.clock.now() - self._learnt_at) < LEARNS_EVERY

    async def learn(self, session: Session) -> None:
        """Learn of a hold, without taking anything."""
        now = self.clock.now()
        found = await budget.find_budget(session)
        held = budget.held_for(found, now=now) if found else timedelta()
        self._know(now + held if held else None, now=now)

    def _know(self, held_until: datetime | None, *, now: datetime) -> None:
        """Keep what the budget said of a hold, and when it did."""
        self.held_until, self._learnt_at = held_until, now

    def wait_of_hold(self) -> timedelta:
        """Say how long the network wants quiet, as far as this process knows."""
        if self.held_until is None:
            return timedelta()
        return max(timedelta(), self.held_until - self.clock.now())

    async def take_turn(self, chat: str) -> None:
        """Wait until a second has passed since this process's last new message to a chat."""
        wait = self._wait_of(chat)
        self._book(chat, after=wait)
        await asyncio.sleep(wait)

    def may_write(self, chat: str) -> bool:
        """Say whether a chat may be written to now and, if so, count it as written to."""
        if self._wait_of(chat):
            return False
        self._book(chat, after=0.0)
        return True

    def _wait_of(self, chat: str) -> float:
        """Give the seconds until a chat may be written to."""
        return max(0.0, self._free_at.get(chat, 0.0) - asyncio.get_running_loop().time())

    def _book(self, chat: str, *, after: float) -> None:
        """Keep a chat for a message, some seconds from now; forget those that are free again."""
        now = asyncio.get_running_loop().time()
        while self._free_at and next(iter(self._free_at.values())) <= now:
            del self._free_at[next(iter(self._free_at))]
        self._free_at.pop(chat, None)
        self._free_at[chat] = now + after + self.chat_wait.total_seconds()
