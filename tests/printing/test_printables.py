"""Pages to print are set from staff's own Typst, which sees its words, its pictures, no more."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.catalogue.records import Catalogue
from bot.printing.printables import check_printables, render_printable, typeset_printable
from tests.printing.paper import read
from tests.shipped import shipped_catalogue

CARDS = "memory-cards"
FOLDER = "content/printables/memory-cards"


def with_page(page: str) -> Catalogue:
    """Give the shipped catalogue with another source for its cards."""
    catalogue = shipped_catalogue()
    return replace(catalogue, printables={CARDS: replace(catalogue.printables[CARDS], page=page)})


@pytest.mark.parametrize("language", ["en", "da", "ar"])
def test_every_shipped_page_can_be_set_in_every_language_on_one_sheet(language: str) -> None:
    catalogue = shipped_catalogue()

    assert check_printables(catalogue, [language]) == []
    for name in catalogue.printables:
        assert len(read(render_printable(catalogue, name, language))) == 1


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
