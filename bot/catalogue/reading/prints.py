"""Read what is printed for families: one file a language, each part short enough for its place."""

from bot.catalogue.checks.texts import TextChecker, note_state
from bot.catalogue.files import CONTENT
from bot.catalogue.reading.folders import Folder, Ground, read_pages
from bot.catalogue.reading.parsing import STATE_KEYS, Findings, Page
from bot.catalogue.records import Printed, PrintText

PRINTS = f"{CONTENT}/print"
CHARACTERS = {  # as much as fits on the paper
    Printed.TITLE: 40,
    Printed.INTRO: 320,
    Printed.SCAN: 32,
    Printed.START: 32,
    Printed.YES: 32,
    Printed.GAME: 32,
    Printed.CODE: 160,
    Printed.HELP: 200,
    Printed.PRIVACY: 120,
    Printed.STUDY: 32,
    Printed.POSTER: 64,
    Printed.INVITE: 90,
    Printed.PACK: 40,
    Printed.PACK_INTRO: 400,
    Printed.WEEK: 16,
    Printed.WHY: 32,
    Printed.DO: 32,
    Printed.GROW: 32,
    Printed.TOGETHER: 40,
    Printed.CERTIFICATE: 20,
    Printed.CERTIFICATE_NAME: 16,
    Printed.CERTIFICATE_TEXT: 120,
    Printed.CERTIFICATE_PICTURES: 40,
    Printed.CERTIFICATE_DRAWING: 40,
    Printed.BOOK_FOLD: 90,
    Printed.BOOK_CUT: 90,
    Printed.BOOK_PUSH: 90,
    Printed.BOOK_CLOSE: 90,
    Printed.BOOK_DRAWING: 60,
}


def read_prints(folder: Folder, ground: Ground, findings: Findings) -> dict[str, PrintText]:
    """Read what is printed for families, in every language."""
    pages = read_pages(
        folder,
        ground,
        findings,
        keys=STATE_KEYS,
        sections=list(Printed),
        kind="words for print",
        is_vital=True,
    )
    for language, page in pages.items():
        check_print(page, folder.text(language), language, ground, findings)
    pages = note_state(pages, folder, ground, findings, is_vital=True)
    return {
        language: make_print(page, language)
        for language, page in pages.items()
        if all(page.sections.get(name) for name in Printed)
    }


def make_print(page: Page, language: str) -> PrintText:
    """Make what is printed in one language."""
    return PrintText(
        language=language,
        is_reviewed=page.is_reviewed,
        source=page.front.get("source"),
        sections={name: page.sections[name] for name in Printed},
    )


def check_print(page: Page, path: str, language: str, ground: Ground, findings: Findings) -> None:
    """Check a text for print: it must fit where it stands."""
    checker = TextChecker(path, language, ground, findings)
    checker.check_front(page, needed=())
    for name in page.sections:
        if checker.check_bare_section(page, name, kind="a text for print"):
            checker.check_characters(page, name, CHARACTERS[Printed(name)])
