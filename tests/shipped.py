"""The content that the project ships, read and checked once for all tests of one process."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bot.catalogue.files import pack, read_folder
from bot.catalogue.reading.loading import load_catalogue
from bot.catalogue.records import Catalogue

ROOT = Path(__file__).parent.parent
LANGUAGES = tuple(sorted(each.name for each in (ROOT / "locales").iterdir()))


@cache
def shipped_files() -> Mapping[str, bytes]:
    """Read every file; not to be changed."""
    return read_folder(ROOT / "content", ROOT / "locales")


@cache
def shipped_body() -> bytes:
    """Pack them as a snapshot."""
    return pack(shipped_files())


@cache
def shipped_catalogue() -> Catalogue:
    """Load the catalogue."""
    return load_catalogue(shipped_files())
