"""The folder of an export: written beside its place, and put there whole or not at all."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from bot.errors import BotError
from bot.report.exports.dictionary import CODEBOOK, DICTIONARY, WITHDRAWN
from bot.report.exports.tables import TABLES

OURS = (CODEBOOK, DICTIONARY, WITHDRAWN)
OF_TABLE = re.compile(rf"({'|'.join(each.name for each in TABLES)})(\.csv|(-\d{{4}})?\.(dta|sav))")
PART = re.compile(r"part-\d{4}\.parquet")


@contextmanager
def drafting(folder: Path) -> Iterator[Path]:
    """Give a folder to write to, and put it in the other's place once everything is written.

    Raise BotError for one that holds anything but an earlier export.
    """
    if folder.exists() and not is_ours(folder):
        raise BotError(f"{folder} holds other files. Give the export a folder of its own.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield draft
        draft.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def is_ours(folder: Path) -> bool:
    """Say whether a folder holds nothing but an earlier export."""
    return folder.is_dir() and all(is_part(path) for path in folder.iterdir())


def is_part(path: Path) -> bool:
    """Say whether a file, or a folder of parts, is of an export."""
    if path.is_dir():
        is_known = path.name in {each.name for each in TABLES}
        return is_known and all(PART.fullmatch(each.name) for each in path.iterdir())
    return path.name in OURS or OF_TABLE.fullmatch(path.name) is not None
