"""Set the pages to print: staff's Typst source, with nothing in reach but what belongs to it.

Typst reads files below its root alone, and the root is a folder made for one page: our templates,
the page, its pictures. The machine's other files, its fonts and its environment are out of reach.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typst

from bot.catalogue.materials import Printable
from bot.catalogue.records import Catalogue
from bot.catalogue.shown.wording import render
from bot.core.messages import Media, MediaKind
from bot.errors import FileRefused, Problem
from bot.printing.texts import print_language, show_paragraphs
from bot.printing.typesetting import Layout, typeset_layout

SOURCE, PICTURES = "page.typ", "pictures"
LINE = re.compile(r"page\.typ:(\d+)")
PLACE = re.compile(r" \(searched at [^)]*\)")  # in a folder that is gone by then
MOST_SOUND = 5_000  # pages: some versions of content, in all their languages
_SOUND: dict[str, None] = {}  # digests of what this process has set without a fault, latest last


def typeset_printable(catalogue: Catalogue, name: str, languages: Sequence[str]) -> Media:
    """Set a page to print as PDF in one language or two, once for all who ask.

    Raises FileRefused where it cannot be set.
    """
    spoken = tuple(dict.fromkeys(print_language(catalogue, each) for each in languages))
    if (name, *spoken) not in catalogue.typeset:
        catalogue.typeset[name, *spoken] = render_printable(catalogue, name, *spoken)
    content = catalogue.typeset[name, *spoken]
    digest = hashlib.sha256(content).hexdigest()
    return Media(MediaKind.DOCUMENT, f"{'-'.join((name, *spoken))}.pdf", digest, content)


def render_printable(catalogue: Catalogue, name: str, language: str, other: str = "") -> bytes:
    """Set a page to print as PDF; raise FileRefused where its source cannot be set."""
    with explaining(catalogue.printables[name]):
        return typeset_layout(lay_printable(catalogue, name, language, other))


def lay_printable(catalogue: Catalogue, name: str, language: str, other: str = "") -> Layout:
    """Give what stands on a page to print, with its words in another language where it has them."""
    printable = catalogue.printables[name]
    pictures = {f"{PICTURES}/{file}": content for file, content in printable.pictures.items()}
    files = {SOURCE: printable.page.encode(), **pictures}
    shown = {
        **show_printable(catalogue, printable, language),
        "other": show_printable(catalogue, printable, other) if other else None,
    }
    return Layout("printable", shown, files)


@contextmanager
def explaining(printable: Printable) -> Iterator[None]:
    """Raise FileRefused, which names the line, where a page's source cannot be set."""
    try:
        yield
    except typst.TypstError as error:
        raise FileRefused([explain(printable, error)]) from error


def show_printable(catalogue: Catalogue, printable: Printable, language: str) -> dict[str, Any]:
    """Give what a page is filled with: its words, numbers, and where its pictures lie."""
    words = catalogue.words_in(language)
    text = printable.text_in(language, catalogue.programme.language)
    pictures = {file.rpartition(".")[0]: f"/{PICTURES}/{file}" for file in printable.pictures}
    return {
        "title": text.title,
        "language": {"code": words.locale.language, "direction": words.direction},
        "words": {name: show_paragraphs(render(part, {})) for name, part in text.words.items()},
        "numbers": [words.number(each) for each in range(catalogue.programme.weeks + 1)],
        "pictures": pictures,
    }


def explain(printable: Printable, error: typst.TypstError) -> Problem:
    """Say where a page cannot be set, and what Typst says of it."""
    found = LINE.search(error.diagnostic)
    line = int(found[1]) if found else 0
    said = PLACE.sub("", error.message).strip().removesuffix(".")
    return Problem(f"{printable.folder}/{SOURCE}", line, f"this cannot be set: {said}", "Mend it.")


def check_printables(catalogue: Catalogue, languages: Iterable[str]) -> list[Problem]:
    """Set every page to print in some languages; give a problem for each that cannot be set."""
    spoken, problems = list(languages), list[Problem]()
    for name in catalogue.printables:
        for language in spoken:
            found = check_printable(catalogue, name, language)
            problems += [each for each in found if each not in problems]
    return problems


def check_printable(catalogue: Catalogue, name: str, language: str) -> list[Problem]:
    """Set one page to print in one language, and beside another; give a problem where it fails."""
    try:
        for languages in list_settings(catalogue, name, language):
            try_printable(catalogue, name, languages)
    except FileRefused as refused:
        return refused.problems
    return []


def list_settings(catalogue: Catalogue, name: str, language: str) -> list[tuple[str, ...]]:
    """List the languages in which a page is tried: one, and beside it another if it takes two."""
    others = [each for each in catalogue.languages if each != language][:1]
    if not catalogue.printables[name].card.two_languages or not others:
        return [(language,)]
    return [(language,), (language, *others)]


def try_printable(catalogue: Catalogue, name: str, languages: Sequence[str]) -> None:
    """Set a page unless this process did before, the same to a word; raise FileRefused."""
    digest = lay_printable(catalogue, name, *languages).digest
    if digest not in _SOUND:
        typeset_printable(catalogue, name, languages)
        note_sound(digest)


def note_sound(digest: str) -> None:
    """Note that what is laid out so can be set."""
    _SOUND[digest] = None
    if len(_SOUND) > MOST_SOUND:
        _SOUND.pop(next(iter(_SOUND)), None)
