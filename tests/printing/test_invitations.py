"""Cards, letters and posters: what stands on them, where, and in which direction."""

from dataclasses import replace

import pytest

from bot.catalogue.reading.prints import CHARACTERS
from bot.catalogue.records import Catalogue, Printed
from bot.core.codes import format_code
from bot.printing.invitations import (
    Invitation,
    render_letters,
    render_poster,
    render_sheets,
    show_language,
)
from tests.printing.conftest import BOT, MakeCards
from tests.printing.paper import A4, Letter, read
from tests.shipped import LANGUAGES

WIDE, HIGH = 90, 68  # a card, in mm
LEFT, TOP = 15, 12.5  # where the first one begins
HOSTILE = '#panic("x") *bold* $x$ <b>&amp;'
FIRST_WORDS = {"en": "Games for you", "da": "Lege til jer"}


def card_at(number: int) -> tuple[float, float]:
    """Say where a card of a sheet begins: from the left and from the top, in mm."""
    return LEFT + number % 2 * WIDE, TOP + number // 2 * HIGH


def is_on_card(letter: Letter, number: int) -> bool:
    left, top = card_at(number)
    return (
        left + 3 <= letter.left
        and letter.right <= left + WIDE - 3
        and top + 2 <= letter.top
        and letter.bottom <= top + HIGH - 2
    )


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (8, 1), (9, 2), (17, 3)])
def test_eight_cards_go_on_an_a4_sheet_and_a_letter_is_a_page(
    catalogue: Catalogue, make_cards: MakeCards, count: int, pages: int
) -> None:
    cards = make_cards("da", count=count)

    sheets = read(render_sheets(catalogue, cards, centre="Solsikken"))
    letters = read(render_letters(catalogue, cards, centre="Solsikken"))

    assert [each.size for each in sheets] == [A4] * pages
    assert [each.size for each in letters] == [A4] * count


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_card_and_letter_has_its_code_its_link_its_qr_and_its_study_code(
    catalogue: Catalogue, make_cards: MakeCards, language: str
) -> None:
    cards = make_cards(language, count=8)

    (sheet,) = read(render_sheets(catalogue, cards, centre="Solsikken"))
    letters = read(render_letters(catalogue, cards, centre="Solsikken"))

    assert sorted(text for text, _at in sheet.codes()) == sorted(card.link for card in cards)
    for number, (card, letter) in enumerate(zip(cards, letters, strict=True)):
        left, top = card_at(number)
        on_card = sheet.latin_rows(left=left, right=left + WIDE, top=top, bottom=top + HIGH)
        on_letter = letter.latin_rows()
        assert [text for text, _at in letter.codes()] == [card.link]
        for rows in (on_card, on_letter):
            assert format_code(card.code) in rows
            assert f"t.me/kuffert_bot?start={card.code}" in rows
            assert any(card.study_code in row for row in rows)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_code_reads_from_left_to_right_in_every_language(
    catalogue: Catalogue, language: str
) -> None:
    code = "4711QX27BC9"  # figures before a dash are what Arabic would put on its other side
    card = Invitation(code, f"{BOT}?start={code}", language, "1234567K")

    (letter,) = read(render_letters(catalogue, [card], centre="Solsikken"))

    large = [each for each in letter.letters if each.size == 19]
    written = "".join(each.text for each in sorted(large, key=lambda each: each.left))
    assert written == format_code(card.code)


@pytest.mark.parametrize(("language", "side"), [("en", "left"), ("da", "left"), ("ar", "right")])
def test_a_letter_begins_on_the_side_where_its_language_begins(
    catalogue: Catalogue, make_cards: MakeCards, language: str, side: str
) -> None:
    (letter,) = read(render_letters(catalogue, make_cards(language), centre="Solsikken"))

    ((_link, middle),) = letter.codes()
    steps = {each.text: each.left for each in letter.letters if each.text in "1234"}
    title = [each for each in letter.letters if each.size == 26]
    begins_left = min(each.left for each in title) < 25
    begins_right = max(each.right for each in title) > 185

    assert ("left" if middle < 105 else "right") == side
    assert (begins_left, begins_right) == ((side == "left"), (side == "right"))
    assert (steps["1"] < steps["4"]) == (side == "left")


def test_arabic_runs_from_right_to_left_and_its_letters_are_joined(
    catalogue: Catalogue, make_cards: MakeCards
) -> None:
    (letter,) = read(render_letters(catalogue, make_cards("ar"), centre="Solsikken"))

    title = {each.text: each for each in letter.letters if each.size == 26}  # ألعاب لكم ولطفلكم
    kaf = {
        round(each.right - each.left, 1)
        for each in letter.letters
        if each.text == "ك" and each.size == 13
    }
    assert title["ع"].left > title["ط"].right
    assert len(kaf) > 1  # at the beginning, in the middle and at the end it has other forms


def test_a_sheet_of_several_languages_has_each_card_in_its_own(
    catalogue: Catalogue, make_cards: MakeCards
) -> None:
    cards = [*make_cards("en"), *make_cards("ar"), *make_cards("da")]

    (sheet,) = read(render_sheets(catalogue, cards, centre="Solsikken"))

    middles = dict(sheet.codes())
    assert all(words in sheet.text for words in FIRST_WORDS.values())
    assert middles[cards[0].link] < LEFT + WIDE / 2
    assert middles[cards[1].link] > LEFT + WIDE * 3 / 2  # the Arabic card's begins at its right
    assert middles[cards[2].link] < LEFT + WIDE / 2


def test_a_card_in_a_language_that_is_no_longer_spoken_is_in_the_programmes(
    catalogue: Catalogue, make_cards: MakeCards
) -> None:
    (letter,) = read(render_letters(catalogue, make_cards("fi"), centre="Solsikken"))

    assert FIRST_WORDS["en"] in letter.text


def test_marks_to_cut_at_stand_at_every_edge_and_on_no_card(
    catalogue: Catalogue, make_cards: MakeCards
) -> None:
    (sheet,) = read(render_sheets(catalogue, make_cards("da", count=8), centre="Solsikken"))

    strokes = sheet.strokes()
    downward = sorted({round(left) for left, _top, _right, bottom in strokes if bottom < TOP})
    across = sorted({round(top) for _left, top, right, _bottom in strokes if right < LEFT})
    assert downward == [LEFT, LEFT + WIDE, LEFT + 2 * WIDE]
    assert across == [round(TOP + row * HIGH) for row in range(5)]


def test_what_a_centre_is_called_is_never_read_as_markup(
    catalogue: Catalogue, make_cards: MakeCards
) -> None:
    (card,) = make_cards("en")

    (sheet,) = read(render_sheets(catalogue, [card], centre=HOSTILE))
    (letter,) = read(render_letters(catalogue, [card], centre=HOSTILE))
    (poster,) = read(render_poster(catalogue, card, centre=HOSTILE))

    assert HOSTILE in sheet.text
    assert HOSTILE in letter.text
    assert HOSTILE in poster.text


def test_the_same_cards_give_the_same_bytes(catalogue: Catalogue, make_cards: MakeCards) -> None:
    cards = [*make_cards("da"), *make_cards("ar")]

    first, again = (render_letters(catalogue, cards, centre="Solsikken") for _ in range(2))
    other = render_letters(catalogue, cards[:1], centre="Solsikken")

    assert first == again
    assert first != other
    assert b"CreationDate" not in first  # it would differ a second later


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("word", ["kindergarten ", "الروضة والمدرسة "])
def test_the_longest_texts_that_the_check_allows_fit_on_the_paper(
    catalogue: Catalogue, make_cards: MakeCards, language: str, word: str
) -> None:
    longest = {name: (word * 40)[: CHARACTERS[name]] for name in Printed}
    text = replace(catalogue.prints[language], sections=longest)
    full = replace(catalogue, prints={**catalogue.prints, language: text})
    cards = make_cards(language, count=8, bot="https://t.me/kuffert_kommune_aarhus_vest_2bot")
    centre = "The kindergarten with the longest name of all in this town " * 3

    (sheet,) = read(render_sheets(full, cards, centre=centre))
    letters = read(render_letters(full, cards, centre=centre))
    posters = read(render_poster(full, cards[0], centre=centre))

    outside = [
        each
        for each in sheet.letters
        if not any(is_on_card(each, number) for number in range(len(cards)))
    ]
    assert outside == []
    assert len(letters) == len(cards)
    assert len(posters) == 1
    assert len(sheet.codes()) == len(cards)


def test_a_letter_shows_the_button_as_it_will_stand_in_the_chat(
    catalogue: Catalogue, make_cards: MakeCards
) -> None:
    (letter,) = read(render_letters(catalogue, make_cards("en"), centre="Solsikken"))

    assert catalogue.words["en"].plain("button-join") == "✅ Yes, send me activities"
    assert "Yes, send me activities" in letter.text
    assert show_language(catalogue, "en")["button"] == "Yes, send me activities"  # no font has ✅


def test_a_poster_is_one_a4_page_with_a_line_in_each_language(catalogue: Catalogue) -> None:
    poster = Invitation("7K3M9QX2AB1", f"{BOT}?start=7K3M9QX2AB1", "da")

    (page,) = read(render_poster(catalogue, poster, centre="Solsikken"))

    arabic = [each for each in page.letters if "\u0600" <= each.text <= "\u06ff"]
    assert page.size == A4
    assert [text for text, _at in page.codes()] == [poster.link]
    assert "7K3M-9QX2-AB1" in page.text
    assert "Lege til jer og jeres barn, på jeres sprog" in page.text
    assert "Scan firkanten: små lege på dansk" in page.text
    assert "Scan the square: small games in English" in page.text
    assert len(arabic) > 40
    assert "Nummer i børnehaven" not in page.text
