"""Hear distress, a death or a move in what a parent writes, and tell where help is."""

import re
from dataclasses import dataclass

from babel.core import get_global
from markupsafe import escape

from bot.catalogue.records import Catalogue
from bot.core.actions import Leaving
from bot.core.listening import holds

NUMBER = re.compile(r"\d[\d ]*\d")
LEFT_TO_RIGHT_ISOLATE, END_OF_ISOLATE = "\u2066", "\u2069"


@dataclass(frozen=True)
class Heard:
    """What the lists of words find in a text; it orders and words, and never acts."""

    is_distress: bool = False
    leaving: Leaving | None = None

    @property
    def is_urgent(self) -> bool:
        """Whether staff should see it first."""
        return self.is_distress or self.leaving is not None


def listen(catalogue: Catalogue, text: str) -> Heard:
    """Look for the words of every language: who writes in one may fall into another."""
    lists = catalogue.distress.values()
    has_died = any(holds(text, each.died) for each in lists)
    has_moved = any(holds(text, each.moved) for each in lists)
    is_distress = any(holds(text, each.urgent) for each in lists)
    moved = Leaving.MOVED if has_moved else None
    return Heard(is_distress, Leaving.DIED if has_died else moved)


def country_of(zone: str) -> str:
    """Give the country of a time zone, as two letters; "" where it has none."""
    return str(get_global("zone_territories").get(zone, ""))


def tell_help(catalogue: Catalogue, *, language: str, zone: str) -> str:
    """Tell, as HTML, where help is in a language, in the country of a zone."""
    return show(catalogue, catalogue.distress_in(language).help_in(country_of(zone)), language)


def tell_grief(catalogue: Catalogue, *, language: str, zone: str) -> str:
    """Tell, as HTML, who listens to the bereaved."""
    return show(catalogue, catalogue.distress_in(language).grief_in(country_of(zone)), language)


def show(catalogue: Catalogue, text: str, language: str) -> str:
    """Show a text as HTML; numbers in groups keep their order where text runs right to left."""
    safe = str(escape(text.strip()))
    if catalogue.words_in(language).direction == "ltr":
        return safe
    return NUMBER.sub(lambda found: f"{LEFT_TO_RIGHT_ISOLATE}{found[0]}{END_OF_ISOLATE}", safe)
