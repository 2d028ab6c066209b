"""Tell a translator in a few words how long each text may be, and what must stay as it is."""

import re

from bot.catalogue.checks.strings import LIMITS
from bot.catalogue.checks.texts import CAPTION_UNITS, CONSENT_WORDS, WHY_CHARACTERS, WORDS
from bot.catalogue.plain import Localise
from bot.catalogue.reading.printables import PART_WORDS
from bot.catalogue.reading.prints import CHARACTERS
from bot.catalogue.reading.stories import PAGE_WORDS, PROMPTS
from bot.catalogue.records import HELP_CHARACTERS, Printed

IN_TEXT = re.compile(r"\{\{\s*(.*?)\s*\}\}")  # {{ school_language }}
IN_STRING = re.compile(r"\{(\w+)\}")  # {minutes}
AUTHOR = {
    Localise.AUTHOR: "Write your own in this language; do not translate.",
    Localise.SAMPLE: "Keep the game; find your own examples in this language.",
}


def limit_of(group: str, name: str) -> str:
    """Say how long a text of an item may be; "" where nobody set a limit."""
    if group == "activities" and name == "why":
        return f"{WHY_CHARACTERS} characters"
    if group == "activities" and name in WORDS:
        return f"{WORDS[name]} words; {CAPTION_UNITS} characters with title and buttons"  # type: ignore[index]
    if group == "consent" and name in CONSENT_WORDS:
        return f"{CONSENT_WORDS[name]} words"
    if group == "print" and name in list(Printed):
        return f"{CHARACTERS[Printed(name)]} characters"
    if group == "stories" and name.isdigit():
        return f"{PAGE_WORDS} words, at most {PROMPTS} questions"
    if group == "printables" and name != "title":
        return f"{PART_WORDS} words"
    if group == "distress":
        return f"{HELP_CHARACTERS} characters"
    if group == "strings" and name in LIMITS:
        return f"{LIMITS[name]} characters"
    return ""


def placeholders_of(group: str, text: str) -> frozenset[str]:
    """List what a program fills in, as it stands in a text."""
    if group == "strings":
        return frozenset(f"{{{name}}}" for name in IN_STRING.findall(text))
    return frozenset(f"{{{{ {name} }}}}" for name in IN_TEXT.findall(text))


def note_placeholders(group: str, source: str) -> str:
    """Say which placeholders must stay."""
    names = sorted(placeholders_of(group, source))
    return f"Keep as it is: {', '.join(names)}." if names else ""
