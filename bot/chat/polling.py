"""Fetch updates by long polling; each is stored before the network may forget it."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.chat.messenger import wait_of
from bot.chat.transport import AiohttpRequest
from bot.chat.turns import CHAT, TurnApplication
from bot.core.clock import Clock
from bot.core.sealing import Sealer
from bot.errors import BotError, DatabaseGone
from bot.store import Database, updates
from bot.store.updates import Arrived

UPDATE = "update"  # what an update's body is sealed as
POLL_SECONDS = 30
LONGEST_WAIT_SECONDS = 30.0
WANTED = ["message", "edited_message", "callback_query", "my_chat_member"]

log = logging.getLogger(__name__)


class Poller:
    """Asks the network for updates, again and again."""

    def __init__(
        self,
        application: TurnApplication,
        database: Database,
        *,
        sealer: Sealer,
        clock: Clock,
        wake_inbox: Callable[[Sequence[str]], None],
    ) -> None:
        """Keep what polling needs; the first poll names no offset, so that nothing is skipped."""
        self.application = application
        self.database = database
        self.sealer = sealer
        self.clock = clock
        self.wake_inbox = wake_inbox
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
        """Poll, and wait a little after each failure."""
        wait = 1.0
        while True:
            try:
                await self.poll_once()
                wait = 1.0
            except InvalidToken as error:
                raise BotError("The Bot API refused the token (KUFFERT_TELEGRAM_TOKEN).") from error
            except RetryAfter as error:
                await asyncio.sleep(wait_of(error).total_seconds())
            except DatabaseGone as error:  # nothing is acknowledged until it is stored
                log.warning("polling: %s; again in %.0f s", error, wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            except TelegramError as error:
                log.warning("polling: %s; again in %.0f s", describe(error), wait)
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
        numbered = [each for each in arrived if isinstance(each.get("update_id"), int)]
        if not numbered:
            return
        sealed = [self._seal(each) for each in numbered]
        async with self.database.writing() as session:
            await updates.store_updates(session, sealed)
        self._offset = max(each["update_id"] for each in numbered) + 1
        self.wake_inbox([each.chat_key or "" for each in sealed])

    def _seal(self, update: dict[str, Any]) -> Arrived:
        """Seal what an update says, and hash whose it is."""
        chat_id = find_chat_id(update)
        return Arrived(
            id=update["update_id"],
            chat_key=self.sealer.keyed_hash(str(chat_id), purpose=CHAT) if chat_id else None,
            body_sealed=self.sealer.seal(json.dumps(update), bound_to=UPDATE),
            received_at=self.clock.now(),
        )


def find_chat_id(update: dict[str, Any]) -> int | None:
    """Find the private chat that an update comes from, whatever else it holds."""
    for part in update.values():
        if not isinstance(part, dict):
            continue
        message = part.get("message")
        holder = message if isinstance(message, dict) else part
        chat = holder.get("chat")
        if isinstance(chat, dict) and chat.get("type") == "private":
            return chat["id"] if isinstance(chat.get("id"), int) else None
    return None


def describe(error: TelegramError) -> str:
    """Say what went wrong, without an address, which would hold the token."""
    return "another process polls this bot" if isinstance(error, Conflict) else type(error).__name__
