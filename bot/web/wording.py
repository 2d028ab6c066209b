"""The pages' own words: English in the code, other languages in `words/<language>/*.po`."""

import io
import re
from collections.abc import Mapping
from functools import cache, cached_property, lru_cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "words"
LANGUAGES = {"en": "English", "da": "Dansk"}
BRACES = re.compile(r"\{([a-z_]+\d*)(:told)?\}")
LONGEST_TOLD = 1_000  # characters; what is longer is shown as it is
DEEPEST = 3  # parts of parts that are told: whoever wrote a key may have written any number
MOST_TOLD = 4_096  # texts that are remembered


class Wording:
    """The pages in one language; what has no translation stays English."""

    def __init__(self, language: str, strings: Mapping[str, str | tuple[str, ...]]) -> None:
        """Keep the strings by their English text."""
        self.language = language
        self.locale = Locale.parse(language)
        self._strings = strings
        self.tell = lru_cache(MOST_TOLD)(self._tell)

    def say(self, text: str) -> str:
        """Give a text in this language."""
        found = self._strings.get(text)
        return found if isinstance(found, str) and found else text

    def count(self, one: str, many: str, number: int) -> str:
        """Give the form of a text that fits a number; both languages have two forms."""
        found = self._strings.get(one)
        forms = found if isinstance(found, tuple) and all(found) else (one, many)
        return forms[0 if number == 1 else 1]

    def _tell(self, text: str, deep: int = 0) -> str:
        """Give a sentence that was made in English, with what stood in its braces filled in.

        Whoever made it knew nothing of its reader: the check of content, a refusal, a report of
        work that was kept. What fits no text of ours is given as it is.
        """
        if text in self._strings:
            return self.say(text)
        if len(text) > LONGEST_TOLD or deep > DEEPEST:
            return text
        for known, piece, pattern in self._patterns:
            if piece in text and (found := pattern.fullmatch(text)):
                return self._fill(self.say(known), found.groupdict(), deep + 1)
        return text

    def _fill(self, text: str, values: Mapping[str, str], deep: int) -> str:
        """Fill in a text's braces; what stands in `{name:told}` is told in this language, too."""
        return BRACES.sub(
            lambda brace: self.tell(values[brace[1]], deep) if brace[2] else values[brace[1]],
            text,
        )

    @cached_property
    def _patterns(self) -> list[tuple[str, str, re.Pattern[str]]]:
        """The texts with braces, and how each looks filled in; first those that say the most.

        The longest piece between braces is looked for first: that rules out nearly all at once.
        """
        with_braces = [each for each in self._strings if BRACES.search(each)]
        by_words = sorted(with_braces, key=lambda each: len(BRACES.sub("", each)), reverse=True)
        return [(each, longest_piece(each), pattern_of(each)) for each in by_words]


def longest_piece(text: str) -> str:
    """Give the longest of a text's pieces between its braces."""
    return max(BRACES.sub("\0", text).split("\0"), key=len)


def pattern_of(text: str) -> re.Pattern[str]:
    """Write how a text looks when its braces are filled in."""
    parts = re.split(r"\{([a-z_]+\d*)\}", text)  # what is between, and every second time a name
    written = (
        re.escape(each) if n % 2 == 0 else f"(?P<{each}>.*?)" for n, each in enumerate(parts)
    )
    return re.compile("".join(written), re.DOTALL)


@cache
def wording_in(language: str) -> Wording:
    """Give the pages' words in a language, or in English."""
    paths = sorted((FOLDER / language).glob("*.po")) if language in LANGUAGES else []
    if not paths:
        return Wording("en", {})
    strings: dict[str, str | tuple[str, ...]] = {}
    for path in paths:
        for message in read_po(io.BytesIO(path.read_bytes()), locale=language, abort_invalid=True):
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                told = message.string or ""
                strings[key] = told if isinstance(told, str) else tuple(told)
    return Wording(language, strings)


def choose_language(accepted: str) -> str:
    """Choose a language by what a browser says that it accepts (RFC 9110, 12.5.4)."""
    for part in accepted.split(","):
        code = part.partition(";")[0].strip().partition("-")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"
