"""What a family keeps: a picture of what it did in a week, a certificate for after the last one."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from bot.catalogue.records import Activity, Catalogue
from bot.core.messages import Media, MediaKind
from bot.printing.invitations import show_language
from bot.printing.packs import picture_name
from bot.printing.texts import print_language, show_paragraphs, without_emoji
from bot.printing.typesetting import Layout, digest_of, draw_page, draw_picture

MOST_TOGETHER = 3  # activities in the picture of a week
MOST_REMEMBERED = 6  # activities on a certificate


def picture_week(catalogue: Catalogue, done: Sequence[str], *, language: str) -> Media | None:
    """Give the picture of what was done in a week; None where nothing was that we still know.

    It is drawn when it is first uploaded: all families who did the same share it.
    """
    spoken = print_language(catalogue, language)
    shown = list_known(catalogue, done)[-MOST_TOGETHER:]
    if not shown:
        return None
    return Media(
        MediaKind.PICTURE,
        name=f"{'-'.join(('together', *shown, spoken))}.png",
        digest=digest_of("together", catalogue.version, spoken, *shown),
        draw=partial(draw_week, catalogue, shown, language=spoken),
    )


def draw_week(catalogue: Catalogue, shown: Sequence[str], *, language: str) -> bytes:
    """Draw activities side by side as PNG, under a title, in their order."""
    laid = lay_week(catalogue, shown, language=language)
    return draw_picture(laid.template, laid.content, pictures=laid.pictures)


def lay_week(catalogue: Catalogue, shown: Sequence[str], *, language: str) -> Layout:
    """Give what stands in the picture of a week."""
    activities = [catalogue.activities[each] for each in shown]
    content = {
        "language": show_language(catalogue, language),
        "activities": [show_activity(catalogue, each, language) for each in activities],
    }
    return Layout("together", content, pictures_of(activities))


def certify(
    catalogue: Catalogue, done: Sequence[str], *, language: str, school_language: str
) -> Media:
    """Give the certificate of a child who has come through the programme, with what it did.

    It names nobody: there is room to write the name by hand.
    """
    spoken = print_language(catalogue, language)
    school = print_language(catalogue, school_language)
    shown = pick(list_known(catalogue, done), MOST_REMEMBERED)
    return Media(
        MediaKind.DOCUMENT,
        name=f"{'-'.join(catalogue.programme.name.lower().split())}.pdf",
        digest=digest_of("certificate", catalogue.version, spoken, school, *shown),
        draw=partial(draw_certificate, catalogue, shown, language=spoken, school_language=school),
    )


def draw_certificate(
    catalogue: Catalogue, shown: Sequence[str], *, language: str, school_language: str
) -> bytes:
    """Draw a certificate as PDF: A4, in the family's language and, smaller, in the school's."""
    laid = lay_certificate(catalogue, shown, language=language, school_language=school_language)
    return draw_page(laid.template, laid.content, pictures=laid.pictures)


def lay_certificate(
    catalogue: Catalogue, shown: Sequence[str], *, language: str, school_language: str
) -> Layout:
    """Give what stands on a certificate."""
    activities = [catalogue.activities[each] for each in shown]
    spoken = [language] if language == school_language else [language, school_language]
    weeks = catalogue.programme.weeks
    content = {
        "programme": catalogue.programme.name,
        "languages": [show_language(catalogue, each) for each in spoken],
        "weeks": [
            show_paragraphs(catalogue.words_in(each).count("certificate-weeks", weeks))
            for each in spoken
        ],
        "activities": [show_activity(catalogue, each, language) for each in activities],
    }
    return Layout("certificate", content, pictures_of(activities))


def list_known(catalogue: Catalogue, done: Sequence[str]) -> list[str]:
    """List each activity once, in the order of its first time, without those that are gone."""
    return [each for each in dict.fromkeys(done) if each in catalogue.activities]


def pick(done: Sequence[str], most: int) -> list[str]:
    """Pick some of many evenly, in their order."""
    count = min(len(done), most)
    return [done[place * len(done) // count] for place in range(count)]


def show_activity(catalogue: Catalogue, activity: Activity, language: str) -> dict[str, Any]:
    """Give an activity's picture and its title."""
    text = activity.text_in(language, catalogue.programme.language)
    return {
        "picture": picture_name(activity),
        "alt": text.alt,
        "title": without_emoji(text.title),
    }


def pictures_of(activities: Sequence[Activity]) -> dict[str, bytes]:
    """Give the pictures by the names that the templates know them by."""
    return {picture_name(each): each.picture.content for each in activities}
