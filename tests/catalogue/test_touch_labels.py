"""Which child a touch is for: in the forms of each language, rendered once for all alike."""

import pytest

from bot.catalogue.checks.limits import longest_label
from bot.catalogue.records import Catalogue
from bot.catalogue.shown.touches import Telling, render_touch, say_child
from bot.catalogue.shown.wording import plain_length
from bot.core.cadence import Touch
from bot.core.choosing import Variant
from bot.core.siblings import Label, Naming
from tests.shipped import LANGUAGES, shipped_catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return shipped_catalogue()


@pytest.mark.parametrize(
    ("language", "age", "said"),
    [
        ("en", 4, "🧒 For your 4-year-old"),
        ("da", 4, "🧒 Til dit barn på 4 år"),
        ("ar", 1, "🧒 لطفلكم في عمر سنة واحدة"),
        ("ar", 2, "🧒 لطفلكم في عمر سنتين"),
        *(("ar", age, f"🧒 لطفلكم في عمر \u2068{age}\u2069 سنوات") for age in range(3, 8)),
        ("ar", 11, "🧒 لطفلكم في عمر \u206811\u2069 سنة"),
    ],
)
def test_an_age_is_said_in_the_plural_form_that_fits(
    catalogue: Catalogue, language: str, age: int, said: str
) -> None:
    assert say_child(catalogue.words_in(language), Label(Naming.AGE, age, 1)) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_namings_of_one_family_read_alike(catalogue: Catalogue, language: str) -> None:
    words = catalogue.words_in(language)

    said = {say_child(words, Label(naming, 4, place=2)) for naming in Naming}

    assert len(said) == len(Naming)


@pytest.mark.parametrize("language", ["da", "ar"])
def test_siblings_of_different_ages_do_not_share_what_was_rendered(
    catalogue: Catalogue, language: str
) -> None:
    labels = [Label(Naming.AGE, 4, 1), Label(Naming.AGE, 6, 2), None]
    activity_id = next(iter(catalogue.activities))

    texts = [
        render_touch(
            catalogue,
            Telling(1, Touch.DO, activity_id, Variant.PLAIN, language, "da", child=label),
        ).text
        for label in (*labels, *labels)
    ]

    words = catalogue.words_in(language)
    tops = [say_child(words, label) if label else "<b>" for label in labels]
    assert all(text.startswith(top) for text, top in zip(texts, (*tops, *tops), strict=True))
    assert texts[:3] == texts[3:]
    assert len(set(texts)) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_measures_with_the_label_that_takes_most_room(
    catalogue: Catalogue, language: str
) -> None:
    words = catalogue.words_in(language)
    label = longest_label(words)
    assert label is not None
    longest = plain_length(say_child(words, label))

    for naming in Naming:
        for age in range(3, 8):
            assert plain_length(say_child(words, Label(naming, age, place=2))) <= longest
