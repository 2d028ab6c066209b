"""Put translated texts into content: only these texts change, byte for byte."""

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.messages.catalog import Catalog

from bot.catalogue.desk.items import PAGES, Group, Item, Outline, read_text_page
from bot.catalogue.desk.message_edits import read_headers, set_headers, set_messages
from bot.catalogue.desk.page_edits import (
    set_front_raw,
    set_front_text,
    set_section,
    write_page,
)
from bot.catalogue.desk.pieces import REVIEWED, Kind, Piece
from bot.catalogue.desk.yaml_edits import compose, find_child, newline_of, set_raw, set_text
from bot.catalogue.files import Files


@dataclass(frozen=True)
class Change:
    """A piece, and the text that it gets."""

    piece: Piece
    text: str


def apply(
    files: Files,
    changes: Sequence[Change],
    *,
    language: str,
    outline: Outline,
    origins: Mapping[str, str],
) -> dict[str, bytes]:
    """Give every file that changes. `origins` names pages by path, and what they are made from now.

    Raises Unwritable for a text that cannot stand where it should.
    """
    written = dict(files)
    by_path: dict[str, list[Change]] = {}
    for change in changes:
        by_path.setdefault(change.piece.place.path, []).append(change)
    for path, of_file in by_path.items():
        text = read_plain(written, path)
        if text is None:
            text = begin(files, of_file, language=language, outline=outline)
        if of_file[0].piece.place.kind is Kind.MESSAGE:
            text = put_messages(text, of_file)
        else:
            for change in of_file:
                text = put(text, change)
        written[path] = encode(files.get(path), text)
    for item in dict.fromkeys(change.piece.item for change in changes):
        unreview(written, item, language)
    for path, origin in origins.items():
        text = read_plain(written, path)
        if text is not None:
            changed = set_front_raw(text, "source", f'"{origin}"', after="reviewed")
            written[path] = encode(files.get(path), changed)
            if any(path == change.piece.place.path for change in changes):
                continue
            written[path] = encode(files.get(path), unreviewed_page(changed))
    return {path: body for path, body in written.items() if files.get(path) != body}


def read_plain(files: Files, path: str) -> str | None:
    """Read a file without its byte order mark."""
    return files[path].decode("utf-8-sig") if path in files else None


def encode(before: bytes | None, text: str) -> bytes:
    """Give a text's bytes, with the byte order mark that it had."""
    mark = codecs.BOM_UTF8 if before and before.startswith(codecs.BOM_UTF8) else b""
    return mark + text.encode()


def begin(files: Files, changes: Sequence[Change], *, language: str, outline: Outline) -> str:
    """Begin a file that is not there yet, in the manner of its source."""
    item = changes[0].piece.item
    source_path = item.path_in(outline.language)
    newline = newline_of(files[source_path].decode("utf-8-sig"))
    if item.group is Group.STRINGS:
        headers = (
            f"Language: {language}",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=UTF-8",
            "Content-Transfer-Encoding: 8bit",
            f"Plural-Forms: {Catalog(locale=language).plural_forms}",
            f"{REVIEWED}: no",
        )
        lines = ['msgid ""', 'msgstr ""', *(f'"{each}\\n"' for each in headers), ""]
        return newline.join(lines)
    source = read_text_page(files, source_path)
    front = source.front if source else {}
    texts = {str(each.piece.place.keys[0]): each.text for each in changes}
    keys = [key for key in ("title", "things", "alt") if key in front]
    sections = [key for key in (source.sections if source else {}) if key in texts]
    return write_page(
        {key: texts.get(key, "") for key in keys},
        {key: texts[key] for key in sections},
        state=["reviewed: no", f'source: "{changes[0].piece.origin}"'],
        newline=newline,
    )


def put(text: str, change: Change) -> str:
    """Put one text into a Markdown or YAML file."""
    place = change.piece.place
    if place.kind is Kind.SECTION:
        return set_section(text, str(place.keys[0]), change.text)
    if place.kind is Kind.FRONT:
        return set_front_text(text, str(place.keys[0]), change.text)
    return set_text(text, place.keys, change.text)


def put_messages(text: str, changes: Sequence[Change]) -> str:
    """Put texts into a file of strings."""
    forms: dict[str, dict[int, str]] = {}
    plural = set()
    for each in changes:
        key = str(each.piece.place.keys[0])
        forms.setdefault(key, {})[each.piece.form or 0] = each.text
        if each.piece.form is not None:
            plural.add(key)
    return set_messages(text, forms, plural=plural)


def unreview(files: dict[str, bytes], item: Item, language: str) -> None:
    """Note that nobody has reviewed an item's words as they are now."""
    path = item.path_in(language)
    text = read_plain(files, path)
    if text is None or item.group is Group.PROGRAMME:
        return
    if item.group is Group.STRINGS:
        is_reviewed = read_headers(text).get(REVIEWED, "no").lower() != "no"
        changed = set_headers(text, {REVIEWED: "no"}) if is_reviewed else text
    elif item.group in PAGES:
        changed = unreviewed_page(text)
    else:
        node = find_child(compose(text), "reviewed")
        is_no = node is not None and getattr(node, "value", "") in ("no", "false")
        changed = text if is_no else set_raw(text, ["reviewed"], "no")
    if changed != text:
        files[path] = encode(files.get(path), changed)


def unreviewed_page(text: str) -> str:
    """Write `reviewed: no` into a page, unless it says so already."""
    from_page = read_text_page({"": text.encode()}, "")
    if from_page is not None and from_page.front.get("reviewed") is False:
        return text
    return set_front_raw(text, "reviewed", "no")
