"""Read what every folder of content has: its card, and a page in each language."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeVar

from pydantic import BaseModel

from bot.catalogue.checks.plainness import Rules
from bot.catalogue.checks.unwritten import check_unwritten
from bot.catalogue.files import PROGRAMME
from bot.catalogue.programme import Programme
from bot.catalogue.reading.parsing import (
    Findings,
    Lines,
    Page,
    make_record,
    parse_file,
    parse_page,
    parse_text,
)

NAME = re.compile(r"[a-z0-9-]{1,24}")  # it goes into a button, which carries little
MARKDOWN = ".md"
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Ground:
    """What every folder is read on: the programme, and how plain each language is to be."""

    programme: Programme
    rules: Mapping[str, Rules]


@dataclass(frozen=True)
class Folder:
    """One folder of content, with its files by their names below it."""

    path: str
    files: dict[str, bytes]

    @property
    def name(self) -> str:
        """Its own name."""
        return PurePosixPath(self.path).name

    @cached_property
    def pages(self) -> Mapping[str, bytes]:
        """The Markdown files right in it, by what stands before their ending."""
        return {
            name.removesuffix(MARKDOWN): content
            for name, content in self.files.items()
            if name.endswith(MARKDOWN) and "/" not in name
        }

    def place(self, name: str) -> str:
        """Give the path of one of its files."""
        return f"{self.path}/{name}"

    def text(self, language: str) -> str:
        """Give the path of its text in a language."""
        return f"{self.path}/{language}{MARKDOWN}"


def list_below(folders: Mapping[str, Folder], above: str) -> Iterator[Folder]:
    """List the folders that stand right below another."""
    return (folder for path, folder in folders.items() if path.rpartition("/")[0] == above)


def read_name(folder: Folder, findings: Findings) -> str | None:
    """Read a folder's name, where it is what its content is known by."""
    if NAME.fullmatch(folder.name):
        return folder.name
    what = f'"{folder.name}" cannot be a name'
    findings.refuse(folder.path, 0, what, "Use small letters, digits and dashes, at most 24.")
    return None


def read_card(
    folder: Folder, name: str, model: type[Model], findings: Findings
) -> tuple[Model, Lines] | None:
    """Read the card of a folder, and where everything stands in it."""
    path = folder.place(name)
    if name not in folder.files:
        findings.refuse(path, 0, "there is no such file", "Write it; see the README.")
        return None
    text = parse_text(folder.files[name], path, findings)
    check_unwritten(text or "", path, findings)
    parsed = parse_file(text, path, findings) if text is not None else None
    card = make_record(model, *parsed, path, findings) if parsed else None
    return (card, parsed[1]) if card and parsed else None


def check_band(band: str, path: str, line: int, programme: Programme, findings: Findings) -> None:
    """See that an age band is one of the programme's."""
    if band not in programme.bands:
        findings.refuse(
            path, line, f'unknown band "{band}"', f"Use one of: {', '.join(programme.bands)}."
        )


def read_pages(
    folder: Folder,
    ground: Ground,
    findings: Findings,
    *,
    keys: Sequence[str],
    sections: Iterable[str],
    kind: str,
    is_vital: bool = False,
) -> dict[str, Page]:
    """Read a folder's Markdown file in every language of the programme.

    A language that may fall back to the programme's can lack it, unless it is vital; families read
    that one then.
    """
    programme, allowed, pages = ground.programme, list(sections), {}
    for language, content in folder.pages.items():
        path = folder.text(language)
        if language not in programme.languages:
            findings.refuse(
                path,
                0,
                f'"{language}" is not a language of the programme',
                f"Use one of: {', '.join(programme.languages)}; or add it to {PROGRAMME}.",
            )
            continue
        text = parse_text(content, path, findings)
        check_unwritten(text or "", path, findings)
        if text is None:
            continue
        page = parse_page(text, path, findings, keys=keys, sections=allowed)
        if page:
            pages[language] = page
    for language in programme.languages:
        if language in folder.pages:
            continue
        path, what = folder.text(language), "there is no such file"
        if programme.may_fall_back(language) and not is_vital:
            findings.warn(path, 0, what, f"Families read the {kind} in {programme.language}.")
        else:
            findings.refuse(path, 0, what, f"Write the {kind} in this language.")
    return pages


def is_enough(found: Iterable[str], programme: Programme) -> bool:
    """Say whether all languages are there that cannot fall back."""
    there = set(found)
    return all(each in there or programme.may_fall_back(each) for each in programme.languages)
