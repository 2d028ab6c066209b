"""How the lists of stories and of pages to print look: so many to a screen, the way on and back."""

from collections.abc import Callable, Sequence

from bot.catalogue.materials import Printable, PrintableKind, Story
from bot.catalogue.records import Catalogue
from bot.catalogue.shown.menus import back_row
from bot.catalogue.shown.notices import button
from bot.catalogue.shown.storybook import title_of
from bot.catalogue.words import Words
from bot.core.actions import (
    Action,
    MenuBelowTapped,
    OtherStoriesTapped,
    PageTapped,
    PrintTapped,
    Screen,
    ShelfTapped,
    StoryTapped,
    Tongues,
    format_action,
)
from bot.core.messages import Button, ButtonRows, OutgoingMessage

ON_A_SCREEN = 8
LONGEST_LABEL = 40
SIGNS = {PrintableKind.CARDS: "🃏", PrintableKind.SHEET: "📄", PrintableKind.BOOK: "📖"}


def order_stories(catalogue: Catalogue, bands: Sequence[str], language: str) -> list[Story]:
    """Put the stories of some age bands first, each group by age and title."""
    ages = {name: months.from_months for name, months in catalogue.programme.bands.items()}

    def place(story: Story) -> tuple[bool, int, str]:
        band = story.card.band
        return band not in bands, ages[band], title_of(catalogue, story, language)

    return sorted(catalogue.stories.values(), key=place)


def render_stories(
    catalogue: Catalogue, bands: Sequence[str], *, language: str, first: int = 0
) -> OutgoingMessage:
    """List the stories in the menu."""
    words = catalogue.words_in(language)
    labelled: list[tuple[str, Action]] = [
        (title_of(catalogue, each, language), StoryTapped(each.id))
        for each in order_stories(catalogue, bands, language)
    ]
    rows = list_shelf(words, labelled, first, lambda place: ShelfTapped(Screen.STORIES, place))
    return OutgoingMessage(words.say("choose-story"), (*rows, back_row(words)))


def render_other_stories(
    catalogue: Catalogue, bands: Sequence[str], *, language: str, tongues: Tongues, first: int
) -> OutgoingMessage:
    """List the stories under a story's picture, where the next one takes its place."""
    words = catalogue.words_in(language)
    labelled: list[tuple[str, Action]] = [
        (title_of(catalogue, each, language), PageTapped(each.id, 1, tongues))
        for each in order_stories(catalogue, bands, language)
    ]
    rows = list_shelf(words, labelled, first, lambda place: OtherStoriesTapped(tongues, place))
    menu = (button(words, "menu-home", MenuBelowTapped()),)
    return OutgoingMessage(words.say("choose-story"), (*rows, menu))


def render_printables(catalogue: Catalogue, *, language: str, first: int = 0) -> OutgoingMessage:
    """List the pages to print."""
    words = catalogue.words_in(language)
    labelled: list[tuple[str, Action]] = [
        (
            f"{SIGNS[each.card.kind]} {name_printable(catalogue, each, language)}",
            PrintTapped(each.id),
        )
        for each in catalogue.printables.values()
    ]
    rows = list_shelf(words, labelled, first, lambda place: ShelfTapped(Screen.PRINT, place))
    return OutgoingMessage(words.say("choose-printable"), (*rows, back_row(words)))


def name_printable(catalogue: Catalogue, printable: Printable, language: str) -> str:
    """Give the title of a page to print."""
    return printable.text_in(language, catalogue.programme.language).title


def name_material(catalogue: Catalogue, material: str | None, language: str) -> str:
    """Give the title of a story or a page to print as an event names it; "" where it is gone."""
    name, fallback = (material or "").partition("/")[0], catalogue.programme.language
    found = catalogue.stories.get(name) or catalogue.printables.get(name)
    return found.text_in(language, fallback).title if found else ""


def list_shelf(
    words: Words,
    labelled: Sequence[tuple[str, Action]],
    first: int,
    lead: Callable[[int], Action],
) -> ButtonRows:
    """List one screen of a shelf, with the way on and back where there is more."""
    shown = labelled[first : first + ON_A_SCREEN]
    rows = tuple((Button(label[:LONGEST_LABEL], format_action(each)),) for label, each in shown)
    earlier, later = max(first - ON_A_SCREEN, 0), first + ON_A_SCREEN
    ways = (
        *((button(words, "button-page-back", lead(earlier)),) if first else ()),
        *((button(words, "button-page-next", lead(later)),) if later < len(labelled) else ()),
    )
    turned = ways[::-1] if words.direction == "rtl" else ways
    return (*rows, turned) if turned else rows
