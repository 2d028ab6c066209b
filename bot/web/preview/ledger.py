"""What the check says, by what it is about: an activity in a language, a language's strings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from bot.catalogue.files import LOCALES
from bot.errors import Problem
from bot.web.preview.desk import Look

STALE, UNREVIEWED = "stale", "review"  # what the check calls them; they have marks of their own


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


class Ledger:
    """The problems of one look."""

    def __init__(self, look: Look, languages: Sequence[str]) -> None:
        """Sort the problems by the file that they are in."""
        self.languages = languages
        self.noted = (
            *(Noted(each, is_error=True) for each in look.errors),
            *(Noted(each, is_error=False) for each in look.warnings),
        )
        self._by_folder: dict[str, list[Noted]] = defaultdict(list)
        for each in self.noted:
            path = PurePosixPath(each.problem.path)
            for folder in (path, *path.parents):
                self._by_folder[str(folder)].append(each)

    def about(self, folders: Iterable[str], language: str) -> list[Noted]:
        """List what is said of some folders or files in one language; the errors first."""
        found = [each for folder in folders for each in self._by_folder.get(folder.rstrip("/"), ())]
        mine = (each for each in found if self.language_of(each.problem.path) in ("", language))
        return sorted(mine, key=lambda each: not each.is_error)

    def mark(
        self, folders: Iterable[str], language: str, texts: Mapping[str, Text] | None
    ) -> Marks:
        """Say how the texts of some folders stand in a language; None where nobody reviews them."""
        text = texts.get(language) if texts else None
        own = [
            each
            for each in self.about(folders, language)
            if self.language_of(each.problem.path) == language
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
        found = self._by_folder.get(folder, ())
        return [each for each in found if not self.language_of(each.problem.path)]

    def language_of(self, path: str) -> str:
        """Say which language a file is in; "" where it is in none, or in all of them."""
        parts = PurePosixPath(path).parts
        if parts[:1] == (LOCALES,):
            return parts[1] if len(parts) > 1 else ""
        stem = PurePosixPath(path).stem
        named = (stem, stem.partition("-")[0], *parts[-2:-1])
        return next((each for each in named if each in self.languages), "")


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
