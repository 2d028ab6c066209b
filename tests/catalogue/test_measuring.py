"""What counts as plain in a language is set from what its texts are like."""

from dataclasses import replace

import pytest
import yaml

from bot.catalogue.checks.plainness import Rules
from bot.catalogue.desk.measuring import list_sections, measure_language, most
from bot.catalogue.records import Catalogue, Section
from tests.processes import kuffert
from tests.shipped import ROOT, shipped_catalogue, shipped_files


def only(catalogue: Catalogue, texts: dict[Section, str]) -> Catalogue:
    """Leave one activity of a catalogue, in English, with other texts."""
    name, activity = next(iter(catalogue.activities.items()))
    told = replace(activity.texts["en"], sections=texts)
    activities = {name: replace(activity, texts={"en": told})}
    return replace(catalogue, activities=activities, stories={}, consent={})


def test_the_least_is_given_that_98_of_100_keep_to() -> None:
    assert most([*range(1, 101)]) == 98
    assert most([7]) == 7
    assert most([3, 3, 3, 9]) == 9
    assert most([3] * 98 + [40, 50]) == 3


def test_sentences_words_and_long_words_are_measured() -> None:
    texts = {Section.DO: "Say one two. Say a sunflower!", Section.GROW: "Don’t go. Élan."}

    found = measure_language(only(shipped_catalogue(), texts), "en")

    assert found is not None
    assert (found.sections, found.sentences) == (2, 4)
    assert (found.sentence_words, found.longest_sentence) == (3, 3)
    assert (found.word_letters, found.longest_word, found.long_words) == (10, "sunflower", 0)


def test_a_language_without_texts_has_no_measures() -> None:
    assert measure_language(only(shipped_catalogue(), {}), "da") is None


@pytest.mark.parametrize("language", shipped_catalogue().programme.languages)
def test_the_measures_of_each_shipped_language_stand_close_to_its_texts(language: str) -> None:
    path = f"content/languages/{language}.yaml"
    rules = Rules.model_validate(yaml.safe_load(shipped_files()[path]))

    found = measure_language(shipped_catalogue(), language)

    assert found is not None
    assert found.sections == len(list(list_sections(shipped_catalogue(), language))) > 300
    assert found.sentence_words <= rules.sentence_words <= found.sentence_words + 5
    assert found.word_letters <= rules.word_letters <= found.word_letters + 3
    assert found.long_words <= rules.long_words <= found.long_words + 2


def test_the_command_shows_each_language() -> None:
    ended = kuffert(ROOT, "content", "measures")

    assert ended.returncode == 0
    for language in shipped_catalogue().programme.languages:
        assert f"│ {language} " in ended.stdout
