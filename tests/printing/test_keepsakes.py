"""What a family keeps: small pictures of its weeks, a certificate that always fits its page."""

import struct
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from bot.catalogue.reading.prints import CHARACTERS
from bot.catalogue.records import Catalogue, Printed
from bot.core.messages import Media
from bot.errors import DrawingFailed
from bot.printing.keepsakes import MOST_REMEMBERED, certify, pick, picture_week
from bot.printing.typesetting import draw_page
from tests.printing.paper import A4, Sheet, read

KILOBYTES = 1000
LANGUAGES = pytest.mark.parametrize("language", ["en", "da", "ar"])


def draw(media: Media | None) -> bytes:
    assert media is not None
    assert media.draw is not None
    return media.draw()


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def pictures_of(page: Sheet) -> list[tuple[float, float, float, float]]:
    return [each.get_bounds() for each in page.page.get_objects(max_depth=5) if each.type == 3]


def award(
    catalogue: Catalogue, done: Sequence[str], language: str, school_language: str = "da"
) -> Sheet:
    """Draw a certificate, and see that it is one page."""
    media = certify(catalogue, done, language=language, school_language=school_language)
    (page,) = read(draw(media))
    return page


# The picture of a week


@LANGUAGES
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_picture_is_small_however_much_was_done(
    catalogue: Catalogue, language: str, count: int
) -> None:
    for done in list(combinations(catalogue.activities, count))[:9]:
        drawn = draw(picture_week(catalogue, done, language=language))

        width, height = size_of(drawn)
        assert width == 600
        assert 200 < height < 600
        assert len(drawn) <= 100 * KILOBYTES


def test_the_same_gives_the_same_file_and_anything_else_another(catalogue: Catalogue) -> None:
    first, second, *_ = catalogue.activities

    def digest(*done: str, language: str = "da", version: str = "") -> str:
        changed = replace(catalogue, version=version or catalogue.version)
        media = picture_week(changed, done, language=language)
        assert media is not None
        return media.digest

    others = [
        digest(first, second),
        digest(second, first),
        digest(second),
        digest(first, language="ar"),
        digest(first, version="0" * 64),
    ]
    assert digest(first) == digest(first) == digest(first, first)
    assert len({digest(first), *others}) == 6
    assert all(len(each) == 64 for each in others)


def test_nothing_done_is_no_picture(catalogue: Catalogue) -> None:
    assert picture_week(catalogue, [], language="da") is None


def test_what_the_catalogue_has_no_more_is_left_out(catalogue: Catalogue) -> None:
    known = next(iter(catalogue.activities))

    mixed = picture_week(catalogue, ["Z99", known], language="da")

    assert mixed == picture_week(catalogue, [known], language="da")
    assert picture_week(catalogue, ["Z99"], language="da") is None


def test_a_language_that_is_spoken_no_more_gives_way_to_the_programmes(
    catalogue: Catalogue,
) -> None:
    done = list(catalogue.activities)[:1]

    assert picture_week(catalogue, done, language="fa") == picture_week(
        catalogue, done, language="en"
    )


def test_what_cannot_be_drawn_says_so(catalogue: Catalogue) -> None:
    with pytest.raises(DrawingFailed, match='"certificate" cannot be drawn'):
        draw_page("certificate", {"languages": []})


# The certificate


@LANGUAGES
@pytest.mark.parametrize("count", range(8))
def test_a_certificate_is_one_page_with_a_few_pictures_of_what_was_done(
    catalogue: Catalogue, language: str, count: int
) -> None:
    page = award(catalogue, list(catalogue.activities)[:count], language)

    pictures = pictures_of(page)
    height = page.page.get_height()
    assert (page.size, page.language()) == (A4, language)
    assert len(pictures) == min(count, MOST_REMEMBERED)
    assert all(bottom > 60 and top < height / 2 + 40 for _l, bottom, _r, top in pictures)
    assert "36" in page.text
    assert "Kuffert" in page.text


@pytest.mark.parametrize(("language", "school"), [("en", "Diplom"), ("ar", "Diplom"), ("da", "")])
def test_the_schools_language_stands_beneath_where_it_is_another(
    catalogue: Catalogue, language: str, school: str
) -> None:
    page = award(catalogue, [], language)

    titles = [each for each in page.letters if each.size == 17]
    assert "".join(each.text for each in titles) == school


@pytest.mark.parametrize(("language", "at_left"), [("da", True), ("en", True), ("ar", False)])
def test_the_name_begins_where_the_language_begins_and_has_room(
    catalogue: Catalogue, language: str, at_left: bool
) -> None:
    page = award(catalogue, [], language)

    label = [each for each in page.letters if each.size == 18][: len("الاسم") - 1]
    (left, right), (start, end) = (
        (min(each.left for each in label), max(each.right for each in label)),
        next((left, right) for left, _t, right, _b in page.strokes() if 90 < right - left < 125),
    )
    assert (left < start) is at_left
    assert (right < start) if at_left else (end < left)


@LANGUAGES
def test_the_longest_words_that_the_check_allows_fit_on_the_page(
    catalogue: Catalogue, language: str
) -> None:
    word = "الأطفال " if language == "ar" else "children "
    longest = {name: (word * 60)[: CHARACTERS[name]] for name in Printed}
    prints = {
        name: replace(each, sections={**each.sections, **longest})
        for name, each in catalogue.prints.items()
    }
    titled = {
        name: replace(
            each,
            texts={code: replace(text, title=word * 4) for code, text in each.texts.items()},
        )
        for name, each in catalogue.activities.items()
    }
    full = replace(catalogue, prints=prints, activities=titled)

    for count in (0, 1, 4, 6):
        page = award(full, list(full.activities)[:count], language)

        assert len(pictures_of(page)) == count


def test_many_activities_are_picked_evenly_in_their_order() -> None:
    weeks = [str(week) for week in range(1, 37)]

    assert pick(weeks, 6) == ["1", "7", "13", "19", "25", "31"]
    assert pick(weeks[:4], 6) == weeks[:4]
    assert pick([], 6) == []


def test_the_same_certificate_has_the_same_bytes(catalogue: Catalogue) -> None:
    done = list(catalogue.activities)

    first, again = (
        draw(certify(catalogue, done, language="ar", school_language="da")) for _ in range(2)
    )

    assert first == again
    assert b"CreationDate" not in first
