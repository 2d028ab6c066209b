"""Passphrases of staff and the secrets of browsers: drawn, hashed, compared."""

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
SECRET_BYTES = 32
DRAWN_GROUPS, GROUP_LENGTH = 5, 4
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is mistaken for another
HASHER = PasswordHasher()  # argon2id with the RFC 9106 low-memory parameters


def hash_passphrase(passphrase: str) -> str:
    """Hash a passphrase with argon2id, its salt and parameters with it; takes about 50 ms."""
    return HASHER.hash(passphrase)


def is_right(passphrase_hash: str | None, passphrase: str) -> bool:
    """Compare a passphrase with its hash; None, of an account there is not, takes as long."""
    try:
        HASHER.verify(passphrase_hash or nobodys_hash(), passphrase)
    except (VerificationError, InvalidHashError):
        return False
    return passphrase_hash is not None


@cache
def nobodys_hash() -> str:
    """Give a hash that no passphrase fits, to spend the same time on."""
    return hash_passphrase(draw_secret())


def say_weakness(passphrase: str, email: str) -> str | None:
    """Say why a passphrase may not be used; None where it may.

    Length is asked for and no kinds of signs (NIST SP 800-63B, 5.1.1.2).
    """
    if len(passphrase) < SHORTEST:
        return f"A passphrase has at least {SHORTEST} characters. Several words make a good one."
    if len(passphrase) > LONGEST:
        return f"A passphrase has at most {LONGEST} characters."
    if len(set(passphrase)) < SHORTEST // 2 or email.partition("@")[0] in passphrase.lower():
        return "This passphrase is easily guessed. Use several words that belong to nobody."
    return None


def draw_passphrase() -> str:
    """Draw a passphrase of 20 letters and digits (99 bits), in groups."""
    groups = (
        "".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(DRAWN_GROUPS)
    )
    return "-".join(groups)


def draw_secret() -> str:
    """Draw a secret of 256 bits, as text for a cookie, a form or a header."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_secret(secret: str) -> str:
    """Give the SHA-256, in hex, by which a drawn secret is found again.

    It needs no salt and no slowness: nobody guesses 256 bits.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
