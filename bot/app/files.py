"""Read and write the files that a command names; what goes wrong is said in a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import BotError


@contextmanager
def saying_why(path: Path, attempt: str) -> Iterator[None]:
    """Raise BotError for what the system says of a file that cannot be read, or written."""
    try:
        yield
    except OSError as error:
        raise BotError(f"{path} cannot be {attempt}: {error.strerror}.") from error


def read_bytes(path: Path) -> bytes:
    """Read a file; raise BotError where that fails."""
    with saying_why(path, "read"):
        return path.read_bytes()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file; raise BotError where that fails."""
    with saying_why(path, "written"):
        path.write_bytes(content)
