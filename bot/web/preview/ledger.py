"""What the check says, by what it is about: an activity in a language, a language's strings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.catalogue.files import LOCALES
from bot.errors import Problem
from bot.web.preview.desk import Look

STALE, UNREVIEWED = "stale", "review"  # what the check calls them; they have marks of their own
SHALLOWEST = 2  # parts of the paths that are asked for: content/print


@dataclass(frozen=True)
class Noted:
    """A problem, and whether it keeps what was saved from parents."""

    problem: Problem
    is_error: bool


class Text(Protocol):
    """Words in one language that somebody reviews."""

    @property
    def is_reviewed(self) -> bool:
        """Whether somebody has."""
        ...


@dataclass(frozen=True)
class Marks:
    """How a text stands in one language; `problems` counts what else the check says."""

    is_missing: bool
    is_unreviewed: bool
    is_stale: bool
    problems: int
    has_errors: bool

    @property
    def classes(self) -> str:
        """The marks as the style sheet knows them."""
        named = (
            (self.is_missing, "missing"),
            (self.is_unreviewed, "unreviewed"),
            (self.is_stale, "stale"),
            (self.has_errors, "bad"),
        )
        return " ".join(["chip", *(name for is_so, name in named if is_so)])


class Ledger:
    """The problems of one look."""

    def __init__(self, look: Look, languages: Sequence[str]) -> None:
        """Sort the problems by the folders and the file that they are in, and by language."""
        self.errors = [Noted(each, is_error=True) for each in look.errors]
        self.warnings = [Noted(each, is_error=False) for each in look.warnings]
        self._found: dict[tuple[str, str], list[Noted]] = defaultdict(list)
        for each in (*self.errors, *self.warnings):
            parts = each.problem.path.split("/")
            language = language_of(parts, languages)
            for depth in range(SHALLOWEST, len(parts) + 1):
                self._found["/".join(parts[:depth]), language].append(each)

    def about(self, folders: Iterable[str], language: str) -> list[Noted]:
        """List what is said of some folders or files in one language; the errors first."""
        known = [(folder.rstrip("/"), each) for folder in folders for each in ("", language)]
        found = (each for place in known for each in self._found.get(place, ()))
        return sorted(found, key=lambda each: (not each.is_error, each.problem))

    def mark(
        self, folders: Iterable[str], language: str, texts: Mapping[str, Text] | None
    ) -> Marks:
        """Say how the texts of some folders stand in a language; None where nobody reviews them."""
        text = texts.get(language) if texts else None
        own = [
            each
            for folder in folders
            for each in self._found.get((folder.rstrip("/"), language), ())
        ]
        return Marks(
            texts is not None and text is None,
            text is not None and not text.is_reviewed,
            any(STALE in each.problem.what for each in own),
            sum(not is_state(each.problem) for each in own),
            any(each.is_error for each in own),
        )

    def about_all(self, folder: str) -> list[Noted]:
        """List what is said of a folder and is of no one language."""
        return self._found.get((folder.rstrip("/"), ""), [])


def language_of(parts: Sequence[str], languages: Sequence[str]) -> str:
    """Say which language a file is in, by its path; "" where it is in none, or in all of them."""
    if parts[0] == LOCALES:
        return parts[1] if len(parts) > 1 else ""
    stem = parts[-1].partition(".")[0]
    named = (stem, stem.partition("-")[0], *parts[-2:-1])
    return next((each for each in named if each in languages), "")


def is_state(problem: Problem) -> bool:
    """Say whether a problem is that a text is stale, or that nobody has reviewed it."""
    return STALE in problem.what or UNREVIEWED in problem.what


def words_of(language: str) -> str:
    """Give the file of a language's short strings."""
    return f"{LOCALES}/{language}/LC_MESSAGES/bot.po"


def by_file(noted: Iterable[Noted]) -> list[tuple[str, list[Noted]]]:
    """Group problems by file; files with errors first."""
    files: dict[str, list[Noted]] = defaultdict(list)
    for each in noted:
        files[each.problem.path].append(each)
    return sorted(
        files.items(), key=lambda item: (not any(each.is_error for each in item[1]), item[0])
    )
