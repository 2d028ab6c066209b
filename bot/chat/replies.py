"""What an update calls for in return, as data: written with its effect, sent after it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.messages import Button, ButtonRows, OutgoingMessage
from bot.core.siblings import Label, Naming


@dataclass(frozen=True)
class Note:
    """Answer a tap: the button stops waiting; a text, if any, is shown for a moment."""

    callback_id: str
    text: str = ""


@dataclass(frozen=True)
class Edit:
    """Change a message that was sent before; a picture stays, its caption changes."""

    message_id: int
    has_media: bool
    text: str
    buttons: ButtonRows


@dataclass(frozen=True)
class Say:
    """Send a new message; `is_repeat` where the answer to it was lost once before."""

    text: str
    buttons: ButtonRows
    is_repeat: bool = False


@dataclass(frozen=True)
class Play:
    """Send the recording of an activity, from the catalogue that its touch was made from."""

    version: str | None
    activity_id: str
    language: str
    is_repeat: bool = False


@dataclass(frozen=True)
class Bring:
    """Send a file of a catalogue, named by its material, as a new message."""

    version: str
    material: tuple[str, ...]
    text: str
    buttons: ButtonRows = ()
    is_repeat: bool = False


@dataclass(frozen=True)
class Award:
    """Send the certificate of a child who did these activities, from a catalogue."""

    version: str | None
    activities: Sequence[str]
    language: str
    school_language: str
    child: Label | None
    is_repeat: bool = False


@dataclass(frozen=True)
class Leaf:
    """Turn to another page of a story: picture, words and buttons of a message change."""

    message_id: int
    version: str
    material: tuple[str, ...]
    text: str
    buttons: ButtonRows


@dataclass(frozen=True)
class Give:
    """Send a small text file as a document; it rests nowhere but sealed among the replies."""

    name: str
    content: str
    caption: str
    is_repeat: bool = False


@dataclass(frozen=True)
class Keep:
    """Fetch a voice note, keep it as a recording, and play it back or say why it was not kept.

    `key` is the recording's name within its folder, `text` the hash of the words that were shown;
    `is_changed` says that they have changed meanwhile.
    """

    file_id: str
    folder: str
    key: str
    text: str
    title: str
    on: str
    language: str
    is_changed: bool
    is_repeat: bool = False


@dataclass(frozen=True)
class Listing:
    """Give a chat commands of its own, each with what it does; none take them away again."""

    commands: Sequence[tuple[str, str]] = ()


Reply = Note | Edit | Say | Play | Bring | Leaf | Award | Give | Keep | Listing
New = (
    Say | Play | Bring | Award | Give | Keep
)  # what is written down as sent: it must not be repeated
KINDS: dict[str, type[Reply]] = {
    "note": Note,
    "edit": Edit,
    "say": Say,
    "play": Play,
    "bring": Bring,
    "leaf": Leaf,
    "award": Award,
    "give": Give,
    "keep": Keep,
    "list": Listing,
}


def say(message: OutgoingMessage) -> Say:
    """Say a message."""
    return Say(message.text, message.buttons)


def edit(message_id: int, message: OutgoingMessage, *, has_file: bool | None) -> Edit:
    """Put a message in the place of another, whose picture stays; None where it does not tell."""
    has_media = message.media is not None if has_file is None else has_file
    return Edit(message_id, has_media, message.text, message.buttons)


def format_replies(replies: Sequence[Reply]) -> str:
    """Write replies as JSON."""
    names = {kind: name for name, kind in KINDS.items()}
    written = [{"kind": names[type(reply)], **vars(reply)} for reply in replies]
    return json.dumps(written, default=vars)  # buttons and labels, too, are all that they hold


def parse_replies(text: str) -> list[Reply]:
    """Read replies back."""
    return [parse_reply(each) for each in json.loads(text)]


def parse_reply(values: dict[str, Any]) -> Reply:
    """Read one reply back."""
    kind = KINDS[values.pop("kind")]
    if "buttons" in values:
        values["buttons"] = tuple(
            tuple(Button(**button) for button in row) for row in values["buttons"]
        )
    if "material" in values:
        values["material"] = tuple(values["material"])
    if values.get("child"):
        values["child"] = Label(**{**values["child"], "naming": Naming(values["child"]["naming"])})
    return kind(**values)
