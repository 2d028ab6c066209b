"""Who polls: on PostgreSQL one process at a time, and another when that one is gone."""

import asyncio

from bot.chat.polling import Poller
from bot.errors import DatabaseGone
from bot.store import Database
from bot.store.liveness import Hold, Life

LOOK_SECONDS = 1
TURN_SECONDS = 10
POLLING = "polling"  # the name that says who has the turn


class PollTurns:
    """Polls whenever it is this process's turn."""

    def __init__(self, database: Database, poller: Poller) -> None:
        """Keep what polls."""
        self._poller = poller
        self._life = Life(database, POLLING)

    async def end(self) -> None:
        """Give the turn back."""
        await self._life.end()

    async def run(self) -> None:
        """Poll as long as no other process does."""
        while True:
            if await self._may_poll():
                polling = asyncio.create_task(self._poller.run())
                try:
                    await self._poll_while_ours(polling)
                finally:
                    polling.cancel()
                    await asyncio.wait([polling])
            await asyncio.sleep(LOOK_SECONDS)

    async def _poll_while_ours(self, polling: "asyncio.Task[None]") -> None:
        """Come back when another process polls; raise what ended the polling."""
        while await self._may_poll():
            done, _ = await asyncio.wait([polling], timeout=TURN_SECONDS)
            for task in done:
                task.result()

    async def _may_poll(self) -> bool:
        """Say whether it is for us to poll; while the database is away nothing changes."""
        try:
            return await self._life.hold() is not Hold.REFUSED
        except DatabaseGone:
            return True
