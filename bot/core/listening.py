"""Find listed words and phrases in what somebody wrote, whatever its case, marks and spelling.

Whole words alone count. An entry's word may end in `*`, for any ending (`selvmord*`), and `...`
between two words allows up to two others there (`my son ... died`). A word after `=` counts only as
it is written, marks and all: in Turkish `öldü` is "died", and `oldu` is "became". Arabic words may
carry a conjunction, a preposition or the article in front.
"""

import re
import unicodedata
from functools import lru_cache

GAP, ANY_ENDING, EXACT = "...", "*", "="
SHORTEST_STEM = 4  # letters before a `*`: fewer would be found in too much
WORDS_IN_GAP = 2
GOES_WITHOUT = ("Mn", "Cf")  # marks over and under letters, and signs that nobody sees
SPELT = {
    "ø": "o",
    "æ": "a",
    "å": "a",
    "ł": "l",
    "ı": "i",
    "ٱ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ة": "ه",
    "ء": "",
    "ـ": "",
    "'": "",
    "’": "",
    "ʼ": "",
    "`": "",
    "´": "",
}
DIGRAPHS = (("aa", "a"), ("ae", "a"), ("oe", "o"))  # how å, æ and ø are typed without their keys
LETTERS = str.maketrans(SPELT)
SEPARATORS = re.compile(r"[\W_]+")
WORDS = re.compile(r"[^\W_]+")
ARABIC = re.compile(r"[\u0621-\u064a]{3,}")
IN_FRONT = "(?:[وف]?(?:بال|كال|ال|لل|ب|ل|ك)?)"


def normalise(text: str) -> str:
    """Write a text as its bare words: lower case, no marks, one way of spelling, single spaces."""
    spelt = text.casefold().translate(LETTERS)
    parts = unicodedata.normalize("NFKD", spelt).translate(LETTERS)
    bare = "".join(each for each in parts if unicodedata.category(each) not in GOES_WITHOUT)
    for typed, letter in DIGRAPHS:
        bare = bare.replace(typed, letter)
    return SEPARATORS.sub(" ", bare).strip()


def is_phrase(entry: str) -> bool:
    """Say whether an entry of a list can be looked for: words, long enough stems, gaps between."""
    parts = entry.split()
    if not parts or GAP in (parts[0], parts[-1]):
        return False
    return all(each == GAP or is_word(each) for each in parts)


def is_word(part: str) -> bool:
    """Say whether one part of an entry can be looked for."""
    if part.startswith(EXACT) and part.endswith(ANY_ENDING):
        return False
    shortest = SHORTEST_STEM if part.endswith(ANY_ENDING) else 1
    return len(normalise(part)) >= shortest


def holds(text: str, phrases: tuple[str, ...]) -> bool:
    """Say whether a text holds any of the phrases."""
    bare = normalise(text)
    if pattern_of(phrases).search(bare) is None:
        return False
    exact = tuple(each for each in phrases if EXACT in each)
    others = tuple(each for each in phrases if EXACT not in each)
    if others and pattern_of(others).search(bare):
        return True
    written = {*WORDS.findall(unicodedata.normalize("NFC", text.casefold()))}
    return any(
        written.issuperset(list_exact(each)) and pattern_of((each,)).search(bare) for each in exact
    )


def list_exact(phrase: str) -> list[str]:
    """List the words of a phrase that count only as they are written."""
    found = (each for each in phrase.split() if each.startswith(EXACT))
    return [unicodedata.normalize("NFC", each.removeprefix(EXACT).casefold()) for each in found]


@lru_cache(maxsize=64)
def pattern_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Write phrases as one pattern over bare words."""
    found = "|".join(pattern_of_phrase(each) for each in phrases)
    return re.compile(rf"(?<!\S)(?:{found})(?!\S)")


def pattern_of_phrase(phrase: str) -> str:
    """Write one phrase as a pattern: each word, and the gaps between them."""
    pattern = ""
    for part in phrase.split():
        if part == GAP:
            pattern += rf"(?: \S+){{0,{WORDS_IN_GAP}}}"
            continue
        pattern += f" {pattern_of_word(part)}" if pattern else pattern_of_word(part)
    return pattern


def pattern_of_word(part: str) -> str:
    """Write one word of a phrase as a pattern; what a hyphen ties is looked for as two."""
    bare = normalise(part)
    before = IN_FRONT if ARABIC.fullmatch(bare) else ""
    after = r"\S*" if part.endswith(ANY_ENDING) else ""
    return f"{before}{re.escape(bare)}{after}"
