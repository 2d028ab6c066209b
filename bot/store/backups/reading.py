"""Read a backup's file, and find out whether it is whole and as it was written."""

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bot.errors import BotError
from bot.store.backups.sealing import MAGIC, SealedReader
from bot.store.backups.writing import END, FORMAT, KIND, Header
from bot.store.tombstones import Extent

GZIP_MAGIC = b"\x1f\x8b"
BATCH = 500  # rows
BATCH_BYTES = 4_000_000  # of lines: a table may hold few and long rows
CHANGED = "it was changed"


@dataclass(frozen=True)
class Backup:
    """A backup's file and, where it is sealed, its key."""

    path: Path
    secret: bytes | None = None


@dataclass(frozen=True)
class Part:
    """Some rows of a table, in the order of its columns; as lines, where nobody parsed them."""

    table: str
    columns: Sequence[str]
    rows: Sequence[Any]


def check_backup(backup: Backup, *, show_progress: Callable[[int, int], None]) -> Header:
    """Read a backup to its end; give what it is. Raise BotError where anything is wrong with it."""
    lines = read_lines(backup)
    header, done = read_header(backup, lines), 0
    for part in read_parts(backup, lines, header):
        done += len(part.rows)
        show_progress(done, sum(header.rows.values()))
    return header


def read_rows(backup: Backup, header: Header) -> Iterator[Part]:
    """Go through the rows of a backup that was checked; what changed since then is noticed too."""
    lines = read_lines(backup)
    with saying_what(backup):
        if read_header(backup, lines) != header:
            raise BotError(CHANGED)
    for part in read_parts(backup, lines, header):
        with saying_what(backup):
            rows = [json.loads(row) for row in part.rows]
        yield Part(part.table, part.columns, rows)


@contextmanager
def saying_what(backup: Backup) -> Iterator[None]:
    """Say in one line what is wrong with the file, wherever that shows."""
    said = f"{backup.path} cannot be restored"
    try:
        yield
    except BotError as error:
        raise BotError(f"{said}: {error}.") from None
    except EOFError:
        raise BotError(f"{said}: it is cut short.") from None
    except (gzip.BadGzipFile, zlib.error, ValueError, KeyError, TypeError):
        raise BotError(f"{said}: {CHANGED}.") from None
    except OSError as error:
        raise BotError(f"{backup.path} cannot be read ({error.strerror}).") from None


# The lines


def read_lines(backup: Backup) -> Iterator[tuple[bytes, str]]:
    """Give each line with the hash of all before it; raise BotError where the file breaks off."""
    digest = hashlib.sha256()
    with saying_what(backup), backup.path.open("rb") as file, open_plain(file, backup) as plain:
        for line in iter(plain.readline, b""):
            yield line, digest.hexdigest() if line.startswith(b"{") else ""
            digest.update(line)


def open_plain(file: BinaryIO, backup: Backup) -> gzip.GzipFile:
    """Open what was compressed, and sealed if a key is needed."""
    magic = file.read(len(MAGIC))
    if magic == MAGIC and backup.secret is None:
        raise BotError("it is sealed, so its key is needed (--key-file)")
    if magic == MAGIC and backup.secret is not None:
        return gzip.GzipFile(fileobj=io.BufferedReader(SealedReader(file, backup.secret)))
    if not magic.startswith(GZIP_MAGIC):
        raise BotError("it is no backup of Kuffert's")
    if backup.secret is not None:
        raise BotError("it is not sealed, so leave --key-file out")
    file.seek(0)
    return gzip.GzipFile(fileobj=file)


def read_header(backup: Backup, lines: Iterator[tuple[bytes, str]]) -> Header:
    """Read the first line."""
    line, _ = next(lines, (b"", ""))
    with saying_what(backup):
        if not line:
            raise EOFError
        found = json.loads(line)
        if found.pop("kind", None) != KIND:
            raise BotError("it is no backup of Kuffert's")
        if found["format"] != FORMAT:
            raise BotError(f"a later version of Kuffert made it ({found['version']})")
        extent = found.pop("tombstones")
        made_at = datetime.fromisoformat(found.pop("made_at"))
        return Header(**found, made_at=made_at, tombstones=Extent(**extent) if extent else None)


def read_parts(
    backup: Backup, lines: Iterator[tuple[bytes, str]], header: Header
) -> Iterator[Part]:
    """Go through all tables; raise BotError unless each row is there and as it was written."""
    seen: dict[str, int] = {}
    while True:
        line, before = next(lines, (b"", ""))
        with saying_what(backup):
            if not line:
                raise EOFError
            found = json.loads(line)
            if found.get("end") == END:
                check_end(found, seen, header, before=before)
                break
            name, columns = found["table"], found["columns"]
        digest, seen[name] = hashlib.sha256(), 0
        for rows, end in gather(backup, lines):
            for row in rows:
                digest.update(row)
            seen[name] += len(rows)
            yield Part(name, columns, rows)
            with saying_what(backup):
                expected = {"end": name, "rows": seen[name], "sha256": digest.hexdigest()}
                if end is not None and json.loads(end) != expected:
                    raise BotError(CHANGED)
    more = next(lines, None)
    with saying_what(backup):
        if more is not None:
            raise BotError(CHANGED)


def gather(
    backup: Backup, lines: Iterator[tuple[bytes, str]]
) -> Iterator[tuple[list[bytes], bytes | None]]:
    """Give a table's rows in batches, the last of them with the line that ends the table."""
    rows: list[bytes] = []
    size = 0
    for line, _ in lines:
        if line.startswith(b"{"):
            yield rows, line
            return
        rows.append(line)
        size += len(line)
        if len(rows) >= BATCH or size >= BATCH_BYTES:
            yield rows, None
            rows, size = [], 0
    with saying_what(backup):
        raise EOFError


def check_end(found: dict[str, Any], seen: dict[str, int], header: Header, *, before: str) -> None:
    """Raise BotError unless the last line says what was read."""
    whole = {"end": END, "rows": sum(seen.values()), "sha256": before}
    if found != whole or seen != dict(header.rows):
        raise BotError(CHANGED)
