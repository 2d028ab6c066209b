"""Words, numbers and dates of the report in the reader's language."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from bot.errors import BotError
from bot.report.paper.phrasing import PLACE, find_words
from bot.report.phrases import Phrase, Value

SOURCE = "en"
WORDS = Path(__file__).parent
SUPPRESSED = "–"
LEAST_P = 0.001
LANGUAGE_CODE = re.compile(r"[a-z]{2,3}([-_]\w+)*")
Bounds = tuple[float, float]


def list_languages() -> list[str]:
    """List the languages that the report is written in."""
    return [SOURCE, *sorted(path.stem for path in WORDS.glob("*.po"))]


@cache
def load_messages(language: str) -> Mapping[str, str | tuple[str, ...]]:
    """Load a language's messages by their English; a plural is known by its singular."""
    with (WORDS / f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language, abort_invalid=True)
    messages: dict[str, str | tuple[str, ...]] = {}
    for each in catalog:
        if each.id:
            key = each.id if isinstance(each.id, str) else each.id[0]
            words = each.string or ""
            messages[key] = words if isinstance(words, str) else tuple(words)
    return messages


class Speech:
    """One language of the report; the English stands in the code and is the key to the others."""

    def __init__(self, language: str) -> None:
        """Load a language; raise BotError for one that the report is not written in."""
        if language not in list_languages():
            known = ", ".join(list_languages())
            raise BotError(f'The report is not written in "{language}". Use one of: {known}.')
        self.language = language
        self.locale = Locale.parse("en_GB" if language == SOURCE else language)
        self.messages = {} if language == SOURCE else load_messages(language)
        self.sentences = {
            key: words for key, words in self.messages.items() if isinstance(words, str)
        }

    def say(self, text: str, **values: Value) -> str:
        """Say a message, its places filled."""
        return self._fill(self._find(text), values)

    def count(self, one: str, many: str, number: int, **values: Value) -> str:
        """Say a message in the form that fits a number, which fills the place {number}."""
        forms = self.messages.get(one, (one, many))
        place = 0 if self.locale.plural_form(number) == "one" else 1
        return self._fill(forms[place], {"number": number, **values})

    def phrase(self, phrase: Phrase) -> str:
        """Say a phrase of the findings."""
        if phrase.values:
            return self._fill(self._find(phrase.text), phrase.values)
        return self.tell(phrase.text)

    def tell(self, text: str) -> str:
        """Say what an estimate says of itself: name, method, reason or note."""
        if self.language == SOURCE:
            return text
        return find_words(text, self.sentences, write=self._rewrite) or text

    def number(self, value: float | None, digits: int = 2) -> str:
        """Write a number with so many decimals, with a true minus sign."""
        if value is None:
            return SUPPRESSED
        rounded = round(value, digits) + 0.0  # no minus before a zero
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        return str(format_decimal(rounded, pattern, locale=self.locale)).replace("-", "−")

    def whole(self, count: int | None) -> str:
        """Write a count; one that is suppressed is a dash."""
        return self.number(count, 0)

    def percent(self, share: float | None) -> str:
        """Write a share in whole per cent."""
        if share is None:
            return SUPPRESSED
        return str(format_percent(share, locale=self.locale)).replace("-", "−")

    def p(self, value: float | None) -> str:
        """Write a p-value as it stands in a table."""
        if value is None:
            return SUPPRESSED
        is_least = value < LEAST_P
        return f"< {self.number(LEAST_P, 3)}" if is_least else self.number(value, 3)

    def with_p(self, value: float) -> str:
        """Write a p-value as it stands in a sentence: "p = 0.012", "p < 0.001"."""
        written = self.p(value)
        return f"p {written}" if written.startswith("<") else f"p = {written}"

    def bounds(self, interval: Bounds | None, digits: int = 2) -> str:
        """Write an interval."""
        if interval is None:
            return SUPPRESSED
        low, high = (self.number(each, digits) for each in interval)
        return self.say("{low} to {high}", low=low, high=high)

    def money(self, amount: float | None, currency: str, digits: int = 0) -> str:
        """Write an amount of money."""
        return SUPPRESSED if amount is None else f"{self.number(amount, digits)}\u00a0{currency}"

    def day(self, day_on: date) -> str:
        """Write a date."""
        return str(format_date(day_on, "long", locale=self.locale))

    def moment(self, at: datetime) -> str:
        """Write a moment in UTC."""
        utc = at.astimezone(UTC)
        return f"{self.day(utc.date())} {format_time(utc, 'short', locale=self.locale)} UTC"

    def listed(self, items: Sequence[str]) -> str:
        """List several things: "A, B and C"."""
        return str(format_list(items, locale=self.locale)) if items else ""

    def language_name(self, code: str) -> str:
        """Name a language, or give its code where nobody knows a name."""
        if not LANGUAGE_CODE.fullmatch(code):
            return code
        try:
            return (
                Locale.parse(code, sep="-" if "-" in code else "_").get_display_name(self.locale)
                or code
            )
        except (UnknownLocaleError, ValueError):
            return code

    def _find(self, text: str) -> str:
        """Find a message; English stands for itself, and for what nobody has translated."""
        return self.sentences.get(text, text)

    def _fill(self, text: str, values: Mapping[str, Value]) -> str:
        """Put values in their places."""
        return PLACE.sub(lambda found: self._show(found[1], values[found[1]]), text)

    def _show(self, name: str, value: Value) -> str:
        """Show one value."""
        if isinstance(value, Phrase):
            return self.phrase(value)
        if isinstance(value, str):
            return self.language_name(value) if name == "language" else value
        return self.whole(value) if isinstance(value, int) else self.number(value)

    def _rewrite(self, number: str) -> str:
        """Write a number anew that stands in an English sentence, with its own decimals."""
        if "e" in number or "inf" in number:
            return "∞" if "inf" in number else number
        return self.number(float(number), len(number.partition(".")[2]))
