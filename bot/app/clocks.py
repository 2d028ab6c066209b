"""The machine's clock, and one that the demo can move."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.clock import Clock


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Give the moment in UTC."""
        return datetime.now(UTC)


class StandingClock:
    """A clock that stands still; what moves it is the movable one around it."""

    def __init__(self, moment: datetime) -> None:
        """Stand at a moment."""
        self._moment = moment

    def now(self) -> datetime:
        """Give the moment."""
        return self._moment


class MovableClock:
    """A clock that runs like another, some time ahead of it; the distance survives a restart."""

    def __init__(self, base: Clock, keep_in: Path | None = None) -> None:
        """Take up the distance that was kept, if any."""
        self._base = base
        self._keep_in = keep_in
        self._ahead = timedelta()
        if keep_in and keep_in.exists():
            self._ahead = timedelta(seconds=json.loads(keep_in.read_text())["ahead_seconds"])

    def now(self) -> datetime:
        """Give the moment in UTC."""
        return self._base.now() + self._ahead

    def move_to(self, moment: datetime) -> None:
        """Go forward to a moment; a moment that is past changes nothing."""
        distance = moment - self.now()
        if distance <= timedelta():
            return
        self._ahead += distance
        if self._keep_in:
            self._keep_in.write_text(json.dumps({"ahead_seconds": self._ahead.total_seconds()}))
