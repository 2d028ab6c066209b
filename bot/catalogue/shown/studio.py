"""What a colleague who reads texts aloud is shown: languages, one text after another, and why not.

Staff are spoken to in one language and may read in any other, so each text is shown in its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import escape

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.notices import button, name_button
from bot.catalogue.shown.reading_aloud import Passage
from bot.catalogue.shown.touches import PARAGRAPH
from bot.catalogue.shown.wording import plain_length, render
from bot.catalogue.words import Words
from bot.core.actions import ReadInTapped, ReadTapped, Step, StepTapped, format_action
from bot.core.messages import Button, Media, OutgoingMessage

MESSAGE_UNITS = 4096
RECORDED = (Step.AGAIN, Step.NEXT, Step.STOP)  # what comes after a recording, and without one
UNRECORDED = (Step.SKIP, Step.STOP)


@dataclass(frozen=True)
class Place:
    """How far somebody has read: the text's number, and how many there are."""

    number: int
    texts: int


def greet(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Say how reading aloud goes, with a button to begin."""
    return offer_to_read(catalogue, "staff-registered", language=language)


def offer_to_read(catalogue: Catalogue, key: str, *, language: str) -> OutgoingMessage:
    """Say one short string, with a button to read aloud."""
    words = catalogue.words_in(language)
    return OutgoingMessage(words.say(key), ((button(words, "button-read", ReadTapped()),),))


def choose_tongue(
    catalogue: Catalogue, lacking: Mapping[str, int], *, language: str
) -> OutgoingMessage:
    """Ask in which language somebody reads, and say how many texts each of them lacks."""
    words = catalogue.words_in(language)
    lines = [count_lacking(words, each, number) for each, number in lacking.items()]
    rows = tuple(
        (name_button(catalogue, each, ReadInTapped(each)),)
        for each, number in lacking.items()
        if number
    )
    asked = words.say("read-choose" if rows else "read-nothing")
    return OutgoingMessage(PARAGRAPH.join([asked, "\n".join(lines)]), rows)


def count_lacking(words: Words, tongue: str, number: int) -> str:
    """Say how many texts lack a recording in a language."""
    named = words.language_name(tongue)
    named = named[:1].upper() + named[1:]
    if not number:
        return words.say("read-complete", language=named)
    return words.count("read-lacking", number, language=named)


def show_passage(
    catalogue: Catalogue, passage: Passage, place: Place, *, language: str
) -> list[OutgoingMessage]:
    """Show a text to be read aloud: as one message, or as several where it is long."""
    words = catalogue.words_in(language)
    heading = words.say(
        "read-place",
        language=words.language_name(passage.language),
        place=words.number(place.number),
        texts=words.number(place.texts),
    )
    parts = [
        f"{heading}\n{escape(name_passage(words, passage))}",
        *(each for each in tell(catalogue, passage) if each),
        words.say("read-please"),
    ]
    *before, last = gather(parts)
    steps = list_steps(words, passage.hash, UNRECORDED)
    return [*(OutgoingMessage(each) for each in before), OutgoingMessage(last, (steps,))]


def name_passage(words: Words, passage: Passage) -> str:
    """Name a text by its title, and by its page where it has one."""
    if passage.page is None:
        return words.label("read-activity", title=passage.title)
    return words.label("read-page", title=passage.title, page=words.number(passage.page))


def tell(catalogue: Catalogue, passage: Passage) -> list[str]:
    """Render what is to be read, its title in bold.

    A recording is heard in every centre, so it does not name the language of one of them.
    """
    words = catalogue.words_in(passage.language)
    values = {
        "school_language": words.plain("read-school-language"),
        "home_language": words.language_name(passage.language),
        "script_direction": words.plain("script-direction"),
        "programme": catalogue.programme.name,
        "minutes": words.number(passage.minutes),
    }
    if passage.page is not None:
        return [render(each, {}) for each in passage.parts]
    title, *sections = passage.parts
    return [f"<b>{escape(title)}</b>", *(render(each, values) for each in sections)]


def gather(parts: list[str]) -> list[str]:
    """Join parts to as few messages as hold them."""
    messages = [parts[0]]
    for part in parts[1:]:
        longer = f"{messages[-1]}{PARAGRAPH}{part}"
        if plain_length(longer) > MESSAGE_UNITS:
            messages.append(part)
        else:
            messages[-1] = longer
    return messages


def show_kept(
    catalogue: Catalogue, sound: Media, *, title: str, text: str, is_changed: bool, language: str
) -> OutgoingMessage:
    """Play a recording back, say what it was kept as, and whether its text has changed since."""
    words = catalogue.words_in(language)
    said = [words.say("read-kept", title=title)]
    said += [words.say("read-changed")] if is_changed else []
    return OutgoingMessage(PARAGRAPH.join(said), (list_steps(words, text, RECORDED),), media=sound)


def refuse(catalogue: Catalogue, key: str, *, text: str, language: str) -> OutgoingMessage:
    """Say why something was not kept, and what can be done."""
    words = catalogue.words_in(language)
    return OutgoingMessage(words.say(key), (list_steps(words, text, UNRECORDED),))


def offer_skipped(
    catalogue: Catalogue, tongue: str, number: int, *, language: str
) -> OutgoingMessage:
    """Say that the end is reached, and offer what was skipped."""
    words = catalogue.words_in(language)
    again = button(words, "button-read-skipped", ReadInTapped(tongue))
    return OutgoingMessage(words.count("read-skipped", number), ((again,),))


def say_complete(catalogue: Catalogue, tongue: str, *, language: str) -> OutgoingMessage:
    """Say that a language lacks nothing any more, and offer the others."""
    words = catalogue.words_in(language)
    said = words.say("read-done", language=words.language_name(tongue))
    return OutgoingMessage(said, ((button(words, "button-read", ReadTapped()),),))


def list_steps(words: Words, text: str, steps: tuple[Step, ...]) -> tuple[Button, ...]:
    """List what somebody can do next about a text."""
    return tuple(
        Button(words.plain(f"button-step-{step}"), format_action(StepTapped(step, text)))
        for step in steps
    )


def find_step(catalogue: Catalogue, text: str) -> Step | None:
    """Find what somebody means who writes a step as a word, in any of the languages."""
    written = " ".join(text.split()).casefold()
    for step in Step:
        said = {words.plain(f"word-{step}").casefold() for words in catalogue.words.values()}
        if written in {str(step), *said}:
            return step
    return None


def find_tongue(catalogue: Catalogue, text: str) -> str | None:
    """Find which language is meant by its code or by its own name."""
    written = text.strip().casefold()
    for language in catalogue.languages:
        own = catalogue.words_in(language).plain("language-name").casefold()
        if written in (language.casefold(), own):
            return language
    return None
