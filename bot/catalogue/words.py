"""Short strings in one language: buttons, notes, plurals, moments, names of languages."""

import io
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import (
    format_date,
    format_datetime,
    format_skeleton,
    format_time,
    get_day_names,
    get_timezone_location,
)
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from bot.errors import BotError

FIRST_STRONG_ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
NUMBERS_KEPT = 2048  # the same few numbers stand in most messages
WIDE = ("AU", "BR", "CA", "US")  # countries of several zones, which a city tells apart


class Words:
    """The strings of one language, straight from its catalogue of messages."""

    def __init__(self, language: str, catalog: Catalog) -> None:
        """Keep the messages; know the language's direction."""
        self.language = language
        self.locale = Locale.parse(language)
        self.direction = direction_of(language)
        self._messages = {key_of(message.id): message.string for message in catalog if message.id}

    @property
    def keys(self) -> frozenset[str]:
        """The keys that have a string."""
        return frozenset(self._messages)

    def say(self, key: str, **values: str) -> str:
        """Give a string as HTML: values are escaped, and isolated where text runs right to left."""
        return self._fill(Markup(escape(self._get(key))), values)

    def forms(self, key: str) -> tuple[str, ...]:
        """Give a string as it stands in the file: one form, or one for each plural."""
        found = self._messages.get(key) or ""
        return (found,) if isinstance(found, str) else tuple(found)

    def plain(self, key: str) -> str:
        """Give a string without placeholders as plain text, for a button."""
        return self._get(key)

    def count(self, key: str, number: int, **values: str) -> str:
        """Give the form of a string that fits a number, as HTML.

        The number fills every placeholder that has no value of its own.
        """
        chosen = self._choose(key, number)
        return self._fill(Markup(escape(chosen)), self._with_number(chosen, number, values))

    def label(self, key: str, number: int | None = None, **values: str) -> str:
        """Give a string as plain text, its placeholders filled, for a button or a note."""
        if number is None:
            return self._fill(self._get(key), values, shown=str)
        chosen = self._choose(key, number)
        return self._fill(chosen, self._with_number(chosen, number, values), shown=str)

    def moment(self, at: datetime, zone: str) -> str:
        """Give a moment's weekday and time in a zone: "Monday 17:00"."""
        local = at.astimezone(ZoneInfo(zone))
        return str(format_datetime(local, "EEEE HH:mm", locale=self.locale))

    def day(self, at: datetime, zone: str) -> str:
        """Give a moment's date in a zone: "7 September"."""
        local = at.astimezone(ZoneInfo(zone))
        return str(format_skeleton("MMMMd", local, locale=self.locale))

    def appointment(self, at: datetime, zone: str) -> str:
        """Give a moment's weekday, date and time in a zone, each in the language's own form."""
        local = at.astimezone(ZoneInfo(zone))
        weekday = str(format_datetime(local, "EEEE", locale=self.locale))
        return " · ".join([weekday, self.day(at, zone), self.time_of_day(local.time())])

    def hour(self, hour: int) -> str:
        """Give an hour of the day as the language writes it: "5:00 PM", "17.00"."""
        return self.time_of_day(time(hour))

    def time_of_day(self, at: time) -> str:
        """Give a time of the day as the language writes it."""
        return str(format_time(at, "short", locale=self.locale))

    def weekday(self, day: int) -> str:
        """Give the name of a weekday as it stands by itself; Monday is 0."""
        return str(get_day_names("wide", "stand-alone", self.locale)[day])

    def listed(self, items: Sequence[str]) -> str:
        """Give several things as the language lists them: "A, B and C"."""
        return str(format_list(items, locale=self.locale)) if items else ""

    def territory(self, code: str) -> str:
        """Give the name of a country or of a part of the world."""
        return str(self.locale.territories.get(code, code))

    def zone(self, name: str) -> str:
        """Give the name of a time zone: its country's, and a city's where a country has several."""
        code = get_global("zone_territories").get(name)
        if code is None:
            return name
        if code not in WIDE:
            return self.territory(code)
        city = str(get_timezone_location(name, locale=self.locale, return_city=True))
        return f"{self.territory(code)} ({city})"

    def date(self, day_on: date) -> str:
        """Give a date with its year: "7 September 2026"."""
        return str(format_date(day_on, "long", locale=self.locale))

    def date_time(self, at: datetime, zone: str) -> str:
        """Give a moment's date and time in a zone, short."""
        local = at.astimezone(ZoneInfo(zone))
        return str(format_datetime(local, "d MMM y, HH:mm", locale=self.locale))

    def number(self, number: int) -> str:
        """Give a whole number in the digits of the language."""
        return write_number(self.locale, number)

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

    def _choose(self, key: str, number: int) -> str:
        """Get the form of a string that fits a number; raise BotError for one without forms."""
        forms = self._messages.get(key)
        if not isinstance(forms, tuple):
            raise BotError(f'"{key}" has no plural forms in {self.language}.')
        return forms[plural_index(self.locale, number, len(forms))]

    def _with_number(self, text: str, number: int, values: dict[str, str]) -> dict[str, str]:
        """Add a number to the values, under each name that a text has no value for."""
        return {**dict.fromkeys(PLACEHOLDER.findall(text), self.number(number)), **values}

    def _fill(
        self, text: str, values: dict[str, str], *, shown: Callable[[str], str] = escape
    ) -> str:
        """Put values in the place of `{names}`, escaped unless another way is named."""
        is_rtl = self.direction == "rtl"
        start, end = (FIRST_STRONG_ISOLATE, END_OF_ISOLATE) if is_rtl else ("", "")
        return PLACEHOLDER.sub(lambda found: f"{start}{shown(values[found[1]])}{end}", str(text))


@cache
def direction_of(language: str) -> str:
    """Say in which direction a language is written: ltr or rtl."""
    return "rtl" if Locale.parse(language).character_order == "right-to-left" else "ltr"


def key_of(message_id: str | tuple[str, ...] | list[str]) -> str:
    """Give the key of a message, singular or plural."""
    return message_id if isinstance(message_id, str) else message_id[0]


@lru_cache(NUMBERS_KEPT)
def write_number(locale: Locale, number: int) -> str:
    """Write a whole number in the digits of a language."""
    return str(format_decimal(number, locale=locale, numbering_system="default"))


@lru_cache(NUMBERS_KEPT)
def plural_index(locale: Locale, number: int, count: int) -> int:
    """Say which of gettext's forms fits a number, by the language's own rule."""
    tags = [tag for tag in ("zero", "one", "two", "few", "many") if tag in locale.plural_form.tags]
    order = [*tags, "other"]
    return min(order.index(locale.plural_form(number)), count - 1)


def parse_messages(content: bytes, language: str) -> Catalog:
    """Read a catalogue of messages; raise PoFileError or ValueError for one that is broken."""
    return read_po(io.BytesIO(content), locale=language, abort_invalid=True)


__all__ = ["PLACEHOLDER", "PoFileError", "Words", "key_of", "parse_messages"]
