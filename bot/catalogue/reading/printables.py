"""Read the pages to print: Typst source, pictures, and words in every language."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from bot.catalogue.checks.texts import TextChecker, note_state
from bot.catalogue.files import CONTENT
from bot.catalogue.materials import Printable, PrintableCard, PrintableText
from bot.catalogue.reading.folders import (
    NAME,
    Folder,
    Ground,
    is_enough,
    read_card,
    read_name,
    read_pages,
)
from bot.catalogue.reading.parsing import STATE_KEYS, Findings, Lines, Page, parse_text

PRINTABLES = f"{CONTENT}/printables"
CARD = "printable.yaml"
KEYS = ("title", *STATE_KEYS)
SOURCE = "page.typ"
ENDINGS = (".svg", ".png", ".jpg", ".jpeg")
PART_WORDS = 120
PACKAGE = '"@'  # how Typst names what it would fetch from elsewhere: "@preview/…"


def read_printable(
    folder: Folder, ground: Ground, findings: Findings, *, shared: Mapping[str, bytes]
) -> Printable | None:
    """Read one page to print; `shared` holds the files of other folders that it may show."""
    name, read = read_name(folder, findings), read_card(folder, CARD, PrintableCard, findings)
    page = read_source(folder, findings)
    if read is None:
        return None
    card, lines = read
    texts = read_pages(folder, ground, findings, keys=KEYS, sections=card.words, kind="words")
    for language, text in texts.items():
        check_printable(text, folder.text(language), language, ground, findings)
    texts = note_state(texts, folder, ground, findings, localise=card.localise)
    pictures = read_pictures(folder, card, lines, findings, shared=shared)
    is_whole = len(pictures) == len(card.pictures) and all(
        text.sections.get(each) for text in texts.values() for each in card.words
    )
    if name is None or page is None or not is_whole or not is_enough(texts, ground.programme):
        return None
    told = {language: make_text(text, language) for language, text in texts.items()}
    return Printable(name, card, folder.path, page, pictures, told)


def list_shared(folder: Folder) -> list[str]:
    """List the files of other folders that a page to print asks for, as far as can be read."""
    read = read_card(folder, CARD, PrintableCard, Findings())
    named = read[0].pictures.values() if read else ()
    return [f"{CONTENT}{file}" for file in named if file.startswith("/")]


def make_text(page: Page, language: str) -> PrintableText:
    """Make the words of a page to print in one language."""
    return PrintableText(
        language=language,
        title=str(page.front.get("title")),
        is_reviewed=page.is_reviewed,
        source=page.front.get("source"),
        words=dict(page.sections),
    )


def read_source(folder: Folder, findings: Findings) -> str | None:
    """Read the Typst source; it may fetch nothing from elsewhere."""
    path = folder.place(SOURCE)
    if SOURCE not in folder.files:
        findings.refuse(path, 0, "there is no such file", "Write the page in Typst.")
        return None
    text = parse_text(folder.files[SOURCE], path, findings)
    for number, line in enumerate((text or "").splitlines(), start=1):
        if PACKAGE in line:
            what = "a page to print cannot fetch packages"
            findings.refuse(path, number, what, "Write what it needs into the page.")
            return None
    return text


def check_printable(
    page: Page, path: str, language: str, ground: Ground, findings: Findings
) -> None:
    """Check the words of a page to print."""
    checker = TextChecker(path, language, ground, findings)
    checker.check_front(page, needed=("title",))
    for name in page.sections:
        if checker.check_bare_section(page, name, kind="a page to print"):
            checker.check_words(page, name, PART_WORDS)


def read_pictures(
    folder: Folder,
    card: PrintableCard,
    lines: Lines,
    findings: Findings,
    *,
    shared: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Read the pictures of a page: of its own folder, or with a slash, from below `content/`."""
    pictures, own = {}, {folder.place(name): content for name, content in folder.files.items()}
    for name, file in card.pictures.items():
        path = f"{CONTENT}{file}" if file.startswith("/") else folder.place(file)
        content = shared.get(path) if file.startswith("/") else own.get(path)
        line = lines.of("pictures", name)
        if not NAME.fullmatch(name):
            what = f'"{name}" cannot be a picture\'s name'
            findings.refuse(folder.place(CARD), line, what, "Use small letters and digits.")
        elif content is None or PurePosixPath(path).suffix not in ENDINGS:
            what = f'there is no picture for "{name}"'
            findings.refuse(path, 0, what, f"Put a file there: {', '.join(ENDINGS)}.")
        else:
            pictures[name + PurePosixPath(path).suffix] = content
    return pictures
