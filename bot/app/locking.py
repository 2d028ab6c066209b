"""One process at a time on one SQLite file."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import BotError
from bot.store.addresses import parse_url


@contextmanager
def hold(database_url: str) -> Iterator[None]:
    """Hold the file of an SQLite database; raise BotError when another process does.

    The system lets go of the lock when the process ends, however it ends.
    """
    url = parse_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    with Path(f"{url.database}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BotError(
                f"Another Kuffert runs on {url.database}. Stop it first, or use PostgreSQL."
            ) from None
        yield
