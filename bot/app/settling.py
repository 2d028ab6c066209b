"""Read content once it lies still: a copy in progress is not a catalogue."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.catalogue.files import Files, Stamp
from bot.catalogue.reading.workbench import Workbench
from bot.catalogue.records import Catalogue
from bot.errors import FileRefused, Problem
from bot.printing.printables import check_printables

MARKER = ".copying"  # in content/: whoever copies slowly puts it there first, and removes it last
GIT_LOCK = "index.lock"
QUIET = timedelta(seconds=1.5)

Stamps = Mapping[str, Stamp]


@dataclass(frozen=True)
class Reading:
    """Content that lay still while it was read and checked; `problems` says why it is refused.

    `version` is "" where nothing could be read, and `catalogue` None where there are problems.
    """

    stamps: Stamps
    files: Files
    version: str
    problems: Sequence[Problem]
    catalogue: Catalogue | None


class StillBench:
    """Looks at a workbench again and again, and reads what changed once nobody works on it."""

    def __init__(self, bench: Workbench) -> None:
        """Begin with nothing seen."""
        self.bench = bench
        self.waits_for: Path | None = None  # the file that says that somebody is still at it
        self._last: Stamps | None = None
        self._done: Stamps | None = None

    def read(self, *, now: datetime) -> Reading | None:
        """Read and check what changed; None where nothing did, or where it does not lie still.

        It lies still when two looks in a row find the same, nothing was touched just now
        (QUIET), nobody says that a copy is under way, and nothing changes while it is read. `now`
        is the time of the machine that the files lie on.
        """
        stamps = self._look()
        if stamps is None or not self._is_still(stamps, now=now):
            return None
        self._done, before = stamps, self._done  # what breaks the check is not checked for ever
        reading = self._check(stamps)
        if self._look() == stamps and self._find_marker() is None:
            return reading
        self._done = before
        return None

    def read_again(self) -> None:
        """Take up at the next look what was read last: it could not be dealt with."""
        self._done = None

    def _look(self) -> Stamps | None:
        """Look at the files; None where one went away while we looked."""
        try:
            return self.bench.look()
        except OSError:
            return None

    def _is_still(self, stamps: Stamps, *, now: datetime) -> bool:
        """Say whether there is something new, and nobody works on it."""
        last, self._last = self._last, stamps
        self.waits_for = None
        if stamps == self._done or stamps != last or is_fresh(stamps, now=now):
            return False
        self.waits_for = self._find_marker()
        return self.waits_for is None

    def _find_marker(self) -> Path | None:
        """Find a file that says that somebody is still at it."""
        markers = [self.bench.content / MARKER]
        for folder in (self.bench.content, self.bench.locales):
            markers += list_git_locks(folder)
        return next((each for each in markers if each.exists()), None)

    def _check(self, stamps: Stamps) -> Reading:
        """Check everything; each page to print is set once, so that a broken one reaches nobody."""
        try:
            checked = self.bench.check()
        except FileRefused as refused:
            return Reading(stamps, {}, "", refused.problems, None)
        except OSError as error:
            return Reading(stamps, {}, "", [unreadable(error)], None)
        problems = list(checked.findings.errors)
        if checked.catalogue and not problems:
            problems += check_printables(checked.catalogue, [checked.catalogue.programme.language])
        sound = None if problems else checked.catalogue
        return Reading(stamps, checked.files, checked.version, sorted(problems), sound)


def is_fresh(stamps: Stamps, *, now: datetime) -> bool:
    """Say whether a file was touched just now; the clock of a far disk may differ from ours."""
    quiet = QUIET // timedelta(microseconds=1) * 1000
    moment = (now - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1) * 1000
    return any(abs(moment - touched) < quiet for _size, _written, touched in stamps.values())


def list_git_locks(folder: Path) -> Iterator[Path]:
    """List where git would put its lock while it changes this folder, if it keeps it at all."""
    for each in (folder.absolute(), *folder.absolute().parents):
        git = each / ".git"
        if git.is_dir():
            yield git / GIT_LOCK
            return
        if git.is_file():  # a worktree: the file says where its own folder is
            kept = git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
            yield each / kept / GIT_LOCK
            return


def unreadable(error: OSError) -> Problem:
    """Say which file cannot be read."""
    return Problem(
        str(error.filename),
        0,
        f"this cannot be read ({error.strerror})",
        "Let the bot's user read it.",
    )
