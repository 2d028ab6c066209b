"""Which spellings of a listed word are found, and which words are left alone."""

import pytest

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.distress import Heard, listen, tell_help
from bot.core.actions import Leaving
from bot.core.listening import holds, is_phrase
from tests.shipped import LANGUAGES, shipped_catalogue

FOUND = [
    ("want to die", "I just WANT  to\ndie…"),
    ("don't want to live", "i dont want to live"),
    ("don't want to live", "I don’t want to live"),
    ("suicid*", "suicidal thoughts"),
    ("my son ... died", "My son died"),
    ("my son ... died", "my son, little Ali, died"),
    ("slår mig", "han slaar mig"),
    ("gerne dø", "vil gerne doe"),
    ("søn ... død", "Min lille son er død"),
    ("umarła ... córka", "umarla nam corka"),
    ("nie mam już siły", "Nie mam juz sily."),
    ("kızım ... =öldü", "Kızım dün ÖLDÜ."),
    ("kızım ... =öldü", "Kizim o\u0308ldu\u0308"),
    ("أريد أن أموت", "أُريدُ أنْ أمُوت"),
    ("أريد أن أموت", "اريد ان امــوت"),
    ("إساءة معاملة", "اساءه معامله"),
    ("عنف", "والعنف"),
    ("لم يعد في الروضة", "ابني لم يعد فى الروضه"),
    ("يضربني", "يضربني\u200f!"),
]
LEFT_ALONE = [
    ("vold", "det var voldsomt"),
    ("want to die", "I want to diet"),
    ("suicid*", "insuicid"),
    ("my son ... died", "my son says that his goldfish died"),
    ("my son ... died", "my sons died"),
    ("عنف", "العنفوان"),
    ("مات", "كلمات"),
    ("مات", "مات123"),
    ("slår mig", "slår migræne"),
    ("kızım ... =öldü", "Kızım çok mutlu oldu!"),
    ("kızım ... =öldü", "Kızım oldu. Balığı öldürme!"),
]
ORDINARY = [
    "My child hits another child in the kindergarten. What do I do?",
    "When does the next game come? We are on holiday.",
    "Min datter elsker legen med sokker, men den tog 20 minutter.",
    "Kan vi få beskeden klokken 18? Han er så træt efter børnehaven.",
    "Już nie mogę się doczekać następnej zabawy!",
    "Dziś nie dam rady. Czy możemy spróbować w sobotę?",
    "Kızım oyunu çok sevdi, çok mutlu oldu. Oğlumuz oldu!",
    "W piątek wyjeżdżamy na wakacje. Córka zrobiła sobie krzywdę w palec.",
    "هل نلعب اللعبة بالعربية أم بالدنماركية؟",
    "ابني يحب كتاب الأنهار والحيوانات كثيرًا",
]


@pytest.mark.parametrize(("entry", "text"), FOUND)
def test_an_entry_is_found_whatever_its_case_marks_and_spelling(entry: str, text: str) -> None:
    assert holds(text, ("something else", entry))


@pytest.mark.parametrize(("entry", "text"), LEFT_ALONE)
def test_an_entry_is_not_found_inside_other_words(entry: str, text: str) -> None:
    assert not holds(text, (entry,))


@pytest.mark.parametrize("entry", ["", "!", "...", "... died", "my ...", "abc*", "my !", "=died*"])
def test_what_cannot_be_looked_for_is_no_entry(entry: str) -> None:
    assert not is_phrase(entry)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return shipped_catalogue()


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_questions_raise_no_alarm(catalogue: Catalogue, text: str) -> None:
    assert listen(catalogue, text) == Heard()


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("I can't go on like this", Heard(is_distress=True)),
        ("Vi er flyttet, og min datter er død", Heard(leaving=Leaving.DIED)),
        ("Kızım geçen hafta öldü.", Heard(leaving=Leaving.DIED)),
        ("غيرنا السكن", Heard(leaving=Leaving.MOVED)),
        ("Vi flytter, han slår mig", Heard(is_distress=True, leaving=Leaving.MOVED)),
    ],
)
def test_distress_deaths_and_moves_are_told_apart(
    catalogue: Catalogue, text: str, heard: Heard
) -> None:
    assert listen(catalogue, text) == heard
    assert heard.is_urgent


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_is_long_enough_to_be_of_use(catalogue: Catalogue, language: str) -> None:
    lists = catalogue.distress_in(language)

    assert 25 <= len(lists.urgent) <= 250  # more where words take many endings
    assert min(len(lists.died), len(lists.moved)) >= 10


def test_help_is_told_for_the_centres_country_and_otherwise_for_elsewhere(
    catalogue: Catalogue,
) -> None:
    danish = tell_help(catalogue, language="en", zone="Europe/Copenhagen")
    other = tell_help(catalogue, language="en", zone="Africa/Nairobi")

    assert "35 55 55 57" in danish
    assert "35 55 55 57" not in other
    assert "emergency number where you live" in other


def test_a_number_in_groups_keeps_its_order_in_a_text_from_right_to_left(
    catalogue: Catalogue,
) -> None:
    arabic = tell_help(catalogue, language="ar", zone="Europe/Copenhagen")

    assert "\u206635 55 55 57\u2069" in arabic
    assert "\u2066" not in tell_help(catalogue, language="da", zone="Europe/Copenhagen")
