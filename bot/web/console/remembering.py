"""Remember what takes long to count, for a while: shown at once, counted anew behind the page."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.web.console.errands import note_failure

FRESH = 60.0  # seconds
LASTING = math.inf  # of what never changes: a version of the content, say


@dataclass
class Remembered:
    """A count, and of when it is: by the office's clock, and by the process's own.

    `stamp` is what was there to be counted.
    """

    value: Any
    at: datetime
    stamp: Hashable = None
    is_lasting: bool = False
    counted: float = field(default_factory=time.monotonic)


@dataclass
class Memory:
    """What one process remembers; another counts for itself."""

    kept: dict[Hashable, Remembered] = field(default_factory=dict)
    counting: dict[Hashable, "asyncio.Task[Remembered]"] = field(default_factory=dict)

    async def recall(
        self,
        key: Hashable,
        count: Callable[[], Awaitable[Any]],
        *,
        now: datetime,
        fresh: float = FRESH,
        stamp: Hashable = None,
    ) -> Remembered:
        """Give what was counted; wait for it the first time, count anew behind an old one.

        What was counted by another `stamp` is not given: read it first, and count then.
        """
        known = self.kept.get(key)
        if known and known.stamp != stamp:
            known = None
        if known and time.monotonic() - known.counted < fresh:
            return known
        task = self.counting.get((key, stamp))
        if task is None:
            task = asyncio.create_task(self._count(key, count, now, stamp, fresh == LASTING))
            self.counting[key, stamp] = task
            task.add_done_callback(lambda _done: self.counting.pop((key, stamp), None))
        if known:
            task.add_done_callback(note_failure)
            return known
        return await asyncio.shield(task)

    async def _count(
        self,
        key: Hashable,
        count: Callable[[], Awaitable[Any]],
        now: datetime,
        stamp: Hashable,
        is_lasting: bool,
    ) -> Remembered:
        """Count, and keep it."""
        made = Remembered(await count(), now, stamp, is_lasting)
        self.kept[key] = made
        return made

    def forget(self) -> None:
        """Count everything anew that can change: something was changed."""
        self.kept = {key: each for key, each in self.kept.items() if each.is_lasting}
