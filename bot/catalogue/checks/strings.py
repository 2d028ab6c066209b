"""Check the short strings of each language against the programme's own, and its glossary."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from babel import Locale
from babel.messages.catalog import Catalog, Message

from bot.catalogue.checks.invisible import check_invisible
from bot.catalogue.checks.plainness import Rules, check_names
from bot.catalogue.files import LOCALES
from bot.catalogue.reading.parsing import Findings, parse_text
from bot.catalogue.words import PLACEHOLDER, PoFileError, Words, key_of, parse_messages

COMMAND_CHARACTERS = 256
STRING_CHARACTERS = 3000  # a message has room for 4,096, and some hold more than one string
LIMITS = {"bot-description": 512, "bot-short-description": 120}  # what Telegram takes
ANSWER_CHARACTERS = 200  # a note that appears for a moment when a button is tapped
COUNTED = range(201)  # rules look at the last two digits
KEY = re.compile(r'^msgid "(.+)"$')


@dataclass(frozen=True, eq=False)
class Messages:
    """The short strings of one language as they stand in its file."""

    path: str
    catalog: Catalog
    words: Words

    @cached_property
    def by_key(self) -> dict[str, Message]:
        """The strings by key."""
        return messages_of(self.catalog)


def messages_of(catalog: Catalog) -> dict[str, Message]:
    """Give the strings by key."""
    return {key_of(message.id): message for message in catalog if message.id}


def path_of(language: str) -> str:
    """Give the path of a language's strings."""
    return f"{LOCALES}/{language}/LC_MESSAGES/bot.po"


def read_messages(content: bytes, language: str, findings: Findings) -> Messages | None:
    """Read the strings of one language."""
    path = path_of(language)
    text = parse_text(content, path, findings)
    if text is None:
        return None
    try:
        catalog = parse_messages(content, language)
    except (PoFileError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None) or 0
        what = f"this cannot be read as gettext ({error})"
        findings.refuse(path, line, what, "Mend the file.")
        return None
    check_twice(text, path, findings)
    return Messages(path, catalog, Words(language, catalog))


def check_twice(text: str, path: str, findings: Findings) -> None:
    """See that each key stands once; whoever reads the file later would take one of the two."""
    found = [(KEY.match(line), n) for n, line in enumerate(text.splitlines(), start=1)]
    keys = [(key[1], line) for key, line in found if key]
    counts = Counter(key for key, _line in keys)
    seen: set[str] = set()
    for key, line in keys:
        if counts[key] > 1 and key in seen:
            findings.refuse(path, line, f'"{key}" stands twice', "Keep one of the two.")
        seen.add(key)


def check_words(
    messages: Messages, source: Messages | None, findings: Findings, *, rules: Rules | None = None
) -> None:
    """Compare a language with the source: keys, placeholders, plural forms; see what it names."""
    wanted, present, path = source.by_key if source else {}, messages.by_key, messages.path
    check_forms(messages, findings)
    for key in wanted:
        if key not in present:
            instead = f"Translate it from {source.words.language}." if source else ""
            findings.refuse(path, 0, f'"{key}" is missing', instead)
    for key, message in present.items():
        if key in wanted:
            check_message(message, wanted[key], messages, findings)
            if rules:
                check_called(message, path, findings, rules=rules)
        elif source:
            findings.refuse(path, message.lineno or 0, f'unknown key "{key}"', "Remove it.")


def check_forms(messages: Messages, findings: Findings) -> None:
    """See that the file's header counts plural forms as the language has them.

    Some languages have a form that whole numbers of our size never take: it may be left out.
    """
    rule = Locale.parse(messages.words.language).plural_form
    counts = {len({rule(number) for number in COUNTED}), len(rule.tags | {"other"})}
    said = messages.catalog.num_plurals
    if said not in counts and any(each.pluralizable for each in messages.by_key.values()):
        what = f"Plural-Forms says nplurals={said}"
        has = " or ".join(str(each) for each in sorted(counts))
        findings.refuse(messages.path, 0, what, f"This language has {has} forms.")


def check_message(
    message: Message, source: Message, messages: Messages, findings: Findings
) -> None:
    """Check one string."""
    key, line, path = key_of(message.id), message.lineno or 0, messages.path
    if message.fuzzy:
        findings.refuse(path, line, f'"{key}" is marked fuzzy', "Check it and remove the mark.")
    forms = forms_of(message)
    if not all(forms):
        findings.refuse(path, line, f'"{key}" is empty', "Translate it.")
        return
    if message.pluralizable is not source.pluralizable:
        what = f'"{key}" has {"plural forms" if message.pluralizable else "no plural forms"}'
        findings.refuse(path, line, what, "Write it as the source language does.")
        return
    check_length(key, forms, path, line, findings)
    count = messages.catalog.num_plurals
    if message.pluralizable and len(forms) != count:
        what = f'"{key}" has {len(forms)} plural forms'
        findings.refuse(path, line, what, f"This language has {count}.")
    check_placeholders(message, source, path, findings)
    for form in forms:
        check_invisible(form, path, line, findings, direction=messages.words.direction)


def check_called(message: Message, path: str, findings: Findings, *, rules: Rules) -> None:
    """See that a string calls things as the glossary does; all its forms count as one line."""
    for form in forms_of(message):
        check_names(" ".join(form.split()), path, message.lineno or 0, findings, rules=rules)


def check_length(
    key: str, forms: tuple[str, ...], path: str, line: int, findings: Findings
) -> None:
    """See that a string has room where Telegram shows it."""
    most = LIMITS.get(key, STRING_CHARACTERS)
    if key.startswith("command-"):
        most = COMMAND_CHARACTERS
    elif key.startswith("note-"):
        most = ANSWER_CHARACTERS
    length = max(count_units(form) for form in forms)
    if length > most:
        what = f'"{key}" has {length} characters'
        findings.refuse(path, line, what, f"Shorten it; there is room for {most}.")


def check_placeholders(message: Message, source: Message, path: str, findings: Findings) -> None:
    """See that a string has the source's placeholders; a plural form may leave the number out."""
    expected = set().union(*(PLACEHOLDER.findall(form) for form in forms_of(source)))
    for form in forms_of(message):
        given = set(PLACEHOLDER.findall(form))
        if given != expected and not (message.pluralizable and given < expected):
            shown = ", ".join("{" + name + "}" for name in sorted(expected)) or "none"
            what = f'"{key_of(message.id)}" has other placeholders'
            findings.refuse(path, message.lineno or 0, what, f"Use: {shown}.")


def count_units(text: str) -> int:
    """Count a text as Telegram does, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def forms_of(message: Message) -> tuple[str, ...]:
    """Give a string's forms: one, or one for each plural."""
    if isinstance(message.string, tuple | list):
        return tuple(message.string)
    return (message.string or "",)
