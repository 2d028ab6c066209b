"""Write changed files into their folders: all of them or, where one cannot be written, none."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from bot.catalogue.files import CONTENT, LOCALES, Files
from bot.errors import BotError


def path_of(name: str, *, content: Path, locales: Path) -> Path:
    """Say where a file of a catalogue lies."""
    first, *rest = PurePosixPath(name).parts
    return {CONTENT: content, LOCALES: locales}[first].joinpath(*rest)


def save(changed: Mapping[str, bytes], *, before: Files, content: Path, locales: Path) -> None:
    """Write files, each beside its place first; raise BotError if one changed since it was read."""
    waiting: list[tuple[Path, Path]] = []
    try:
        for name, body in changed.items():
            path = path_of(name, content=content, locales=locales)
            if (path.read_bytes() if path.exists() else None) != before.get(name):
                raise BotError(f"{name} was changed just now. Nothing was written; try again.")
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.new")
            beside.write_bytes(body)
            if path.exists():
                beside.chmod(path.stat().st_mode)
            waiting.append((beside, path))
        for beside, path in waiting:
            beside.replace(path)
    except OSError as error:
        raise BotError(f"{error.filename} cannot be written: {error.strerror}.") from error
    finally:
        for beside, _path in waiting:
            beside.unlink(missing_ok=True)
