"""What a series has exported so far, so that an increment holds what changed and what is gone.

A row's own moments do not tell when an export of it changes: a withdrawn consent changes rows of
long ago. So of every row a hash of what was exported is kept, with when that was first so; a row
that is gone keeps its number and when that was noticed. Rows come in the order of their numbers,
and one part of 50,000 numbers is held at a time.
"""

import struct
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from bot.report.exports.rows import Numbered

PART = 50_000  # numbers
LINE = struct.Struct("<qQq")  # number, hash, microseconds since 1970
GONE = 0  # the hash of a row that is not exported any more
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Read = Callable[[int], Awaitable[bytes]]


@dataclass
class Kept:
    """What is kept of one row."""

    digest: int
    changed: int


@dataclass
class Memory:
    """What a series has held of one table: compares rows with it, and writes down the new state.

    `known` are the parts there are, `read` gets one; `folder` is where new ones are laid.
    """

    file: str
    known: list[int]
    read: Read
    folder: Path
    now: datetime
    since: datetime | None
    key: bytes
    gone: list[int] = field(default_factory=list)
    _part: int = -1
    _rows: dict[int, Kept] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    async def compare(self, rows: Sequence[Numbered]) -> list[Numbered]:
        """Give rows with when each changed; for an increment only those changed since."""
        told = []
        for row in rows:
            if row.number // PART != self._part:
                await self._turn_to(row.number // PART)
            changed = self._note(row)
            if self.since is None or changed > to_number(self.since):
                told.append(Numbered(row.number, [*row.values, to_moment(changed)]))
        return told

    async def finish(self) -> None:
        """Write down the last part, and what is gone from those that had no row."""
        await self._turn_to(max([*self.known, self._part, 0]) + 1)

    def _note(self, row: Numbered) -> int:
        """Write down a row; give when it became what it is."""
        digest = digest_of(row, self.key)
        kept = self._rows.get(row.number)
        if kept is None or kept.digest != digest:
            kept = self._rows[row.number] = Kept(digest, to_number(self.now))
        self._seen.add(row.number)
        return kept.changed

    async def _turn_to(self, part: int) -> None:
        """End the part in hand and those between, and take up another."""
        self._end()
        for between in [each for each in self.known if self._part < each < part]:
            self._part = between
            self._rows = unpack(await self.read(between))
            self._end()
        self._part, self._seen = part, set()
        self._rows = unpack(await self.read(part)) if part in self.known else {}

    def _end(self) -> None:
        """Find what is gone from the part in hand, and lay it down where anything changed."""
        for number, kept in self._rows.items():
            if number not in self._seen and kept.digest != GONE:
                kept.digest, kept.changed = GONE, to_number(self.now)
            is_told = self.since is not None and kept.changed > to_number(self.since)
            if kept.digest == GONE and is_told:
                self.gone.append(number)
        if self._rows:
            (self.folder / f"{self.file}-{self._part}").write_bytes(pack(self._rows))
        self._rows, self._seen = {}, set()


def digest_of(row: Numbered, key: bytes) -> int:
    """Hash what a row says, under the series' key; never the hash of one that is gone."""
    told = repr(row.values).encode()
    return int.from_bytes(blake2b(told, digest_size=8, key=key).digest(), "little") or 1


def pack(rows: dict[int, Kept]) -> bytes:
    """Write a part as it is kept."""
    lines = [LINE.pack(number, kept.digest, kept.changed) for number, kept in rows.items()]
    return zlib.compress(b"".join(lines), level=1)


def unpack(body: bytes) -> dict[int, Kept]:
    """Read a part as it is kept."""
    lines = LINE.iter_unpack(zlib.decompress(body))
    return {number: Kept(digest, changed) for number, digest, changed in lines}


def list_laid(folder: Path) -> Iterator[tuple[str, int, bytes]]:
    """Give every new part: of which file, which, and what is kept."""
    for path in sorted(folder.iterdir()):
        file, _, part = path.name.rpartition("-")
        yield file, int(part), path.read_bytes()


def to_number(moment: datetime) -> int:
    """Write a moment as microseconds since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def to_moment(number: int) -> datetime:
    """Read a moment from microseconds since 1970."""
    return EPOCH + timedelta(microseconds=number)
