"""The workbench: content as it lies in its folders, read and checked again when it changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.catalogue.files import Files, list_files, read_folder, version_of
from bot.catalogue.loading import read_catalogue
from bot.catalogue.parsing import Findings
from bot.catalogue.records import Catalogue

Stamp = tuple[int, int, int]  # size in bytes, last written and last touched in nanoseconds


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
    """Reads and checks one pair of folders, again and again."""

    def __init__(self, content: Path, locales: Path) -> None:
        """Begin with nothing read."""
        self.content = content
        self.locales = locales
        self._stamps: Mapping[str, Stamp] = {}

    def look(self) -> Mapping[str, Stamp]:
        """Look which files there are, and when each was last touched; none is read."""
        return {
            str(path): (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
            for folder in (self.content, self.locales)
            if folder.is_dir()
            for path in list_files(folder)
            for stat in (path.stat(),)
        }

    def has_changed(self) -> bool:
        """Say whether a file differs from what was checked last."""
        return self.look() != self._stamps

    def check(self) -> Checked:
        """Read what changed and check it all; raise FileRefused where a folder is missing."""
        stamps = self.look()
        files = read_folder(self.content, self.locales)
        findings = Findings()
        catalogue = read_catalogue(files, findings)
        self._stamps = stamps
        return Checked(files, version_of(files), findings, None if findings.errors else catalogue)
