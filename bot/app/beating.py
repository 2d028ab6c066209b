"""Say again and again that this process runs, so that others can tell when it does not."""

import socket
from contextlib import suppress
from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.errors import DatabaseGone
from bot.store import Database, processes
from bot.store.operation_tables import RunningProcess

EVERY = timedelta(seconds=10)
REMEMBERED = timedelta(days=1)  # how long a process that was killed is missed


class Heart:
    """Beats in the database, as long as the process runs."""

    def __init__(self, database: Database, name: str, *, role: str, clock: Clock) -> None:
        """Keep who beats; nothing is written yet."""
        self._database = database
        self._clock = clock
        self._process = RunningProcess(
            name=name,
            role=role,
            host=socket.gethostname()[:253],
            started_at=clock.now(),
            seen_at=clock.now(),
        )
        self._beaten_at: datetime | None = None

    async def beat(self) -> None:
        """Write that we run, unless we have just done so; a database that is away knows later."""
        now = self._clock.now()
        if self._beaten_at and timedelta() <= now - self._beaten_at < EVERY:
            return
        self._process.seen_at = now
        with suppress(DatabaseGone):
            async with self._database.writing() as session:
                await processes.record_alive(session, self._process)
                await processes.forget_before(session, now - REMEMBERED)
            self._beaten_at = now

    async def stop(self) -> None:
        """Write that we end."""
        with suppress(DatabaseGone):
            async with self._database.writing() as session:
                await processes.record_ended(session, self._process.name)
