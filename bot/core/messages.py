"""A message as every network understands it, and the promise of whoever carries it."""

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
    """A file that goes with a message; `digest` is the SHA-256 of `content` in hex."""

    kind: MediaKind
    name: str
    digest: str
    content: bytes = field(repr=False)


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

    def readying(self, message: OutgoingMessage) -> AbstractAsyncContextManager[None]:
        """Wait for what must come before the request, such as another's upload of the same file.

        The message is sent inside, so that whoever sends can look once more whether it still may.
        """
        ...

    async def send(self, address: str, message: OutgoingMessage) -> Sent:
        """Send one message; raise GuardianUnreachable, MessageRefused or SendLater."""
        ...
