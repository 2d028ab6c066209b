"""Store updates as they come, by polling or by webhook: before that, none is acknowledged."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bot.chat.flooding import Floodgate
from bot.chat.turns import CHAT
from bot.core.clock import Clock
from bot.core.meters import Meters
from bot.core.sealing import Sealer
from bot.store import Database, updates
from bot.store.updates import Arrived

UPDATE = "update"  # what an update's body is sealed as
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
MOST_LEVELS = 40  # a message within a message within an update has about ten
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
        meters: Meters | None = None,
    ) -> None:
        """Keep what is needed; `wake_inbox` is told the hashes of the chats."""
        self.database = database
        self.sealer = sealer
        self.clock = clock
        self.wake_inbox = wake_inbox
        self._gate = Floodgate(clock, meters or Meters())

    async def receive(self, arrived: Sequence[dict[str, Any]]) -> None:
        """Store updates that have a number; raise DatabaseGone where that cannot be done now.

        Of a chat that floods us only what ends things is stored.
        """
        sealed = [self._seal(each) for each in arrived]
        chats = {each.chat_key for each in sealed if each.chat_key}
        async with self.database.writing() as session:
            waiting = await updates.count_undone(session, chats) if chats else {}
            passed = self._gate.let_in(list(zip(arrived, sealed, strict=True)), waiting)
            await updates.store_updates(session, passed)
        self.wake_inbox([each.chat_key or "" for each in passed])

    def _seal(self, update: dict[str, Any]) -> Arrived:
        """Seal what an update says, and hash whose it is."""
        chat_id = find_chat_id(update)
        return Arrived(
            id=update["update_id"],
            chat_key=self.sealer.keyed_hash(str(chat_id), purpose=CHAT) if chat_id else None,
            body_sealed=self.sealer.seal(write(update), bound_to=UPDATE),
            received_at=self.clock.now(),
        )


def is_update(found: object) -> bool:
    """Say whether something is an update, as far as its number and its depth tell."""
    return find_number(found) is not None and not is_deep(found)


def find_number(found: object) -> int | None:
    """Give the number of an update; None for what has none."""
    number = found.get("update_id") if isinstance(found, dict) else None
    return number if type(number) is int and 0 <= number <= HIGHEST_NUMBER else None


def is_deep(found: object) -> bool:
    """Say whether something is nested deeper than anything that the network writes."""
    level: list[object] = [found]
    for _ in range(MOST_LEVELS):
        level = [inner for outer in level for inner in parts_of(outer)]
        if not level:
            return False
    return True


def parts_of(found: object) -> Iterable[object]:
    """Give what something holds."""
    if isinstance(found, dict):
        return found.values()
    return found if isinstance(found, list) else ()


def write(update: dict[str, Any]) -> str:
    """Write an update as JSON; half a sign, which no database takes, becomes a question mark."""
    return json.dumps(update, ensure_ascii=False).encode(errors="replace").decode()


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
