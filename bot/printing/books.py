"""A story on paper: a little book folded from one sheet or two, or pages in A5."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from bot.catalogue.materials import Story, asks_for_makers
from bot.catalogue.records import Catalogue
from bot.catalogue.shown.storybook import split_page
from bot.catalogue.shown.wording import render
from bot.core.actions import BookForm
from bot.core.messages import Media, MediaKind
from bot.printing.invitations import show_language
from bot.printing.texts import print_language, show_paragraphs, without_emoji
from bot.printing.typesetting import Layout, digest_of, draw_page

PANELS = 8  # of a sheet that is folded
TEMPLATES = {BookForm.FOLD: "folded", BookForm.PAGES: "book"}


def bind_story(
    catalogue: Catalogue, story_id: str, form: BookForm, languages: Sequence[str]
) -> Media:
    """Give a story as PDF in one language or two; it is drawn when it is first uploaded."""
    spoken = list(dict.fromkeys(print_language(catalogue, each) for each in languages))
    return Media(
        MediaKind.DOCUMENT,
        name=f"{'-'.join((story_id, *spoken))}.pdf",
        digest=digest_of("book", form, catalogue.version, story_id, *spoken),
        draw=partial(draw_story, catalogue, story_id, form, spoken),
    )


def draw_story(
    catalogue: Catalogue, story_id: str, form: BookForm, languages: Sequence[str]
) -> bytes:
    """Draw a story as PDF."""
    laid = lay_story(catalogue, catalogue.stories[story_id], form, languages)
    return draw_page(laid.template, laid.content, pictures=laid.pictures)


def lay_story(
    catalogue: Catalogue, story: Story, form: BookForm, languages: Sequence[str]
) -> Layout:
    """Give what stands in a story on paper; its words in the first language come first."""
    pages = [
        show_page(catalogue, story, number, languages) for number in range(1, len(story.pages) + 1)
    ]
    content = {
        "languages": [show_language(catalogue, each) for each in languages],
        "titles": [
            without_emoji(story.text_in(each, catalogue.programme.language).title)
            for each in languages
        ],
        "books": share_out(pages) if form is BookForm.FOLD else [pages],
        "credit": f"{story.card.credit} · {story.card.licence}",
        "names_makers": asks_for_makers(story.card.licence),
    }
    return Layout(TEMPLATES[form], content, pictures_of(story))


def share_out(pages: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Share the pages out to sheets: all on one, or evenly, with a cover for each book."""
    if len(pages) <= PANELS:
        return [pages]
    count = -(-len(pages) // (PANELS - 1))
    size = -(-len(pages) // count)
    return [pages[first : first + size] for first in range(0, len(pages), size)]


def show_page(
    catalogue: Catalogue, story: Story, number: int, languages: Sequence[str]
) -> dict[str, Any]:
    """Give a page: its picture, and in each language what is told and asked."""
    page, fallback = story.pages[number - 1], catalogue.programme.language
    told = [split_page(story.text_in(each, fallback).pages[number - 1]) for each in languages]
    return {
        "picture": picture_name(number, page.picture),
        "alt": page.alt.get(languages[0]) or page.alt[fallback],
        "number": catalogue.words_in(languages[0]).number(number),
        "told": [show_paragraphs(render(words, {})) for words, _prompts in told],
        "prompts": [
            [show_paragraphs(render(each, {})) for each in prompts] for _words, prompts in told
        ],
    }


def pictures_of(story: Story) -> dict[str, bytes]:
    """Give the pictures by the names that the templates know them by."""
    return {
        picture_name(number, page.picture): page.picture.content
        for number, page in enumerate(story.pages, start=1)
    }


def picture_name(number: int, picture: Media) -> str:
    """Name the picture of a page."""
    return f"page-{number}{picture.name[picture.name.rindex('.') :]}"
