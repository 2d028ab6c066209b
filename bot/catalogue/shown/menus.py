"""How the menu looks: its screens, and the way back from each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import escape

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.notices import button, offer_break, offer_languages, say
from bot.catalogue.shown.touches import PARAGRAPH, certificate_button, name_child, say_child
from bot.catalogue.words import Words
from bot.core.actions import (
    AskTapped,
    InviteTapped,
    MenuTapped,
    Relative,
    ResumeTapped,
    Screen,
    WeekTapped,
    format_action,
)
from bot.core.cadence import Touch
from bot.core.messages import Button, ButtonRows, OutgoingMessage
from bot.core.siblings import Label

MOST_TITLES = 36  # on one screen, shared among the children
LONGEST_LABEL = 40


@dataclass(frozen=True)
class Outlook:
    """What a guardian can expect: the next message, or that there is none for now, or any more.

    `has_children` says whether any child is still here, `games_from` until which day a family on a
    waiting list has neither games nor materials.
    """

    zone: str
    is_away: bool
    has_children: bool
    next_at: datetime | None
    games_from: date | None = None


@dataclass(frozen=True)
class Seen:
    """A touch of this week that can be seen again."""

    delivery_id: int
    child_id: int
    touch: Touch
    activity_id: str
    is_of_programme: bool
    child: Label | None


@dataclass(frozen=True)
class Weeks:
    """What a child has had: how many weeks, and the activities that were done.

    `is_through` says that its last week has come, so that it has its certificate.
    """

    child_id: int
    child: Label | None
    count: int
    is_through: bool
    done: Sequence[str]


def render_home(
    catalogue: Catalogue,
    outlook: Outlook,
    *,
    language: str,
    may_invite: bool,
    has_two_languages: bool = False,
    greeting: str = "",
) -> OutgoingMessage:
    """Show the menu: what comes next, and everything that there is.

    Where the school speaks another language than the family, there is a page about that.
    """
    words = catalogue.words_in(language)
    parts = [words.say(greeting or "menu"), say_outlook(words, outlook)]
    resume = ((button(words, "button-resume", ResumeTapped()),),) if outlook.is_away else ()
    materials = [] if outlook.games_from else list_materials(catalogue)
    pages = [Screen.TWO_LANGUAGES] if has_two_languages else []
    rows = (*resume, *list_rooms(words, [*materials, *pages], may_invite=may_invite))
    return OutgoingMessage(PARAGRAPH.join(parts), rows)


def list_rooms(words: Words, found: Sequence[Screen], *, may_invite: bool) -> ButtonRows:
    """List the buttons of the menu, in their order; `found` is what not every family has."""
    invite = ((screen_button(words, Screen.INVITE),),) if may_invite else ()
    return (
        (screen_button(words, Screen.WEEK),),
        *((screen_button(words, each),) for each in found),
        (screen_button(words, Screen.WEEKS),),
        *invite,
        (button(words, "button-ask", AskTapped()),),
        (screen_button(words, Screen.SETTINGS),),
        (screen_button(words, Screen.PRIVACY),),
    )


def list_materials(catalogue: Catalogue) -> list[Screen]:
    """List the screens of materials, as far as there are any."""
    rooms = ((Screen.STORIES, catalogue.has_stories), (Screen.PRINT, catalogue.has_printables))
    return [screen for screen, is_there in rooms if is_there]


def say_outlook(words: Words, outlook: Outlook) -> str:
    """Say when the next message comes, or why none does."""
    if not outlook.has_children:
        return words.say("no-child-left")
    if outlook.games_from and not outlook.is_away:
        return words.say("games-from", day=words.date(outlook.games_from))
    if outlook.next_at:
        day = words.appointment(outlook.next_at, outlook.zone)
        return words.say("next-message", day=day)
    return words.say("no-messages-now" if outlook.is_away else "finished")


def screen_button(words: Words, screen: Screen) -> Button:
    """Make the button that leads to a screen of the menu."""
    return button(words, f"menu-{screen}", MenuTapped(screen))


def back_row(words: Words, screen: Screen = Screen.HOME) -> tuple[Button, ...]:
    """Make the way back to the menu; from a screen behind another one, there are two ways."""
    back = button(words, "button-back", MenuTapped(screen))
    return (back,) if screen is Screen.HOME else (back, screen_button(words, Screen.HOME))


def with_menu(catalogue: Catalogue, message: OutgoingMessage, *, language: str) -> OutgoingMessage:
    """Put the way to the menu under a message."""
    way = screen_button(catalogue.words_in(language), Screen.HOME)
    return OutgoingMessage(message.text, (*message.buttons, (way,)), message.media)


# This week


def render_week(
    catalogue: Catalogue,
    touch: OutgoingMessage,
    seen: Sequence[Seen],
    *,
    shown: Seen,
    language: str,
    is_new: bool,
) -> OutgoingMessage:
    """Show a touch of this week again, with the others of its child and the way to its siblings."""
    words = catalogue.words_in(language)
    intro = [] if is_new else [words.say("nothing-new-yet")]
    same = [each for each in seen if each.child_id == shown.child_id]
    row = tuple(week_button(catalogue, words, each) for each in same if each != shown)
    others = {each.child_id: each for each in seen if each.child_id != shown.child_id}
    siblings = tuple(sibling_button(words, each) for each in others.values() if each.child)
    rows = (*touch.buttons, row, *((each,) for each in siblings), back_row(words))
    return OutgoingMessage(
        PARAGRAPH.join([*intro, touch.text]), tuple(each for each in rows if each)
    )


def week_button(catalogue: Catalogue, words: Words, seen: Seen) -> Button:
    """Make the button that shows another touch of the week."""
    action = format_action(WeekTapped(seen.delivery_id))
    if seen.is_of_programme or seen.activity_id not in catalogue.activities:
        return Button(words.plain(f"touch-{seen.touch}"), action)
    fallback = catalogue.programme.language
    title = catalogue.activities[seen.activity_id].text_in(words.language, fallback).title
    return Button(title[:LONGEST_LABEL], action)


def sibling_button(words: Words, seen: Seen) -> Button:
    """Make the button that shows what another child of the guardian has."""
    label = name_child(words, seen.child) if seen.child else ""
    return Button(label, format_action(WeekTapped(seen.delivery_id)))


def render_empty_week(catalogue: Catalogue, outlook: Outlook, *, language: str) -> OutgoingMessage:
    """Say that nothing was sent yet, and when something comes."""
    words = catalogue.words_in(language)
    text = PARAGRAPH.join([words.say("nothing-sent-yet"), say_outlook(words, outlook)])
    return OutgoingMessage(text, (back_row(words),))


# The child's weeks


def render_weeks(
    catalogue: Catalogue, children: Sequence[Weeks], *, language: str
) -> OutgoingMessage:
    """Show what each child has had: no scores, nothing to compare."""
    words = catalogue.words_in(language)
    most = MOST_TITLES // max(len(children), 1)
    parts = [words.say("weeks-title")]
    parts += [render_weeks_of(catalogue, words, each, most=most) for each in children]
    certificates = tuple(
        (certificate_button(words, each.child_id, each.child),)
        for each in children
        if each.is_through
    )
    return OutgoingMessage(PARAGRAPH.join(parts), (*certificates, back_row(words)))


def render_weeks_of(catalogue: Catalogue, words: Words, weeks: Weeks, *, most: int) -> str:
    """Show what one child has had; of many activities the latest."""
    lines = [say_child(words, weeks.child)] if weeks.child else []
    lines.append(words.count("weeks-so-far", weeks.count) if weeks.count else words.say("no-weeks"))
    titles = [
        catalogue.activities[each].text_in(words.language, catalogue.programme.language).title
        for each in weeks.done
        if each in catalogue.activities
    ]
    if titles:
        lines.append(words.say("done-together"))
        lines += [f"✅ {escape(title)}" for title in titles[-most:]]
    elif weeks.count:
        lines.append(words.say("nothing-marked"))
    return "\n".join(lines)


# Language and breaks, as elsewhere, with the way back


def render_languages(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Offer the languages, with the way back to the settings."""
    return with_back(catalogue, offer_languages(catalogue, language=language), language=language)


def render_break(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Offer a break of some weeks, with the way back to the settings."""
    offered = offer_break(catalogue, "offer-break", language=language)
    lengths = OutgoingMessage(offered.text, offered.buttons[:1])
    return with_back(catalogue, lengths, language=language)


def with_back(catalogue: Catalogue, message: OutgoingMessage, *, language: str) -> OutgoingMessage:
    """Put the way back to the settings and to the menu under a message."""
    row = back_row(catalogue.words_in(language), Screen.SETTINGS)
    return OutgoingMessage(message.text, (*message.buttons, row))


# Inviting


def ask_whom_to_invite(
    catalogue: Catalogue, *, language: str, is_asked: bool = False
) -> OutgoingMessage:
    """Ask whom a guardian would like to invite; whoever is asked may say nobody."""
    words = catalogue.words_in(language)
    rows = tuple((button(words, f"button-invite-{each}", InviteTapped(each)),) for each in Relative)
    nobody = (button(words, "button-nobody", MenuTapped(Screen.NOBODY)),)
    last = (nobody, back_row(words)) if is_asked else (back_row(words),)
    return OutgoingMessage(words.say("invite-whom"), (*rows, *last))


def render_invitation(
    catalogue: Catalogue, relative: Relative, links: Sequence[str], *, language: str
) -> OutgoingMessage:
    """Give the text to pass on: to whom, what it is, and the link of each child's card."""
    words = catalogue.words_in(language)
    text = [words.say(f"invite-{relative}"), words.say("invite-text")]
    return OutgoingMessage(PARAGRAPH.join([*text, *(str(escape(link)) for link in links)]))


def say_with_menu(
    catalogue: Catalogue, key: str, *, language: str, **values: str
) -> OutgoingMessage:
    """Say one short string, with the way to the menu."""
    return with_menu(catalogue, say(catalogue, key, language=language, **values), language=language)
