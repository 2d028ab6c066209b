"""The console's own words: English in the templates, other languages in `<language>.po` beside."""

import io
import re
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "words"
BRACES = re.compile(r"\{(\w+)\}")
LANGUAGES = {"en": "English", "da": "Dansk"}


def pattern_of(text: str) -> re.Pattern[str]:
    """Write how a text looks when its braces are filled in."""
    parts = BRACES.split(text)  # what is between, and every second time a name
    written = (re.escape(each) if n % 2 == 0 else f"(?P<{each}>.+)" for n, each in enumerate(parts))
    return re.compile("".join(written), re.DOTALL)


class Wording:
    """The console in one language; what has no translation stays English."""

    def __init__(self, language: str, strings: Mapping[str, str | tuple[str, ...]]) -> None:
        """Keep the strings by their English text."""
        self.language = language
        self.locale = Locale.parse(language)
        self._strings = strings

    def say(self, text: str) -> str:
        """Give a text in this language."""
        found = self._strings.get(text)
        return found if isinstance(found, str) and found else text

    def say_kept(self, told: str) -> str:
        """Give a text that was kept in English, with what stood in its braces filled in."""
        if told in self._strings:
            return self.say(told)
        for text, pattern in self._patterns:
            found = pattern.fullmatch(told)
            if found:
                return self.say(text).format(**found.groupdict())
        return told

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        """The texts with braces, and how each looks when they are filled in; the longest first."""
        with_braces = [each for each in self._strings if BRACES.search(each)]
        return [(each, pattern_of(each)) for each in sorted(with_braces, key=len, reverse=True)]

    def count(self, one: str, many: str, number: int) -> str:
        """Give the form of a text that fits a number; both languages have two forms."""
        found = self._strings.get(one)
        forms = found if isinstance(found, tuple) and all(found) else (one, many)
        return forms[0 if number == 1 else 1]


@cache
def wording_in(language: str) -> Wording:
    """Give the console's words in a language, or in English."""
    path = FOLDER / f"{language}.po"
    if language not in LANGUAGES or not path.exists():
        return Wording("en", {})
    catalog = read_po(io.BytesIO(path.read_bytes()), locale=language, abort_invalid=True)
    strings = {
        message.id if isinstance(message.id, str) else message.id[0]: (
            message.string if isinstance(message.string, str) else tuple(message.string or ())
        )
        for message in catalog
        if message.id
    }
    return Wording(language, strings)


def choose_language(accepted: str) -> str:
    """Choose a language by what a browser says that it accepts (RFC 9110, 12.5.4)."""
    for part in accepted.split(","):
        code = part.partition(";")[0].strip().partition("-")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"
