"""Ways to break the small catalogue, and where its files lie."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.sounds import make_ogg

PROGRAMME = "content/programme.yaml"
SOCKS = "content/activities/sock-pairs"
CARD, EN, AR = f"{SOCKS}/activity.yaml", f"{SOCKS}/en.md", f"{SOCKS}/ar.md"
PICTURE = f"{SOCKS}/picture.png"
AUDIO, SOUND = f"{SOCKS}/audio/ar.ogg", make_ogg()
RECORDED = f"{SOCKS}/audio/recorded.yaml"
PLAIN, PLAIN_AR = "content/languages/en.yaml", "content/languages/ar.yaml"
ASKED, ASKED_AR = "content/consent/1/en.md", "content/consent/1/ar.md"
PRINTED_AR = "content/print/ar.md"
SAID, SAID_AR = "locales/en/LC_MESSAGES/bot.po", "locales/ar/LC_MESSAGES/bot.po"
HELD_BACK, HELD_BACK_AR = "content/distress/en.yaml", "content/distress/ar.yaml"
TALE, TOLD, TOLD_AR = (f"content/stories/sock/{each}" for each in ("story.yaml", "en.md", "ar.md"))
SHEET, SHEET_AR = "content/printables/socks/printable.yaml", "content/printables/socks/ar.md"
TYPST = "content/printables/socks/page.typ"
PHRASES = "Write a list of words and phrases, one a line; see the README."
PLACES = "Write a text for each country and for elsewhere: {DK: …, elsewhere: …}."
NOTHING_LEFT = f"{PROGRAMME}: there are no activities. Add a folder to content/activities."
KNOWN = (
    "Use {{ school_language }}, {{ home_language }}, {{ script_direction }}, {{ programme }}, "
    "{{ minutes }}."
)
KEYS = "title, things, alt, reviewed, reviewer, reviewed_on, reviewed_text, source"
SIGN_OFF = "Read it, then sign it off: kuffert content accept"
MARKUP = "Use paragraphs, **bold** and *italic*."
STALE = "this translation is stale: its source has changed since"
TWO_BANDS = 'bands:\n  "4-5": {from: 48, until: 60}\n'

Files = dict[str, bytes]
Change = Callable[[Files], Files]


@dataclass(frozen=True)
class Broken:
    """A change to the small catalogue, and what is said of it."""

    name: str
    change: Change
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def edit(path: str, old: str, new: str) -> Change:
    """Replace a piece of one file, which must be there."""

    def change(files: Files) -> Files:
        text = files[path].decode()
        assert old in text, f"{path} does not hold {old!r}"
        return files | {path: text.replace(old, new, 1).encode()}

    return change


def put(path: str, content: bytes) -> Change:
    """Write one file anew."""
    return lambda files: files | {path: content}


def drop(path: str) -> Change:
    """Take one file away."""
    return lambda files: {name: each for name, each in files.items() if name != path}


def both(first: Change, second: Change) -> Change:
    """Make two changes."""
    return lambda files: second(first(files))


def with_header_last(text: str) -> str:
    """Take the header of a .po file to its end, where it comes too late."""
    header, _, strings = text.partition("\n\n")
    return f"{strings}\n{header}\n"


def words(count: int) -> str:
    """Write so many words."""
    return " ".join(["sock"] * count)
