"""What a page has done beside it, and need not wait for."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Errands:
    """What goes on behind the pages of one process; it is ended with them."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, errand: Coroutine[Any, Any, None], patience: float) -> None:
        """Begin something; wait for it so many seconds at most, raise what it raised by then."""
        task = asyncio.create_task(errand)
        self._tasks.add(task)
        done, _ = await asyncio.wait({task}, timeout=patience)
        task.add_done_callback(self._tasks.discard)
        if done:
            task.result()
        else:
            task.add_done_callback(note_failure)

    async def close(self) -> None:
        """End what goes on."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def note_failure(done: "asyncio.Task[Any]") -> None:
    """Log what went wrong where nobody waits for it."""
    if not done.cancelled() and done.exception():
        log.warning("what was to be done behind a page failed: %s", done.exception())
