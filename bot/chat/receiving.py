"""Store updates as they come, by polling or by webhook: before that, none is acknowledged."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from bot.chat.turns import CHAT
from bot.core.clock import Clock
from bot.core.sealing import Sealer
from bot.store import Database, updates
from bot.store.updates import Arrived

UPDATE = "update"  # what an update's body is sealed as
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
HIGHEST_NUMBER = 2**63 - 1  # that the store can hold


class Receiver:
    """Seals updates and stores each once, and says that there are some."""

    def __init__(
        self,
        database: Database,
        *,
        sealer: Sealer,
        clock: Clock,
        wake_inbox: Callable[[Sequence[str]], None],
    ) -> None:
        """Keep what is needed; `wake_inbox` is told the hashes of the chats."""
        self.database = database
        self.sealer = sealer
        self.clock = clock
        self.wake_inbox = wake_inbox

    async def receive(self, arrived: Sequence[dict[str, Any]]) -> None:
        """Store updates that have a number; raise DatabaseGone where that cannot be done now."""
        sealed = [self._seal(each) for each in arrived]
        async with self.database.writing() as session:
            await updates.store_updates(session, sealed)
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


def is_update(found: object) -> bool:
    """Say whether something is an update, as far as its number tells."""
    number = found.get("update_id") if isinstance(found, dict) else None
    return type(number) is int and 0 <= number <= HIGHEST_NUMBER


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
