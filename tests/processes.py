"""Run Kuffert's commands as processes of their own."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli import main
from tests.town import ROOT

KEY = "a" * 43 + "="
LONGEST_SECONDS = 120
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.preloaded"])


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Give an environment with these settings, and a database and key of the folder's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KUFFERT_")}
    given = {
        "KUFFERT_DATABASE_URL": f"sqlite:///{folder / 'kuffert.db'}",
        "KUFFERT_SECRET_KEY": KEY,
        "KUFFERT_CONTENT": str(ROOT / "content"),
        "KUFFERT_LOCALES": str(ROOT / "locales"),
        "KUFFERT_PORT": "0",
        **settings,
    }
    return {**kept, "PYTHONPATH": str(ROOT), **{n: v for n, v in given.items() if v}}


def kuffert(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end, in a process of its own that has read the code already."""
    with TemporaryDirectory() as given:
        said = [Path(given) / name for name in ("out", "err")]
        started = FORKS.Process(
            target=act, args=(folder, arguments, environment(folder, **settings), *said)
        )
        started.start()
        started.join(LONGEST_SECONDS)
        if started.exitcode is None:
            started.kill()
            raise TimeoutError(f"{arguments} did not end")
        out, err = (path.read_text(encoding="utf-8") for path in said)
        return subprocess.CompletedProcess(arguments, started.exitcode, out, err)


def act(
    folder: Path, arguments: Sequence[str], variables: dict[str, str], out: Path, err: Path
) -> None:
    """Be the process of one command."""
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = ["kuffert", *arguments]
    main()


class Started:
    """A process that was forked with the code read already; it is asked what asyncio's are."""

    def __init__(self, process: ForkServerProcess) -> None:
        """Note when it ends, for whoever waits."""
        self.pid = process.pid
        self._process = process
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(process.sentinel, self._note_end)

    def _note_end(self) -> None:
        self._loop.remove_reader(self._process.sentinel)
        self._process.join()
        self._ended.set()

    @property
    def returncode(self) -> int | None:
        """Give the exit code, or the signal as a negative number; None while it runs."""
        return self._process.exitcode

    async def wait(self) -> int:
        """Wait for its end."""
        await self._ended.wait()
        assert self._process.exitcode is not None
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal, to one that lives."""
        if self._process.exitcode is None:
            os.kill(self._process.pid or 0, number)


def start(folder: Path, *arguments: str, err: Path, **settings: str) -> Started:
    """Start a command in a process of its own; what it says of errors is added to a file."""
    variables, out = environment(folder, **settings), Path(os.devnull)
    forked = FORKS.Process(target=act, args=(folder, arguments, variables, out, err))
    forked.start()
    return Started(forked)


@asynccontextmanager
async def running_bot(folder: Path, *arguments: str, **settings: str) -> AsyncIterator[Started]:
    """Run the bot as a process; kill it at the end, if it still runs, with no chance to tidy."""
    log = folder / "log.txt"
    log.touch()
    process = start(folder, "run", *arguments, err=log, **settings)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
