"""Files as browsers fetch them: their names, their types, and archives that grow while made."""

import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.web.console.offices import Printed

if TYPE_CHECKING:
    from typing_extensions import Buffer

CSV = "text/csv; charset=utf-8"
PDF, ZIP = "application/pdf", "application/zip"


def as_file(name: str) -> dict[str, str]:
    """Give the header that makes a browser save a file under its name (RFC 6266)."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


class Piece(io.RawIOBase):
    """What an archive has written since somebody took it; nothing of it can be gone back to."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self._body = bytearray()

    def writable(self) -> bool:
        """Say that it takes what is written."""
        return True

    def write(self, body: "Buffer") -> int:
        """Take what is written."""
        self._body += body
        return memoryview(body).nbytes

    def take(self) -> bytes:
        """Give what was written since the last time."""
        body, self._body = bytes(self._body), bytearray()
        return body


async def put_together(
    first: Sequence[Printed], batches: AsyncIterator[list[Printed]]
) -> AsyncIterator[bytes]:
    """Put files into an archive while they are made: it grows in whoever's browser waits for it."""
    piece = Piece()
    with zipfile.ZipFile(piece, "w") as archive:
        add(archive, first)
        yield piece.take()
        async for batch in batches:
            add(archive, batch)
            yield piece.take()
    yield piece.take()


def add(archive: zipfile.ZipFile, files: Sequence[Printed]) -> None:
    """Add files to an archive."""
    for each in files:
        archive.writestr(each.name, each.content)
