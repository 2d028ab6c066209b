"""Voice notes for tests: whole Ogg Opus, page by page, as a phone writes them."""

import struct

from bot.core.voice_notes import SAMPLES_A_SECOND

FIRST, LAST = 2, 4  # what a page says of its place (RFC 3533)
BEFORE = 312  # samples that a player skips
POLYNOMIAL = 0x04C11DB7
OPUS_HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, BEFORE, 48_000, 0, 0)
OPUS_TAGS = b"OpusTags" + struct.pack("<I", 5) + b"tests" + struct.pack("<I", 0)


def make_voice_note(words: str = "", *, seconds: int = 3) -> bytes:
    """Make a voice note that differs by its words."""
    lasts = seconds * SAMPLES_A_SECOND + BEFORE
    bodies = ((FIRST, 0, OPUS_HEAD), (0, 0, OPUS_TAGS), (LAST, lasts, words.encode() + b"\xfc"))
    return b"".join(make_page(number, *each) for number, each in enumerate(bodies))


def make_page(number: int, kind: int, samples: int, body: bytes) -> bytes:
    """Make one page with its checksum."""
    sizes = bytes([255] * (len(body) // 255) + [len(body) % 255])
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, kind, samples, 7, number, 0, len(sizes))
    page = header + sizes + body
    return page[:22] + struct.pack("<I", checksum(page)) + page[26:]


def checksum(page: bytes) -> int:
    """Give Ogg's checksum, bit by bit."""
    register = 0
    for byte in page:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1) ^ (POLYNOMIAL | 1 << 32 if register >> 31 else 0)
    return register
