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
BESIDE = ("personas", "readings", "schemas")  # in content/ for staff, no part of a catalogue
LEFT_OUT = (".mo", ".pot", "~", ".bak", ".swp", ".tmp")
DEEP = 3  # how many steps down the folders lie that are read as one
OLDEST = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold; ours hold no other
READ_AT_ONCE = 1 << 20
Stamp = tuple[int, int, int]  # size in bytes, last written and last changed in nanoseconds


def read_folder(content: Path, locales: Path) -> dict[str, bytes]:
    """Read every file of a catalogue, by its path below `content/` and `locales/`."""
    return {found.name: read_file(found) for found in look(content, locales)}


class Found(NamedTuple):
    """A file: its path below `content/` and `locales/`, where it lies, and its stamp."""

    name: str
    place: str
    stamp: Stamp


def read_file(found: Found) -> bytes:
    """Read one file by the system's own calls, in half of `open`'s time: there may be very many."""
    size = found.stamp[0]
    file = os.open(found.place, os.O_RDONLY)
    try:
        content = os.read(file, size + 1)
        if len(content) != size:  # it was changed meanwhile, or is too long for one call
            while more := os.read(file, READ_AT_ONCE):
                content += more
    finally:
        os.close(file)
    return content


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
            own = entry.name
            if own[0] == "." or own.endswith(LEFT_OUT) or own in left_out:
                continue
            if entry.is_dir():
                list_files(entry.path, f"{name}/{own}", found)
            elif entry.is_file():
                stat = entry.stat()
                stamp = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
                found.append(Found(f"{name}/{own}", entry.path, stamp))


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
    """Name a catalogue by its content, whatever the folders that it lies in: SHA-256 in hex."""
    folders, rest = group_files(files, DEEP)
    return name_parts({path: digest_of(inside) for path, inside in folders.items()}, rest)


def group_files(files: Files, depth: int) -> tuple[dict[str, dict[str, bytes]], dict[str, bytes]]:
    """Group files by the folder so many steps down that they lie in; give the others apart."""
    folders: dict[str, dict[str, bytes]] = {}
    rest: dict[str, bytes] = {}
    for path, content in files.items():
        parts = path.split("/", depth)
        if len(parts) > depth:
            folders.setdefault(path[: -len(parts[depth]) - 1], {})[parts[depth]] = content
        else:
            rest[path] = content
    return dict(sorted(folders.items())), rest


def list_folders(files: Files, above: str) -> list[str]:
    """List the paths of the folders that stand right below another."""
    start = f"{above}/"
    inside = (path.removeprefix(start) for path in files if path.startswith(start))
    return sorted({start + each.partition("/")[0] for each in inside if "/" in each})


def digest_of(files: Files) -> str:
    """Name some files by their names and their content."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.hexdigest()


def name_parts(folders: Mapping[str, str], rest: Files) -> str:
    """Name a catalogue by the names of its folders, and by the files that lie in none of them."""
    digest = hashlib.sha256(digest_of(rest).encode())
    digest.update("".join(f"{path}\0{name}\0" for path, name in folders.items()).encode())
    return digest.hexdigest()
