"""What a process does by the hour and by night: forget what is over."""

import logging
from datetime import timedelta

from bot.app.forgetting import retire
from bot.app.reloading import Reloader
from bot.core.clock import Clock
from bot.delivery.shelf import Shelf
from bot.errors import DatabaseGone
from bot.store import Database, accounts, attempts, guardians, updates, work

NEWCOMERS_STAY = timedelta(days=7)
UPDATES_STAY = timedelta(days=7)
ATTEMPTS_STAY = timedelta(days=1)
SIGN_INS_STAY = timedelta(days=30)

log = logging.getLogger(__name__)


class Housekeeper:
    """Keeps house in one database; a database that is away is tried again the next time."""

    def __init__(
        self, database: Database, shelf: Shelf, reloader: Reloader | None, *, clock: Clock
    ) -> None:
        """Keep what is to be tidied, and the content that says when the programme is over."""
        self._database = database
        self._shelf = shelf
        self._reloader = reloader
        self._clock = clock

    async def tidy(self) -> None:
        """Forget what is over: newcomers who never consented, updates that are done, attempts."""
        now = self._clock.now()
        try:
            async with self._database.writing() as session:
                await guardians.forget_newcomers_before(session, now - NEWCOMERS_STAY)
                await updates.forget_done_before(session, now - UPDATES_STAY)
                await attempts.forget_before(session, now - ATTEMPTS_STAY)
                await accounts.forget_attempts_before(session, now - ATTEMPTS_STAY)
                await accounts.forget_sign_ins_before(session, now - SIGN_INS_STAY)
                await work.forget_expired(session, now=now)
            if self._reloader:
                await self._reloader.tidy()
        except DatabaseGone as error:
            log.warning("tidying waits: %s", error)

    async def retire(self) -> None:
        """Let everything personal go when the programme's time is over."""
        programme, now = self._shelf.current.programme, self._clock.now()
        try:
            await retire(self._database, programme, now=now)
        except DatabaseGone as error:
            log.warning("retention waits until the next night: %s", error)
