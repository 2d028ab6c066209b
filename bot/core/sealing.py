"""Seal what nobody but the bot may read, and find a chat again without knowing its id."""

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import BotError, KeyMissing

KEY_BYTES = 32
NONCE_BYTES = 12
NAME_BYTES = 8
HASHES, SEALS = "hash", "seal"  # what a line of the key file begins with, but for the first kind
LINES = re.compile(r"[\n,]")


@dataclass(frozen=True, repr=False)
class Keys:
    """The key that hashes, which stays for good, and the secrets that seal, the newest last.

    `first` is the secret from which the hash key is derived; it seals too, until it is let go of.
    """

    hash_key: bytes
    secrets: tuple[bytes, ...]
    first: bytes | None

    @classmethod
    def of(cls, first: bytes) -> Self:
        """Derive everything from one 32-byte secret (HKDF, RFC 5869)."""
        return cls(derive(check_length(first), purpose=b"kuffert hash 1"), (first,), first)

    @property
    def names(self) -> list[str]:
        """Name the secrets without telling them, the newest last."""
        return [name_of(each) for each in self.secrets]

    def add(self, secret: bytes) -> Self:
        """Give these keys and a newer one."""
        return type(self)(self.hash_key, (*self.secrets, check_length(secret)), self.first)

    def keep_newest(self) -> Self:
        """Give what hashes and the newest secret alone; the first leaves its hash key behind."""
        newest = self.secrets[-1]
        first = self.first if self.first == newest else None
        return type(self)(self.hash_key, (newest,), first)


class Opened(NamedTuple):
    """A text that was sealed, and the name of the key that opened it."""

    name: str
    plain: str


class Sealer:
    """Seals with AES-256-GCM and hashes with HMAC-SHA-256.

    It opens what any of its keys has sealed. Which of them seals is said by the database, the same
    to all processes; until it is, the oldest does.
    """

    def __init__(self, keys: Keys | bytes, *, reread: Callable[[], Keys] | None = None) -> None:
        """Take the keys, or one secret; `reread` looks once more at where they came from."""
        self.keys = keys if isinstance(keys, Keys) else Keys.of(keys)
        self._reread = reread or (lambda: self.keys)
        self._ciphers = make_ciphers(self.keys)
        self._seals_with = self.keys.names[0]

    @property
    def names(self) -> list[str]:
        """Name the keys that this one opens with; first comes the one that it seals with."""
        others = [each for each in self._ciphers if each != self._seals_with]
        return [self._seals_with, *others]

    def look_again(self) -> bool:
        """Take over keys that were added or let go of since; say whether there were any.

        Raise BotError where they cannot be read, are another installation's, or lack the one that
        seals; then everything stays as it is.
        """
        keys = self._reread()
        if keys == self.keys:
            return False
        if keys.hash_key != self.keys.hash_key:
            raise BotError("The key file now holds the key of another installation.")
        if self._seals_with not in keys.names:
            raise KeyMissing("The key file no longer holds the key that seals.")
        self.keys, self._ciphers = keys, make_ciphers(keys)
        return True

    def seal_with(self, name: str) -> None:
        """Seal with this key from now on; raise KeyMissing where it is not among ours."""
        if name not in self._ciphers:
            self.look_again()
        if name not in self._ciphers:
            raise KeyMissing(f"The key that seals ({name}) is not in the key file.")
        self._seals_with = name

    def seal(self, plain: str, *, bound_to: str) -> bytes:
        """Seal a text so that it opens only as what it is bound to (a column's name, say)."""
        nonce = os.urandom(NONCE_BYTES)
        cipher = self._ciphers[self._seals_with]
        return nonce + cipher.encrypt(nonce, plain.encode(), bound_to.encode())

    def unseal(self, sealed: bytes, *, bound_to: str) -> str:
        """Open a sealed text; raise KeyMissing when the key or the place is another."""
        opened = self._open(sealed, bound_to=bound_to)
        if opened is None and self._has_learnt():
            opened = self._open(sealed, bound_to=bound_to)
        if opened is None:
            raise KeyMissing(f"A sealed {bound_to} does not open with this key.")
        return opened.plain

    def find_key(self, sealed: bytes, *, bound_to: str) -> str | None:
        """Name the key that something was sealed with; None where it is none of ours."""
        opened = self._open(sealed, bound_to=bound_to)
        return opened.name if opened else None

    def _open(self, sealed: bytes, *, bound_to: str) -> Opened | None:
        """Open a text with whichever key fits, first with the one that seals now."""
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        for name in self.names:
            with suppress(InvalidTag, ValueError):  # what is too short was never sealed
                plain = self._ciphers[name].decrypt(nonce, body, bound_to.encode())
                return Opened(name, plain.decode())
        return None

    def _has_learnt(self) -> bool:
        """Look again whether there is a key that nobody told us of."""
        try:
            return self.look_again()
        except BotError:  # the look each few seconds says so
            return False

    def keyed_hash(self, value: str, *, purpose: str) -> str:
        """Hash a value so that only the holder of the key can look it up; 64 hex digits."""
        message = f"{purpose}\0{value}".encode()
        return hmac.new(self.keys.hash_key, message, hashlib.sha256).hexdigest()

    def fingerprint(self) -> str:
        """Name this installation's key without telling it, to notice a lost or foreign one.

        It is the name of the key that hashes, so it stays when the one that seals is replaced.
        """
        return self.keyed_hash("fingerprint", purpose="key")[:16]


def make_ciphers(keys: Keys) -> dict[str, AESGCM]:
    """Give the ciphers by their keys' names, the newest first."""
    return {
        name_of(each): AESGCM(derive(each, purpose=b"kuffert seal 1"))
        for each in reversed(keys.secrets)
    }


def derive(secret: bytes, *, purpose: bytes, length: int = KEY_BYTES) -> bytes:
    """Derive a key for one purpose."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret)


def name_of(secret: bytes) -> str:
    """Name a secret without telling it."""
    return derive(secret, purpose=b"kuffert name 1", length=NAME_BYTES).hex()


def draw_key() -> str:
    """Draw a new secret key, as text for a settings file."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def check_length(secret: bytes) -> bytes:
    """Give a secret back; raise BotError when it is too short or too long to be one."""
    if len(secret) != KEY_BYTES:
        raise BotError(f"The key must be {KEY_BYTES} bytes; this one has {len(secret)}.")
    return secret


def parse_key(text: str) -> bytes:
    """Read one secret key from its text form; raise BotError when it is none."""
    try:
        return base64.urlsafe_b64decode(text.strip().encode())
    except (binascii.Error, ValueError):
        raise BotError("The key is not base64. Make one with `kuffert init`.") from None


def parse_keys(text: str) -> Keys:
    """Read a key file; raise BotError when it is none.

    The first line is a secret that hashes and seals, or `hash` and what is left of it; each further
    one is `seal` and a newer secret.
    """
    lines = [line.split() for line in LINES.split(text)]
    lines = [words for words in lines if words and not words[0].startswith("#")]
    if not lines:
        raise BotError("The key is empty. Put back your copy of it.")
    (*kind, first), *further = lines
    newer = tuple(parse_newer(words) for words in further)
    if kind == [HASHES] and newer:
        return Keys(check_length(parse_key(first)), newer, None)
    if kind:
        raise BotError("The key's first line is not a key. Put back your copy of it.")
    keys = Keys.of(parse_key(first))
    return Keys(keys.hash_key, (*keys.secrets, *newer), keys.first)


def parse_newer(words: Sequence[str]) -> bytes:
    """Read a line of the key file behind the first; raise BotError when it is none."""
    if len(words) != 2 or words[0] != SEALS:
        raise BotError(f"Behind its first line, each line of the key is `{SEALS}` and a secret.")
    return check_length(parse_key(words[1]))


def format_keys(keys: Keys) -> str:
    """Write keys as the text of a key file."""
    first, *newer = keys.secrets
    lines = [as_text(first)] if keys.first else [f"{HASHES} {as_text(keys.hash_key)}"]
    lines += [f"{SEALS} {as_text(each)}" for each in (newer if keys.first else keys.secrets)]
    return "\n".join(lines) + "\n"


def as_text(secret: bytes) -> str:
    """Write a secret as text."""
    return base64.urlsafe_b64encode(secret).decode()
