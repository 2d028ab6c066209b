"""What the sandbox keeps: persons, messages, files, faults."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Person:
    """Somebody with the app on a phone; the number is the private chat's too.

    One who `is_hidden` is played by the machine: no page shows the chat, and it is not kept.
    """

    id: int
    name: str
    language: str
    opened: bool = False
    blocked: bool = False
    deleted: bool = False
    is_hidden: bool = False


@dataclass(frozen=True)
class StoredFile:
    """A file that the sandbox holds; its content lies under its digest."""

    file_id: str
    kind: str
    name: str
    size: int
    digest: str
    width: int | None = None
    height: int | None = None
    seconds: int = 1


@dataclass
class ChatMessage:
    """One message in one chat; `extra` is what else Telegram says of it: a place, an album."""

    id: int
    person_id: int
    from_bot: bool
    at: datetime
    text: str = ""
    html: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    media: StoredFile | None = None
    buttons: list[list[dict[str, str]]] = field(default_factory=list)
    edited_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def actions(self) -> set[str]:
        """Say what its buttons carry."""
        return {button["callback_data"] for row in self.buttons for button in row}


@dataclass(frozen=True)
class Call:
    """One call that the bot made."""

    method: str
    parameters: dict[str, Any]
    at: datetime


@dataclass(frozen=True)
class CallbackAnswer:
    """How the bot answered a tap."""

    callback_id: str
    text: str
    show_alert: bool


@dataclass
class Tap:
    """A tap that waits for its answer."""

    person_id: int
    at: datetime
    answered: bool = False


@dataclass
class Fault:
    """Something that goes wrong on purpose, a number of times: at each call, or every n-th."""

    kind: str
    method: str = "*"
    times: int = 1
    retry_after: int = 1
    seconds: float = 0.0
    status: int = 502
    description: str = "Internal Server Error"
    every: int = 1
    passed: int = 0  # calls since it last struck


@dataclass(frozen=True)
class Strike:
    """One call that went wrong on purpose."""

    kind: str
    at: datetime
