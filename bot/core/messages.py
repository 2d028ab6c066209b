"""A message as every network understands it, and the promise of whoever carries it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class MediaKind(StrEnum):
    """What a guardian sees or hears."""

    PICTURE = "picture"
    VOICE = "voice"
    DOCUMENT = "document"


@dataclass(frozen=True)
class Media:
    """A file that goes with a message; `digest`, a SHA-256 in hex, is what it is known by.

    It is that of `content`. Of a file that is drawn only where the network lacks it, it is that of
    all that it is drawn from; `draw` gives its content, or raises DrawingFailed.
    """

    kind: MediaKind
    name: str
    digest: str
    content: bytes = field(default=b"", repr=False)
    draw: Callable[[], bytes] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Button:
    """A button under a message; `action` comes back when it is tapped (at most 64 bytes)."""

    label: str
    action: str


ButtonRows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class OutgoingMessage:
    """What a guardian is shown: text in the small HTML of chats (b, i), buttons in rows, media."""

    text: str
    buttons: ButtonRows = ()
    media: Media | None = None


@dataclass(frozen=True)
class Sent:
    """The network took the message and numbered it within its chat."""

    message_id: int


class Messenger(Protocol):
    """Carries messages to guardians; raises a SendError when it cannot."""

    def readying(self, message: OutgoingMessage) -> AbstractAsyncContextManager[OutgoingMessage]:
        """Do what must come before the request: wait for another's upload, draw what is drawn.

        Give the message as it can be sent, without a file that cannot be drawn. It is sent inside,
        so that whoever sends can look once more whether it still may.
        """
        ...

    async def send(self, address: str, message: OutgoingMessage) -> Sent:
        """Send one message; raise GuardianUnreachable, MessageRefused or SendLater."""
        ...
