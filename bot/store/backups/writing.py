"""Write a backup's file: lines of JSON, compressed, sealed if a key is given; whole or not at all.

Its first line says what it is, its last one how much it held. Between them stand the tables, each
after a line that names its columns and before one with its rows' number and their SHA-256.
"""

import fcntl
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bot.errors import BotError
from bot.store.backups.sealing import SealedWriter
from bot.store.tombstones import Extent

FORMAT = 1
KIND = "kuffert backup"
END = "end of the backup"
GZIP = 31  # zlib's way to say: as gzip writes it
FASTEST = 1  # three times as fast as the usual level, and a fifth larger


@dataclass(frozen=True)
class Header:
    """What a backup is: of which version and schema, of which moment, how many rows of what.

    `key` is the fingerprint of the key that its cells are sealed with, `tombstones` how far the
    file of those who were forgotten went.
    """

    version: str
    schema: str
    made_at: datetime
    key: str | None
    rows: Mapping[str, int]
    tombstones: Extent | None = None
    format: int = FORMAT


class BackupWriter:
    """Writes the lines of one backup, and counts and hashes as it goes."""

    def __init__(self, file: BinaryIO, secret: bytes | None) -> None:
        """Write to an open file."""
        self._sink: BinaryIO | SealedWriter = SealedWriter(file, secret) if secret else file
        self._compressor = zlib.compressobj(FASTEST, wbits=GZIP)
        self._all, self._rows = hashlib.sha256(), hashlib.sha256()
        self._count = self._total = 0
        self._table = ""

    def begin(self, header: Header) -> None:
        """Write what this is."""
        kept = {"kind": KIND, **asdict(header), "made_at": header.made_at.isoformat()}
        self._write(kept)

    def begin_table(self, name: str, columns: Sequence[str]) -> None:
        """Begin a table."""
        self._table, self._count, self._rows = name, 0, hashlib.sha256()
        self._write({"table": name, "columns": columns})

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows of the table that was begun."""
        for row in rows:
            self._rows.update(self._write(row))
            self._count += 1

    def end_table(self) -> None:
        """End the table."""
        digest = self._rows.hexdigest()
        self._write({"end": self._table, "rows": self._count, "sha256": digest})
        self._total += self._count

    def finish(self) -> None:
        """Write the last line, without which a backup is not whole."""
        self._write({"end": END, "rows": self._total, "sha256": self._all.hexdigest()})
        self._sink.write(self._compressor.flush())
        if isinstance(self._sink, SealedWriter):
            self._sink.finish()

    def _write(self, content: Any) -> bytes:
        """Write one line; give it."""
        line = json.dumps(content, separators=(",", ":")).encode() + b"\n"
        self._all.update(line)
        self._sink.write(self._compressor.compress(line))
        return line


@contextmanager
def new_file(path: Path, *, overwrites: bool) -> Iterator[BinaryIO]:
    """Open a file that takes its name only once it is whole and on the disk; its owner's alone.

    Whoever is killed leaves `FILE.part`, which the next backup to the same file writes over.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        refuse_to_overwrite(path, overwrites=overwrites)
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, 0o600), "wb") as file:
            hold(file, part)
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                refuse_to_overwrite(path, overwrites=overwrites)
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        sync_folder(path.parent)
    except OSError as error:
        raise BotError(f"{path} cannot be written ({error.strerror}).") from None


def refuse_to_overwrite(path: Path, *, overwrites: bool) -> None:
    """Raise BotError where there is such a file already, unless it may be written over."""
    if path.exists() and not overwrites:
        raise BotError(f"{path} is there already. Give another name, or --force to write over it.")


def hold(file: BinaryIO, part: Path) -> None:
    """Empty the file, unless another backup is writing it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BotError(f"Another backup is being written to {part}.") from None
    file.truncate(0)


def sync_folder(folder: Path) -> None:
    """Come back when a new name in a folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
