"""What invites a family on paper: cards eight to a sheet, a letter for each card, a poster."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.catalogue.records import Catalogue
from bot.core.codes import format_code
from bot.printing.codes import render_qr
from bot.printing.texts import print_language, show_words, without_emoji
from bot.printing.typesetting import Layout, typeset_layout

STEPS = ("scan", "start", "yes", "game")


@dataclass(frozen=True)
class Invitation:
    """A code and the link that opens it, in a family's language."""

    code: str
    link: str
    language: str
    study_code: str = ""


def render_sheets(catalogue: Catalogue, cards: Sequence[Invitation], *, centre: str) -> bytes:
    """Lay cards out as PDF: A4, eight to a sheet, with marks to cut at."""
    return typeset_layout(lay_sheets(catalogue, cards, centre=centre))


def lay_sheets(catalogue: Catalogue, cards: Sequence[Invitation], *, centre: str) -> Layout:
    """Give what stands on the sheets."""
    return Layout("sheet", show(catalogue, cards, centre=centre))


def render_letters(catalogue: Catalogue, cards: Sequence[Invitation], *, centre: str) -> bytes:
    """Write a letter for each card as PDF: a page in the family's language."""
    return typeset_layout(lay_letters(catalogue, cards, centre=centre))


def lay_letters(catalogue: Catalogue, cards: Sequence[Invitation], *, centre: str) -> Layout:
    """Give what stands in the letters."""
    return Layout("letter", show(catalogue, cards, centre=centre))


def render_poster(catalogue: Catalogue, poster: Invitation, *, centre: str) -> bytes:
    """Draw a poster as PDF, in the centre's language with a line in each of the programme."""
    return typeset_layout(lay_poster(catalogue, poster, centre=centre))


def lay_poster(catalogue: Catalogue, poster: Invitation, *, centre: str) -> Layout:
    """Give what stands on a poster."""
    first = print_language(catalogue, poster.language)
    others = [each for each in catalogue.languages if each != first]
    shown = show(catalogue, [poster], centre=centre)
    languages = {each: show_language(catalogue, each) for each in (first, *others)}
    return Layout("poster", {**shown, "languages": languages})


def show(catalogue: Catalogue, cards: Iterable[Invitation], *, centre: str) -> dict[str, Any]:
    """Give what a template is filled with."""
    shown = [show_card(catalogue, card) for card in cards]
    languages = sorted({card["language"] for card in shown})
    return {
        "centre": centre,
        "cards": shown,
        "languages": {each: show_language(catalogue, each) for each in languages},
    }


def show_card(catalogue: Catalogue, card: Invitation) -> dict[str, str]:
    """Give what differs from card to card."""
    return {
        "code": format_code(card.code),
        "link": card.link.removeprefix("https://"),
        "qr": render_qr(card.link),
        "study_code": card.study_code,
        "language": print_language(catalogue, card.language),
    }


def show_language(catalogue: Catalogue, language: str) -> dict[str, Any]:
    """Give what is the same on all cards of a language."""
    words = catalogue.words_in(language)
    return {
        "code": words.locale.language,
        "direction": words.direction,
        "button": without_emoji(words.plain("button-join")),
        "numbers": [words.number(number) for number in range(1, len(STEPS) + 1)],
        "words": show_words(catalogue, language),
    }
