"""Words as paper takes them: paragraphs of spans, plain, bold or italic; no markup is left."""

import re
from dataclasses import asdict, dataclass
from html.parser import HTMLParser
from typing import Any

from bot.catalogue.records import Catalogue, Printed
from bot.catalogue.shown.wording import render

PARAGRAPH = re.compile(r"\n{2,}")
EMOJI = re.compile("[\u2300-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]+")  # no font draws them
STYLES = ("b", "i")


@dataclass(frozen=True)
class Span:
    """A piece of text in one style; a line's end stands as one of its own."""

    text: str
    is_bold: bool = False
    is_italic: bool = False


Paragraph = tuple[Span, ...]
LINE_END = Span("\n")


class Reader(HTMLParser):
    """Reads the small HTML of chats."""

    def __init__(self) -> None:
        """Begin with one empty paragraph."""
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[list[Span]] = [[]]
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a style."""
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """End a style."""
        if tag in self.open:
            self.open.remove(tag)

    def handle_data(self, data: str) -> None:
        """Keep a piece of text; two line ends begin a paragraph."""
        for number, part in enumerate(PARAGRAPH.split(data)):
            if number:
                self.paragraphs.append([])
            for place, line in enumerate(part.split("\n")):
                if place:
                    self.paragraphs[-1].append(LINE_END)
                self._keep(line)

    def _keep(self, line: str) -> None:
        """Keep a piece of a line in the style that is open."""
        text = without_emoji(line)
        if text:
            self.paragraphs[-1].append(Span(text, *(style in self.open for style in STYLES)))


def split_paragraphs(html: str) -> tuple[Paragraph, ...]:
    """Read the small HTML of chats as paragraphs."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return tuple(tuple(spans) for spans in reader.paragraphs if spans)


def show_paragraphs(html: str) -> list[list[dict[str, Any]]]:
    """Give the small HTML of chats as the templates take it."""
    return [[asdict(span) for span in paragraph] for paragraph in split_paragraphs(html)]


def without_emoji(text: str) -> str:
    """Take out the emoji, with the space that follows each."""
    return EMOJI.sub("", re.sub(f"{EMOJI.pattern} ", "", text))


def print_language(catalogue: Catalogue, language: str) -> str:
    """Give a language, or the programme's where it is no longer spoken."""
    return language if language in catalogue.languages else catalogue.programme.language


def show_words(catalogue: Catalogue, language: str) -> dict[str, list[list[dict[str, Any]]]]:
    """Give all that is printed in a language, part by part, as the templates take it."""
    sections = catalogue.print_in(language).sections
    return {name: show_paragraphs(render(sections[name], {})) for name in Printed}
