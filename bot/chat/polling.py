"""Fetch updates by long polling; each is stored before the network may forget it."""

import asyncio
import json
import logging
from typing import Any
from urllib.parse import urlencode

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.chat.messenger import wait_of
from bot.chat.receiving import WANTED, Receiver, find_number, is_update
from bot.chat.transport import AiohttpRequest, NotConnected
from bot.chat.turns import TurnApplication
from bot.core.tracing import tell_error
from bot.errors import DatabaseGone

POLL_SECONDS = 30
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 30.0

log = logging.getLogger(__name__)


class Poller:
    """Asks the network for updates, again and again."""

    def __init__(self, application: TurnApplication, receiver: Receiver) -> None:
        """Keep what polling needs; the first poll names no offset, so that nothing is skipped."""
        self.application = application
        self.receiver = receiver
        self._offset: int | None = None
        self._request = AiohttpRequest()

    async def fetch(self) -> None:
        """Poll once, on a connection of its own: for a clock that waits."""
        async with self._request:
            await self.poll_once()

    async def run(self) -> None:
        """Poll until cancelled; a network that is gone is asked again, at growing intervals."""
        async with self._request:
            await self._poll_on()

    async def _poll_on(self) -> None:
        """Poll, and wait a little after each failure; what waits with the network stays there.

        A token that is refused may be valid again, and until then whoever reads pages reads on.
        """
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                await self.poll_once()
                wait = FIRST_WAIT_SECONDS
                continue
            except RetryAfter as error:
                await asyncio.sleep(wait_of(error).total_seconds())
                continue
            except DatabaseGone as error:  # nothing is acknowledged until it is stored
                log.warning("polling: %s; again in %.0f s", error, wait)
            except InvalidToken as error:
                log.error("polling: %s; again in %.0f s", describe(error), wait)
            except TelegramError as error:
                log.warning("polling: %s; again in %.0f s", describe(error), wait)
            except Exception as error:  # the tick: log, and go on
                log.error("polling: %s", tell_error(error))
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    async def poll_once(self) -> None:
        """Fetch what there is, store it, and only then move the offset."""
        bot = self.application.bot
        asked: dict[str, Any] = {"timeout": POLL_SECONDS, "allowed_updates": json.dumps(WANTED)}
        if self._offset is not None:
            asked["offset"] = self._offset
        address = f"{bot.base_url}/getUpdates?{urlencode(asked)}"
        arrived: Any = await self._request.post(address, read_timeout=POLL_SECONDS + 10)
        if arrived == []:
            return
        found = arrived if isinstance(arrived, list) else []
        numbers = [number for each in found if (number := find_number(each)) is not None]
        if not numbers:
            raise TelegramError("what came are no updates")
        kept = [each for each in found if is_update(each)]
        if len(kept) < len(numbers):
            log.warning(
                "an update is nested too deep: %d are passed over", len(numbers) - len(kept)
            )
        await self.receiver.receive(kept)
        self._offset = max(numbers) + 1


def describe(error: TelegramError) -> str:
    """Say what went wrong, without an address, which would hold the token."""
    if isinstance(error, InvalidToken):
        return "the Bot API refuses the token (KUFFERT_TELEGRAM_TOKEN)"
    if isinstance(error, NotConnected) or type(error) is TelegramError:  # our own words
        return str(error)
    if not isinstance(error, Conflict):
        return type(error).__name__
    is_set = "webhook" in str(error)
    return "a webhook is set for this bot" if is_set else "another process polls this bot"
