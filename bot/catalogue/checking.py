"""Check a text: its front matter, its lengths, its placeholders, its markup."""

from jinja2 import TemplateError, TemplateSyntaxError

from bot.catalogue.parsing import Findings, Page, source_hash
from bot.catalogue.records import Catalogue, Section
from bot.catalogue.touches import Telling, render_touch, say_child
from bot.catalogue.wording import PLACEHOLDERS, fill, find_foreign_markup, plain_length, render
from bot.catalogue.words import Words
from bot.core.actions import Able, Answer, Wish
from bot.core.cadence import Touch
from bot.core.choosing import Variant
from bot.core.siblings import Label, Naming

WHY_CHARACTERS = 200
WORDS = {Section.DO: 60, Section.GROW: 60, Section.EASIER: 60, Section.HARDER: 60}
CONSENT_WORDS = {"messages": 120, "linking": 90, "research": 90}
CAPTION_UNITS = 1024
TEXT_UNITS = 4096
LONGEST_THEME = 80
LABELLED_AGES = range(1, 12)  # in years: every plural form of the languages that we know
SAMPLE = dict.fromkeys(PLACEHOLDERS, "x" * 40)


def check_text(page: Page, path: str, findings: Findings) -> bool:
    """Check an activity's text; say whether it can be used."""
    before = len(findings.errors)
    for name in ("title", "alt"):
        check_title(page, path, findings, name=name)
    check_reviewed(page, path, findings)
    for name, text in page.sections.items():
        check_wording(text, path, page.lines.get(name, 0), findings)
    check_lengths(page, path, findings)
    is_whole = all(page.sections.get(section) for section in Section)
    return len(findings.errors) == before and is_whole


def check_title(page: Page, path: str, findings: Findings, *, name: str = "title") -> None:
    """See that a text has a title, or whatever else is named."""
    if not str(page.front.get(name) or "").strip():
        findings.refuse(
            path,
            page.lines.get(name, 1),
            f'"{name}" is missing',
            f"Write {name}: and a few words.",
        )


def check_plain_words(
    text: str, path: str, line: int, findings: Findings, *, kind: str, most: int
) -> None:
    """Check a section that holds no placeholders and few words."""
    if "{{" in text or "{%" in text:
        findings.refuse(path, line, f"a placeholder in a {kind}", "Write the words themselves.")
        return
    check_wording(text, path, line, findings)
    count = len(text.split())
    if count > most:
        findings.refuse(path, line, f"this has {count} words", f"Write at most {most}.")


def check_reviewed(page: Page, path: str, findings: Findings) -> None:
    """See that somebody said whether the text is reviewed."""
    if not isinstance(page.front.get("reviewed"), bool):
        findings.refuse(
            path,
            page.lines.get("reviewed", 1),
            '"reviewed" is missing',
            "Write reviewed: yes or reviewed: no.",
        )


def note_state(
    pages: dict[str, Page], source_language: str, folder: str, findings: Findings
) -> None:
    """Tell staff which texts are stale or unreviewed."""
    source = pages.get(source_language)
    for language, page in pages.items():
        path = f"{folder}/{language}.md"
        if not page.front.get("reviewed"):
            findings.warn(
                path, 0, "nobody has reviewed this text", "Read it, then write reviewed: yes."
            )
        if (
            source
            and language != source_language
            and page.front.get("source") != source_hash(source)
        ):
            findings.warn(
                path,
                page.lines.get("source", 0),
                "this translation is stale: its source has changed since",
                f"Bring it up to date and write source: {source_hash(source)}.",
            )


def check_lengths(page: Page, path: str, findings: Findings) -> None:
    """Keep an activity's texts short enough to be read."""
    why = page.sections.get(Section.WHY, "")
    if len(why) > WHY_CHARACTERS:
        findings.refuse(
            path,
            page.lines[Section.WHY],
            f'"why" has {len(why)} characters',
            f"Write at most {WHY_CHARACTERS}.",
        )
    for section, most in WORDS.items():
        check_words_of(page, section, most, path, findings)


def check_words_of(page: Page, name: str, most: int, path: str, findings: Findings) -> None:
    """Count the words of one section."""
    count = len(page.sections.get(name, "").replace("{{ ", "").replace(" }}", "").split())
    if count > most:
        findings.refuse(
            path, page.lines[name], f'"{name}" has {count} words', f"Write at most {most}."
        )


def check_consent(page: Page, path: str, findings: Findings) -> None:
    """Check a consent text."""
    check_reviewed(page, path, findings)
    for name, text in page.sections.items():
        line = page.lines.get(name, 0)
        if may_measure(text, path, line, findings, where="a consent text"):
            check_words_of(page, name, CONSENT_WORDS[name], path, findings)


def may_measure(text: str, path: str, line: int, findings: Findings, *, where: str) -> bool:
    """Check a text that may have no placeholders; say whether it has none and can be measured."""
    if "{{" in text or "{%" in text:
        findings.refuse(path, line, f"a placeholder in {where}", "Write the words themselves.")
        return False
    check_wording(text, path, line, findings)
    return True


def check_wording(text: str, path: str, line: int, findings: Findings) -> None:
    """See that a section's placeholders are known and that its markup is bold and italic only."""
    known = f"Use {' or '.join('{{ ' + name + ' }}' for name in PLACEHOLDERS)}."
    try:
        filled = fill(text, SAMPLE)
    except TemplateSyntaxError as error:
        findings.refuse(path, line + (error.lineno or 1), "a placeholder is broken", known)
        return
    except TemplateError as error:
        findings.refuse(path, line, f"unknown placeholder ({error.message})", known)
        return
    except (ArithmeticError, LookupError, TypeError, ValueError):  # it computes something
        findings.refuse(path, line, "a placeholder is no plain name", known)
        return
    for offset, kind in find_foreign_markup(filled):
        findings.refuse(
            path,
            line + 1 + offset,
            f"{kind} cannot be shown in a chat",
            "Use paragraphs, **bold** and *italic*.",
        )


def check_rendered(catalogue: Catalogue, findings: Findings) -> None:
    """Render every touch in every language, and measure it against Telegram's limits."""
    for language in catalogue.languages:
        label = longest_label(catalogue.words_in(language))
        for activity_id, activity in catalogue.activities.items():
            path = f"{activity.folder}/{language}.md"
            for touch in Touch:
                length = longest(catalogue, activity_id, touch, language, label=label)
                most = TEXT_UNITS if touch is Touch.WHY else CAPTION_UNITS
                if length > most:
                    findings.refuse(
                        path,
                        0,
                        f'"{touch}" can become {length} characters in a chat',
                        f"Shorten it; Telegram shows {most}.",
                    )
    for (_version, language), consent in catalogue.consent.items():
        for text in (consent.messages, consent.linking, consent.research):
            if plain_length(render(text, {})) > TEXT_UNITS:
                findings.refuse(language, 0, "a consent text is too long", "Shorten it.")


def longest_label(words: Words) -> Label | None:
    """Give the label of a child that takes most room, of those that can be expected.

    None where the strings have no labels: those of a snapshot from before there were any.
    """
    namings = [naming for naming in Naming if f"for-{naming}" in words.keys]
    labels = [Label(naming, age, place=9) for naming in namings for age in LABELLED_AGES]
    return max(labels, key=lambda label: plain_length(say_child(words, label)), default=None)


def longest(
    catalogue: Catalogue, activity_id: str, touch: Touch, language: str, *, label: Label | None
) -> int:
    """Measure the longest form that a touch can take after taps."""
    return max(
        plain_length(
            render_touch(
                catalogue,
                Telling(
                    0,
                    touch,
                    activity_id,
                    variant,
                    language,
                    language,
                    answer,
                    Wish.HARDER,
                    theme="x" * LONGEST_THEME,
                    asks_able=True,
                    able=Able.A_LITTLE,
                    child=label,
                    celebrates=1,
                ),
            ).text
        )
        for variant in Variant
        for answer in Answer
    )
