"""Read the pages to print: Typst source, pictures, and words in every language."""

from pathlib import PurePosixPath

from bot.catalogue.checking import check_plain_words, check_reviewed, check_title, note_state
from bot.catalogue.files import CONTENT, Files
from bot.catalogue.folders import NAME, list_folders, read_card, read_name, read_pages
from bot.catalogue.materials import Printable, PrintableCard, PrintableText
from bot.catalogue.parsing import STATE_KEYS, Findings, Page, parse_text
from bot.catalogue.records import Programme

PRINTABLES = f"{CONTENT}/printables"
KEYS = ("title", *STATE_KEYS)
SOURCE = "page.typ"
ENDINGS = (".svg", ".png", ".jpg", ".jpeg")
PART_WORDS = 120
PACKAGE = '"@'  # how Typst names what it would fetch from elsewhere: "@preview/…"


def read_printables(files: Files, programme: Programme, findings: Findings) -> dict[str, Printable]:
    """Read the folder of every page to print, by its name."""
    found = (
        read_printable(files, folder, programme, findings)
        for folder in list_folders(files, PRINTABLES)
    )
    return {printable.id: printable for printable in found if printable}


def read_printable(
    files: Files, folder: str, programme: Programme, findings: Findings
) -> Printable | None:
    """Read one page to print."""
    name = read_name(folder, findings)
    card = read_card(files, f"{folder}/printable.yaml", PrintableCard, findings)
    page = read_source(files, f"{folder}/{SOURCE}", findings)
    if card is None:
        return None
    texts = read_pages(
        files, folder, programme, findings, keys=KEYS, sections=card.words, kind="words"
    )
    for language, text in texts.items():
        check_printable(text, f"{folder}/{language}.md", findings)
    note_state(texts, programme.language, folder, findings)
    pictures = read_pictures(files, folder, card, findings)
    is_whole = len(pictures) == len(card.pictures) and all(
        text.sections.get(each) for text in texts.values() for each in card.words
    )
    if name is None or page is None or not is_whole or len(texts) < len(programme.languages):
        return None
    told = {language: make_text(text, language) for language, text in texts.items()}
    return Printable(name, card, folder, page, pictures, told)


def make_text(page: Page, language: str) -> PrintableText:
    """Make the words of a page to print in one language."""
    return PrintableText(
        language=language,
        title=str(page.front.get("title")),
        is_reviewed=bool(page.front.get("reviewed")),
        source=page.front.get("source"),
        words=dict(page.sections),
    )


def read_source(files: Files, path: str, findings: Findings) -> str | None:
    """Read the Typst source; it may fetch nothing from elsewhere."""
    if path not in files:
        findings.refuse(path, 0, "there is no such file", "Write the page in Typst.")
        return None
    text = parse_text(files[path], path, findings)
    for number, line in enumerate((text or "").splitlines(), start=1):
        if PACKAGE in line:
            what = "a page to print cannot fetch packages"
            findings.refuse(path, number, what, "Write what it needs into the page.")
            return None
    return text


def check_printable(page: Page, path: str, findings: Findings) -> None:
    """Check the words of a page to print."""
    check_title(page, path, findings)
    check_reviewed(page, path, findings)
    for name, text in page.sections.items():
        line = page.lines.get(name, 0)
        check_plain_words(text, path, line, findings, kind="page to print", most=PART_WORDS)


def read_pictures(
    files: Files, folder: str, card: PrintableCard, findings: Findings
) -> dict[str, bytes]:
    """Read the pictures of a page: of its own folder, or with a slash, from below `content/`."""
    pictures = {}
    for name, file in card.pictures.items():
        path = f"{CONTENT}{file}" if file.startswith("/") else f"{folder}/{file}"
        if not NAME.fullmatch(name):
            what = f'"{name}" cannot be a picture\'s name'
            findings.refuse(f"{folder}/printable.yaml", 0, what, "Use small letters and digits.")
            continue
        if path not in files or PurePosixPath(path).suffix not in ENDINGS:
            what = f'there is no picture for "{name}"'
            findings.refuse(path, 0, what, f"Put a file there: {', '.join(ENDINGS)}.")
            continue
        pictures[name + PurePosixPath(path).suffix] = files[path]
    return pictures
