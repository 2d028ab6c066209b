"""Read the files of a ZIP archive that somebody sends, of a bounded size, by their names within."""

import io
import lzma
import zlib
from zipfile import BadZipFile, ZipFile

from bot.errors import BotError

MOST_BYTES = 50_000_000  # of a story's files before they are chosen from
MOST_FILES = 2_000
UNREADABLE = (  # encrypted, cut off, of a kind that is not known here, or altered
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    zlib.error,
)


def read_archive(content: bytes, name: str) -> dict[str, bytes]:
    """Read an archive's files; raise BotError for what is none, or holds more than a story can.

    An entry gives no more bytes than it says, and what it is called is a name here, never a path.
    """
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            parts = [each for each in archive.infolist() if not each.is_dir()]
            check_size(sum(each.file_size for each in parts), len(parts), name)
            return {each.filename: archive.read(each) for each in parts}
    except UNREADABLE as error:
        raise BotError(f"{name} is no folder and no ZIP file that can be read.") from error


def check_size(size: int, count: int, name: str) -> None:
    """Refuse what no story can be."""
    if size > MOST_BYTES:
        raise BotError(
            f"{name} holds {size // 1_000_000} MB; a story has at most {MOST_BYTES // 1_000_000}. "
            "Give the folder of one story."
        )
    if count > MOST_FILES:
        raise BotError(
            f"{name} holds {count} files; a story has at most {MOST_FILES}. "
            "Give the folder of one story."
        )
