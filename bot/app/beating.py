"""Say again and again that this process runs, so that others can tell when it does not."""

import socket
from contextlib import suppress
from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.core.sealing import Sealer
from bot.errors import DatabaseGone
from bot.store import Database, processes
from bot.store.operation_tables import RunningProcess

EVERY = timedelta(seconds=10)
REMEMBERED = timedelta(days=1)  # how long a process that was killed is missed


class Heart:
    """Beats in the database, as long as the process runs."""

    def __init__(
        self, database: Database, name: str, *, role: str, sealer: Sealer, clock: Clock
    ) -> None:
        """Keep who beats; nothing is written yet."""
        self._database = database
        self._sealer = sealer
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
        """Write that we run and with which keys, unless nothing is new since a moment ago.

        A database that is away knows later.
        """
        now, keys = self._clock.now(), " ".join(self._sealer.names)
        is_told = keys == self._process.keys
        if is_told and self._beaten_at and timedelta() <= now - self._beaten_at < EVERY:
            return
        self._process.seen_at, self._process.keys = now, keys
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
