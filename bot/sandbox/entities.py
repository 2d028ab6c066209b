"""Read Telegram's HTML as Telegram does: its tags, its entities, its refusals."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.refusals import Refused, bad_request

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
}
SHOWN = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "spoiler": "span",
    "text_link": "a",
}
ENTITY = re.compile(r"&(#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);")
TAG = re.compile(r"<(/?)([^\s<>/]*)([^<>]*)>")
ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")


@dataclass(frozen=True)
class FormattedText:
    """A text with its entities, and as HTML that a page may show."""

    text: str
    entities: tuple[dict[str, Any], ...]
    html: str


@dataclass
class Reading:
    """How far a text has been read."""

    source: str
    text: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    units: int = 0
    open_tags: list[tuple[str, int, str]] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)

    def add(self, piece: str) -> None:
        """Take up a piece of text."""
        decoded = ENTITY.sub(lambda found: html.unescape(found[0]), piece)
        self.text.append(decoded)
        self.shown.append(html.escape(decoded, quote=False))
        self.units += count_units(decoded)

    def offset(self, place: int) -> int:
        """Give a place as Telegram counts it: in bytes."""
        return len(self.source[:place].encode())


def parse_plain(source: str) -> FormattedText:
    """Take a text as it is."""
    text = source.strip()
    return FormattedText(text, (), html.escape(text, quote=False))


def parse_html(source: str) -> FormattedText:
    """Read a text with tags; raise Refused, in Telegram's words, for one that is not right."""
    reading = Reading(source)
    place = 0
    while place < len(source):
        start = source.find("<", place)
        if start < 0:
            break
        reading.add(source[place:start])
        place = read_tag(reading, start)
    reading.add(source[place:])
    if reading.open_tags:
        name = reading.open_tags[-1][0]
        raise broken(f'Can\'t find end tag corresponding to start tag "{name}"')
    return trim(reading)


def read_tag(reading: Reading, start: int) -> int:
    """Read one tag; return where it ends."""
    found = TAG.match(reading.source, start)
    if found is None:
        kind = "end" if reading.source[start : start + 2] == "</" else "start"
        raise broken(f"Unclosed {kind} tag at byte offset {reading.offset(start)}")
    if found[1]:
        close_tag(reading, found[2].lower(), start)
    else:
        open_tag(reading, found[2].lower(), found[3], start)
    return found.end()


def open_tag(reading: Reading, name: str, attributes: str, start: int) -> None:
    """Open a tag that Telegram knows."""
    values = {key.lower(): value.strip("\"'") for key, value in ATTRIBUTE.findall(attributes)}
    is_known = name in KINDS and (name != "span" or values.get("class") == "tg-spoiler")
    if not is_known:
        raise broken(f'Unsupported start tag "{name}" at byte offset {reading.offset(start)}')
    reading.open_tags.append((name, reading.units, values.get("href", "")))
    reading.shown.append(f"<{SHOWN[KINDS[name]]}>")


def close_tag(reading: Reading, name: str, start: int) -> None:
    """Close the tag that was opened last."""
    offset = reading.offset(start)
    if not reading.open_tags:
        raise broken(f"Unexpected end tag at byte offset {offset}")
    opened, units, link = reading.open_tags.pop()
    if name and name != opened:
        raise broken(
            f'Unmatched end tag at byte offset {offset}, expected "</{opened}>", found "</{name}>"'
        )
    reading.shown.append(f"</{SHOWN[KINDS[opened]]}>")
    if reading.units > units:
        entity: dict[str, Any] = {
            "type": KINDS[opened],
            "offset": units,
            "length": reading.units - units,
        }
        reading.entities.append({**entity, "url": link} if opened == "a" else entity)


def trim(reading: Reading) -> FormattedText:
    """Cut blanks at both ends, as Telegram does, and move the entities along."""
    text = "".join(reading.text)
    cut = count_units(text) - count_units(text.lstrip())
    left = count_units(text.strip())
    entities = []
    for entity in sorted(reading.entities, key=lambda each: (each["offset"], -each["length"])):
        start = max(entity["offset"] - cut, 0)
        end = min(entity["offset"] - cut + entity["length"], left)
        if end > start:
            entities.append({**entity, "offset": start, "length": end - start})
    return FormattedText(text.strip(), tuple(entities), "".join(reading.shown).strip())


def broken(reason: str) -> Refused:
    """Refuse a text whose entities cannot be read."""
    return bad_request(f"can't parse entities: {reason}")


def count_units(text: str) -> int:
    """Count UTF-16 units, as Telegram measures texts."""
    return len(text.encode("utf-16-le")) // 2


def find_commands(text: str) -> list[dict[str, Any]]:
    """Mark commands in what a person wrote, as Telegram's apps do."""
    return [
        {"type": "bot_command", "offset": found.start(), "length": len(found[0])}
        for found in re.finditer(r"(?<!\S)/\w+", text)
    ]
