"""Everything that can go wrong on purpose: one family, each error a sentence for its reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class BotError(Exception):
    """A failure that its reader can act on; the command line prints it in one line."""


class DatabaseGone(BotError):
    """The database does not answer; what was to be written is written when it does again."""


class KeyMissing(BotError):
    """What is sealed does not open with any key that is at hand."""


class WriteLater(BotError):
    """A file takes nothing now, on a full disk say; what was to be written is written later."""


class DrawingFailed(BotError):
    """A picture or a page that cannot be drawn; what it was to go with goes without it."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one file: where, what was found, and what would be accepted instead."""

    path: str
    line: int
    what: str
    instead: str

    def __str__(self) -> str:
        """Say it as one line: `path, line N: what. instead`."""
        place = f"{self.path}, line {self.line}" if self.line else self.path
        return f"{place}: {self.what}. {self.instead}"


class FileRefused(BotError):
    """A file, or a folder of files, that is refused whole, with every problem found in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems, in the order of the files."""
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SendError(BotError):
    """A message that did not go out."""


class GuardianUnreachable(SendError):
    """Never again: the guardian blocked the bot or deleted the account."""


class MessageRefused(SendError):
    """Not this one: the network will never take this message; others may go."""


class SendLater(SendError):
    """Later: the network is busy, broken or gone."""

    def __init__(
        self, reason: str, *, retry_after: timedelta | None = None, in_doubt: bool = False
    ) -> None:
        """Say how long to wait, where the network said so, and whether it may have arrived."""
        self.retry_after = retry_after
        self.in_doubt = in_doubt
        super().__init__(reason)


class NetworkAway(SendLater):
    """Later, whoever it is for: the network is not reached, or knows us no more; nothing went."""
