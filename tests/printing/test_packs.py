"""The starter pack: what a family without the app would have had in the chat."""

from dataclasses import replace

import pytest

from bot.catalogue.checks.texts import WHY_CHARACTERS, WORDS
from bot.catalogue.records import Catalogue, Section
from bot.catalogue.shown.wording import render
from bot.printing.packs import choose_weeks, render_pack
from tests.printing.paper import A4, Sheet, read
from tests.shipped import LANGUAGES

WEEKS = 6


def letters_of(text: str) -> set[str]:
    """Give the letters that the Arabic font draws in one piece; dots and marks it draws apart."""
    return {each for each in text if each in "حدرسصطعكلمهو"}


def pictures_of(page: Sheet) -> int:
    return sum(each.type == 3 for each in page.page.get_objects(max_depth=5))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pack_is_a_cover_and_a_page_for_each_of_six_weeks(
    catalogue: Catalogue, language: str
) -> None:
    pages = read(render_pack(catalogue, language, school_language="da", centre="Solsikken"))

    assert [each.size for each in pages] == [A4] * (1 + WEEKS)
    assert [pictures_of(each) for each in pages] == [WEEKS, *[1] * WEEKS]
    assert "Solsikken" in pages[0].text
    assert pages[0].language() == language


@pytest.mark.parametrize("language", ["en", "da"])
def test_each_week_has_its_title_and_says_why_what_to_do_and_how_to_go_on(
    catalogue: Catalogue, language: str
) -> None:
    words = {"school_language": catalogue.words[language].language_name("da")}
    words["script_direction"] = catalogue.words[language].plain("script-direction")

    pages = read(render_pack(catalogue, language, school_language="da", centre="Solsikken"))

    for page, activity_id in zip(pages[1:], choose_weeks(catalogue), strict=True):
        text = catalogue.activities[activity_id].texts[language]
        told = [" ".join(render(text.sections[name], words).split()) for name in ("why", "do")]
        assert text.title in page.text
        assert all(each in page.text for each in told)


@pytest.mark.parametrize(("language", "word"), [("en", "children "), ("ar", "الأطفال ")])
def test_the_longest_texts_that_the_check_allows_fit_on_a_weeks_page(
    catalogue: Catalogue, language: str, word: str
) -> None:
    longest = {Section.WHY: (word * 30)[:WHY_CHARACTERS]} | {
        section: word * most for section, most in WORDS.items()
    }
    full = {
        name: replace(
            each,
            texts={**each.texts, language: replace(each.texts[language], sections=longest)},
        )
        for name, each in catalogue.activities.items()
    }

    pages = read(
        render_pack(
            replace(catalogue, activities=full), language, school_language="da", centre="Solsikken"
        )
    )

    assert len(pages) == 1 + WEEKS


def test_an_arabic_week_holds_every_letter_and_begins_at_the_right(catalogue: Catalogue) -> None:
    pages = read(render_pack(catalogue, "ar", school_language="da", centre="Solsikken"))

    activity = catalogue.activities[choose_weeks(catalogue)[0]]
    title = [each for each in pages[1].letters if each.size == 26]
    assert letters_of(activity.texts["ar"].title) == letters_of("".join(e.text for e in title))
    assert max(each.right for each in title) > 187


def test_the_weeks_are_those_of_a_child_whose_age_is_not_known(catalogue: Catalogue) -> None:
    chosen = [catalogue.activities[each].card for each in choose_weeks(catalogue)]

    skills = [catalogue.programme.skill_for(week, "4-5") for week in range(1, WEEKS + 1)]
    assert {each.band for each in chosen} == {"4-5"}
    assert [each.skill for each in chosen][:2] == skills[:2] == ["VOC", "NAR"]
    assert chosen == [catalogue.activities[each].card for each in choose_weeks(catalogue)]


def test_a_pack_has_no_buttons(catalogue: Catalogue) -> None:
    pages = read(render_pack(catalogue, "en", school_language="da", centre="Solsikken"))

    text = " ".join(each.text for each in pages)
    assert not any(label in text for label in ("We did it", "Too hard", "Good to know"))


def test_the_same_catalogue_gives_the_same_bytes(catalogue: Catalogue) -> None:
    first, again = (
        render_pack(catalogue, "ar", school_language="da", centre="Solsikken") for _ in range(2)
    )

    assert first == again
    assert b"CreationDate" not in first  # it would differ a second later


def test_what_a_centre_is_called_is_never_read_as_markup(catalogue: Catalogue) -> None:
    hostile = '#panic("x") *bold* $x$'

    pages = read(render_pack(catalogue, "en", school_language="da", centre=hostile))

    assert hostile in pages[0].text
