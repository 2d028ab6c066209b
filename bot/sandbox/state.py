"""The sandbox itself: who has written what to whom, and what the bot has not fetched yet."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from bot.core.clock import Clock
from bot.core.voice_notes import measure_voice_note
from bot.errors import BotError
from bot.sandbox.entities import find_commands
from bot.sandbox.keeping import Keeper
from bot.sandbox.pictures import measure
from bot.sandbox.records import (
    Call,
    CallbackAnswer,
    ChatMessage,
    Fault,
    Person,
    StoredFile,
    Strike,
    Tap,
)
from bot.sandbox.webhooks import Courier

FIRST_PERSON = 500_001
CAPTION_UNITS = 1024
SMALL_SIDE = 90  # of the smallest size in which Telegram offers a photo
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")  # what is pushed here
Found = TypeVar("Found")


class Sandbox:
    """Persons, chats and updates; everything that changes is told to whoever listens."""

    def __init__(
        self,
        clock: Clock,
        *,
        token: str = "1000001:sandbox",
        username: str = "kuffert_demo_bot",
        name: str = "Kuffert",
        keep_in: Path | None = None,
        first_person: int = FIRST_PERSON,
    ) -> None:
        """Begin empty, or with what was kept in a folder."""
        self.clock, self.token, self.username, self.name = clock, token, username, name
        self.first_person = first_person
        self.persons: dict[int, Person] = {}
        self.chats: dict[int, list[ChatMessage]] = {}
        self.updates: dict[int, dict[str, Any]] = {}
        self.acknowledged: dict[int, dict[str, Any]] = {}
        self.files: dict[str, StoredFile] = {}
        self.contents: dict[str, bytes] = {}
        self.taps: dict[str, Tap] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.descriptions: dict[str, dict[str, str]] = {}
        self.answers: list[CallbackAnswer] = []
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.strikes: list[Strike] = []
        self.allowed: list[str] = []  # the kinds of updates that the bot asked for; none: all
        self.counters = {"message": 0, "update": 900_000, "tap": 0, "file": 0, "poll": 0}
        self.listeners: set[asyncio.Queue[dict[str, Any]]] = set()
        self.courier = Courier(self)
        self._changed = asyncio.Event()
        self._keeper = Keeper(keep_in) if keep_in else None
        if self._keeper:
            self._keeper.load(self)

    # What a person does

    def add_person(self, name: str, *, language: str = "en", is_hidden: bool = False) -> Person:
        """Let somebody install the app."""
        number = self.first_person + len(self.persons)
        person = Person(number, name, language, is_hidden=is_hidden)
        self.persons[person.id] = person
        self.chats[person.id] = []
        self.tell({"type": "persons"})
        return person

    def take_in(self, person: Person, other: "Sandbox") -> None:
        """Let somebody in who lived elsewhere: with the files they sent, and an empty chat here."""
        self.persons[person.id] = replace(person)
        self.chats[person.id] = []
        for message in other.chats[person.id]:
            if message.media and not message.from_bot:
                self.files[message.media.file_id] = message.media
                self.keep_content(message.media.digest, other.contents[message.media.digest])
        self.wake()

    def list_shown(self) -> list[Person]:
        """List the persons whom a visitor may play."""
        return [each for each in self.persons.values() if not each.is_hidden]

    def start(self, person_id: int, payload: str = "") -> int:
        """Press START, with what the link carried; return the update's number."""
        self.persons[person_id].opened = True
        self.tell({"type": "persons"})
        return self.write(person_id, f"/start {payload}".strip())

    def write(self, person_id: int, text: str) -> int:
        """Write a text or a command."""
        message = self.add_message(person_id, from_bot=False, text=text)
        message.entities = find_commands(text)
        return self.push(message=self.show(message))

    def attach(
        self,
        person_id: int,
        kind: str,
        content: bytes,
        name: str,
        *,
        caption: str = "",
        seconds: int | None = None,
        **extra: Any,
    ) -> int:
        """Send a photo, a voice message, a document, a video or a sticker; return the update.

        Without `seconds` a voice message lasts as long as its sound. `extra` says more:
        `media_group_id` of an album, say. A sticker has no caption.
        """
        if len(caption.encode("utf-16-le")) // 2 > CAPTION_UNITS:
            raise BotError(f"A caption has at most {CAPTION_UNITS} characters.")
        if kind == "sticker" and caption:
            raise BotError("A sticker has no caption.")
        message = self.add_message(person_id, from_bot=False, text="")
        lasts = measure_voice_note(content) if seconds is None else seconds
        message.media = self.keep_file(kind, content, name, seconds=round(lasts or 1))
        message.text, message.extra = caption, extra
        message.entities = find_commands(caption)
        self.announce("message", message)
        return self.push(message=self.show(message))

    def send(self, person_id: int, text: str = "", **extra: Any) -> int:
        """Send what is no file: a place, a contact, words that somebody else wrote."""
        message = self.add_message(person_id, from_bot=False, text=text)
        message.entities, message.extra = find_commands(text), extra
        return self.push(message=self.show(message))

    def edit(self, person_id: int, message_id: int, text: str) -> int:
        """Change what a person wrote, or the words under a picture."""
        message = self.find_message(person_id, message_id)
        if message is None or message.from_bot:
            raise BotError(f"Message {message_id} is not this person's.")
        message.text, message.entities = text, find_commands(text)
        message.edited_at = self.clock.now()
        self.announce("edited", message)
        return self.push(edited_message=self.show(message))

    def tap(self, person_id: int, message_id: int, action: str) -> str:
        """Tap a button that the message shows now; return the tap's id."""
        message = self.find_message(person_id, message_id)
        if message is None or action not in message.actions():
            raise BotError(f'Message {message_id} has no button "{action}".')
        return self.tap_stale(person_id, message_id, action)

    def tap_stale(self, person_id: int, message_id: int, action: str) -> str:
        """Tap a button, perhaps on an old screen that shows what is gone."""
        message = self.find_message(person_id, message_id)
        if message is None:
            raise BotError(f"There is no message {message_id} in this chat.")
        callback_id = str(4_000_000_000 + self.count("tap"))
        self.taps[callback_id] = Tap(person_id, self.clock.now())
        query = {
            "id": callback_id,
            "from": self.show_person(person_id),
            "message": self.show(message),
            "chat_instance": str(person_id),
            "data": action,
        }
        self.push(callback_query=query)
        return callback_id

    def block(self, person_id: int) -> None:
        """Block the bot."""
        self._change_membership(person_id, blocked=True)

    def unblock(self, person_id: int) -> None:
        """Let the bot write again."""
        self._change_membership(person_id, blocked=False)

    def _change_membership(self, person_id: int, *, blocked: bool) -> None:
        """Block or unblock, and tell the bot as Telegram does."""
        self.persons[person_id].blocked = blocked
        words = ("member", "kicked") if blocked else ("kicked", "member")
        bot = self.show_bot()
        old, new = ({"user": bot, "status": word, "until_date": 0} for word in words)
        self.push(
            my_chat_member={
                "chat": self.show_chat(person_id),
                "from": self.show_person(person_id),
                "date": int(self.clock.now().timestamp()),
                "old_chat_member": old,
                "new_chat_member": new,
            }
        )
        self.tell({"type": "persons"})

    def delete_account(self, person_id: int) -> None:
        """Delete the account; the chat cannot be reached any more."""
        self.persons[person_id].deleted = True
        self.tell({"type": "persons"})

    # Updates

    def push(self, **content: Any) -> int:
        """Put an update in the queue."""
        return self.push_raw(content)

    def push_raw(self, content: dict[str, Any]) -> int:
        """Put anything in the queue, as an update; the bot does not get what it never asked for."""
        update_id = self.count("update")
        if self.allowed and any(each in KINDS and each not in self.allowed for each in content):
            return update_id
        self.updates[update_id] = {"update_id": update_id, **content}
        self.wake()
        return update_id

    def repeat_update(self, update_id: int) -> None:
        """Deliver an update that was acknowledged once more."""
        self.updates[update_id] = self.acknowledged.get(update_id) or self.updates[update_id]
        self.wake()

    def acknowledge(self, offset: int) -> None:
        """Forget the updates before an offset."""
        for update_id in [each for each in self.updates if each < offset]:
            self.acknowledged[update_id] = self.updates.pop(update_id)
        self.wake()

    def take_off(self, update_id: int) -> None:
        """Forget one update, which the bot took from a webhook."""
        if update_id in self.updates:
            self.acknowledged[update_id] = self.updates.pop(update_id)
        self.wake()

    def end_polls(self) -> int:
        """Let a new poll take the place of one that waits; return its number."""
        number = self.count("poll")
        self.wake()
        return number

    # Messages and files

    def add_message(self, person_id: int, *, from_bot: bool, text: str) -> ChatMessage:
        """Add a message to a chat; a person's is announced at once, the bot's by its maker."""
        message = ChatMessage(
            self.count("message"), person_id, from_bot, self.clock.now(), text=text
        )
        self.chats[person_id].append(message)
        if not from_bot and text:
            self.announce("message", message)
        return message

    def messages(self, person_id: int) -> list[ChatMessage]:
        """List a chat, oldest first."""
        return list(self.chats[person_id])

    def find_message(self, person_id: int, message_id: int) -> ChatMessage | None:
        """Look up a message of a chat."""
        return next((each for each in self.chats[person_id] if each.id == message_id), None)

    def keep_file(self, kind: str, content: bytes, name: str, *, seconds: int = 1) -> StoredFile:
        """Keep a file under an id of its own."""
        digest = hashlib.sha256(content).hexdigest()
        width, height = measure(content) if kind == "photo" else (None, None)
        file_id = f"{kind}-{self.count('file')}-{digest[:12]}"
        stored = StoredFile(file_id, kind, name, len(content), digest, width, height, seconds)
        self.files[file_id] = stored
        self.keep_content(digest, content)
        return stored

    def keep_content(self, digest: str, content: bytes) -> None:
        """Keep what a file holds."""
        self.contents[digest] = content
        if self._keeper:
            self._keeper.keep_content(digest, content)

    # Showing things as Telegram does

    def show(self, message: ChatMessage) -> dict[str, Any]:
        """Show a message as the Bot API does."""
        shown: dict[str, Any] = {
            "message_id": message.id,
            "date": int(message.at.timestamp()),
            "chat": self.show_chat(message.person_id),
            "from": self.show_bot() if message.from_bot else self.show_person(message.person_id),
            **message.extra,
        }
        words = "caption" if message.media else "text"
        if message.text:
            shown[words] = message.text
            shown["entities" if words == "text" else "caption_entities"] = message.entities
        if message.media:
            shown[message.media.kind] = show_file(message.media)
        if message.buttons:
            shown["reply_markup"] = {"inline_keyboard": message.buttons}
        if message.edited_at:
            shown["edit_date"] = int(message.edited_at.timestamp())
        return shown

    def show_bot(self) -> dict[str, Any]:
        """Show the bot's account."""
        return {
            "id": int(self.token.split(":")[0]),
            "is_bot": True,
            "first_name": self.name,
            "username": self.username,
        }

    def show_person(self, person_id: int) -> dict[str, Any]:
        """Show a person's account."""
        person = self.persons[person_id]
        return {
            "id": person.id,
            "is_bot": False,
            "first_name": person.name,
            "language_code": person.language,
        }

    def show_chat(self, person_id: int) -> dict[str, Any]:
        """Show a private chat."""
        return {
            "id": person_id,
            "type": "private",
            "first_name": self.persons[person_id].name,
        }

    # Change

    def count(self, name: str) -> int:
        """Give the next number of a kind."""
        self.counters[name] += 1
        return self.counters[name]

    def announce(self, kind: str, message: ChatMessage) -> None:
        """Tell that a message came or changed."""
        self.tell({"type": kind, "person": message.person_id, "message_id": message.id})

    def tell(self, event: dict[str, Any]) -> None:
        """Tell whoever listens."""
        for queue in self.listeners:
            queue.put_nowait(event)
        self.wake()

    def wake(self) -> None:
        """Say that something has changed, and keep it."""
        if self._keeper:
            self._keeper.save(self)
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_for(
        self, condition: Callable[[], Found | None], *, seconds: float = 60.0
    ) -> Found:
        """Wait until a condition holds; raise TimeoutError when it does not come to."""
        async with asyncio.timeout(seconds):
            while True:
                changed = self._changed
                found = condition()
                if found:
                    return found
                await changed.wait()

    def now(self) -> datetime:
        """Give the moment."""
        return self.clock.now()


def show_file(file: StoredFile) -> dict[str, Any] | list[dict[str, Any]]:
    """Show a file as the Bot API does."""
    shown: dict[str, Any] = {
        "file_id": file.file_id,
        "file_unique_id": file.digest[:16],
        "file_size": file.size,
    }
    match file.kind:
        case "photo":
            return [show_smallest(file), {**shown, "width": file.width, "height": file.height}]
        case "voice":
            return {**shown, "duration": file.seconds, "mime_type": "audio/ogg"}
        case "video":
            return {**shown, "width": 640, "height": 360, "duration": file.seconds}
        case "sticker":
            flags = {"type": "regular", "is_animated": False, "is_video": False}
            return {**shown, **flags, "width": 512, "height": 512}
    return {**shown, "file_name": file.name}


def show_smallest(file: StoredFile) -> dict[str, Any]:
    """Show the smallest size of a photo, which comes first and cannot be fetched here."""
    longest = max(file.width or 1, file.height or 1)
    return {
        "file_id": f"{file.file_id}-small",
        "file_unique_id": f"{file.digest[:15]}s",
        "width": max((file.width or 1) * SMALL_SIDE // longest, 1),
        "height": max((file.height or 1) * SMALL_SIDE // longest, 1),
    }
