"""Read what is printed for families: one file a language, each part short enough for its place."""

from bot.catalogue.checking import check_reviewed, may_measure, note_state
from bot.catalogue.files import CONTENT, Files
from bot.catalogue.parsing import STATE_KEYS, Findings, Page, parse_page, parse_text
from bot.catalogue.records import Printed, PrintText, Programme

PRINTS = f"{CONTENT}/print"
KEYS = STATE_KEYS
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
}


def read_prints(files: Files, programme: Programme, findings: Findings) -> dict[str, PrintText]:
    """Read what is printed for families, in every language."""
    pages: dict[str, Page] = {}
    for language in programme.languages:
        path = f"{PRINTS}/{language}.md"
        if path not in files:
            findings.refuse(
                path, 0, "there is no such file", "Write what is printed in this language."
            )
            continue
        text = parse_text(files[path], path, findings)
        page = text and parse_page(text, path, findings, keys=KEYS, sections=list(Printed))
        if page:
            check_print(page, path, findings)
            pages[language] = page
    note_state(pages, programme.language, PRINTS, findings)
    return {
        language: make_print(page, language)
        for language, page in pages.items()
        if all(page.sections.get(name) for name in Printed)
    }


def make_print(page: Page, language: str) -> PrintText:
    """Make what is printed in one language."""
    return PrintText(
        language=language,
        is_reviewed=bool(page.front.get("reviewed")),
        source=page.front.get("source"),
        sections={name: page.sections[name] for name in Printed},
    )


def check_print(page: Page, path: str, findings: Findings) -> None:
    """Check a text for print: it must fit where it stands."""
    check_reviewed(page, path, findings)
    for name, text in page.sections.items():
        line = page.lines.get(name, 0)
        if not may_measure(text, path, line, findings, where="a text for print"):
            continue
        most = CHARACTERS[Printed(name)]
        if len(text) > most:
            findings.refuse(
                path, line, f'"{name}" has {len(text)} characters', f"Write at most {most}."
            )
