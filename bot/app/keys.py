"""Follow the keys while running: what the key file holds, and which of them is to seal."""

import asyncio
import logging

from bot.core.sealing import Sealer
from bot.errors import BotError, DatabaseGone, KeyMissing
from bot.store import Database, deployment

LOOK_SECONDS = 3

log = logging.getLogger(__name__)


class KeyWatch:
    """Looks at the key file and at the database, so that no rotation needs a restart."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        """Keep whose keys they are; nothing is looked at yet."""
        self._database = database
        self._sealer = sealer
        self._said = ""

    async def run(self) -> None:
        """Look again and again; raise KeyMissing as soon as the key that seals is not ours."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Take over new keys, and seal with the one that the database says.

        A key file that cannot be used changes nothing. Raise KeyMissing where others seal with a
        key that we do not have: what they write would be lost on us, so it is better to end.
        """
        try:
            self._sealer.look_again()
        except BotError as error:
            self._say(str(error))
        else:
            self._said = ""
        try:
            async with self._database.reading() as session:
                sealing = await deployment.find_value(session, deployment.SEALING_KEY)
        except DatabaseGone:
            return  # everything else says so
        if sealing:
            self._seal_with(sealing)

    def _seal_with(self, name: str) -> None:
        """Seal with a key; raise KeyMissing where we do not have it."""
        try:
            self._sealer.seal_with(name)
        except BotError as error:
            raise KeyMissing(
                f"Others seal with a key that is not in the key file here ({name}). Copy the key "
                "file from the machine where `kuffert key rotate` was run, and start again."
            ) from error

    def _say(self, words: str) -> None:
        """Say what is the matter with the key file, once."""
        if words != self._said:
            log.error("the key file is not used, what was known goes on: %s", words)
            self._said = words
