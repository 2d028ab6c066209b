"""The starter pack: the first weeks as a booklet, for families without the app."""

from collections.abc import Sequence
from typing import Any

from bot.catalogue.records import Activity, Catalogue
from bot.catalogue.shown.touches import Page, Telling
from bot.core.cadence import Touch
from bot.core.choosing import Variant, choose_activity
from bot.printing.invitations import show_language
from bot.printing.texts import print_language, show_paragraphs, without_emoji
from bot.printing.typesetting import Layout, typeset_layout

WEEKS = 6


def render_pack(catalogue: Catalogue, language: str, *, school_language: str, centre: str) -> bytes:
    """Set the first weeks of the programme as PDF: a cover, then a page for each week."""
    layout = lay_pack(catalogue, language, school_language=school_language, centre=centre)
    return typeset_layout(layout)


def lay_pack(catalogue: Catalogue, language: str, *, school_language: str, centre: str) -> Layout:
    """Give what stands in a starter pack."""
    spoken = print_language(catalogue, language)
    activities = [catalogue.activities[each] for each in choose_weeks(catalogue)]
    content = {
        "centre": centre,
        "language": show_language(catalogue, spoken),
        "weeks": [
            show_week(catalogue, activity, number, spoken, school_language)
            for number, activity in enumerate(activities, start=1)
        ],
    }
    pictures = {picture_name(each): each.picture.content for each in activities}
    return Layout("pack", content, pictures)


def choose_weeks(catalogue: Catalogue) -> Sequence[str]:
    """Choose what a child of the default band would get first, its age being unknown."""
    return foresee_weeks(catalogue, catalogue.programme.default_band)[:WEEKS]


def foresee_weeks(catalogue: Catalogue, band: str) -> list[str]:
    """Choose what a child who begins now would get in each week, if it stayed in its band."""
    programme = catalogue.programme
    had: list[str] = []
    for week in range(1, programme.weeks + 1):
        chosen = choose_activity(
            catalogue.outlines,
            had,
            skill=programme.skill_for(week, band),
            band=band,
            fallbacks=programme.fallbacks,
        )
        had.append(chosen)
    return had


def show_week(
    catalogue: Catalogue, activity: Activity, number: int, language: str, school_language: str
) -> dict[str, Any]:
    """Give what stands on a week's page: the same words as in the chat, without its buttons."""
    pages = {
        touch: Page(
            catalogue,
            activity,
            Telling(0, touch, activity.card.id, Variant.PLAIN, language, school_language),
        )
        for touch in Touch
    }
    words, text = catalogue.words_in(language), pages[Touch.DO].text
    return {
        "number": words.number(number),
        "title": without_emoji(text.title),
        "alt": text.alt,
        "picture": picture_name(activity),
        "needs": show_paragraphs(pages[Touch.DO].needs()),
        **{touch: show_paragraphs(page.body()) for touch, page in pages.items()},
    }


def picture_name(activity: Activity) -> str:
    """Name a picture's file after its activity."""
    return f"{activity.card.id}-{activity.picture.name}"
