"""Read what every folder of content has: its card, and a page in each language."""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

from pydantic import BaseModel

from bot.catalogue.files import PROGRAMME, Files
from bot.catalogue.parsing import Findings, Page, parse_page, parse_record, parse_text
from bot.catalogue.records import Programme

NAME = re.compile(r"[a-z0-9-]{1,24}")  # it goes into a button, which carries little
Model = TypeVar("Model", bound=BaseModel)


def list_folders(files: Files, above: str) -> list[str]:
    """List the folders that stand right below another."""
    depth = len(PurePosixPath(above).parts)
    found = {
        "/".join(PurePosixPath(name).parts[: depth + 1])
        for name in files
        if name.startswith(f"{above}/") and len(PurePosixPath(name).parts) > depth + 1
    }
    return sorted(found)


def read_name(folder: str, findings: Findings) -> str | None:
    """Read a folder's name, where it is what its content is known by."""
    name = PurePosixPath(folder).name
    if NAME.fullmatch(name):
        return name
    what = f'"{name}" cannot be a name'
    findings.refuse(folder, 0, what, "Use small letters, digits and dashes, at most 24.")
    return None


def read_card(files: Files, path: str, model: type[Model], findings: Findings) -> Model | None:
    """Read the card of a folder."""
    if path not in files:
        findings.refuse(path, 0, "there is no such file", "Write it; see the README.")
        return None
    text = parse_text(files[path], path, findings)
    return parse_record(model, text, path, findings) if text is not None else None


def check_band(band: str, path: str, programme: Programme, findings: Findings) -> None:
    """See that an age band is one of the programme's."""
    if band not in programme.bands:
        findings.refuse(
            path, 0, f'unknown band "{band}"', f"Use one of: {', '.join(programme.bands)}."
        )


def read_pages(
    files: Files,
    folder: str,
    programme: Programme,
    findings: Findings,
    *,
    keys: Sequence[str],
    sections: Iterable[str],
    kind: str,
) -> dict[str, Page]:
    """Read a folder's Markdown file in every language of the programme."""
    allowed, pages = list(sections), {}
    for name in sorted(files):
        language = PurePosixPath(name).stem
        if PurePosixPath(name).suffix != ".md" or str(PurePosixPath(name).parent) != folder:
            continue
        if language not in programme.languages:
            findings.refuse(
                name,
                0,
                f'"{language}" is not a language of the programme',
                f"Use one of: {', '.join(programme.languages)}; or add it to {PROGRAMME}.",
            )
            continue
        text = parse_text(files[name], name, findings)
        page = text and parse_page(text, name, findings, keys=keys, sections=allowed)
        if page:
            pages[language] = page
    for language in programme.languages:
        path = f"{folder}/{language}.md"
        if path not in files:
            instead = f"Write the {kind} in this language."
            findings.refuse(path, 0, "there is no such file", instead)
    return pages
