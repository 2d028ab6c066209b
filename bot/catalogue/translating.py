"""Check the short strings of each language against those of the programme's own."""

from collections.abc import Mapping

from babel.messages.catalog import Catalog, Message

from bot.catalogue.files import LOCALES
from bot.catalogue.parsing import Findings
from bot.catalogue.words import PLACEHOLDER, key_of

LIMITS = {"bot-description": 512, "bot-short-description": 120}  # what Telegram takes


def check_words(catalogs: Mapping[str, Catalog], source: str, findings: Findings) -> None:
    """Compare every language with the source: keys, placeholders, plural forms."""
    wanted = messages_of(catalogs[source]) if source in catalogs else {}
    for language, catalog in catalogs.items():
        path = f"{LOCALES}/{language}/LC_MESSAGES/bot.po"
        present = messages_of(catalog)
        for key in wanted:
            if key not in present:
                findings.refuse(path, 0, f'"{key}" is missing', f"Translate it from {source}.")
        for key, message in present.items():
            if key not in wanted:
                findings.refuse(path, message.lineno or 0, f'unknown key "{key}"', "Remove it.")
                continue
            check_message(message, wanted[key], catalog, path, findings)


def check_message(
    message: Message, source: Message, catalog: Catalog, path: str, findings: Findings
) -> None:
    """Check one string."""
    key, line = key_of(message.id), message.lineno or 0
    if message.fuzzy:
        findings.refuse(path, line, f'"{key}" is marked fuzzy', "Check it and remove the mark.")
    forms = forms_of(message)
    if not all(forms):
        findings.refuse(path, line, f'"{key}" is empty', "Translate it.")
        return
    if key in LIMITS and count_units(forms[0]) > LIMITS[key]:
        findings.refuse(
            path,
            line,
            f'"{key}" has {count_units(forms[0])} characters',
            f"Shorten it; Telegram shows {LIMITS[key]}.",
        )
    if message.pluralizable and len(forms) != catalog.num_plurals:
        findings.refuse(
            path,
            line,
            f'"{key}" has {len(forms)} plural forms',
            f"This language has {catalog.num_plurals}.",
        )
    expected = set().union(*(PLACEHOLDER.findall(form) for form in forms_of(source)))
    for form in forms:
        given = set(PLACEHOLDER.findall(form))
        if given != expected and not (message.pluralizable and given < expected):
            shown = ", ".join("{" + name + "}" for name in sorted(expected)) or "none"
            findings.refuse(path, line, f'"{key}" has other placeholders', f"Use: {shown}.")


def count_units(text: str) -> int:
    """Count a text as Telegram does, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def messages_of(catalog: Catalog) -> dict[str, Message]:
    """Give the strings by key."""
    return {key_of(message.id): message for message in catalog if message.id}


def forms_of(message: Message) -> tuple[str, ...]:
    """Give a string's forms: one, or one for each plural."""
    if isinstance(message.string, tuple | list):
        return tuple(message.string)
    return (message.string or "",)
