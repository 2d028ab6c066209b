"""Begin an activity, a story or a page to print: a folder of files that say what to write."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.catalogue.checks.unwritten import MARK
from bot.catalogue.desk.items import CARDS, Group, Outline, read_outline, read_yaml
from bot.catalogue.desk.items import read_text_page as read_page_at
from bot.catalogue.desk.yaml_edits import quote
from bot.catalogue.files import CONTENT, Files, list_folders
from bot.catalogue.reading.folders import NAME
from bot.core.skills import REPEAT
from bot.errors import BotError

TEMPLATES = Path(__file__).parent / "templates"
ID = re.compile(r"[A-Z]\d\d")
SLOT = re.compile(r"<<(\w+)>>")
MINUTES = range(1, 31)
PAGES = range(1, 21)
LOCALISE = ("translate", "sample", "author")
KINDS = ("cards", "sheet", "book")


@dataclass(frozen=True)
class Wish:
    """What is to be begun; what is None comes from the item that it is to be like, or is asked."""

    group: Group
    name: str
    like: str | None = None
    values: Mapping[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Begun:
    """A new folder: its files, what to write in them, and the commands by which it goes on."""

    folder: str
    files: Mapping[str, bytes]
    writing: Sequence[str]
    commands: Sequence[str]


def begin(files: Files, wish: Wish) -> Begun:
    """Begin an item; raise BotError for a name that is taken or a value that cannot be."""
    outline = read_outline(files)
    folder = f"{CONTENT}/{wish.group}/{wish.name}"
    if not NAME.fullmatch(wish.name):
        raise BotError(
            f'"{wish.name}" cannot be a name. Use small letters, digits and dashes, at most 24.'
        )
    if any(path.startswith(f"{folder}/") for path in files):
        raise BotError(f"{folder} is there already. Choose another name; nothing was written.")
    model = read_model(files, wish)
    if wish.group is Group.ACTIVITIES:
        return begin_activity(files, wish, folder, model=model, outline=outline)
    if wish.group is Group.STORIES:
        return begin_story(wish, folder, model=model, outline=outline)
    return begin_printable(wish, folder, outline=outline)


def read_model(files: Files, wish: Wish) -> Mapping[str, Any]:
    """Read the card of the item that a new one is to be like."""
    if wish.like is None:
        return {}
    found = read_yaml(files, f"{CONTENT}/{wish.group}/{wish.like}/{CARDS[wish.group]}")
    if found is None:
        above = f"{CONTENT}/{wish.group}"
        names = ", ".join(each.rpartition("/")[2] for each in list_folders(files, above))
        raise BotError(f'There is no "{wish.like}" in {above}. There is: {names}.')
    return found


def choose(wish: Wish, model: Mapping[str, Any], name: str, allowed: Sequence[str]) -> str:
    """Choose a value: what is wished, or the model's; it must be one of those allowed."""
    value = wish.values.get(name)
    value = model.get(name) if value is None else value
    if value is None:
        raise BotError(f"--{name} is missing. Use one of: {', '.join(allowed)}.")
    if str(value) not in allowed:
        raise BotError(f'--{name} cannot be "{value}". Use one of: {", ".join(allowed)}.')
    return str(value)


def begin_activity(
    files: Files, wish: Wish, folder: str, *, model: Mapping[str, Any], outline: Outline
) -> Begun:
    """Begin an activity."""
    skill = choose(wish, model, "skill", list_skills(outline))
    band = choose(wish, model, "band", list_bands(outline))
    values = {
        "id": choose_id(files, wish.values.get("id"), band=band),
        "skill": skill,
        "band": quote(band),
        "minutes": choose(wish, model, "minutes", [str(each) for each in MINUTES]),
        "localise": choose(wish, {"localise": "translate", **model}, "localise", LOCALISE),
        "reading": choose(wish, {"reading": "none", **model}, "reading", ("none", "little")),
    }
    written = {f"{folder}/activity.yaml": fill("activity.yaml", values)}
    hints = read_hints(files, wish, outline)
    for language in outline.languages:
        is_source = language == outline.language
        text = fill("activity.md" if is_source else "activity-translated.md", {})
        written[f"{folder}/{language}.md"] = add_hints(text, hints) if is_source else text
    return finish(wish, folder, written, outline=outline, pictures=["picture.png"])


def begin_story(wish: Wish, folder: str, *, model: Mapping[str, Any], outline: Outline) -> Begun:
    """Begin a story of as many pages as are wished."""
    allowed = [str(each) for each in PAGES]
    like = {"pages": len(model["pages"])} if isinstance(model.get("pages"), list) else {"pages": 6}
    numbers = range(1, int(choose(wish, like, "pages", allowed)) + 1)
    values = {
        "band": quote(choose(wish, model, "band", list_bands(outline))),
        "localise": choose(wish, {"localise": "translate", **model}, "localise", LOCALISE),
    }
    alt = f'"{MARK} say in a few words what this picture shows"'
    alts = [f"      {language}: {alt}" for language in outline.languages]
    pages = [
        "\n".join([f"  - picture: page-{number}.png", "    alt:", *alts]) for number in numbers
    ]
    card = fill("story.yaml", {**values, "pages": "\n".join(pages)})
    written = {f"{folder}/story.yaml": card}
    told = f"{MARK} tell what happens, at most 45 words\n\n{MARK} ask a question about it"
    for language in outline.languages:
        sections = "\n\n".join(f"## {number}\n\n{told}" for number in numbers)
        written[f"{folder}/{language}.md"] = fill("titled.md", {"sections": sections})
    pictures = [f"page-{number}.png" for number in numbers]
    return finish(wish, folder, written, outline=outline, pictures=pictures)


def begin_printable(wish: Wish, folder: str, *, outline: Outline) -> Begun:
    """Begin a page to print."""
    kind = choose(wish, {"kind": "sheet"}, "kind", KINDS)
    localise = choose(wish, {"localise": "translate"}, "localise", LOCALISE)
    written = {
        f"{folder}/printable.yaml": fill("printable.yaml", {"kind": kind, "localise": localise}),
        f"{folder}/page.typ": fill("page.typ", {}),
    }
    sections = f"## how\n\n{MARK} say what to do with this page, at most 120 words"
    for language in outline.languages:
        written[f"{folder}/{language}.md"] = fill("titled.md", {"sections": sections})
    return finish(wish, folder, written, outline=outline, pictures=[])


def finish(
    wish: Wish,
    folder: str,
    written: Mapping[str, str],
    *,
    outline: Outline,
    pictures: Sequence[str],
) -> Begun:
    """Say what to do next."""
    others = [each for each in outline.languages if each != outline.language]
    writing = [
        f"Write {folder}/{outline.language}.md: put your words in place of each {MARK} line."
    ]
    if pictures:
        first = f"{folder}/{pictures[0]}" + (f" to {pictures[-1]}" if pictures[1:] else "")
        writing.append(f"Put a PNG picture there, smaller than 300 kB: {first}.")
    card = CARDS[wish.group]
    writing.append(f"Write in {folder}/{card} who made it (credit), and whatever else says {MARK}")
    commands = [
        f"Translate into {language}: write {folder}/{language}.md. Or hand out a sheet: "
        f"kuffert content export --language {language} --only missing "
        f"--out {language}.xlsx, and take it in again: kuffert content import {language}.xlsx."
        for language in others
    ]
    commands.append("See that all is well: kuffert content check.")
    commands.append("See it as families will: kuffert content preview, kuffert content rehearse.")
    commands.append(f'After somebody read it: kuffert content accept {folder} --by "NAME".')
    files = {path: text.encode() for path, text in written.items()}
    return Begun(folder, files, writing, commands)


def choose_id(files: Files, wished: str | int | None, *, band: str) -> str:
    """Give the id that is wished, if it is free; else the next free one of an age band."""
    cards = {
        folder: read_yaml(files, f"{folder}/activity.yaml") or {}
        for folder in list_folders(files, f"{CONTENT}/{Group.ACTIVITIES}")
    }
    taken = {str(card.get("id")): folder for folder, card in cards.items()}
    alike = [str(card.get("id")) for card in cards.values() if str(card.get("band")) == band]
    if wished is None:
        return next_id(taken, alike)
    if not ID.fullmatch(str(wished)):
        free = next_id(taken, alike)
        raise BotError(f'"{wished}" is no id. Write a letter and two digits: {free}.')
    if str(wished) in taken:
        other, free = taken[str(wished)], next_id(taken, alike)
        raise BotError(f'The id "{wished}" is taken by {other}. {free} is free.')
    return str(wished)


def next_id(taken: Mapping[str, str], alike: Sequence[str]) -> str:
    """Give the next free id: after the last one of the age band or, where it has none, of all."""
    used = sorted(each for each in alike if ID.fullmatch(each))
    used = used or sorted(each for each in taken if ID.fullmatch(each)) or ["A00"]
    letters = [chr(code) for code in range(ord(used[-1][0]), ord("Z") + 1)]
    every = (f"{letter}{number:02}" for letter in letters for number in range(1, 100))
    free = next((each for each in every if each > used[-1] and each not in taken), None)
    if free is None:
        raise BotError("There is no free id after the last one. Choose one with --id.")
    return free


def list_skills(outline: Outline) -> list[str]:
    """List the skills that the programme knows."""
    found: set[str] = set()
    order, fallbacks = outline.values.get("order"), outline.values.get("fallbacks")
    for each in order if isinstance(order, list) else []:
        found |= set(each.values()) if isinstance(each, dict) else {str(each)}
    for skill, others in (fallbacks if isinstance(fallbacks, dict) else {}).items():
        found |= {str(skill), *map(str, others)}
    return sorted(found - {REPEAT})


def list_bands(outline: Outline) -> list[str]:
    """List the programme's age bands."""
    bands = outline.values.get("bands")
    return [str(each) for each in bands] if isinstance(bands, dict) else []


def read_hints(files: Files, wish: Wish, outline: Outline) -> Mapping[str, str]:
    """Read how the model says it, section by section."""
    path = f"{CONTENT}/{wish.group}/{wish.like}/{outline.language}.md"
    page = read_page_at(files, path) if wish.like else None
    return page.sections if page else {}


def add_hints(text: str, hints: Mapping[str, str]) -> str:
    """Put the model's words below the instruction of each section."""
    for name, words in hints.items():
        shown = " ".join(words.split())
        pattern = re.compile(rf"^(## {re.escape(name)}\n\n.*)$", re.MULTILINE)
        text = pattern.sub(lambda found, shown=shown: f"{found[1]} Such as: {shown}", text)  # type: ignore[misc]
    return text


def fill(template: str, values: Mapping[str, str]) -> str:
    """Fill a template."""
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    return SLOT.sub(lambda found: values[found[1]], text)
