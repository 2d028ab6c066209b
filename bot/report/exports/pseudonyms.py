"""Pseudonyms: names for numbers that only the holder of one export's key can make.

A number and what it is of are encrypted as one block with AES-256, which is a pseudorandom
permutation; the first 64 bits are the name. Under another key everything has another name.
"""

import os
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB

KEY_BYTES = 32
BLOCK = 16  # bytes: 8 of what it is of, 8 of the number
DIGITS = 16  # hexadecimal


def draw_key() -> bytes:
    """Draw the key of one export, or of one series."""
    return os.urandom(KEY_BYTES)


class Pseudonyms:
    """Names numbers under one key."""

    def __init__(self, key: bytes) -> None:
        """Keep the key, which is 32 bytes."""
        self._cipher = Cipher(AES256(key), ECB())

    def name_all(self, of: str, numbers: Sequence[int | None]) -> list[str | None]:
        """Name numbers, in their order; what is nothing stays nothing."""
        prefix = prefix_of(of)
        blocks = b"".join(prefix + (each or 0).to_bytes(8, "little") for each in numbers)
        shown = self.encrypt(blocks).hex()
        step = 2 * BLOCK
        return [
            None if number is None else shown[place * step : place * step + DIGITS]
            for place, number in enumerate(numbers)
        ]

    def encrypt(self, blocks: bytes) -> bytes:
        """Encrypt blocks, each by itself."""
        encryptor = self._cipher.encryptor()
        return encryptor.update(blocks) + encryptor.finalize()


def prefix_of(of: str) -> bytes:
    """Give the half of a block that says what a number is of."""
    return of.encode()[:8].ljust(8, b"\0")
