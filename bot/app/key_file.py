"""Change the key file in one step: whoever reads it finds all of it as it was, or as it is."""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.app.files import saying_why
from bot.core.sealing import Keys, format_keys
from bot.errors import BotError
from bot.settings import Settings

OWNER_WRITES, GROUP_READS = 0o600, 0o640


def find_key_file(settings: Settings) -> Path:
    """Give the file that the key stands in; raise BotError where it stands in a setting."""
    if settings.secret_key is not None or settings.secret_key_file is None:
        raise BotError(
            "The key stands in KUFFERT_SECRET_KEY, where it cannot be changed. Put it into a file, "
            "readable by Kuffert alone, and name that in KUFFERT_SECRET_KEY_FILE instead."
        )
    return settings.secret_key_file.resolve()  # behind a link lies what is to be replaced


def change_key_file(settings: Settings, change: Callable[[Keys], Keys]) -> Keys:
    """Write other keys in the place of those in the file; give them; raise BotError.

    Two that change it at once come one after the other.
    """
    path = find_key_file(settings)
    with saying_why(path, "changed"), locked(path.parent):
        keys = change(settings.read_key())
        write_in_place(path, format_keys(keys).encode())
        if settings.read_key() != keys:
            raise BotError(f"{path} does not hold what was written. Put back your copy of the key.")
    return keys


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder; the system lets go of it when the process ends, however it ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_in_place(path: Path, content: bytes) -> None:
    """Replace a file, durably, for the same owner; at most its group may go on reading it."""
    before = path.stat()
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)  # of one that was killed
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_WRITES)
    try:
        with os.fdopen(handle, "wb") as file:
            if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(handle, before.st_uid, before.st_gid)  # the bot may be another user
            os.fchmod(handle, stat.S_IMODE(before.st_mode) & GROUP_READS | OWNER_WRITES)
            file.write(content)
            file.flush()
            os.fsync(handle)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
