"""How a message stands on the page: its lines, its buttons, its file, and how long it is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from html.parser import HTMLParser

from markupsafe import Markup, escape

from bot.catalogue.checks.texts import CAPTION_UNITS
from bot.catalogue.records import Catalogue
from bot.catalogue.shown.asking import TEXT_UNITS
from bot.catalogue.shown.wording import plain_length
from bot.core.actions import Action, parse_action
from bot.core.messages import Button, Media, MediaKind, OutgoingMessage
from bot.errors import BotError

STYLES = {"b": "b", "strong": "b", "i": "i", "em": "i"}
Lead = Callable[[Action], str]  # where a button leads to in the preview; "" where nowhere
Draw = Callable[[], OutgoingMessage | None]


@dataclass(frozen=True)
class Key:
    """A button: what stands on it, and where it leads to in the preview, if anywhere."""

    label: str
    href: str


@dataclass(frozen=True)
class Enclosure:
    """The file of a message: its address, what it is, and the words that stand for a picture."""

    url: str
    kind: MediaKind
    name: str
    alt: str


@dataclass(frozen=True)
class Bubble:
    """A message as it is shown; `trouble` says why it cannot be."""

    language: str
    direction: str
    title: str = ""
    href: str = ""
    lines: tuple[Markup, ...] = ()
    rows: tuple[tuple[Key, ...], ...] = ()
    enclosure: Enclosure | None = None
    used: int = 0
    most: int = TEXT_UNITS
    trouble: str = ""

    @property
    def is_too_long(self) -> bool:
        """Whether Telegram would refuse it."""
        return self.used > self.most


@dataclass(frozen=True)
class Tag:
    """What stands over a message: its title, and where that leads.

    `is_caption` is set where it may bear a picture, even if this one does not.
    """

    title: str = ""
    href: str = ""
    is_caption: bool = False


UNTAGGED = Tag()


@dataclass(frozen=True)
class Frame:
    """What a bubble needs beside its message; `enclose` gives the address of a file."""

    catalogue: Catalogue
    language: str
    lead: Lead
    tag: Tag
    enclose: Callable[[Media, str], Enclosure]


def make_bubble(frame: Frame, draw: Draw) -> Bubble | None:
    """Show a message as production makes it; None where there is none.

    What production cannot say, since a string is missing or has another placeholder, is said.
    """
    direction = frame.catalogue.words_in(frame.language).direction
    bare = Bubble(frame.language, direction, frame.tag.title, frame.tag.href)
    try:
        message = draw()
    except BotError as error:
        return replace(bare, trouble=str(error))
    except KeyError as error:
        return replace(bare, trouble=f"A placeholder has no value: {{{error.args[0]}}}.")
    return fill(bare, frame, message) if message else None


def fill(bare: Bubble, frame: Frame, message: OutgoingMessage) -> Bubble:
    """Put a message into a bubble."""
    media = message.media
    enclosure = frame.enclose(media, frame.language) if media else None
    return replace(
        bare,
        lines=read_lines(message.text),
        rows=tuple(tuple(make_key(each, frame.lead) for each in row) for row in message.buttons),
        enclosure=enclosure,
        used=plain_length(message.text),
        most=CAPTION_UNITS if media or frame.tag.is_caption else TEXT_UNITS,
    )


def make_key(button: Button, lead: Lead) -> Key:
    """Make a button, which leads where its tap would."""
    action = parse_action(button.action)
    return Key(button.label, lead(action) if action else "")


class Reader(HTMLParser):
    """Reads the small HTML of chats line by line; of tags, only bold and italic are kept."""

    def __init__(self) -> None:
        """Begin with one empty line."""
        super().__init__(convert_charrefs=True)
        self.lines: list[Markup] = [Markup()]
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a style."""
        if tag in STYLES:
            self.open.append(STYLES[tag])

    def handle_endtag(self, tag: str) -> None:
        """End a style."""
        if STYLES.get(tag) in self.open:
            self.open.remove(STYLES[tag])

    def handle_data(self, data: str) -> None:
        """Keep a piece of text, line by line, in the styles that are open."""
        for number, piece in enumerate(data.split("\n")):
            if number:
                self.lines.append(Markup())
            if piece:
                self.lines[-1] += self._style(escape(piece))

    def _style(self, piece: Markup) -> Markup:
        """Put tags around a piece of text."""
        for tag in reversed(self.open):
            piece = Markup("<{0}>{1}</{0}>").format(Markup(tag), piece)
        return piece


def read_lines(html: str) -> tuple[Markup, ...]:
    """Read the small HTML of chats as safe lines: a chat gives each its own direction."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return tuple(reader.lines)
