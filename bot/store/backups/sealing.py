"""Seal a file chunk by chunk, so that what was changed, moved or cut off is noticed as it is read.

This is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over AES-256-GCM: a
chunk's nonce is its number and whether it is the last one. Each file has a key of its own.
"""

import hmac
import io
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.core.sealing import KEY_BYTES, NONCE_BYTES, derive
from bot.errors import BotError

MAGIC = b"kuffert sealed backup 1\n"
SALT_BYTES = 32
CHECK_BYTES = 16
TAG_BYTES = 16
CHUNK_BYTES = 64 * 1024


def find_secret(path: Path, secrets: Sequence[bytes]) -> bytes:
    """Find the secret that a sealed file was made with; the newest where none fits.

    What is wrong with the file shows when it is read.
    """
    with suppress(OSError), path.open("rb") as file:
        begins = file.read(len(MAGIC) + SALT_BYTES + CHECK_BYTES)
        salt, check = begins[len(MAGIC) : -CHECK_BYTES], begins[-CHECK_BYTES:]
        for secret in secrets:
            if hmac.compare_digest(check, check_of(secret, salt)):
                return secret
    return secrets[-1]


class SealedWriter:
    """Seals what is written into another file, which stays open."""

    def __init__(self, file: BinaryIO, secret: bytes) -> None:
        """Begin with what tells the right key from a wrong one, and no more."""
        salt = os.urandom(SALT_BYTES)
        self._file = file
        self._cipher = cipher_of(secret, salt)
        self._pending = bytearray()
        self._number = 0
        file.write(MAGIC + salt + check_of(secret, salt))

    def write(self, content: bytes) -> None:
        """Take more; the latest chunk is kept back, since it may be the last one."""
        self._pending += content
        while len(self._pending) > CHUNK_BYTES:
            self._seal(bytes(self._pending[:CHUNK_BYTES]), is_last=False)
            del self._pending[:CHUNK_BYTES]

    def finish(self) -> None:
        """Seal what is left as the last chunk."""
        self._seal(bytes(self._pending), is_last=True)

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        """Seal one chunk."""
        self._file.write(self._cipher.encrypt(nonce_of(self._number, is_last=is_last), chunk, None))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads what was sealed; raises BotError where it is not whole, or not as it was written."""

    def __init__(self, file: BinaryIO, secret: bytes) -> None:
        """Read the beginning, behind the magic word; raise BotError for another key."""
        salt, check = file.read(SALT_BYTES), file.read(CHECK_BYTES)
        if len(check) < CHECK_BYTES:
            raise BotError("it is cut short")
        if not hmac.compare_digest(check, check_of(secret, salt)):
            raise BotError("it does not open with this key")
        self._file = file
        self._cipher = cipher_of(secret, salt)
        self._ahead = file.read(CHUNK_BYTES + TAG_BYTES)
        self._opened = b""
        self._number = 0
        self._is_over = False

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Give as much as there is of the chunk that is open, or of the next."""
        while not self._opened and not self._is_over:
            self._open_next()
        place = memoryview(buffer)  # type: ignore[arg-type]  # whatever has room for bytes
        count = min(len(place), len(self._opened))
        place[:count] = self._opened[:count]
        self._opened = self._opened[count:]
        return count

    def _open_next(self) -> None:
        """Open one chunk; the one behind which nothing comes has to be sealed as the last."""
        chunk, self._ahead = self._ahead, self._file.read(CHUNK_BYTES + TAG_BYTES)
        self._is_over = not self._ahead
        try:
            nonce = nonce_of(self._number, is_last=self._is_over)
            self._opened = self._cipher.decrypt(nonce, chunk, None)
        except InvalidTag:
            found = "it was changed or cut short" if self._is_over else "it was changed"
            raise BotError(found) from None
        self._number += 1


def cipher_of(secret: bytes, salt: bytes) -> AESGCM:
    """Give the cipher of one file."""
    if len(secret) != KEY_BYTES:
        raise BotError(f"The key must be {KEY_BYTES} bytes; this one has {len(secret)}.")
    return AESGCM(derive(secret, purpose=b"kuffert backup 1" + salt))


def check_of(secret: bytes, salt: bytes) -> bytes:
    """Give what a file is known by to be sealed with a key; nothing follows from it."""
    return derive(secret, purpose=b"kuffert backup check 1" + salt)[:CHECK_BYTES]


def nonce_of(number: int, *, is_last: bool) -> bytes:
    """Give a chunk's nonce: its number, and whether it is the last."""
    return number.to_bytes(NONCE_BYTES - 1) + bytes([is_last])
