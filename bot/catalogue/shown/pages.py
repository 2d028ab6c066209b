"""Draw a page that a family opens on its phone: a title, a few tables, in the right direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.catalogue.words import Words

FOLDER = Path(__file__).parent / "page"


@dataclass(frozen=True)
class Section:
    """One table of a page, under its own title; every cell is plain text."""

    title: str
    rows: Sequence[Sequence[str]]
    heads: Sequence[str] = ()


@cache
def environment() -> Environment:
    """Make the reader of our templates, which escapes all that is put in."""
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_page(words: Words, *, title: str, intro: str, sections: Sequence[Section]) -> str:
    """Draw a page in a language; what is empty says so."""
    return (
        environment()
        .get_template("dossier.html.jinja")
        .render(
            language=words.language,
            direction=words.direction,
            title=title,
            intro=intro,
            sections=sections,
            nothing=words.plain("data-nothing"),
        )
    )
