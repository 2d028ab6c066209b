"""Find signs that nobody sees and that turn a text about where two directions meet."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.catalogue.reading.parsing import Findings

UNSEEN_SIGNS = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
UNSEEN = re.compile(f"[{UNSEEN_SIGNS}]")
FORCES = "\u202a\u202b\u202d\u202e"  # embeddings and overrides, which end at U+202C
END_OF_FORCE = "\u202c"
ISOLATES = "\u2066\u2067\u2068"
END_OF_ISOLATE = "\u2069"
MARKS = "\u061c\u200e\u200f"  # harmless where they are meant: they only say a direction
RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
FIRST_LETTER = re.compile(rf"[^\W\d_]|[{RIGHT_TO_LEFT}]")
RTL_LETTER = re.compile(rf"[{RIGHT_TO_LEFT}]")
# what says nothing of a paragraph's direction: a placeholder's name, and what is isolated
APART = re.compile("\\{+[^{}]*\\}+|[\u2066-\u2068][^\u2069]*\u2069")
LETTERS_AGAINST = {"ltr": RIGHT_TO_LEFT, "rtl": "A-Za-z\u00c0-\u058f"}
AGAINST = {each: re.compile(f"[{letters}]") for each, letters in LETTERS_AGAINST.items()}
RUNS = {"ltr": "right to left", "rtl": "left to right"}


class Trap(NamedTuple):
    """Something that is not seen: how far into the text, what it is, and what to do."""

    offset: int
    what: str
    instead: str


def check_invisible(
    text: str, path: str, line: int, findings: Findings, *, direction: str = "ltr"
) -> None:
    """Refuse what turns a text about; a text begins on a line, in a language of a direction."""
    if text.isascii():
        return
    for trap in list_traps(text) if UNSEEN.search(text) else ():
        at = line + text.count("\n", 0, trap.offset)
        findings.refuse(path, at, trap.what, trap.instead)
    if not AGAINST[direction].search(text):
        return
    for offset in find_turned(text, direction):
        at = line + text.count("\n", 0, offset)
        what = f"this paragraph begins with a letter that runs {RUNS[direction]}"
        instead = "A phone lays the whole of it out so; begin with another word."
        findings.warn(path, at, what, instead)


def list_traps(text: str) -> Iterator[Trap]:
    """List the signs that must not stand in a text, and isolates that do not end."""
    open_at: list[int] = []
    for found in UNSEEN.finditer(text):
        sign, offset = found[0], found.start()
        name = f"U+{ord(sign):04X}"
        if sign in ISOLATES:
            open_at.append(offset)
        elif sign == END_OF_ISOLATE:
            if not open_at:
                what = f"there is an invisible {name} that ends nothing"
                yield Trap(offset, what, "Take it out.")
            open_at[-1:] = []
        elif sign in FORCES or sign == END_OF_FORCE:
            what = f"there is an invisible {name}, which forces a direction"
            yield Trap(offset, what, "Take it out, or use an isolate: U+2068 … U+2069.")
        elif sign not in MARKS:
            yield Trap(offset, f"there is an invisible {name}", "Take it out.")
    for offset in open_at:
        what = f"there is an invisible U+{ord(text[offset]):04X} that is never ended"
        yield Trap(offset, what, "End it with U+2069 in the same text, or take it out.")


def find_turned(text: str, direction: str) -> Iterator[int]:
    """Find the paragraphs whose first letter runs against the language they are written in."""
    start, text = 0, APART.sub(lambda found: " " * len(found[0]), text)
    for paragraph in text.split("\n\n"):
        first = FIRST_LETTER.search(paragraph)
        is_led = any(sign in paragraph[: first.start() if first else 0] for sign in MARKS)
        if first and not is_led:
            runs = "rtl" if RTL_LETTER.match(first[0]) else "ltr"
            if runs != direction:
                yield start + first.start()
        start += len(paragraph) + 2
