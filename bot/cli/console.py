"""How long commands look: progress on a terminal, and running until they are stopped."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from rich.console import Console
from rich.progress import Progress

from bot.app import looping
from bot.app.logs import begin_log, log_stray
from bot.settings import LogKind


@contextlib.contextmanager
def showing_progress(of_what: str) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how far a long run is; others see nothing of it."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(of_what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def run_until_stopped(running: Coroutine[Any, Any, None], *, log: LogKind = LogKind.TEXT) -> None:
    """Run until Ctrl-C or a request to stop; what is being sent is finished first."""
    begin_log(log)

    async def supervise() -> None:
        task = asyncio.ensure_future(running)
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(log_stray)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    looping.run(supervise())
