"""A catalogue's files: read from folders, packed into one body, named by their content."""

import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bot.errors import FileRefused, Problem

Files = Mapping[str, bytes]
CONTENT = "content"
LOCALES = "locales"
PROGRAMME = f"{CONTENT}/programme.yaml"
BESIDE = ("personas", "schemas")  # lie in content/ for staff and are no part of a catalogue
LEFT_OUT = (".mo", ".pot", "~", ".bak", ".swp", ".tmp")
OLDEST = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold; ours hold no other
Stamp = tuple[int, int, int]  # size in bytes, last written and last changed in nanoseconds


def read_folder(content: Path, locales: Path) -> dict[str, bytes]:
    """Read every file of a catalogue, by its path below `content/` and `locales/`."""
    return {found.name: read_file(found.place) for found in look(content, locales)}


def read_file(place: str) -> bytes:
    """Read one file; `open` and no Path, since there may be very many."""
    with open(place, "rb") as file:  # noqa: PTH123
        return file.read()


class Found(NamedTuple):
    """A file: its path below `content/` and `locales/`, where it lies, and its stamp."""

    name: str
    place: str
    stamp: Stamp


def look(content: Path, locales: Path) -> list[Found]:
    """List every file of a catalogue; raise FileRefused where there is no such folder."""
    found: list[Found] = []
    for name, folder in ((CONTENT, content), (LOCALES, locales)):
        if not folder.is_dir():
            what, instead = (
                "there is no such folder",
                "Make it, or set KUFFERT_CONTENT and KUFFERT_LOCALES.",
            )
            raise FileRefused([Problem(str(folder), 0, what, instead)])
        list_files(str(folder), name, found, left_out=BESIDE)
    return found


def list_files(
    folder: str, name: str, found: list[Found], *, left_out: tuple[str, ...] = ()
) -> None:
    """List the files below a folder, without hidden ones and editors' leftovers.

    `os.scandir` takes a third of the time that pathlib takes.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name in left_out:
                continue
            if entry.is_dir():
                list_files(entry.path, f"{name}/{entry.name}", found)
            elif entry.is_file() and not entry.name.endswith(LEFT_OUT):
                stat = entry.stat()
                stamp = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
                found.append(Found(f"{name}/{entry.name}", entry.path, stamp))


def pack(files: Files) -> bytes:
    """Pack files into one body: the same files give the same bytes."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, OLDEST), files[name], zipfile.ZIP_DEFLATED)
    return body.getvalue()


def unpack(body: bytes) -> dict[str, bytes]:
    """Take files out of a body."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def version_of(files: Files) -> str:
    """Name a catalogue by its content: SHA-256 over names and bytes, in hex."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()
