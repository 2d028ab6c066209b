"""A library of any size, in twelve languages, grown from the content that the project ships."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from bot.catalogue.files import DEEP, group_files
from bot.catalogue.reading.folders import Folder
from tests.shipped import ROOT, shipped_files

LANGUAGES = ("en", "da", "ar", "tr", "so", "uk", "pl", "ur", "de", "fr", "es", "it")
FORMS = {"ar": 6, "uk": 4, "pl": 4, "fr": 3, "es": 3, "it": 3}
MODELS = {"ar": "ar", "ur": "ar", "da": "da"}  # others are written in English words
ALONE = (
    "content/print/{}.md",
    "content/consent/1/{}.md",
    "content/distress/{}.yaml",
    "content/languages/{}.yaml",
)
ACTIVITIES = "content/activities"


def write_library(folder: Path, activities: int) -> None:
    """Write a library of so many activities; no text in it is like another."""
    for name, content in make_library(activities):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def make_library(activities: int) -> Iterator[tuple[str, bytes]]:
    """Make the files of a library."""
    yield "content/programme.yaml", make_programme().encode()
    for language in LANGUAGES:
        yield f"locales/{language}/LC_MESSAGES/bot.po", make_strings(language)
    for name in ALONE:
        for language in LANGUAGES:
            model = shipped_files()[name.format(MODELS.get(language, "en"))]
            yield name.format(language), model
    kinds, _others = group_files(shipped_files(), DEEP)
    folders = [Folder(path, each) for path, each in kinds.items() if path.startswith(ACTIVITIES)]
    for number in range(activities):
        folder = folders[number % len(folders)]
        place = f"{ACTIVITIES}/{folder.name}-{number}"
        for name, content in folder.files.items():
            if not name.endswith(".md"):
                yield f"{place}/{name}", name_anew(name, content, number)
        for language in LANGUAGES:
            model = folder.files[f"{MODELS.get(language, 'en')}.md"].decode()
            yield f"{place}/{language}.md", vary(model, f"{language} {number}").encode()


def name_anew(name: str, content: bytes, number: int) -> bytes:
    """Give an activity's card an id of its own, and a picture an end of its own."""
    if name == "activity.yaml":
        new = f"id: {chr(ord('A') + number // 100)}{number % 100:02}".encode()
        return re.sub(rb"id: \w+", new, content)
    return content


def vary(text: str, words: str) -> str:
    """Add words to every section of a text."""
    return re.sub(r"(?m)^(## \w+\n+)", rf"\1{words}: ", text)


def make_programme() -> str:
    """Write the shipped programme for twelve languages."""
    text = (ROOT / "content" / "programme.yaml").read_text()
    text = re.sub(r"languages: \[.*\]", f"languages: [{', '.join(LANGUAGES)}]", text)
    return re.sub(r"(?ms)^legal_basis:.*?(?=^#|^order:)", "legal_basis: To be stated.\n", text)


def make_strings(language: str) -> bytes:
    """Write the short strings of a language, with as many plural forms as it has."""
    path = f"locales/{MODELS.get(language, 'en')}/LC_MESSAGES/bot.po"
    text = shipped_files()[path].decode()
    if language in MODELS.values():
        return text.encode()
    with (ROOT / path).open("rb") as file:
        catalog = read_po(file)
    wanted = FORMS.get(language, 2)
    lines = [f'msgid ""\nmsgstr "Plural-Forms: nplurals={wanted}; plural=(n != 1);\\n"\n']
    for message in catalog:
        if not message.id:
            continue
        if isinstance(message.id, tuple | list):
            forms = [message.string[min(place, len(message.string) - 1)] for place in range(wanted)]
            body = "".join(f"msgstr[{n}] {quote(form)}\n" for n, form in enumerate(forms))
            lines.append(
                f"msgid {quote(message.id[0])}\nmsgid_plural {quote(message.id[1])}\n{body}"
            )
        else:
            lines.append(f"msgid {quote(message.id)}\nmsgstr {quote(str(message.string))}\n")
    return "\n".join(lines).encode()


def quote(text: str) -> str:
    """Quote a string as gettext does."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
