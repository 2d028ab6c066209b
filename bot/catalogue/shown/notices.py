"""What is said outside the programme: the first message, the consent questions, the menus."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from bot.catalogue.programme import Months
from bot.catalogue.records import Catalogue
from bot.catalogue.shown.distress import END_OF_ISOLATE, LEFT_TO_RIGHT_ISOLATE
from bot.catalogue.shown.wording import render
from bot.catalogue.words import Words
from bot.core.actions import (
    Action,
    AgeTapped,
    AnotherPersonTapped,
    AskTapped,
    ConsentChangeTapped,
    ConsentTapped,
    JoinTapped,
    LanguageTapped,
    NewcomerLanguageTapped,
    NewPhoneTapped,
    OldPhoneTapped,
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
from bot.core.choosing import MONTHS_A_YEAR
from bot.core.codes import CARD_LETTERS, format_code
from bot.core.messages import Button, ButtonRows, OutgoingMessage

NAMED_ROLES = ("mother", "father", "grandparent")


class Notice(StrEnum):
    """A message outside the programme that is sent by the queue."""

    LINKING = "linking"
    RESEARCH = "research"
    STILL_USEFUL = "still-useful"
    AGE = "age"
    NEW_PHONE = "new-phone"
    MOVED = "moved"
    RENEWED = "renewed-consent"


@dataclass(frozen=True)
class EarlierPhone:
    """An earlier guardian of the same child, as the family may know it: by role or by date."""

    guardian_id: int
    role: str | None
    joined_at: datetime
    zone: str


def render_notice(
    catalogue: Catalogue, notice: Notice, *, language: str, child_id: int = 0
) -> OutgoingMessage:
    """Show a queued notice."""
    match notice:
        case Notice.AGE:
            return ask_age(catalogue, child_id, language=language)
        case Notice.NEW_PHONE:
            return ask_new_phone(catalogue, language=language)
        case Notice.MOVED:
            return say(catalogue, "moved", language=language)
        case Notice.LINKING:
            return ask_consent(catalogue, Purpose.LINKING, language=language)
        case Notice.RESEARCH:
            return ask_consent(catalogue, Purpose.RESEARCH, language=language)
        case Notice.STILL_USEFUL:
            return ask_still_useful(catalogue, language=language)
        case Notice.RENEWED:
            return ask_renewed(catalogue, language=language)


def ask_age(catalogue: Catalogue, child_id: int, *, language: str) -> OutgoingMessage:
    """Ask how old a child is that no roster knows: one button for each of the age bands."""
    words = catalogue.words_in(language)
    in_order = sorted(catalogue.programme.bands.items(), key=lambda each: each[1].from_months)
    buttons = tuple(
        Button(show_age(words, months), format_action(AgeTapped(child_id, band)))
        for band, months in in_order
    )
    return OutgoingMessage(words.say("how-old"), (buttons,))


def show_age(words: Words, months: Months) -> str:
    """Show an age band as parents count: the years that a child of it can have."""
    first = months.from_months // MONTHS_A_YEAR
    last = (months.until_months - 1) // MONTHS_A_YEAR
    if first == last:
        return words.label("age-years", years=words.number(first))
    return words.label("age-from-to", first=words.number(first), last=words.number(last))


def ask_new_phone(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Ask whether who joined is another person, or one of before on a new phone."""
    words = catalogue.words_in(language)
    another = button(words, "button-another-person", AnotherPersonTapped())
    new_phone = button(words, "button-new-phone", NewPhoneTapped())
    return OutgoingMessage(words.say("new-phone"), ((another,), (new_phone,)))


def ask_which_phone(
    catalogue: Catalogue, phones: Sequence[EarlierPhone], *, language: str
) -> OutgoingMessage:
    """Ask which of several earlier guardians has a new phone."""
    words = catalogue.words_in(language)
    roles = Counter(each.role for each in phones)
    named = [(each, each.role in NAMED_ROLES and roles[each.role] == 1) for each in phones]
    rows = tuple(
        (Button(name_phone(words, each, by_role), format_action(OldPhoneTapped(each.guardian_id))),)
        for each, by_role in named
    )
    another = button(words, "button-another-person", AnotherPersonTapped())
    return OutgoingMessage(words.say("which-phone"), (*rows, (another,)))


def name_phone(words: Words, phone: EarlierPhone, by_role: bool) -> str:
    """Name an earlier phone by whose it is, or by the day since when it is with us."""
    if by_role:
        return words.plain(f"phone-of-{phone.role}")
    return words.label("phone-since", day=words.day(phone.joined_at, phone.zone))


def explain_beginning(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Say to whoever has no card what this is and how to begin, with the other languages."""
    words = catalogue.words_in(language)
    text = words.say("no-card", programme=catalogue.programme.name)
    return OutgoingMessage(text, name_others(catalogue, language=language))


def name_others(catalogue: Catalogue, *, language: str) -> ButtonRows:
    """Offer the other languages to whoever is no guardian yet."""
    others = (
        name_button(catalogue, other, NewcomerLanguageTapped(other))
        for other in catalogue.languages
        if other != language
    )
    return in_rows(others, width=3)


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
    others = name_others(catalogue, language=language)
    return OutgoingMessage(text=render(consent.messages, {}), buttons=(join, *others))


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
    names = (name_button(catalogue, other, LanguageTapped(other)) for other in catalogue.languages)
    text = catalogue.words_in(language).say("choose-language")
    return OutgoingMessage(text, in_rows(names, width=2))


def say(catalogue: Catalogue, key: str, *, language: str, **values: str) -> OutgoingMessage:
    """Say one short string, without buttons."""
    return OutgoingMessage(catalogue.words_in(language).say(key, **values))


def refuse_code(catalogue: Catalogue, key: str, code: str, *, language: str) -> OutgoingMessage:
    """Say why a code opens nothing."""
    words = catalogue.words_in(language)
    values = {"code": show_code(words, code), "length": words.number(CARD_LETTERS + 1)}
    return say(catalogue, key, language=language, **values)


def show_code(words: Words, code: str) -> str:
    """Show a code in groups; it runs from left to right in every language."""
    shown = format_code(code)
    is_rtl = words.direction == "rtl"
    return f"{LEFT_TO_RIGHT_ISOLATE}{shown}{END_OF_ISOLATE}" if is_rtl else shown


def offer_resume(catalogue: Catalogue, key: str, *, language: str) -> OutgoingMessage:
    """Say one short string, with a button to go on."""
    words = catalogue.words_in(language)
    return OutgoingMessage(words.say(key), ((button(words, "button-resume", ResumeTapped()),),))


def offer_help(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Say what the bot can do, with a button to ask staff."""
    words = catalogue.words_in(language)
    return OutgoingMessage(words.say("help"), ((button(words, "button-ask", AskTapped()),),))


def in_rows(buttons: Iterable[Button], *, width: int) -> ButtonRows:
    """Put buttons side by side, so many in a row."""
    left = iter(buttons)
    return tuple(iter(lambda: tuple(islice(left, width)), ()))


def button(words: Words, key: str, action: Action) -> Button:
    """Make a button of a short string."""
    return Button(words.plain(key), format_action(action))


def name_button(catalogue: Catalogue, language: str, action: Action) -> Button:
    """Make a button that bears a language's own name."""
    return Button(catalogue.words_in(language).plain("language-name"), format_action(action))
