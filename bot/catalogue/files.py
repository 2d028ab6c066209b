"""A catalogue's files: read from folders, packed into one body, named by their content."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.errors import FileRefused, Problem

Files = Mapping[str, bytes]
CONTENT = "content"
LOCALES = "locales"
PROGRAMME = f"{CONTENT}/programme.yaml"
BESIDE = ("personas", "schemas")  # lie in content/ for staff and are no part of a catalogue
LEFT_OUT = (".mo", ".pot", "~", ".bak", ".swp", ".tmp")
OLDEST = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold; ours hold no other


def read_folder(content: Path, locales: Path) -> dict[str, bytes]:
    """Read every file of a catalogue, by its path below `content/` and `locales/`."""
    files: dict[str, bytes] = {}
    for name, folder in ((CONTENT, content), (LOCALES, locales)):
        if not folder.is_dir():
            raise FileRefused(
                [
                    Problem(
                        str(folder),
                        0,
                        "there is no such folder",
                        "Make it, or set KUFFERT_CONTENT and KUFFERT_LOCALES.",
                    )
                ]
            )
        for path in list_files(folder):
            files[f"{name}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    return files


def list_files(folder: Path) -> Iterator[Path]:
    """List a catalogue's files below a folder, without hidden ones and editors' leftovers."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        is_hidden = any(part.startswith(".") for part in parts) or parts[0] in BESIDE
        if path.is_file() and not is_hidden and not path.name.endswith(LEFT_OUT):
            yield path


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
