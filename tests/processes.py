"""Run Kuffert's commands as processes of their own."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.town import ROOT

KEY = "a" * 43 + "="


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
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=folder,
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@asynccontextmanager
async def running_bot(
    folder: Path, *arguments: str, **settings: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the bot as a process; kill it at the end, if it still runs, with no chance to tidy."""
    with (folder / "log.txt").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.cli",
            "run",
            *arguments,
            cwd=folder,
            env=environment(folder, **settings),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=log,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()
