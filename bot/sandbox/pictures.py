"""Tell a picture from something else, and how large it is."""

import struct

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"
SIZES = frozenset({0xC0, 0xC1, 0xC2})  # the JPEG segments that hold height and width


def measure(content: bytes) -> tuple[int | None, int | None]:
    """Give a PNG's or JPEG's width and height; (None, None) for anything else."""
    if content.startswith(PNG) and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    return measure_jpeg(content) if content.startswith(JPEG) else (None, None)


def measure_jpeg(content: bytes) -> tuple[int | None, int | None]:
    """Go through a JPEG's segments to the one that holds its size."""
    place = 2
    while place + 9 < len(content) and content[place] == 0xFF:
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        if content[place + 1] in SIZES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None, None
