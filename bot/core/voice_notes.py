"""What a voice note is made of: Ogg pages with Opus in them, each of which tells its own length."""

import struct
import zlib

HEADER = struct.Struct("<4sBBqIIIB")  # of an Ogg page (RFC 3533)
CHECKSUM = slice(22, 26)  # where a page keeps its own
MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
ALL_ONES = 0xFFFFFFFF
HEAD = b"OpusHead"
SKIPPED = struct.Struct("<10xH")  # of the head: how many samples come before the sound (RFC 7845)
SAMPLES_A_SECOND = 48_000  # in which Opus counts, however it was recorded


def measure_voice_note(content: bytes) -> float | None:
    """Give the seconds that a voice note lasts; None for what is not whole Ogg Opus sound."""
    start, last, head = 0, 0, b""
    while start < len(content):
        page = find_page(content, start)
        if page is None:
            return None
        head = head or page[HEADER.size + page[HEADER.size - 1] :]
        last = max(last, int(HEADER.unpack_from(page)[3]))
        start += len(page)
    if not head.startswith(HEAD) or len(head) < SKIPPED.size:
        return None
    skipped: int = SKIPPED.unpack_from(head)[0]
    return max(last - skipped, 0) / SAMPLES_A_SECOND


def find_page(content: bytes, start: int) -> bytes | None:
    """Give the page that begins at a place; None where there is none, or it broke on the way."""
    if len(content) < start + HEADER.size or not content.startswith(b"OggS", start):
        return None
    sizes_end = start + HEADER.size + content[start + HEADER.size - 1]
    end = sizes_end + sum(content[start + HEADER.size : sizes_end])
    page = content[start:end]
    if len(page) < end - start or sum_up(page) != HEADER.unpack_from(page)[6]:
        return None
    return page


def sum_up(page: bytes) -> int:
    """Give a page's checksum; Ogg's is that of zip files, with all bits the other way round."""
    blank = page[: CHECKSUM.start] + bytes(4) + page[CHECKSUM.stop :]
    mirrored = zlib.crc32(blank.translate(MIRRORED), ALL_ONES) ^ ALL_ONES
    return int(f"{mirrored:032b}"[::-1], 2)
