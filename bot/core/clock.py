"""What time it is, as an argument: the assembly makes a clock and hands it down."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the moment, in UTC; the demo's clock can be moved, every other one is the machine's."""

    def now(self) -> datetime:
        """Give the moment as an aware datetime in UTC."""
        ...
