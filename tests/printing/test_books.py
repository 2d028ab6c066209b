"""Stories on paper: a little book that folds the right way, and pages in A5."""

from collections import Counter
from collections.abc import Iterator

import pytest

from bot.core.actions import BookForm
from bot.printing.books import bind_story, draw_story
from tests.printing.paper import A4, Letter, Sheet, read
from tests.shipped import shipped_catalogue

A5 = (148, 210)
WIDE, HIGH = 297 / 4, 105
MOST_BYTES = 400_000
# Column and row of each panel, the front first: folded and cut, they follow one another.
FROM_THE_LEFT = [(1, 1), (2, 1), (3, 1), (3, 0), (2, 0), (1, 0), (0, 0), (0, 1)]
FROM_THE_RIGHT = [(3 - column, row) for column, row in FROM_THE_LEFT]
CATALOGUE = shipped_catalogue()
SHORT, LONG = "where-is-my-boot", "the-seed-that-slept"


def letters_of(text: str) -> Counter[str]:
    return Counter(each for each in text if each.isascii() and each.isalpha())


def told(story: str, page: int, language: str) -> str:
    return CATALOGUE.stories[story].texts[language].pages[page - 1].split("\n\n")[0]


def standing_on(sheet: Sheet, place: tuple[int, int]) -> Iterator[Letter]:
    """List the Latin letters of a panel in the order of reading, whichever way up it stands."""
    column, row = place
    for each in sheet.letters:
        is_here = column * WIDE < each.left < (column + 1) * WIDE
        if is_here and row * HIGH < each.top < (row + 1) * HIGH and each.text.isascii():
            yield each


def letters_on(sheet: Sheet, place: tuple[int, int]) -> Counter[str]:
    return letters_of("".join(each.text for each in standing_on(sheet, place)))


@pytest.mark.parametrize("languages", [["en"], ["da"], ["ar"], ["ar", "da"], ["da", "en"]])
@pytest.mark.parametrize("story", list(CATALOGUE.stories))
def test_every_story_is_a_little_book_and_pages_small_enough_to_be_sent(
    story: str, languages: list[str]
) -> None:
    count = len(CATALOGUE.stories[story].pages)

    folded = draw_story(CATALOGUE, story, BookForm.FOLD, languages)
    pages = draw_story(CATALOGUE, story, BookForm.PAGES, languages)

    assert [sheet.size for sheet in read(folded)] == [A4[::-1]] * (3 if count > 8 else 2)
    assert [sheet.size for sheet in read(pages)] == [A5] * (count + 1)
    assert max(len(folded), len(pages)) < MOST_BYTES


@pytest.mark.parametrize(
    ("languages", "places"), [(["da"], FROM_THE_LEFT), (["ar", "da"], FROM_THE_RIGHT)]
)
def test_folded_the_pages_follow_one_another_in_the_direction_of_the_language(
    languages: list[str], places: list[tuple[int, int]]
) -> None:
    sheet, _how = read(draw_story(CATALOGUE, SHORT, BookForm.FOLD, languages))

    for page, place in enumerate(places, start=1):
        title = CATALOGUE.stories[SHORT].texts["da"].title if page == 1 else ""
        assert letters_on(sheet, place) == letters_of(title + told(SHORT, page, "da"))


def test_the_upper_row_stands_on_its_head_so_that_the_book_stands_upright() -> None:
    sheet, _how = read(draw_story(CATALOGUE, SHORT, BookForm.FOLD, ["en"]))

    def first_word(place: tuple[int, int]) -> list[float]:
        """List where the letters of the first word stand from the left, in their order."""
        word = told(SHORT, FROM_THE_LEFT.index(place) + 1, "en").split()[0].rstrip("!?")
        return [each.left for each in standing_on(sheet, place)][: len(word)]

    for column in range(4):
        upper = first_word((column, 0))
        assert upper == sorted(upper, reverse=True) != sorted(upper)
    for column in (0, 2, 3):
        lower = first_word((column, 1))
        assert lower == sorted(lower)


def test_a_longer_story_becomes_two_little_books_with_room_to_draw() -> None:
    one, two, _how = read(draw_story(CATALOGUE, LONG, BookForm.FOLD, ["da"]))
    title = letters_of(CATALOGUE.stories[LONG].texts["da"].title)

    for sheet, pages in ((one, range(1, 6)), (two, range(6, 10))):
        assert letters_on(sheet, FROM_THE_LEFT[0]) == title
        for place, page in zip(FROM_THE_LEFT[1:], pages, strict=False):
            assert letters_on(sheet, place) == letters_of(told(LONG, page, "da"))
        assert "Tegn, hvordan historien" in sheet.text


@pytest.mark.parametrize("story", [SHORT, LONG])
def test_nothing_runs_over_the_edge_of_a_page_in_two_languages(story: str) -> None:
    for sheet in read(draw_story(CATALOGUE, story, BookForm.PAGES, ["da", "en"]))[1:]:
        found = list(sheet.letters)
        assert min(each.left for each in found) > 10
        assert max(each.right for each in found) < 138
        assert max(each.bottom for each in found) < 206


def test_the_same_story_is_uploaded_once_and_each_form_and_language_is_another_file() -> None:
    def digest(form: BookForm, *languages: str) -> str:
        return bind_story(CATALOGUE, SHORT, form, languages).digest

    assert digest(BookForm.FOLD, "da") == digest(BookForm.FOLD, "da", "da")
    made = {
        digest(form, *each)
        for form in BookForm
        for each in (("da",), ("ar",), ("ar", "da"), ("da", "ar"))
    }
    assert len(made) == 8
