"""The workbench: content as it lies in its folders, read and checked again when it changes."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.catalogue.files import Files, Found, Stamp, look, read_file, version_of
from bot.catalogue.reading.loading import read_catalogue
from bot.catalogue.reading.parsing import Findings
from bot.catalogue.records import Catalogue
from bot.errors import FileRefused

MANY_FILES = 3000


@dataclass(frozen=True)
class Checked:
    """Content as it was read: its files, what is wrong with it, and what it makes if nothing is.

    `catalogue` is None where there are errors.
    """

    files: Files
    version: str
    findings: Findings
    catalogue: Catalogue | None


class Workbench:
    """Reads and checks one pair of folders, again and again; what is unchanged is read once.

    What was read is remembered by the process (`read_catalogue`), the files by the bench.
    """

    def __init__(self, content: Path, locales: Path) -> None:
        """Begin with nothing read."""
        self.content = content
        self.locales = locales
        self._stamps: Mapping[str, Stamp] = {}
        self._files: dict[str, bytes] = {}

    def look(self) -> Mapping[str, Stamp]:
        """Look which files there are, and when each was last touched; none is read."""
        with suppress(FileRefused, FileNotFoundError):  # a folder or a file that is just gone
            return {found.name: found.stamp for found in look(self.content, self.locales)}
        return {}

    def has_changed(self) -> bool:
        """Say whether a file differs from what was checked last."""
        return self.look() != self._stamps

    def check(self) -> Checked:
        """Read what changed and check it all; raise FileRefused where a folder is missing."""
        found = look(self.content, self.locales)
        with sparing_the_collector(is_worth_it=len(found) - len(self._files) > MANY_FILES):
            files = {each.name: self._read(each) for each in found}
            findings = Findings()
            catalogue = read_catalogue(files, findings)
            version = catalogue.version if catalogue else version_of(files)
        self._files, self._stamps = files, {each.name: each.stamp for each in found}
        return Checked(files, version, findings, None if findings.errors else catalogue)

    def _read(self, found: Found) -> bytes:
        """Read a file if it was touched since the last time.

        The very same object is given where its content is the same: that is soon compared.
        """
        kept = self._files.get(found.name)
        if kept is not None and self._stamps.get(found.name) == found.stamp:
            return kept
        content = read_file(found)
        return kept if kept is not None and kept == content else content


@contextmanager
def sparing_the_collector(*, is_worth_it: bool) -> Iterator[None]:
    """Let the garbage collector rest while very many objects are made that all stay.

    Afterwards they are no more looked through each time that something else is collected.
    """
    was_on = gc.isenabled() and is_worth_it
    if was_on:
        gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.enable()
