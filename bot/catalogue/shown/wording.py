"""Turn what staff write into what a chat shows: placeholders filled, bold and italic kept."""

import re
from collections.abc import Container, Mapping
from functools import cache, lru_cache
from html import unescape

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import escape

PLACEHOLDERS = ("school_language", "home_language", "script_direction", "programme", "minutes")
PLACEHOLDER = re.compile(r"\{\{ ?([a-z_]+) ?\}\}")
# what CommonMark may read as more than words: signs, beginnings of lines, and spaces at their ends
SIGNS = (
    r"\\`*_\[\]<>&~{}\x00-\x09\x0b-\x1f\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
)
SIGN = re.compile(f"[{SIGNS}]")
STARRED = re.compile(r"\n\*(?!\*?\w)")  # a list, or a line across
EDGE = re.compile(r"\n[ #>\-+=|0-9]")
TAG = re.compile(r"</?[bi]>")  # all that our messages hold; any other < is written as an entity
GAP = re.compile(r"\n{2,}")
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
    """Fill the placeholders; raise jinja2.TemplateError for one that is unknown or broken.

    What names known values and nothing else is filled at once; to set up a template takes longer
    than all the rest of a touch.
    """
    if "{" not in text:
        return text
    if is_plainly_filled(text, values):
        return PLACEHOLDER.sub(lambda found: values[found[1]], text)
    return ENVIRONMENT.from_string(text).render(values)


def is_plainly_filled(text: str, known: Container[str]) -> bool:
    """Say whether a text holds known names as placeholders and nothing else in braces."""
    return "{" not in PLACEHOLDER.sub(lambda found: "" if found[1] in known else "{", text)


def render(text: str, values: Mapping[str, str]) -> str:
    """Render Markdown with placeholders as the small HTML of chats."""
    return render_with(text, tuple(values.items()))


@lru_cache(maxsize=RENDERED)
def render_with(text: str, values: tuple[tuple[str, str], ...]) -> str:
    """Render once what goes to many guardians with the same values."""
    filled = fill(text, dict(values))
    if is_plain(filled):
        return render_plain(filled)
    paragraphs = [
        render_spans(token.children or [])
        for token in markdown().parse(filled)
        if token.type == "inline"
    ]
    return "\n\n".join(paragraphs)


def is_plain(text: str) -> bool:
    """Say whether a text is certain to hold paragraphs of words, and no markup at all."""
    return SIGN.search(text) is None and not has_edges(text)


def is_only_starred(text: str) -> bool:
    """Say whether a text is certain to hold no markup but bold and italic in stars.

    Within a line a star makes nothing else; where it begins one, a word must follow at once.
    """
    if "*" not in text or STARRED.search(f"\n{text}"):
        return False
    return is_plain(text.replace("*", ""))


def has_edges(text: str) -> bool:
    """Say whether a line begins or ends in a way that may be markup."""
    framed = f"\n{text}\n"
    return " \n" in framed or EDGE.search(framed) is not None


def render_plain(text: str) -> str:
    """Render what holds no markup at all, as a Markdown reader would."""
    return "\n\n".join(str(escape(each.replace("\n", " "))) for each in GAP.split(text.strip("\n")))


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
    if is_plain(text) or is_only_starred(text):
        return []
    found = []
    for token in markdown().parse(text):
        line = token.map[0] if token.map else 0
        if token.type not in WORDING and not token.type.endswith("_close"):
            found.append((line, token.type.removesuffix("_open").replace("_", " ")))
        for child in token.children or []:
            if child.type not in SPANS and not child.type.endswith("_close"):
                found.append((line, child.type.removesuffix("_open").replace("_", " ")))
    return found


def plain_length(shown: str) -> int:
    """Count the UTF-16 units of a text after its tags and entities are read, as Telegram does."""
    told = unescape(TAG.sub("", shown)) if "<" in shown or "&" in shown else shown
    return len(told) if told.isascii() else len(told.encode("utf-16-le")) // 2
