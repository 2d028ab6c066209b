"""What is said about questions to staff and about children who are gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import escape

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.distress import Heard, tell_grief, tell_help
from bot.catalogue.shown.notices import button
from bot.catalogue.shown.wording import plain_length
from bot.catalogue.words import END_OF_ISOLATE, FIRST_STRONG_ISOLATE, Words
from bot.core.actions import (
    Action,
    AskTapped,
    ChildGoneTapped,
    GoneTapped,
    Leaving,
    LeavingTapped,
    ResumeTapped,
    StayTapped,
    format_action,
)
from bot.core.messages import Button, ButtonRows, OutgoingMessage
from bot.core.siblings import Label, Naming, Sibling, label_child

STAFF_ANSWER = "staff-answer"  # the notice that brings an answer of staff's
TEXT_UNITS = 4096
DIRECTIONS = dict.fromkeys(  # signs that steer how text runs; one left open would turn the rest
    (0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)


@dataclass(frozen=True)
class Family:
    """Whom something is said to: the language, the centre's zone, the children still here."""

    language: str
    zone: str
    children: Sequence[Sibling]
    today: date


def confirm_question(
    catalogue: Catalogue, heard: Heard, family: Family, *, can_answer: bool
) -> OutgoingMessage:
    """Say at once that a question is with staff and when an answer comes; in distress, help."""
    words = catalogue.words_in(family.language)
    lines = [words.say(f"heard-{heard.leaving}" if heard.leaving else "asked")]
    if heard.is_distress:
        lines += [
            words.say("asked-help"),
            tell_help(catalogue, language=family.language, zone=family.zone),
        ]
    if heard.leaving is Leaving.DIED:
        lines.append(tell_grief(catalogue, language=family.language, zone=family.zone))
    days = catalogue.programme.answer_days
    lines.append(words.count("answer-within", days) if can_answer else words.say("answer-stopped"))
    rows: ButtonRows = ()
    if heard.leaving and family.children:
        lines.append(words.say("stop-for-child"))
        rows = offer_children(words, heard.leaving, family)
    if not can_answer:
        rows = (*rows, (button(words, "button-resume", ResumeTapped()),))
    return OutgoingMessage("\n\n".join(lines), rows)


def offer_children(words: Words, reason: Leaving, family: Family) -> ButtonRows:
    """Offer to stop the messages about each child, or to leave everything as it is."""
    names = name_children(words, family)
    stops = tuple(
        (Button(name, format_action(ChildGoneTapped(child.child_id, reason))),)
        for child, name in zip(family.children, names, strict=True)
    )
    return (*stops, (button(words, "button-stay", StayTapped()),))


def name_children(words: Words, family: Family) -> list[str]:
    """Write what stops the messages about each child; several are told apart."""
    return [
        name_stop(words, label_child(child.child_id, family.children, on=family.today))
        for child in family.children
    ]


def name_stop(words: Words, label: Label | None) -> str:
    """Write what stops the messages about a child: by its age, or by its place in the order."""
    if label is None:
        return words.plain("button-stop-child")
    if label.naming is Naming.AGE:
        return words.label("button-stop-aged", label.age)
    return words.label("button-stop-number", place=words.number(label.place))


def invite_to_ask(catalogue: Catalogue, *, language: str, has_children: bool) -> OutgoingMessage:
    """Invite to write or speak."""
    words = catalogue.words_in(language)
    days = catalogue.programme.answer_days
    text = f"{words.say('ask')}\n\n{words.count('answer-within', days)}"
    return OutgoingMessage(text, offer_gone(words) if has_children else ())


def offer_gone(words: Words) -> ButtonRows:
    """Offer to say that a child is no longer here."""
    return ((button(words, "button-child-gone", GoneTapped()),),)


def with_gone(catalogue: Catalogue, message: OutgoingMessage, *, language: str) -> OutgoingMessage:
    """Put under a message the way to say that a child is no longer here."""
    rows = (*message.buttons, *offer_gone(catalogue.words_in(language)))
    return OutgoingMessage(message.text, rows, message.media)


def ask_why_gone(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Ask what has happened."""
    words = catalogue.words_in(language)
    choices: tuple[tuple[str, Action], ...] = (
        ("button-moved", LeavingTapped(Leaving.MOVED)),
        ("button-died", LeavingTapped(Leaving.DIED)),
        ("button-back", StayTapped()),
    )
    rows = tuple((button(words, key, action),) for key, action in choices)
    return OutgoingMessage(words.say("why-gone"), rows)


def offer_to_stop(catalogue: Catalogue, reason: Leaving, family: Family) -> OutgoingMessage:
    """Offer to stop the messages about a child that is gone."""
    words = catalogue.words_in(family.language)
    lines = [words.say(f"gone-{reason}"), words.say("stop-for-child")]
    return OutgoingMessage("\n\n".join(lines), offer_children(words, reason, family))


def say_goodbye(catalogue: Catalogue, reason: Leaving, family: Family) -> OutgoingMessage:
    """Say that the messages about a child have stopped; to the bereaved, briefly."""
    words = catalogue.words_in(family.language)
    lines = [words.say(f"goodbye-{reason}")]
    if reason is Leaving.DIED:
        lines.append(tell_grief(catalogue, language=family.language, zone=family.zone))
    if family.children:
        lines.append(words.say("siblings-go-on"))
    return OutgoingMessage("\n\n".join(lines))


def render_answer(catalogue: Catalogue, text: str, *, language: str) -> OutgoingMessage:
    """Show what staff wrote in the frame of the guardian's language, each line in its direction."""
    words = catalogue.words_in(language)
    lines = [isolate(line) for line in text.translate(DIRECTIONS).strip().splitlines()]
    shown = "\n".join((words.say("staff-answer"), "", *lines))
    return OutgoingMessage(shown, ((button(words, "button-ask", AskTapped()),),))


def isolate(line: str) -> str:
    """Write a line as HTML that runs in its own direction, whatever surrounds it."""
    return f"{FIRST_STRONG_ISOLATE}{escape(line)}{END_OF_ISOLATE}" if line.strip() else ""


def measure_answer(catalogue: Catalogue, text: str) -> int:
    """Measure how long an answer is in the chat, in whichever language it takes most."""
    return max(
        plain_length(render_answer(catalogue, text, language=each).text)
        for each in catalogue.languages
    )
