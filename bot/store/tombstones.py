"""The file of who was forgotten and who withdrew: it lies apart from the database, and stays."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.core.actions import Purpose
from bot.errors import BotError, WriteLater
from bot.store.states import ConsentAnswer

LINE = re.compile(r"([0-9a-f]{64}) (\S+)")
WORD = re.compile(
    rf"([0-9a-f]{{64}}) (\S+) ({'|'.join(ConsentAnswer)}) ({'|'.join(Purpose)}) ([\w.-]+)"
)
PIECE = 1 << 20


@dataclass(frozen=True)
class Word:
    """What a chat said to one purpose of consent, to which version of the words, and when."""

    purpose: Purpose
    answer: ConsentAnswer
    version: str
    at: datetime


@dataclass(frozen=True)
class Extent:
    """How far the file went at one moment, by which it is known again: it only ever grows."""

    bytes: int
    sha256: str


class TombstoneFile:
    """One line for each chat that was forgotten: its keyed hash, and when; written to the disk.

    A line of a withdrawn consent has, behind these, what was said, to which purpose and version;
    so has one of a consent that was given again. Earlier versions pass such lines over.
    """

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
        """Note who was forgotten."""
        self._append(f"{tombstone} {now.isoformat()}")

    def add_word(self, key: str, word: Word) -> None:
        """Note what somebody said of consent."""
        about = f"{word.answer} {word.purpose} {word.version}"
        self._append(f"{key} {word.at.isoformat()} {about}")

    def _append(self, content: str) -> None:
        """Add a line, and come back when it is on the disk; raise WriteLater when it cannot be."""
        line = f"{content}\n"
        try:
            with self.path.open("a+b") as file:
                if ends_torn(file.fileno()):
                    line = f"\n{line}"
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise WriteLater(f"{self.path} cannot be written ({error.strerror}).") from None

    def read(self) -> dict[str, datetime]:
        """Give when each chat was forgotten last; a line that a crash tore is passed over."""
        found: dict[str, datetime] = {}
        for line in self._read_lines():
            entry = parse_line(line)
            if entry:
                tombstone, at = entry
                found[tombstone] = max(at, found.get(tombstone, at))
        return found

    def read_words(self) -> dict[str, list[Word]]:
        """Give what each chat said last to each purpose, in the order in which it was said."""
        found: dict[str, dict[Purpose, Word]] = {}
        for line in self._read_lines():
            entry = parse_word(line)
            if entry:
                key, word = entry
                of_chat = found.setdefault(key, {})
                before = of_chat.get(word.purpose)
                if before is None or before.at <= word.at:
                    of_chat[word.purpose] = word
        return {
            key: sorted(words.values(), key=lambda word: word.at) for key, words in found.items()
        }

    def _read_lines(self) -> list[str]:
        """Read all lines; none where there is no file."""
        try:
            return self.path.read_text().splitlines() if self.path.exists() else []
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is no text"
            raise BotError(f"{self.path} cannot be read ({why}).") from None

    def measure(self) -> Extent:
        """Say how far the file goes now."""
        digest, size = hashlib.sha256(), 0
        for piece in self._read_pieces():
            digest.update(piece)
            size += len(piece)
        return Extent(size, digest.hexdigest())

    def continues(self, extent: Extent) -> bool:
        """Say whether this is the file that went so far once, and has only grown since."""
        digest, left = hashlib.sha256(), extent.bytes
        for piece in self._read_pieces():
            digest.update(piece[:left])
            left -= min(left, len(piece))
        return left == 0 and digest.hexdigest() == extent.sha256

    def _read_pieces(self) -> Iterator[bytes]:
        """Read the bytes; none where there is no file."""
        try:
            if self.path.exists():
                with self.path.open("rb") as file:
                    yield from iter(lambda: file.read(PIECE), b"")
        except OSError as error:
            raise BotError(f"{self.path} cannot be read ({error.strerror}).") from None


def ends_torn(file: int) -> bool:
    """Say whether a file ends in the middle of a line, as a crash leaves it."""
    size = os.fstat(file).st_size
    return size > 0 and os.pread(file, 1, size - 1) != b"\n"


def parse_line(line: str) -> tuple[str, datetime] | None:
    """Read one line of who was forgotten; None for any other, and for one that is not whole."""
    found = LINE.fullmatch(line)
    at = parse_moment(found[2]) if found else None
    return (found[1], at) if found and at else None


def parse_word(line: str) -> tuple[str, Word] | None:
    """Read one line of a consent; None for any other, and for one that is not whole."""
    found = WORD.fullmatch(line)
    at = parse_moment(found[2]) if found else None
    if found is None or at is None:
        return None
    return found[1], Word(Purpose(found[4]), ConsentAnswer(found[3]), found[5], at)


def parse_moment(text: str) -> datetime | None:
    """Read a moment; None for one that is none, or lacks its zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
