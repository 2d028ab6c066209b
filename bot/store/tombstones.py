"""The file of tombstones, which lies apart from the database and survives its restore."""

import os
import re
from datetime import datetime
from pathlib import Path

from bot.errors import BotError

LINE = re.compile(r"([0-9a-f]{64}) (\S+)")


class TombstoneFile:
    """One line for each chat that was forgotten: its keyed hash, and when; written to the disk."""

    def __init__(self, path: Path) -> None:
        """Keep the path."""
        self.path = path

    def prepare(self) -> None:
        """Make the file where there is none; raise BotError when nothing can be written there."""
        try:
            self.path.open("ab").close()
        except OSError as error:
            raise BotError(f"{self.path} cannot be written ({error.strerror}).") from None

    def add(self, tombstone: str, *, now: datetime) -> None:
        """Add a line, and come back when it is on the disk; raise BotError when it cannot be."""
        line = f"{tombstone} {now.isoformat()}\n"
        try:
            with self.path.open("a+b") as file:
                if ends_torn(file.fileno()):
                    line = f"\n{line}"
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise BotError(f"{self.path} cannot be written ({error.strerror}).") from None

    def read(self) -> dict[str, datetime]:
        """Give when each chat was forgotten last; a line that a crash tore is passed over."""
        try:
            text = self.path.read_text() if self.path.exists() else ""
        except OSError as error:
            raise BotError(f"{self.path} cannot be read ({error.strerror}).") from None
        found: dict[str, datetime] = {}
        for line in text.splitlines():
            entry = parse_line(line)
            if entry:
                tombstone, at = entry
                found[tombstone] = max(at, found.get(tombstone, at))
        return found


def ends_torn(file: int) -> bool:
    """Say whether a file ends in the middle of a line, as a crash leaves it."""
    size = os.fstat(file).st_size
    return size > 0 and os.pread(file, 1, size - 1) != b"\n"


def parse_line(line: str) -> tuple[str, datetime] | None:
    """Read one line; None for one that is not whole."""
    found = LINE.fullmatch(line)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[2])
    except ValueError:
        return None
    return (found[1], at) if at.tzinfo else None
