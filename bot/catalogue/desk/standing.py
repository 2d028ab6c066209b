"""Say how far each item is in each language: a matrix, and what is to be done."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.catalogue.desk.items import (
    Group,
    Item,
    Outline,
    list_items,
    read_outline,
    read_text_page,
    read_yaml,
)
from bot.catalogue.desk.pieces import State, read_pieces, worst
from bot.catalogue.files import CONTENT, Files
from bot.catalogue.reading.parsing import Page
from bot.catalogue.reading.recordings import RECORDED, spoken_hash, spoken_parts


class Audio(StrEnum):
    """How far an item's recordings are."""

    NONE = "none"
    SOME = "some"  # of a story, not every page
    OLD = "old"  # the text changed after it was read aloud, or nobody noted which text it was
    CURRENT = "current"


@dataclass(frozen=True)
class Cell:
    """An item in one language."""

    path: str
    state: State
    audio: Audio | None = None  # None where nothing is read aloud
    lacking: tuple[str, ...] = ()  # the ids of what is missing in a file that is there


@dataclass(frozen=True)
class Standing:
    """Every item in every language, in the order in which they are listed.

    What runs in the bot, and what it refused, is known to the database and stands elsewhere.
    """

    language: str
    languages: tuple[str, ...]
    cells: Mapping[Item, Mapping[str, Cell]]

    def count(self, language: str, group: Group | None = None) -> Counter[State]:
        """Count the items of a group, or all, by their state."""
        return Counter(
            row[language].state for item, row in self.cells.items() if group in (None, item.group)
        )

    def count_audio(self, language: str) -> Counter[Audio]:
        """Count the items that can be read aloud, by their recordings."""
        return Counter(row[language].audio for row in self.cells.values() if row[language].audio)  # type: ignore[misc]


def survey(files: Files) -> Standing:
    """Look over all content, as far as it can be read."""
    outline = read_outline(files)
    cells = {
        item: {
            language: look_at(files, item, language, outline=outline)
            for language in outline.languages
        }
        for item in list_items(files, outline)
    }
    return Standing(outline.language, outline.languages, cells)


def look_at(files: Files, item: Item, language: str, *, outline: Outline) -> Cell:
    """Look at one item in one language."""
    path, audio = item.path_in(language), find_audio(files, item, language)
    if path not in files:
        return Cell(path, State.MISSING, audio)
    pieces = read_pieces(files, item, language, outline=outline)
    if pieces is None:
        return Cell(path, State.BROKEN, audio)
    if not pieces and item.group is not Group.PROGRAMME:  # nobody wrote its source yet
        return Cell(path, State.MISSING, audio)
    lacking = tuple(each.id.partition("#")[2] for each in pieces if each.state is State.MISSING)
    return Cell(path, worst(each.state for each in pieces), audio, lacking)


def find_audio(files: Files, item: Item, language: str) -> Audio | None:
    """Say how far an item's recordings in a language are."""
    if item.group not in (Group.ACTIVITIES, Group.STORIES):
        return None
    page = read_text_page(files, item.path_in(language))
    noted = read_yaml(files, f"{CONTENT}/{item.name}/audio/{RECORDED}") or {}
    if item.group is Group.ACTIVITIES:
        parts: list[int | None] = [None]
    else:
        parts = [int(name) for name in (page.sections if page else {}) if name.isdigit()]
    found = [audio_of(files, item, language, page=page, number=each, noted=noted) for each in parts]
    if not any(each is not Audio.NONE for each in found):
        return Audio.NONE
    if Audio.OLD in found:
        return Audio.OLD
    return Audio.SOME if Audio.NONE in found else Audio.CURRENT


def audio_of(
    files: Files,
    item: Item,
    language: str,
    *,
    page: Page | None,
    number: int | None,
    noted: Mapping[str, object],
) -> Audio:
    """Say how far one recording is."""
    name = language if number is None else f"{language}/{number}"
    if f"{CONTENT}/{item.name}/audio/{name}.ogg" not in files:
        return Audio.NONE
    entry = noted.get(name)
    read = entry.get("text") if isinstance(entry, dict) else None
    is_same = page is not None and read == spoken_hash(spoken_parts(page, number))
    return Audio.CURRENT if is_same else Audio.OLD


def list_tasks(standing: Standing, language: str) -> list[str]:
    """List what is to be done in a language, each with its file."""
    lines = []
    for row in standing.cells.values():
        cell = row[language]
        if cell.state is State.MISSING and cell.lacking:
            lines.append(f"{cell.path}: missing: {', '.join(cell.lacking)}")
        elif cell.state is not State.DONE:
            lines.append(f"{cell.path}: {TASKS[cell.state]}")
        if cell.audio is Audio.OLD:
            lines.append(f"{cell.path}: its recording is of another text; record it again")
    return lines


TASKS = {
    State.BROKEN: "cannot be read; run kuffert content check",
    State.MISSING: "missing",
    State.STALE: "stale; its source has changed since it was translated",
    State.UNREVIEWED: "unreviewed; somebody who speaks the language should read it",
}


def as_record(standing: Standing) -> dict[str, object]:
    """Give it all as what JSON can hold."""
    return {
        "language": standing.language,
        "languages": list(standing.languages),
        "items": [
            {
                "item": item.name,
                "group": item.group.value,
                "texts": {
                    language: {
                        "file": cell.path,
                        "state": cell.state.value,
                        "audio": cell.audio.value if cell.audio else None,
                        "missing": list(cell.lacking),
                    }
                    for language, cell in row.items()
                },
            }
            for item, row in standing.cells.items()
        ],
        "counts": {
            language: {
                **{state.value: standing.count(language)[state] for state in State},
                "audio": {each.value: standing.count_audio(language)[each] for each in Audio},
            }
            for language in standing.languages
        },
    }
