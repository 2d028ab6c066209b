"""Pages to print are set from staff's own Typst, which sees its words, its pictures, no more."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.catalogue.records import Catalogue
from bot.printing.printables import check_printables, render_printable, typeset_printable
from tests.printing.paper import A4, read
from tests.shipped import LANGUAGES, shipped_catalogue

CARDS = "memory-cards"
SHEETS = {"letter-cards": (2, 3)}  # as many as the letters of a language need
SECOND = ("da", "ar", "ur")  # a school's, and both ways of writing from right to left
MOST_BYTES = 300_000
FOLDER = "content/printables/memory-cards"


def with_page(page: str) -> Catalogue:
    """Give the shipped catalogue with another source for its cards."""
    catalogue = shipped_catalogue()
    return replace(catalogue, printables={CARDS: replace(catalogue.printables[CARDS], page=page)})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_page_is_set_in_every_language_and_in_two_small_enough_to_be_sent(
    language: str,
) -> None:
    catalogue = shipped_catalogue()
    others = [each for each in SECOND if each != language]

    assert check_printables(catalogue, [language]) == []
    for name, printable in catalogue.printables.items():
        for other in ("", *(others if printable.card.two_languages else ())):
            made = render_printable(catalogue, name, language, other)
            sizes = [sheet.size for sheet in read(made)]
            assert len(sizes) in SHEETS.get(name, (1,)), name
            assert {*sizes} == {A4}, name
            assert len(made) <= MOST_BYTES, name


def test_a_card_has_its_word_in_both_languages() -> None:
    catalogue = shipped_catalogue()

    (sheet,) = read(render_printable(catalogue, "words-animals", "da", "en"))

    assert sheet.text.count("hest") == sheet.text.count("horse") == 1


def test_arabic_letters_are_shown_as_they_join() -> None:
    catalogue = shipped_catalogue()

    first, _second = read(render_printable(catalogue, "letter-cards", "ar"))

    for letter, shapes in (("ب", 4), ("د", 3)):  # alone, then first, middle, last, where it joins
        glyphs = [each for each in first.letters if each.text == letter]
        assert len(glyphs) >= shapes
        assert len({round(each.right - each.left, 1) for each in glyphs}) >= 2


def test_the_same_page_gives_the_same_bytes_so_that_it_is_uploaded_once() -> None:
    catalogue = shipped_catalogue()

    assert render_printable(catalogue, CARDS, "ar") == render_printable(catalogue, CARDS, "ar")


def test_a_page_is_set_once_for_all_who_ask_for_it() -> None:
    catalogue = shipped_catalogue()

    first = typeset_printable(catalogue, CARDS, ["da"])

    assert typeset_printable(catalogue, CARDS, ["da"]).content is first.content


@pytest.mark.parametrize("climb", ["", "../", "../../../../../../"])
def test_a_page_reads_no_other_file_of_the_machine(tmp_path: Path, climb: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a key", encoding="utf-8")
    catalogue = with_page(f'#read("{climb}{str(secret).lstrip("/") if climb else secret}")')

    (problem,) = check_printables(catalogue, ["en", "da"])

    assert problem.path == f"{FOLDER}/page.typ"
    assert problem.line == 1
    assert "a key" not in str(problem)


def test_what_cannot_be_set_is_named_with_its_line() -> None:
    catalogue = with_page('#import "house.typ": content\n\n#content.words.elephant\n')

    (problem,) = check_printables(catalogue, catalogue.languages)

    assert str(problem).startswith(f"{FOLDER}/page.typ, line 3: this cannot be set: ")
    assert "elephant" in problem.what


def test_words_are_never_read_as_markup() -> None:
    catalogue = shipped_catalogue()
    cards = catalogue.printables[CARDS]
    text = replace(cards.texts["en"], title='#read("house.typ") $x$')
    odd = replace(catalogue, printables={CARDS: replace(cards, texts={**cards.texts, "en": text})})

    (sheet,) = read(render_printable(odd, CARDS, "en"))

    assert sheet.text.startswith('#read("house.typ") $x$')
