"""Cut content into its pieces: each text that is translated by itself, and how far it is."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog

from bot.catalogue.checks.strings import forms_of, messages_of
from bot.catalogue.checks.unwritten import is_unwritten
from bot.catalogue.desk.items import (
    PAGES,
    Group,
    Item,
    Outline,
    list_items,
    read_outline,
    read_text_page,
    read_yaml,
)
from bot.catalogue.desk.limits import AUTHOR, limit_of, note_placeholders
from bot.catalogue.desk.message_edits import read_headers
from bot.catalogue.files import CONTENT, Files
from bot.catalogue.plain import Localise
from bot.catalogue.reading.parsing import Page, source_hash
from bot.catalogue.words import PoFileError, parse_messages, plural_index

FRONT = ("title", "things", "alt")
HELP = ("help", "grief")
ANSWERABLE = ("legal_basis", "controller")
REVIEWED = "X-Reviewed"
EXAMPLES = range(121)  # enough to meet every plural form of the languages that Babel knows
SHOWN = 3


class State(StrEnum):
    """How far a text is; the first of these decides for what holds several."""

    BROKEN = "broken"  # the file cannot be read
    MISSING = "missing"
    STALE = "stale"  # its source has changed since
    UNREVIEWED = "unreviewed"
    DONE = "done"


class Kind(StrEnum):
    """Where in a file a text stands."""

    FRONT = "front matter"
    SECTION = "section"
    YAML = "yaml"
    MESSAGE = "message"


@dataclass(frozen=True)
class Place:
    """Where a text stands: in which file, and where there."""

    path: str
    kind: Kind
    keys: tuple[str | int, ...]


@dataclass(frozen=True)
class Piece:
    """One text that is translated by itself.

    `origin` is the hash of the whole source page, "" for what has no page; `form` is a plural's
    number there, and `example` names numbers that it is for; `is_free` says that the text is
    written anew rather than translated.
    """

    id: str
    item: Item
    place: Place
    source: str
    text: str
    state: State
    limit: str = ""
    note: str = ""
    origin: str = ""
    form: int | None = None
    example: str = ""
    is_free: bool = False


def mark(text: str) -> str:
    """Name a text by its content: 16 hex digits of SHA-256, however its lines end."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def list_pieces(files: Files, language: str) -> list[Piece]:
    """List every piece in a language, as far as it can be read."""
    outline = read_outline(files)
    return [
        piece
        for item in list_items(files, outline)
        for piece in read_pieces(files, item, language, outline=outline) or []
    ]


def read_pieces(files: Files, item: Item, language: str, *, outline: Outline) -> list[Piece] | None:
    """Read the pieces of one item; None where its file cannot be read."""
    if item.group in PAGES:
        return read_page_pieces(files, item, language, outline=outline)
    if item.group is Group.DISTRESS:
        return read_help(files, item, language, outline=outline)
    if item.group is Group.STRINGS:
        return read_strings(files, item, language, outline=outline)
    return list(read_answerable(item, language, outline=outline))


def worst(states: Iterator[State]) -> State:
    """Give the state that decides."""
    found = set(states)
    return next((each for each in State if each in found), State.DONE)


def written(text: Any) -> str:
    """Give a text as it was written; what is still to be written is none."""
    shown = "" if text is None else str(text)
    return "" if is_unwritten(shown) or not shown.strip() else shown


def read_page_pieces(
    files: Files, item: Item, language: str, *, outline: Outline
) -> list[Piece] | None:
    """Read the pieces of a Markdown file, and what a story's card says in this language."""
    path = item.path_in(language)
    source = read_text_page(files, item.path_in(outline.language))
    page = read_text_page(files, path)
    if source is None or (page is None and path in files):
        return None
    card = (read_yaml(files, item.card_path) if item.card_path else None) or {}
    origin, is_own = source_hash(source), language == outline.language
    has_source = not is_own and card.get("localise") != Localise.AUTHOR
    is_stale = has_source and page is not None and page.front.get("source") != origin
    reviewed = bool(page and page.front.get("reviewed") is True)
    common = Piece("", item, Place(path, Kind.FRONT, ()), "", "", State.DONE, origin=origin)
    common = replace(common, is_free=card.get("localise") in AUTHOR)
    found = [
        finish(
            replace(common, place=Place(path, kind, (name,)), source=told, text=text),
            name,
            note=note_for(item, name, card),
            state=state_of(text, is_stale=is_stale, reviewed=reviewed),
        )
        for kind, name, told, text in pair_texts(source, page, is_own=is_own)
    ]
    alts = read_alts(item, language, card, outline=outline) if item.group is Group.STORIES else ()
    for number, picture, told, text in alts:
        place = Place(str(item.card_path), Kind.YAML, ("pages", number - 1, "alt", language))
        piece = replace(common, place=place, source=told, text=text, is_free=False, origin="")
        state = state_of(text, is_stale=False, reviewed=reviewed)
        note = f"What the picture shows: {CONTENT}/{item.name}/{picture}."
        found.append(finish(piece, f"alt-{number}", note=note, state=state))
    return found


def pair_texts(
    source: Page, page: Page | None, *, is_own: bool
) -> Iterator[tuple[Kind, str, str, str]]:
    """Put each text of a source beside its translation; what nobody wrote yet, only as itself."""
    front = page.front if page else {}
    sections = page.sections if page else {}
    for name in FRONT:
        told = written(source.front.get(name))
        if told or (is_own and is_unwritten(str(source.front.get(name)))):
            yield Kind.FRONT, name, told, written(front.get(name))
    for name, text in source.sections.items():
        if written(text) or is_own:
            yield Kind.SECTION, name, written(text), written(sections.get(name))


def finish(piece: Piece, name: str, *, note: str, state: State) -> Piece:
    """Give a piece its name, and tell its translator what to heed."""
    group = piece.item.group
    keep = "" if piece.is_free else note_placeholders(group, piece.source)
    return replace(
        piece,
        id=f"{piece.item.name}#{name}",
        state=state,
        limit=limit_of(group, name),
        note=" ".join(each for each in (note, keep) if each),
    )


def state_of(text: str, *, is_stale: bool, reviewed: bool) -> State:
    """Say how far one text is."""
    if not text:
        return State.MISSING
    if is_stale:
        return State.STALE
    return State.DONE if reviewed else State.UNREVIEWED


def note_for(item: Item, name: str, card: Mapping[str, Any]) -> str:
    """Tell who translates a text of a page what it is for."""
    if name == "alt":
        return f"What the picture shows: {CONTENT}/{item.name}/{card.get('picture', '')}."
    if item.group is Group.STORIES and name.isdigit():
        said = "First what is told; then each question by itself, after an empty line."
        return " ".join(each for each in (AUTHOR.get(card.get("localise", "")), said) if each)
    return AUTHOR.get(card.get("localise", ""), "")


def read_alts(
    item: Item, language: str, card: Mapping[str, Any], *, outline: Outline
) -> Iterator[tuple[int, str, str, str]]:
    """Read what a story's card says of each picture: page, picture, source and text."""
    pages = card.get("pages")
    for number, page in enumerate(pages if isinstance(pages, list) else [], start=1):
        alt = page.get("alt") if isinstance(page, dict) else None
        if isinstance(alt, dict) and written(alt.get(outline.language)):
            told, text = written(alt[outline.language]), written(alt.get(language))
            yield number, str(page.get("picture", "")), told, text


def read_help(files: Files, item: Item, language: str, *, outline: Outline) -> list[Piece] | None:
    """Read where help is; the words of distress are gathered anew in each language."""
    source = read_yaml(files, item.path_in(outline.language))
    path = item.path_in(language)
    own = read_yaml(files, path)
    if source is None or own is None:
        return None
    found = []
    for name in HELP:
        told, text = source.get(name), own.get(name)
        if not isinstance(told, dict) or not isinstance(text, dict):
            continue
        for country, words in told.items():
            said = written(text.get(country))
            piece = Piece(
                "",
                item,
                Place(path, Kind.YAML, (name, country)),
                written(words),
                said,
                State.DONE,
            )
            state = state_of(said, is_stale=False, reviewed=own.get("reviewed") is True)
            note = "Numbers stay. Families in distress read this."
            found.append(finish(piece, f"{name}.{country}", note=note, state=state))
    return found


def read_answerable(item: Item, language: str, *, outline: Outline) -> Iterator[Piece]:
    """Read who answers for what is kept, where the programme says it by language."""
    for name in ANSWERABLE:
        told = outline.values.get(name)
        if isinstance(told, dict) and written(told.get(outline.language)):
            text = written(told.get(language))
            place = Place(item.path_in(language), Kind.YAML, (name, language))
            piece = Piece("", item, place, written(told[outline.language]), text, State.DONE)
            state = State.DONE if text else State.MISSING
            yield finish(piece, name, note="Families read this with /privacy.", state=state)


def read_catalog(files: Files, path: str, language: str) -> Catalog | None:
    """Read a file of strings; None where it is missing or broken."""
    try:
        return parse_messages(files[path], language) if path in files else None
    except (PoFileError, ValueError, LookupError):
        return None


def read_strings(
    files: Files, item: Item, language: str, *, outline: Outline
) -> list[Piece] | None:
    """Read the short strings, one piece for each plural form."""
    path = item.path_in(language)
    source = read_catalog(files, item.path_in(outline.language), outline.language)
    own = read_catalog(files, path, language)
    if source is None or (own is None and path in files):
        return None
    headers = read_headers(files[path].decode("utf-8-sig")) if path in files else {}
    reviewed = headers.get(REVIEWED, "").lower() == "yes"
    own = own or Catalog(locale=language)
    have = messages_of(own)
    found = []
    for key, message in messages_of(source).items():
        told = forms_of(message)
        given = forms_of(have[key]) if key in have else ()
        is_stale = key in have and have[key].fuzzy
        shown = " / ".join((told[0], told[-1])) if message.pluralizable else told[0]
        comment = " ".join(message.auto_comments)
        if not written(shown):
            continue
        piece = Piece("", item, Place(path, Kind.MESSAGE, (key,)), shown, "", State.DONE)
        forms = list_forms(language, own.num_plurals) if message.pluralizable else [("", "")]
        for number, (form_name, examples) in enumerate(forms):
            text = written(given[number]) if number < len(given) else ""
            state = state_of(text, is_stale=is_stale, reviewed=reviewed)
            each = finish(replace(piece, text=text), key, note=comment, state=state)
            if message.pluralizable:
                named, example = f"{each.id}[{form_name}]", f"The form for {examples}."
                each = replace(each, id=named, form=number, example=example)
            found.append(each)
    return found


@cache
def list_forms(language: str, count: int) -> list[tuple[str, str]]:
    """List a language's plural forms: each by its name, with a few numbers that it is for."""
    locale = Locale.parse(language)
    tags = [tag for tag in ("zero", "one", "two", "few", "many") if tag in locale.plural_form.tags]
    names = [*tags, "other"]
    found = []
    for form in range(count):
        fitting = [n for n in EXAMPLES if plural_index(locale, n, count) == form]
        shown = ", ".join(map(str, fitting[:SHOWN]))
        shown = f"numbers such as {shown}" if len(fitting) > SHOWN else shown
        found.append((names[form] if form < len(names) else str(form), shown or "no whole number"))
    return found
