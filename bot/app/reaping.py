"""Take up what killed processes had claimed, and take nobody living for dead."""

import logging
from collections.abc import Callable

from bot.core.clock import Clock
from bot.store import Database, claims
from bot.store.liveness import Hold, Life, list_absent, release

DEAD_AFTER_SECONDS = 5.0  # a living process whose connection dropped is back within a second or two

log = logging.getLogger(__name__)


class Reaper:
    """Watches the names that claims are signed with; one that is long absent is dead."""

    def __init__(
        self, database: Database, name: str, *, clock: Clock, monotonic: Callable[[], float]
    ) -> None:
        """Know nobody yet; `monotonic` gives seconds that never jump."""
        self._database = database
        self._name = name
        self._clock = clock
        self._monotonic = monotonic
        self._absent_since: dict[str, float] = {}
        self.life = Life(database, name)

    async def look(self) -> None:
        """Hold our own name; give back the claims of the dead, and those whose lease has run out.

        Where our own name had slipped, the database was away: the others are coming back too.
        """
        if await self.life.hold() is Hold.TAKEN:
            self._absent_since.clear()
        async with self._database.writing() as session:
            absent = await list_absent(session, name=self._name)
            for name in self._list_dead(absent):
                log.warning("process %s is gone; what it had claimed is taken up", name)
                await release(session, name)
            await claims.release_expired(session, now=self._clock.now())

    def _list_dead(self, absent: list[str]) -> list[str]:
        """List who has been absent for long; on SQLite there is nobody but us."""
        now = self._monotonic()
        self._absent_since = {name: self._absent_since.get(name, now) for name in absent}
        wait = 0.0 if self._database.is_sqlite else DEAD_AFTER_SECONDS
        return [name for name, since in self._absent_since.items() if now - since >= wait]
