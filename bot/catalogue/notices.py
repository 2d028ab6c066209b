"""What is said outside the programme: the first message, the consent questions, the menus."""

from enum import StrEnum

from bot.catalogue.records import Catalogue
from bot.catalogue.wording import render
from bot.catalogue.words import Words
from bot.core.actions import (
    Action,
    ConsentChangeTapped,
    ConsentTapped,
    JoinTapped,
    LanguageTapped,
    NewcomerLanguageTapped,
    Purpose,
    RenewTapped,
    ResumeTapped,
    SnoozeTapped,
    StopReason,
    StopReasonTapped,
    StopTapped,
    format_action,
)
from bot.core.cadence import LONGEST_BREAK_WEEKS
from bot.core.messages import Button, ButtonRows, OutgoingMessage


class Notice(StrEnum):
    """A message outside the programme that is sent by the queue."""

    LINKING = "linking"
    RESEARCH = "research"
    STILL_USEFUL = "still-useful"
    RENEWED = "renewed-consent"


def render_notice(catalogue: Catalogue, notice: Notice, *, language: str) -> OutgoingMessage:
    """Show a queued notice."""
    match notice:
        case Notice.LINKING:
            return ask_consent(catalogue, Purpose.LINKING, language=language)
        case Notice.RESEARCH:
            return ask_consent(catalogue, Purpose.RESEARCH, language=language)
        case Notice.STILL_USEFUL:
            return ask_still_useful(catalogue, language=language)
        case Notice.RENEWED:
            return ask_renewed(catalogue, language=language)


def ask_still_useful(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Ask somebody who has not answered for weeks whether the messages are still useful."""
    words = catalogue.words_in(language)
    yes = button(words, "button-still-useful", ResumeTapped())
    stop = button(words, "button-stop", StopTapped())
    return OutgoingMessage(words.say("still-useful"), ((yes,), (stop,)))


def ask_renewed(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Ask once more whether messages are wanted, since the words of the consent have changed."""
    words, consent = catalogue.words_in(language), catalogue.consent_in(language)
    yes = button(words, "button-renew", RenewTapped(consent.version, consent.language))
    stop = button(words, "button-stop", StopTapped())
    text = f"{words.say('renewed-consent')}\n\n{render(consent.messages, {})}"
    return OutgoingMessage(text, ((yes,), (stop,)))


def offer_reasons(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Say that nothing more comes, and ask why, with a button to go on all the same."""
    words = catalogue.words_in(language)
    reasons = tuple(
        (button(words, f"button-stop-{reason}", StopReasonTapped(reason)),) for reason in StopReason
    )
    resume = button(words, "button-resume", ResumeTapped())
    text = f"{words.say('stopped')}\n\n{words.say('why-stop')}"
    return OutgoingMessage(text, (*reasons, (resume,)))


def offer_break(catalogue: Catalogue, key: str, *, language: str, **values: str) -> OutgoingMessage:
    """Say that there is a break, with buttons for how long, and to go on."""
    words = catalogue.words_in(language)
    lengths = tuple(
        Button(words.number(weeks), format_action(SnoozeTapped(weeks)))
        for weeks in range(1, LONGEST_BREAK_WEEKS + 1)
    )
    resume = button(words, "button-resume", ResumeTapped())
    return OutgoingMessage(words.say(key, **values), (lengths, (resume,)))


def render_welcome(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Show the very first message: what this is, the yes, and the other languages."""
    words = catalogue.words_in(language)
    consent = catalogue.consent_in(language)
    join = (button(words, "button-join", JoinTapped(consent.version, consent.language)),)
    others = tuple(
        name_button(catalogue, other, NewcomerLanguageTapped(other))
        for other in catalogue.languages
        if other != language
    )
    return OutgoingMessage(text=render(consent.messages, {}), buttons=(join, others))


def ask_consent(catalogue: Catalogue, purpose: Purpose, *, language: str) -> OutgoingMessage:
    """Ask whether a guardian consents to linking or to research; no answer means no."""
    words = catalogue.words_in(language)
    consent = catalogue.consent_in(language)
    question = consent.linking if purpose is Purpose.LINKING else consent.research
    yes, no = (
        button(words, key, ConsentTapped(consent.version, consent.language, purpose, is_given))
        for key, is_given in (("button-yes", True), ("button-no", False))
    )
    return OutgoingMessage(text=render(question, {}), buttons=((yes, no),))


def sum_up_consent(
    catalogue: Catalogue, *, language: str, linking: bool, research: bool
) -> OutgoingMessage:
    """Repeat what was chosen, with a button to choose again."""
    words = catalogue.words_in(language)
    lines = [
        words.say("choice-saved"),
        words.say("linking-yes" if linking else "linking-no"),
        words.say("research-yes" if research else "research-no"),
    ]
    change = button(words, "button-change", ConsentChangeTapped())
    return OutgoingMessage(text="\n".join(lines), buttons=((change,),))


def offer_languages(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Ask a guardian for a language; each is written as its own readers know it."""
    rows: ButtonRows = tuple(
        (name_button(catalogue, other, LanguageTapped(other)),) for other in catalogue.languages
    )
    return OutgoingMessage(catalogue.words_in(language).say("choose-language"), rows)


def say(catalogue: Catalogue, key: str, *, language: str, **values: str) -> OutgoingMessage:
    """Say one short string, without buttons."""
    return OutgoingMessage(catalogue.words_in(language).say(key, **values))


def offer_resume(catalogue: Catalogue, key: str, *, language: str) -> OutgoingMessage:
    """Say one short string, with a button to go on."""
    words = catalogue.words_in(language)
    return OutgoingMessage(words.say(key), ((button(words, "button-resume", ResumeTapped()),),))


def button(words: Words, key: str, action: Action) -> Button:
    """Make a button of a short string."""
    return Button(words.plain(key), format_action(action))


def name_button(catalogue: Catalogue, language: str, action: Action) -> Button:
    """Make a button that bears a language's own name."""
    return Button(catalogue.words_in(language).plain("language-name"), format_action(action))
