"""Ogg Opus files for tests: whole, with a head and pages that tell their own lengths (RFC 7845)."""

import struct

HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
TAGS = b"OpusTags" + struct.pack("<I", 5) + b"tests" + struct.pack("<I", 0)
FIRST, LAST = 2, 4  # what an Ogg page says of its place in the stream
LONGEST_PART = 255


def make_ogg(sound: bytes = b"\xfc\xff\xfe") -> bytes:
    """Make a recording of some bytes; no player is asked what they sound like."""
    parts = ((FIRST, HEAD), (0, TAGS), (LAST, sound))
    return b"".join(make_page(kind, number, body) for number, (kind, body) in enumerate(parts))


def make_page(kind: int, number: int, body: bytes) -> bytes:
    """Make Ogg pages of a body; a longer one is parted into several."""
    room = LONGEST_PART * LONGEST_PART
    pages = []
    for start in range(0, max(len(body), 1), room):
        part = body[start : start + room]
        sizes = bytes([LONGEST_PART] * (len(part) // LONGEST_PART) + [len(part) % LONGEST_PART])
        sizes = sizes[:LONGEST_PART]
        header = struct.pack("<4sBBqIIIB", b"OggS", 0, kind, 0, 1, number, 0, len(sizes))
        pages.append(header + sizes + part)
    return b"".join(pages)
