"""Check a text: its front matter, its lengths, its placeholders, its markup, how plain it is."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from jinja2 import TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables

from bot.catalogue.checks.invisible import LETTERS_AGAINST, UNSEEN_SIGNS, check_invisible
from bot.catalogue.checks.plainness import EMOJI_SIGNS, check_emoji, check_plainness
from bot.catalogue.plain import Localise
from bot.catalogue.reading.folders import Folder, Ground
from bot.catalogue.reading.parsing import Findings, Page, source_hash
from bot.catalogue.records import Section
from bot.catalogue.shown.wording import (
    ENVIRONMENT,
    PLACEHOLDER,
    PLACEHOLDERS,
    SIGNS,
    fill,
    find_foreign_markup,
    has_edges,
    is_plainly_filled,
)
from bot.catalogue.words import direction_of

WHY_CHARACTERS = 200
WORDS = {Section.DO: 60, Section.GROW: 60, Section.EASIER: 60, Section.HARDER: 60}
CONSENT_WORDS = {"messages": 120, "linking": 90, "research": 90}
CAPTION_UNITS = 1024
TEXT_UNITS = 4096
LONGEST_THEME = 80
SAMPLE = dict.fromkeys(PLACEHOLDERS, "x" * 40)
PLAIN_NODES = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)
ODD = {  # signs without which no check but those of plainness can find anything in a text
    direction: re.compile(f"[{SIGNS}{UNSEEN_SIGNS}{EMOJI_SIGNS}{letters}]")
    for direction, letters in LETTERS_AGAINST.items()
}
KNOWN = f"Use {', '.join('{{ ' + name + ' }}' for name in PLACEHOLDERS)}."
SIGN_OFF = "Read it, then sign it off: kuffert content accept"
PARAGRAPH = "\n\n"
FRONT_WORDS = ("title", "things", "alt")  # what families read of the front matter


class TextChecker:
    """Checks the texts of one language in one file."""

    def __init__(self, path: str, language: str, ground: Ground, findings: Findings) -> None:
        """Keep where the text stands, and where to note what is wrong."""
        self.path = path
        self.findings = findings
        self.rules = ground.rules.get(language)
        self.direction = direction_of(language)
        self.odd = ODD[self.direction]

    def check_front(self, page: Page, *, needed: tuple[str, ...]) -> None:
        """Check what families read of the front matter, and what is said of the text's state."""
        for name in needed:
            if not str(page.front.get(name) or "").strip():
                self.refuse(page.lines.get(name, 1), f'"{name}" is missing', write(name))
        for name in FRONT_WORDS:
            text = page.front.get(name)
            if isinstance(text, str):
                if "\n" in text or self.odd.search(text):
                    self.check_short(text, page.lines[name], name)
            elif text is not None:
                self.refuse(page.lines[name], f'"{name}" is no text', 'Put it in "quotes".')
        self.check_reviewed(page)

    def check_short(self, text: str, line: int, name: str) -> None:
        """Check words that are shown as they stand."""
        if "{{" in text or "{%" in text:
            self.refuse(line, f'a placeholder in "{name}"', "Write the words themselves.")
        if "\n" in text.strip():
            self.refuse(line, f'"{name}" has several lines', "Write it on one.")
        check_invisible(text, self.path, line, self.findings, direction=self.direction)

    def check_reviewed(self, page: Page) -> None:
        """See that somebody said whether the text is reviewed; if it is, by whom and when."""
        line = page.lines.get("reviewed", 1)
        if not isinstance(page.front.get("reviewed"), bool):
            self.refuse(line, '"reviewed" is missing', "Write reviewed: yes or reviewed: no.")
        elif page.front.get("reviewed_on") and not is_date(page.front["reviewed_on"]):
            line = page.lines["reviewed_on"]
            self.refuse(line, '"reviewed_on" is no date', "Write a date, such as 2026-11-25.")
        elif page.is_reviewed and not (
            page.front.get("reviewer") and page.front.get("reviewed_on")
        ):
            what = "it is not said who reviewed this text, and when"
            self.warn(line, what, f"{SIGN_OFF} {self.path} --by NAME.")
        elif page.is_reviewed and has_changed_since(page):
            what = "this text was changed after its review"
            self.warn(page.lines["reviewed_text"], what, f"{SIGN_OFF} {self.path} --by NAME.")

    def is_odd(self, text: str) -> bool:
        """Say whether there may be markup, placeholders or unseen signs in a text."""
        return self.odd.search(text) is not None or has_edges(text)

    def check_sections(self, page: Page) -> None:
        """Check all sections, which may hold placeholders.

        One look at them all tells that most hold nothing that any check could find.
        """
        told = PARAGRAPH.join(page.sections.values())
        is_odd = self.is_odd(told)
        is_hard = self.rules is not None and self.rules.may_point(told)
        for name in page.sections if is_odd or is_hard else ():
            self.check_section(page, name, is_hard=is_hard)

    def check_section(self, page: Page, name: str, *, is_hard: bool = True) -> None:
        """Check one section that may hold placeholders."""
        text, line = page.sections[name], page.starts.get(name, 0)
        if self.is_odd(text):
            filled = self.fill(text, line) if "{" in text else text
            if filled is None:
                return
            self.check_markup(filled, line)
            check_invisible(text, self.path, line, self.findings, direction=self.direction)
            check_emoji(text, self.path, line, self.findings)
        if self.rules and is_hard:
            told = PLACEHOLDER.sub(r"\1", text) if "{" in text else text  # one word, not three
            check_plainness(told, self.path, line, self.findings, rules=self.rules)

    def check_bare_section(self, page: Page, name: str, *, kind: str) -> bool:
        """Check one section that may hold no placeholders; say whether it can be measured."""
        text, line = page.sections[name], page.starts.get(name, 0)
        if "{{" in text or "{%" in text:
            self.refuse(line, f"a placeholder in {kind}", "Write the words themselves.")
            return False
        self.check_section(page, name)
        return True

    def check_words(self, page: Page, name: str, most: int) -> None:
        """Count the words of one section."""
        text = page.sections.get(name, "")
        if "{{" in text:
            text = text.replace("{{ ", "").replace(" }}", "")
        if len(text) < 2 * most:  # a word takes a letter and a space at least
            return
        count = len(text.split())
        if count > most:
            self.refuse(page.lines[name], f'"{name}" has {count} words', f"Write at most {most}.")

    def check_characters(self, page: Page, name: str, most: int) -> None:
        """Count the characters of one section."""
        count = len(page.sections.get(name, ""))
        if count > most:
            what = f'"{name}" has {count} characters'
            self.refuse(page.lines[name], what, f"Write at most {most}.")

    def fill(self, text: str, line: int) -> str | None:
        """Fill the placeholders; None where they are wrong, which is noted.

        Only plain names are let through, so that nothing that staff write is ever run.
        """
        if is_plainly_filled(text, SAMPLE):
            return fill(text, SAMPLE)
        try:
            parsed = ENVIRONMENT.parse(text)
        except TemplateSyntaxError as error:
            self.refuse(line + (error.lineno or 1) - 1, "a placeholder is broken", KNOWN)
            return None
        unknown = find_undeclared_variables(parsed) - set(PLACEHOLDERS)
        strange = [each for each in parsed.find_all(nodes.Node) if type(each) not in PLAIN_NODES]
        for name in sorted(unknown):
            at = line + text[: text.find(name)].count("\n")
            self.refuse(at, f'unknown placeholder "{name}"', KNOWN)
        if strange and not unknown:
            at = line + strange[0].lineno - 1
            self.refuse(at, "a placeholder is no plain name", KNOWN)
        return None if unknown or strange else fill(text, SAMPLE)

    def check_markup(self, text: str, line: int) -> None:
        """See that there is no markup but bold and italic."""
        for offset, kind in find_foreign_markup(text):
            what, instead = (
                f"{kind} cannot be shown in a chat",
                "Use paragraphs, **bold** and *italic*.",
            )
            self.refuse(line + offset, what, instead)

    def refuse(self, line: int, what: str, instead: str) -> None:
        """Note an error."""
        self.findings.refuse(self.path, line, what, instead)

    def warn(self, line: int, what: str, instead: str) -> None:
        """Note a warning."""
        self.findings.warn(self.path, line, what, instead)


def has_changed_since(page: Page) -> bool:
    """Say whether a text is another than the one that was signed off."""
    signed = page.front.get("reviewed_text")
    return signed is not None and signed != source_hash(page)


def write(name: str) -> str:
    """Say how a missing key is written."""
    return f"Write {name}: and a few words."


def is_date(value: object) -> bool:
    """Say whether a value is a date, as YAML reads one or as it is written."""
    if isinstance(value, date):
        return True
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def check_activity(
    page: Page, path: str, language: str, ground: Ground, findings: Findings
) -> bool:
    """Check an activity's text; say whether it can be used."""
    before = len(findings.errors)
    checker = TextChecker(path, language, ground, findings)
    checker.check_front(page, needed=("title", "alt"))
    checker.check_sections(page)
    checker.check_characters(page, Section.WHY, WHY_CHARACTERS)
    for section, most in WORDS.items():
        checker.check_words(page, section, most)
    is_whole = all(page.sections.get(section) for section in Section)
    return len(findings.errors) == before and is_whole


def check_consent(page: Page, path: str, language: str, ground: Ground, findings: Findings) -> None:
    """Check a consent text."""
    checker = TextChecker(path, language, ground, findings)
    checker.check_front(page, needed=())
    for name in page.sections:
        if checker.check_bare_section(page, name, kind="a consent text"):
            checker.check_words(page, name, CONSENT_WORDS[name])


def note_state(
    pages: Mapping[str, Page],
    folder: Folder,
    ground: Ground,
    findings: Findings,
    *,
    localise: Localise = Localise.TRANSLATE,
    is_vital: bool = False,
) -> dict[str, Page]:
    """Tell staff which texts are stale or unreviewed; give those that may go out.

    What is authored anew in each language is made from no source, so that it cannot be stale; what
    is vital never falls back to the programme's language.
    """
    programme, usable = ground.programme, {}
    source = pages.get(programme.language)
    named = source_hash(source) if source else ""
    for language, page in pages.items():
        path = folder.text(language)
        has_source = source is not None and page is not source and localise is not Localise.AUTHOR
        is_stale = has_source and page.front.get("source") != named
        if may_go_out(page, path, language, ground, findings, is_vital=is_vital):
            usable[language] = replace(page, is_stale=is_stale)
        if is_stale:
            findings.warn(
                path,
                page.lines.get("source", 0),
                "this translation is stale: its source has changed since",
                f"Bring it up to date and write source: {named}.",
            )
    return usable


def may_go_out(
    page: Page, path: str, language: str, ground: Ground, findings: Findings, *, is_vital: bool
) -> bool:
    """Say whether a text may go out, as far as its review is concerned; note where it has none."""
    programme, line = ground.programme, page.lines.get("reviewed", 0)
    if page.front.get("reviewed") is not False:
        return True
    if programme.may_send_unreviewed(language):
        what = "nobody has reviewed this text"
        findings.warn(path, line, what, f"{SIGN_OFF} {path} --by NAME.")
        return True
    what = "nobody has reviewed this text, and send_unreviewed does not let it go out"
    may_fall_back = programme.may_fall_back(language) and not is_vital
    note = findings.warn if may_fall_back else findings.refuse
    note(path, line, what, f"{SIGN_OFF} {path} --by NAME.")
    return False
