"""Short strings in one language: buttons, notes, plurals, moments, names of languages."""

import io
import re
from datetime import date, datetime, time
from html import unescape
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_time, get_day_names
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from bot.errors import BotError

FIRST_STRONG_ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Words:
    """The strings of one language, straight from its catalogue of messages."""

    def __init__(self, language: str, catalog: Catalog) -> None:
        """Keep the messages; know the language's direction."""
        self.language = language
        self.locale = Locale.parse(language)
        self.direction = "rtl" if self.locale.character_order == "right-to-left" else "ltr"
        self._messages = {key_of(message.id): message.string for message in catalog if message.id}

    @property
    def keys(self) -> frozenset[str]:
        """The keys that have a string."""
        return frozenset(self._messages)

    def say(self, key: str, **values: str) -> str:
        """Give a string as HTML: values are escaped, and isolated where text runs right to left."""
        return self._fill(Markup(escape(self._get(key))), values)

    def plain(self, key: str) -> str:
        """Give a string without placeholders as plain text, for a button."""
        return self._get(key)

    def label(self, key: str, **values: str) -> str:
        """Give a string with placeholders as plain text, for a button or a page."""
        return unescape(self.say(key, **values))

    def count(self, key: str, number: int, *, name: str = "minutes") -> str:
        """Give the form of a string that fits a number, as HTML; the number fills `{name}`."""
        forms = self._messages[key]
        if not isinstance(forms, tuple):
            raise BotError(f'"{key}" has no plural forms in {self.language}.')
        chosen = forms[plural_index(self.locale, number, len(forms))]
        return self._fill(Markup(escape(chosen)), {name: self.number(number)})

    def moment(self, at: datetime, zone: str) -> str:
        """Give a moment's weekday and time in a zone: "Monday 17:00"."""
        local = at.astimezone(ZoneInfo(zone))
        return str(format_datetime(local, "EEEE HH:mm", locale=self.locale))

    def day(self, at: datetime, zone: str) -> str:
        """Give a moment's date in a zone: "7 September"."""
        local = at.astimezone(ZoneInfo(zone))
        return str(format_skeleton("MMMMd", local, locale=self.locale))

    def date(self, day_on: date) -> str:
        """Give a date with its year: "7 September 2026"."""
        return str(format_date(day_on, "long", locale=self.locale))

    def date_time(self, at: datetime, zone: str) -> str:
        """Give a moment's date and time in a zone, short."""
        local = at.astimezone(ZoneInfo(zone))
        return str(format_datetime(local, "d MMM y, HH:mm", locale=self.locale))

    def weekday(self, day: int) -> str:
        """Name a day of the week; Monday is 0."""
        return str(get_day_names("wide", locale=self.locale)[day])

    def hour(self, hour: int) -> str:
        """Give a full hour as a clock shows it: "17:00"."""
        return str(format_time(time(hour), "HH:mm", locale=self.locale))

    def number(self, number: int) -> str:
        """Give a whole number in the digits of the language."""
        return str(format_decimal(number, locale=self.locale, numbering_system="default"))

    def language_name(self, code: str) -> str:
        """Give the name of a language as it stands inside a sentence of this one."""
        named = self._messages.get(f"language-{code}")
        if isinstance(named, str) and named:
            return named
        try:
            return Locale.parse(code).get_display_name(self.locale) or code
        except (UnknownLocaleError, ValueError):
            return code

    def _get(self, key: str) -> str:
        """Get a string; raise BotError for a key that no catalogue of messages has."""
        found = self._messages.get(key)
        if not isinstance(found, str):
            raise BotError(f'There is no string "{key}" in {self.language}.')
        return found

    def _fill(self, text: Markup, values: dict[str, str]) -> str:
        """Put values in the place of `{names}`."""
        is_rtl = self.direction == "rtl"
        start, end = (FIRST_STRONG_ISOLATE, END_OF_ISOLATE) if is_rtl else ("", "")
        return PLACEHOLDER.sub(lambda found: f"{start}{escape(values[found[1]])}{end}", str(text))


def key_of(message_id: str | tuple[str, ...] | list[str]) -> str:
    """Give the key of a message, singular or plural."""
    return message_id if isinstance(message_id, str) else message_id[0]


def plural_index(locale: Locale, number: int, count: int) -> int:
    """Say which of gettext's forms fits a number, by the language's own rule."""
    tags = [tag for tag in ("zero", "one", "two", "few", "many") if tag in locale.plural_form.tags]
    order = [*tags, "other"]
    return min(order.index(locale.plural_form(number)), count - 1)


def parse_messages(content: bytes, language: str) -> Catalog:
    """Read a catalogue of messages; raise PoFileError or ValueError for one that is broken."""
    return read_po(io.BytesIO(content), locale=language, abort_invalid=True)


__all__ = ["PLACEHOLDER", "PoFileError", "Words", "key_of", "parse_messages"]
