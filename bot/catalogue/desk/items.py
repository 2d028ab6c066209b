"""List what is said in every language: each item of content, and the files that say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.catalogue.desk.page_edits import read_page
from bot.catalogue.files import CONTENT, LOCALES, PROGRAMME, Files, list_folders
from bot.catalogue.reading.parsing import Findings, Page, parse_text, parse_yaml
from bot.errors import FileRefused, Problem


class Group(StrEnum):
    """The kinds of items, in the order in which they are listed."""

    ACTIVITIES = "activities"
    STORIES = "stories"
    PRINTABLES = "printables"
    CONSENT = "consent"
    PRINT = "print"
    DISTRESS = "distress"
    STRINGS = "strings"
    PROGRAMME = "programme"


FOLDERS = (Group.ACTIVITIES, Group.STORIES, Group.PRINTABLES)
PAGES = (*FOLDERS, Group.CONSENT, Group.PRINT)
CARDS = {
    Group.ACTIVITIES: "activity.yaml",
    Group.STORIES: "story.yaml",
    Group.PRINTABLES: "printable.yaml",
}


@dataclass(frozen=True)
class Item:
    """Something that is said in every language: an activity, the consent texts, the strings."""

    name: str  # activities/sock-pairs, consent/1, print
    group: Group

    def path_in(self, language: str) -> str:
        """Give the file in which its words in a language stand."""
        if self.group is Group.STRINGS:
            return f"{LOCALES}/{language}/LC_MESSAGES/bot.po"
        if self.group is Group.PROGRAMME:
            return PROGRAMME
        ending = "yaml" if self.group is Group.DISTRESS else "md"
        return f"{CONTENT}/{self.name}/{language}.{ending}"

    @property
    def card_path(self) -> str | None:
        """The file that says what is the same in all languages."""
        card = CARDS.get(self.group)
        return f"{CONTENT}/{self.name}/{card}" if card else None


@dataclass(frozen=True)
class Outline:
    """What the desk needs to know of a programme."""

    language: str
    languages: tuple[str, ...]
    consent: str
    values: Mapping[str, Any]


def read_outline(files: Files) -> Outline:
    """Read the programme as far as languages go; raise FileRefused where they cannot be read."""
    findings = Findings()
    values = read_yaml(files, PROGRAMME, findings) or {}
    language, languages = values.get("language"), values.get("languages")
    known = (
        [each for each in languages if isinstance(each, str)] if isinstance(languages, list) else []
    )
    if not isinstance(language, str) or language not in known:
        instead = "Write language: en and languages: [en, da]."
        findings.refuse(PROGRAMME, 0, "its languages cannot be read", instead)
        raise FileRefused(findings.errors)
    return Outline(language, tuple(known), str(values.get("consent", "")), values)


def list_items(files: Files, outline: Outline) -> list[Item]:
    """List every item, group by group; of the consent texts, the version that is asked for."""
    items = [
        Item(folder.removeprefix(f"{CONTENT}/"), group)
        for group in FOLDERS
        for folder in list_folders(files, f"{CONTENT}/{group}")
    ]
    single = (Group.PRINT, Group.DISTRESS, Group.STRINGS, Group.PROGRAMME)
    consent = Item(f"{Group.CONSENT}/{outline.consent}", Group.CONSENT)
    return [*items, consent, *(Item(group.value, group) for group in single)]


def read_yaml(files: Files, path: str, findings: Findings | None = None) -> dict[str, Any] | None:
    """Read a YAML file as it stands; None where it is missing or broken."""
    noted = findings or Findings()
    if path not in files:
        noted.errors.append(Problem(path, 0, "there is no such file", "Write it; see the README."))
        return None
    text = parse_text(files[path], path, noted)
    parsed = parse_yaml(text, path, noted) if text is not None else None
    return parsed[0] if parsed else None


def read_text_page(files: Files, path: str) -> Page | None:
    """Read a Markdown file as it stands; None where it is missing or broken."""
    text = parse_text(files[path], path, Findings()) if path in files else None
    return read_page(text) if text is not None else None
