"""Measure how a language is written in its texts, so that what counts as plain is set from them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from bot.catalogue.checks.plainness import TOKEN, WORD, list_sentences
from bot.catalogue.records import Catalogue

MOST = 0.98  # of the sentences, words or sections; the others are what staff look at


@dataclass(frozen=True)
class Measures:
    """What nearly all texts of a language keep to: counts of words, of letters, of words."""

    language: str
    sections: int
    sentences: int
    sentence_words: int
    longest_sentence: int
    word_letters: int
    longest_word: str
    long_words: int


def measure_languages(catalogue: Catalogue) -> list[Measures]:
    """Measure every language of the programme that has texts."""
    found = [measure_language(catalogue, each) for each in catalogue.programme.languages]
    return [each for each in found if each is not None]


def measure_language(catalogue: Catalogue, language: str) -> Measures | None:
    """Measure all activities, stories and consent texts of a language; None where there are none.

    `word_letters` is one letter more than 98 of 100 words have at most, so that two of a hundred
    words count as long; the other two are what 98 of 100 sentences or sections keep to.
    """
    sections = list(list_sections(catalogue, language))
    sentences = [len(told.split()) for text in sections for _, told in list_sentences(text)]
    words = [word for text in sections for word in WORD.findall(text)]
    if not words:
        return None
    long = most([count_letters(word) for word in words]) + 1
    return Measures(
        language=language,
        sections=len(sections),
        sentences=len(sentences),
        sentence_words=most(sentences),
        longest_sentence=max(sentences),
        word_letters=long,
        longest_word=max(words, key=count_letters),
        long_words=most([count_long(text, long) for text in sections]),
    )


def list_sections(catalogue: Catalogue, language: str) -> Iterator[str]:
    """List a language's texts as they are read: a section of an activity, a page, a question."""
    for activity in catalogue.activities.values():
        if language in activity.texts:
            yield from activity.texts[language].sections.values()
    for story in catalogue.stories.values():
        if language in story.texts:
            yield from story.texts[language].pages
    for (_version, spoken), consent in catalogue.consent.items():
        if spoken == language:
            yield from (consent.messages, consent.linking, consent.research)


def count_letters(word: str) -> int:
    """Count a word's letters; signs above or below them, and between its parts, are none."""
    return sum(len(part) for part in TOKEN.findall(word))


def count_long(text: str, letters: int) -> int:
    """Count the different words of a section that have so many letters."""
    return len({word.casefold() for word in TOKEN.findall(text) if len(word) >= letters})


def most(counts: Sequence[int]) -> int:
    """Give the least that 98 of 100 counts keep to."""
    ordered, needed = sorted(counts), ceil(MOST * len(counts))
    return next(each for each in ordered if bisect_right(ordered, each) >= needed)
