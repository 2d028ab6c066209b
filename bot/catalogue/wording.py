"""Turn what staff write into what a chat shows: placeholders filled, bold and italic kept."""

from collections.abc import Mapping
from functools import cache, lru_cache
from html.parser import HTMLParser

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import escape

PLACEHOLDERS = ("school_language", "script_direction")
TAGS = {"strong_open": "<b>", "strong_close": "</b>", "em_open": "<i>", "em_close": "</i>"}
WORDING = ("paragraph_open", "paragraph_close", "inline")
RENDERED = 8192  # a few kB each
SPANS = (*TAGS, "text", "softbreak", "hardbreak")
ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@cache
def markdown() -> MarkdownIt:
    """Make a Markdown reader that sees everything, so that what is not allowed is noticed."""
    return MarkdownIt("commonmark")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill the placeholders; raise jinja2.TemplateError for one that is unknown or broken."""
    return ENVIRONMENT.from_string(text).render(values)


def render(text: str, values: Mapping[str, str]) -> str:
    """Render Markdown with placeholders as the small HTML of chats."""
    return render_with(text, tuple(values.items()))


@lru_cache(maxsize=RENDERED)
def render_with(text: str, values: tuple[tuple[str, str], ...]) -> str:
    """Render once what goes to many guardians with the same values."""
    paragraphs = [
        render_spans(token.children or [])
        for token in markdown().parse(fill(text, dict(values)))
        if token.type == "inline"
    ]
    return "\n\n".join(paragraphs)


def render_spans(tokens: list[Token]) -> str:
    """Render what stands within a paragraph; a line's end in the file is a space."""
    parts = []
    for token in tokens:
        if token.type == "text":
            parts.append(str(escape(token.content)))
        elif token.type == "softbreak":
            parts.append(" ")
        elif token.type == "hardbreak":
            parts.append("\n")
        else:
            parts.append(TAGS.get(token.type, ""))
    return "".join(parts)


def find_foreign_markup(text: str) -> list[tuple[int, str]]:
    """List what is neither paragraph, bold nor italic: (line from 0, what it is)."""
    found = []
    for token in markdown().parse(text):
        line = token.map[0] if token.map else 0
        if token.type not in WORDING and not token.type.endswith("_close"):
            found.append((line, token.type.removesuffix("_open").replace("_", " ")))
        for child in token.children or []:
            if child.type not in SPANS and not child.type.endswith("_close"):
                found.append((line, child.type.removesuffix("_open").replace("_", " ")))
    return found


class Reader(HTMLParser):
    """Collects the text that stays when tags and entities are read."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep a piece of text."""
        self.parts.append(data)


def plain_length(html: str) -> int:
    """Count the UTF-16 units of a text after its tags and entities are read, as Telegram does."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return len("".join(reader.parts).encode("utf-16-le")) // 2
