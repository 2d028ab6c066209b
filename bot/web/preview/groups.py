"""What a list of messages is made of: each as staff know it, and how it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.core.messages import OutgoingMessage
from bot.web.preview.samples import Sample

Show = Callable[[Sample], OutgoingMessage | None]


@dataclass(frozen=True)
class Shown:
    """One message: what it is to staff, and how it is made; None where content has none such."""

    title: str
    show: Show


@dataclass(frozen=True)
class Group:
    """Messages that belong together, in the order in which a parent may meet them.

    `folders` names where their words lie, beside the short strings.
    """

    title: str
    screens: Mapping[str, Shown]
    folders: tuple[str, ...] = ()
