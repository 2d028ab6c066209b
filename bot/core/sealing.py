"""Seal what nobody but the bot may read, and find a chat again without knowing its id."""

import base64
import binascii
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import BotError

KEY_BYTES = 32
NONCE_BYTES = 12


class Sealer:
    """Seals with AES-256-GCM and hashes with HMAC-SHA-256, under keys derived from one secret."""

    def __init__(self, secret: bytes) -> None:
        """Derive the two keys from a 32-byte secret (HKDF, RFC 5869)."""
        if len(secret) != KEY_BYTES:
            raise BotError(f"The key must be {KEY_BYTES} bytes; this one has {len(secret)}.")
        self._cipher = AESGCM(derive(secret, purpose=b"kuffert seal 1"))
        self._hash_key = derive(secret, purpose=b"kuffert hash 1")

    def seal(self, plain: str, *, bound_to: str) -> bytes:
        """Seal a text so that it opens only as what it is bound to (a column's name, say)."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain.encode(), bound_to.encode())

    def unseal(self, sealed: bytes, *, bound_to: str) -> str:
        """Open a sealed text; raise BotError when the key or the place is another."""
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, body, bound_to.encode()).decode()
        except InvalidTag:
            raise BotError(f"A sealed {bound_to} does not open with this key.") from None

    def keyed_hash(self, value: str, *, purpose: str) -> str:
        """Hash a value so that only the holder of the key can look it up; 64 hex digits."""
        message = f"{purpose}\0{value}".encode()
        return hmac.new(self._hash_key, message, hashlib.sha256).hexdigest()

    def fingerprint(self) -> str:
        """Name this key without telling it, to notice a lost or foreign one."""
        return self.keyed_hash("fingerprint", purpose="key")[:16]


def derive(secret: bytes, *, purpose: bytes) -> bytes:
    """Derive a 32-byte key for one purpose."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret)


def draw_key() -> str:
    """Draw a new secret key, as text for a settings file."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def parse_key(text: str) -> bytes:
    """Read a secret key from its text form; raise BotError when it is none."""
    try:
        return base64.urlsafe_b64decode(text.strip().encode())
    except (binascii.Error, ValueError):
        raise BotError("The key is not base64. Make one with `kuffert init`.") from None
