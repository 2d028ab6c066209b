"""What the sandbox asks of whoever opens it: cards to show, and a clock that can be moved."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True)
class DemoCard:
    """A card as the web chat shows it."""

    title: str
    language: str
    link: str
    qr_svg: str


class TimeMachine(Protocol):
    """Moves the bot's clock forward; `console` is where staff's pages are, if anywhere."""

    zone: str
    console: str

    def now(self) -> datetime:
        """Give the bot's moment."""
        ...

    async def next_at(self) -> datetime | None:
        """Say when the next message is due, if any is."""
        ...

    async def skip(self, distance: timedelta) -> None:
        """Go forward; whatever falls due on the way is sent at its moment."""
        ...

    async def skip_to_next(self) -> bool:
        """Go to the next message; False when none is planned."""
        ...
