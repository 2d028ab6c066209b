"""Put what estimates say of themselves into another language: their English is the key to it.

Estimates hold whole sentences, some with numbers in them, and methods that are joined by "; ".
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

PLACE = re.compile(r"\{(\w+)\}")
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?|inf", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=\.) ")

Messages = Mapping[str, str]
Write = Callable[[str], str]


def find_words(text: str, messages: Messages, *, write: Write) -> str | None:
    """Find a text's translation, None where there is none; `write` puts numbers into words' form.

    A text is a message as it stands, a message with its places filled, or several of them.
    """
    if text in messages:
        return messages[text]
    for message, pattern in list_patterns(tuple(messages)):
        if found := pattern.fullmatch(text):
            return fill(message, found.groupdict(), messages, write=write)
    for mark, parts in (("; ", text.split("; ")), (" ", SENTENCE_END.split(text))):
        if len(parts) > 1 and (words := find_parts(parts, mark, messages, write=write)):
            return words
    return None


def fill(message: str, values: Mapping[str, str], messages: Messages, *, write: Write) -> str:
    """Fill a message's translation: numbers are written anew, words translated where they can."""

    def show(found: re.Match[str]) -> str:
        value = values[found[1]]
        if NUMBER.fullmatch(value):
            return write(value)
        return find_words(value, messages, write=write) or value

    return PLACE.sub(show, messages[message])


def find_parts(parts: list[str], mark: str, messages: Messages, *, write: Write) -> str | None:
    """Translate joined parts: as many at once as one message knows, then the rest."""
    for count in range(len(parts) - 1, 0, -1):
        first = find_words(mark.join(parts[:count]), messages, write=write)
        rest = first and find_words(mark.join(parts[count:]), messages, write=write)
        if first and rest:
            return f"{first}{mark}{rest}"
    return None


@cache
def list_patterns(messages: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    """List the messages with places in them, the longest first, and what each matches."""
    with_places = sorted((each for each in messages if PLACE.search(each)), key=len, reverse=True)
    return [(each, make_pattern(each)) for each in with_places if len(PLACE.sub("", each)) > 8]


def make_pattern(message: str) -> re.Pattern[str]:
    """Make the pattern of a message with places."""
    pieces = PLACE.split(message)
    written = [
        f"(?P<{piece}>.+?)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)
    ]
    return re.compile("".join(written))
