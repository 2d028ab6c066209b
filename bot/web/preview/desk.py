"""The desk that the preview reads from: the latest check, the last content without errors, news."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Protocol

from bot.catalogue.reading.workbench import Checked
from bot.catalogue.records import Catalogue
from bot.errors import FileRefused, Problem
from bot.printing.drawings import Drawings

LOOK_SECONDS = 0.3
NOTHING: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Look:
    """What the latest check found, and the last catalogue without errors, if there was any.

    `number` counts the checks that found something new.
    """

    number: int
    errors: Sequence[Problem]
    warnings: Sequence[Problem]
    catalogue: Catalogue | None

    @property
    def is_whole(self) -> bool:
        """Whether the catalogue is made of what was saved last."""
        return not self.errors and self.catalogue is not None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that the check says, the errors first."""
        return (*self.errors, *self.warnings)


class Source(Protocol):
    """What pages are made from; `is_live` where it follows files, and tells of each look."""

    @property
    def is_live(self) -> bool:
        """Whether there will be other looks."""
        ...

    @property
    def latest(self) -> Look:
        """The look that pages are made from."""
        ...

    @property
    def drawings(self) -> Drawings:
        """What was drawn already."""
        ...

    def name(self, look: Look) -> str:
        """Name a look, as no other is named."""
        ...


@dataclass(frozen=True)
class Exhibit:
    """One look that stands still."""

    latest: Look
    drawings: Drawings
    is_live: bool = False

    def name(self, look: Look) -> str:
        """Name the look by its content."""
        return look.catalogue.version if look.catalogue else ""


class Checker(Protocol):
    """Whoever reads the content and checks it, again and again."""

    def has_changed(self) -> bool:
        """Say whether a file differs from what was read last."""
        ...

    def read(self) -> Checked:
        """Read and check everything; raise FileRefused where a folder is missing."""
        ...


class Desk:
    """Keeps a look at the content, takes another when a file changes, and tells who waits."""

    is_live = True

    def __init__(self, checker: Checker, drawings: Drawings) -> None:
        """Begin before the first look."""
        self.checker = checker
        self.drawings = drawings
        self.latest = Look(0, NOTHING, NOTHING, None)
        self.is_closing = False
        self._run = token_hex(4)  # a page that is open over a restart must not take 1 for its own
        self._news = asyncio.Condition()

    def name(self, look: Look) -> str:
        """Name a look, as no other desk names one."""
        return f"{self._run}-{look.number}"

    async def watch(self) -> None:
        """Look again and again whether a file has changed, and read what has; for ever."""
        while True:
            await self.look_again()
            await asyncio.sleep(LOOK_SECONDS)

    async def look_again(self) -> None:
        """Check anew where a file has changed; a file that goes while it is read is read later."""
        try:
            found = await asyncio.to_thread(self._read)
        except OSError:
            return
        if found:
            await self._tell(found)

    def _read(self) -> Look | None:
        """Read and check the content; None where nothing is new."""
        if self.latest.number and not self.checker.has_changed():
            return None
        try:
            found = self._judge(self.checker.read())
        except FileRefused as refused:
            found = Look(self.latest.number + 1, refused.problems, NOTHING, self.latest.catalogue)
        return None if found.number > 1 and is_alike(found, self.latest) else found

    def _judge(self, checked: Checked) -> Look:
        """Say what a check means: with errors, what was read before stays."""
        errors = sorted(checked.findings.errors)
        catalogue = self.latest.catalogue if errors else checked.catalogue
        warnings = sorted(checked.findings.warnings)
        return Look(self.latest.number + 1, errors, warnings, catalogue)

    async def _tell(self, found: Look) -> None:
        """Keep a look and wake whoever waits for it."""
        async with self._news:
            self.latest = found
            self._news.notify_all()

    async def wait_past(self, number: int) -> Look | None:
        """Wait for a look that is not the one of this number; None when the desk closes."""
        async with self._news:
            await self._news.wait_for(lambda: self.is_closing or self.latest.number != number)
        return None if self.is_closing else self.latest

    async def close(self) -> None:
        """Let everybody go who waits."""
        async with self._news:
            self.is_closing = True
            self._news.notify_all()


def is_alike(one: Look, other: Look) -> bool:
    """Say whether two looks have found the same."""
    versions = [each.catalogue.version if each.catalogue else "" for each in (one, other)]
    return versions[0] == versions[1] and list(one.problems) == list(other.problems)
