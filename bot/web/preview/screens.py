"""Every message outside an activity, as production makes it, with stand-ins for what it is about.

A new function of the catalogue that makes a message belongs here; a test sees that none is missing.
"""

from collections.abc import Mapping
from datetime import date

from bot.catalogue.shown.asking import (
    ask_why_gone,
    confirm_question,
    invite_to_ask,
    offer_to_stop,
    render_answer,
    say_goodbye,
    with_gone,
)
from bot.catalogue.shown.choices import (
    render_days,
    render_hours,
    render_often,
    render_quiet,
    render_regions,
    render_roles,
    render_settings,
    render_zones,
)
from bot.catalogue.shown.distress import Heard
from bot.catalogue.shown.entitlements import ask_forget, tell_newcomer_privacy, tell_privacy
from bot.catalogue.shown.menus import (
    Weeks,
    ask_whom_to_invite,
    render_break,
    render_empty_week,
    render_home,
    render_invitation,
    render_languages,
    render_week,
    render_weeks,
    say_with_menu,
    with_menu,
)
from bot.catalogue.shown.notices import (
    Notice,
    ask_which_phone,
    explain_beginning,
    offer_break,
    offer_help,
    offer_languages,
    offer_reasons,
    offer_resume,
    refuse_code,
    render_notice,
    render_welcome,
    say,
    sum_up_consent,
)
from bot.catalogue.shown.shelves import render_printables, render_stories
from bot.catalogue.shown.touches import (
    render_certificate,
    render_check,
    render_recording,
    render_touch,
)
from bot.core.actions import Leaving, Purpose, Relative
from bot.core.cadence import Touch
from bot.core.messages import OutgoingMessage
from bot.core.zones import ZONES_OF
from bot.printing.keepsakes import certify
from bot.web.preview.groups import Group, Shown
from bot.web.preview.lending import (
    BOOKS,
    show_book,
    show_other_stories,
    show_printable,
    show_story,
    show_story_recording,
)
from bot.web.preview.samples import (
    ANSWER,
    BORN,
    CODE,
    LINK,
    NEXT,
    NOW,
    OLDER,
    PHONES,
    ZONE,
    Sample,
    outlook,
)
from bot.web.preview.studio import READING_ALOUD

CONSENT, DISTRESS, ANYTHING = "content/consent/", "content/distress/", "content/"
OPEN_ONLY = "where the programme has open enrolment"


def saying(key: str, title: str) -> Shown:
    """Show a short string by itself."""
    return Shown(title, lambda to: say(to.catalogue, key, language=to.language))


def saying_with_menu(key: str, title: str) -> Shown:
    """Show a short string with the way to the menu."""
    return Shown(title, lambda to: say_with_menu(to.catalogue, key, language=to.language))


def starting_later(key: str, title: str) -> Shown:
    """Show what is said where the first activity comes on a later day."""

    def show(to: Sample) -> OutgoingMessage:
        day = to.words.date(NEXT.date())
        return say_with_menu(to.catalogue, key, language=to.language, day=day)

    return Shown(title, show)


def noticing(notice: Notice, title: str) -> Shown:
    """Show a message that the queue sends."""
    return Shown(
        title, lambda to: render_notice(to.catalogue, notice, language=to.language, child_id=1)
    )


def about_code(key: str, title: str) -> Shown:
    """Show what is said about a code that opens nothing."""
    return Shown(title, lambda to: refuse_code(to.catalogue, key, CODE, language=to.language))


def promising(key: str, title: str) -> Shown:
    """Show a short string that names the next message's day, with the way to the menu."""

    def show(to: Sample) -> OutgoingMessage:
        day = to.words.moment(NEXT, ZONE)
        said = say(to.catalogue, key, language=to.language, day=day)
        return with_menu(to.catalogue, said, language=to.language)

    return Shown(title, show)


def summing_up(title: str, *, is_given: bool) -> Shown:
    """Show what was chosen about linking and research."""
    return Shown(
        title,
        lambda to: sum_up_consent(
            to.catalogue, language=to.language, linking=is_given, research=is_given
        ),
    )


def at_home(title: str, **how: bool) -> Shown:
    """Show the menu."""
    return Shown(
        title,
        lambda to: render_home(
            to.catalogue,
            outlook(**how),
            language=to.language,
            may_invite=True,
            has_two_languages=bool(to.reader.school),
        ),
    )


def confirming(title: str, heard: Heard, *, can_answer: bool = True) -> Shown:
    """Show what is said at once to a question."""
    return Shown(
        title,
        lambda to: confirm_question(to.catalogue, heard, to.family(), can_answer=can_answer),
    )


def offering_stop(title: str, reason: Leaving, *born: date | None) -> Shown:
    """Show what is offered where a child is gone."""
    return Shown(title, lambda to: offer_to_stop(to.catalogue, reason, to.family(*born)))


def parting(title: str, reason: Leaving) -> Shown:
    """Show what is said when the messages about a child have stopped."""

    def show(to: Sample) -> OutgoingMessage:
        goodbye = say_goodbye(to.catalogue, reason, to.family())
        if reason is Leaving.DIED:
            return goodbye
        return with_menu(to.catalogue, goodbye, language=to.language)

    return Shown(title, show)


def show_welcome(to: Sample) -> OutgoingMessage:
    """Show the first message."""
    return render_welcome(to.catalogue, language=to.language)


def show_break(to: Sample) -> OutgoingMessage:
    """Show a break that has an end."""
    day = to.words.day(NEXT, ZONE)
    offered = offer_break(to.catalogue, "break-until", language=to.language, day=day)
    return with_menu(to.catalogue, offered, language=to.language)


def show_stopped(to: Sample) -> OutgoingMessage:
    """Show the first stop: it asks why."""
    stopped = offer_reasons(to.catalogue, language=to.language)
    return with_gone(to.catalogue, stopped, language=to.language)


def show_stopped_again(to: Sample) -> OutgoingMessage:
    """Show a later stop: it asks nothing."""
    stopped = offer_resume(to.catalogue, "stopped", language=to.language)
    return with_gone(to.catalogue, stopped, language=to.language)


def showing_week(title: str, touch: Touch, *, is_new: bool) -> Shown:
    """Show one of this week's touches in the menu."""

    def show(to: Sample) -> OutgoingMessage:
        message, seen = render_touch(to.catalogue, to.tell(touch)), to.seen()
        shown = next(each for each in seen if each.touch is touch)
        language = to.language
        return render_week(
            to.catalogue, message, seen, shown=shown, language=language, is_new=is_new
        )

    return Shown(title, show)


def show_help(to: Sample) -> OutgoingMessage:
    """Show what the bot can do."""
    offered = offer_help(to.catalogue, language=to.language)
    return with_menu(to.catalogue, offered, language=to.language)


def show_too_many(to: Sample) -> OutgoingMessage:
    """Show that a day's questions are used up."""
    number = to.words.number(10)
    return say(to.catalogue, "asked-enough", language=to.language, number=number)


def show_certificate(to: Sample) -> OutgoingMessage:
    """Show the certificate, for one of two children."""
    certificate = certify(
        to.catalogue, to.first_weeks, language=to.language, school_language=to.school
    )
    return render_certificate(to.catalogue, certificate, language=to.language, child=OLDER)


def telling_kept(title: str, **chosen: bool) -> Shown:
    """Show what is kept, and what was chosen."""
    choices = {each: chosen[each] for each in Purpose}
    return Shown(title, lambda to: tell_privacy(to.catalogue, choices, language=to.language))


JOINING = Group(
    "From the card to the first activity",
    {
        "welcome": Shown("The first message, from a card", show_welcome),
        "joined": saying_with_menu("joined", "Yes was tapped"),
        "joined-later": starting_later("joined-later", "Yes was tapped, on a waiting list"),
        "first-activity": Shown(
            "The first activity, at once",
            lambda to: render_touch(to.catalogue, to.tell(Touch.DO, asks_able=True)),
        ),
        "linking": noticing(Notice.LINKING, "May results be looked at beside it?"),
        "research": noticing(Notice.RESEARCH, "May researchers use it?"),
        "agreed": summing_up("What was chosen: yes", is_given=True),
        "refused": summing_up("What was chosen: no", is_given=False),
        "age": noticing(Notice.AGE, f"How old the child is, {OPEN_ONLY}"),
        "age-saved": saying("age-saved", "An age was tapped"),
        "new-phone": noticing(Notice.NEW_PHONE, "A second chat with the same card"),
        "which-phone": Shown(
            "Which of several earlier phones",
            lambda to: ask_which_phone(to.catalogue, PHONES, language=to.language),
        ),
        "another-person": saying("another-person", "Another person of the family"),
        "new-phone-saved": saying("new-phone-saved", "A new phone takes the old one's place"),
        "moved": noticing(Notice.MOVED, "On the old phone, then"),
        "moved-away": saying("moved-away", "Whoever writes on the old phone"),
        "joined-child": saying_with_menu("joined-child", "A second child's card"),
        "joined-child-later": starting_later(
            "joined-child-later", "A second child's card, on a waiting list"
        ),
        "games-from": starting_later("games-from", "Stories or pages, on a waiting list"),
        "joined-already": Shown(
            "The same card once more",
            lambda to: render_home(
                to.catalogue,
                outlook(),
                language=to.language,
                may_invite=False,
                greeting="joined-already",
            ),
        ),
        "no-card": Shown(
            "Who comes without a card",
            lambda to: explain_beginning(to.catalogue, language=to.language),
        ),
        "cannot-read": saying("cannot-read", "Who writes before saying yes"),
        "card-unknown": about_code("card-unknown", "A code that is no card's"),
        "code-slip": about_code("code-slip", "A code with a slip in it"),
        "code-too-short": about_code("code-too-short", "A code that is too short"),
        "code-too-long": about_code("code-too-long", "A code that is too long"),
        "codes-wait": about_code("codes-wait", "Too many codes tried"),
        "card-revoked": about_code("card-revoked", "A card that was taken back"),
        "poster-closed": about_code("poster-closed", "A poster that lets nobody in any more"),
    },
    (CONSENT,),
)
CONSENTING = Group(
    "Consent",
    {
        "consent-messages": Shown("Messages: the first message", show_welcome),
        "consent-linking": noticing(Notice.LINKING, "Linking"),
        "consent-research": noticing(Notice.RESEARCH, "Research"),
        "renewed-consent": noticing(Notice.RENEWED, "The words of the consent have changed"),
        "renewed": promising("renewed", "Yes to the new words"),
    },
    (CONSENT,),
)
MENU = Group(
    "The menu",
    {
        "home": at_home("The menu"),
        "home-away": at_home("The menu, on a break", is_away=True),
        "home-finished": at_home("The menu, after the last week", comes=False),
        "week": showing_week("This week, of two children", Touch.DO, is_new=True),
        "week-past": showing_week("Nothing new yet: the week before", Touch.GROW, is_new=False),
        "week-empty": Shown(
            "This week, before the first message",
            lambda to: render_empty_week(to.catalogue, outlook(), language=to.language),
        ),
        "weeks": Shown(
            "The child's weeks, of two children",
            lambda to: render_weeks(to.catalogue, to.weeks(), language=to.language),
        ),
        "weeks-none": Shown(
            "The child's weeks, before the first",
            lambda to: render_weeks(
                to.catalogue, [Weeks(1, None, 0, False, ())], language=to.language
            ),
        ),
        "weeks-unmarked": Shown(
            "The child's weeks, nothing marked",
            lambda to: render_weeks(
                to.catalogue, [Weeks(1, None, 4, False, ())], language=to.language
            ),
        ),
        "stories": Shown(
            "Stories",
            lambda to: (
                render_stories(
                    to.catalogue, [to.catalogue.programme.default_band], language=to.language
                )
                if to.catalogue.has_stories
                else None
            ),
        ),
        "printables": Shown(
            "Pages to print",
            lambda to: (
                render_printables(to.catalogue, language=to.language)
                if to.catalogue.has_printables
                else None
            ),
        ),
        "two-languages": saying_with_menu(
            "two-languages", "Two languages, where the school's is another"
        ),
        "help": Shown("Help", show_help),
        "help-stranger": saying("help", "Help, for who has not joined"),
        "invite": Shown(
            "Whom to invite, from the menu",
            lambda to: ask_whom_to_invite(to.catalogue, language=to.language),
        ),
        "invite-asked": Shown(
            "Whom to invite, asked once",
            lambda to: ask_whom_to_invite(to.catalogue, language=to.language, is_asked=True),
        ),
        "invite-how": saying_with_menu("invite-how", "How to pass the invitation on"),
        **{
            f"invite-{relative}": Shown(
                f"The invitation to pass on: {relative}",
                lambda to, relative=relative: render_invitation(  # type: ignore[misc]
                    to.catalogue, relative, [LINK], language=to.language
                ),
            )
            for relative in Relative
        },
        "invite-nobody": saying_with_menu("invite-nobody", "Nobody is invited"),
        "invite-no-card": saying_with_menu("invite-no-card", "No card to pass on"),
    },
)
MATERIALS = Group(
    "Stories, recordings and the certificate",
    {
        "story": Shown("A story is opened", show_story),
        "other-stories": Shown("Other stories, under a picture", show_other_stories),
        "story-recording": Shown("A story's recording", show_story_recording),
        **{
            f"story-{form}": Shown(title, lambda to, form=form: show_book(to, form))  # type: ignore[misc]
            for form, title in BOOKS.items()
        },
        "printable": Shown("A page to print arrives", show_printable),
        "recording": Shown(
            "An activity's recording", lambda to: render_recording(to.activity, to.language)
        ),
        "check": Shown(
            "How it went, on the day after the one that was chosen",
            lambda to: render_check(to.catalogue, to.tell(Touch.DO)),
        ),
        "certificate": Shown("The certificate", show_certificate),
    },
)
SETTINGS = Group(
    "Settings",
    {
        "settings": Shown("Settings", lambda to: render_settings(to.catalogue, to.held)),
        "days": Shown("Days", lambda to: render_days(to.catalogue, to.held)),
        "often": Shown("How often", lambda to: render_often(to.catalogue, to.held)),
        "hour": Shown("The hour", lambda to: render_hours(to.catalogue, to.held)),
        "quiet": Shown("Quiet hours", lambda to: render_quiet(to.catalogue, to.held)),
        "zone": Shown(
            "The clock that counts", lambda to: render_regions(to.catalogue, to.held, [ZONE])
        ),
        **{
            f"zone-{region}": Shown(
                f"The clock that counts: zones of region {region}",
                lambda to, region=region: render_zones(  # type: ignore[misc]
                    to.catalogue, to.held, region
                ),
            )
            for region in ZONES_OF
        },
        "role": Shown("Who you are to the child", lambda to: render_roles(to.catalogue, to.held)),
        "language": Shown(
            "Language, in the settings",
            lambda to: render_languages(to.catalogue, language=to.language),
        ),
        "language-asked": Shown(
            "Language, after /language",
            lambda to: offer_languages(to.catalogue, language=to.language),
        ),
        "language-chosen": saying_with_menu("language-chosen", "A language was tapped"),
        "break": Shown(
            "A break, in the settings", lambda to: render_break(to.catalogue, language=to.language)
        ),
    },
)
BREAKS = Group(
    "Breaks and stopping",
    {
        "paused": Shown(
            "A break, after /pause",
            lambda to: offer_break(to.catalogue, "paused", language=to.language),
        ),
        "break-until": Shown("A break with an end", show_break),
        "on-break": Shown(
            "START, on a break",
            lambda to: offer_resume(to.catalogue, "paused", language=to.language),
        ),
        "resumed": promising("resumed", "It goes on"),
        "not-paused": promising("not-paused", "It never stopped"),
        "still-useful": noticing(Notice.STILL_USEFUL, "After weeks without an answer"),
        "stopped": Shown("Stopped: why?", show_stopped),
        "stopped-again": Shown("Stopped once more", show_stopped_again),
        "stop-reason-saved": Shown(
            "A reason was tapped",
            lambda to: offer_resume(to.catalogue, "stop-reason-saved", language=to.language),
        ),
        "finished": saying_with_menu("finished", "Going on after the last week"),
        "no-child-left": saying_with_menu("no-child-left", "Going on when every child has left"),
    },
)
PRIVACY = Group(
    "Privacy",
    {
        "privacy": telling_kept("What is kept", messages=True, linking=True, research=False),
        "privacy-stopped": telling_kept(
            "What is kept of who has stopped", messages=False, linking=False, research=True
        ),
        "privacy-newcomer": Shown(
            "What is kept of who has not joined yet",
            lambda to: tell_newcomer_privacy(to.catalogue, language=to.language),
        ),
        "privacy-nobody": saying("privacy-nobody", "What is kept of a stranger"),
        "my-data-page": saying("my-data-page", "My data: under the page"),
        "my-data-file": saying("my-data-file", "My data: under the file"),
        "forget": Shown(
            "Forget me: surely?",
            lambda to: ask_forget(to.catalogue, language=to.language, now=NOW),
        ),
        "forget-again": Shown(
            "Forget me: the second tap came too late",
            lambda to: ask_forget(to.catalogue, language=to.language, now=NOW, is_again=True),
        ),
        "forgotten": saying("forgotten", "Forgotten"),
        "kept": saying_with_menu("kept", "Not forgotten"),
    },
    ("content/programme.yaml",),
)
ASKING = Group(
    "Questions to staff",
    {
        "ask": Shown(
            "Ask staff",
            lambda to: invite_to_ask(to.catalogue, language=to.language, has_children=True),
        ),
        "asked": confirming("A question has arrived", Heard()),
        "asked-stopped": confirming("…of somebody who has stopped", Heard(), can_answer=False),
        "asked-distress": confirming("…that sounds like distress", Heard(is_distress=True)),
        "asked-died": confirming("…that speaks of a death", Heard(leaving=Leaving.DIED)),
        "asked-moved": confirming("…that speaks of a move", Heard(leaving=Leaving.MOVED)),
        "asked-enough": Shown("Too many questions in a day", show_too_many),
        "ask-what": saying("ask-what", "A question in a form that cannot be read"),
        "unknown-command": saying("unknown-command", "A command that there is not"),
        "answer": Shown(
            "Staff's answer", lambda to: render_answer(to.catalogue, ANSWER, language=to.language)
        ),
    },
    (DISTRESS,),
)
LEAVING = Group(
    "A child who is gone",
    {
        "why-gone": Shown(
            "What has happened", lambda to: ask_why_gone(to.catalogue, language=to.language)
        ),
        "gone-moved": offering_stop("Moved: stop the messages?", Leaving.MOVED, *BORN),
        "gone-died": offering_stop("Died: stop the messages?", Leaving.DIED, None, None),
        "goodbye-moved": parting("Moved: goodbye", Leaving.MOVED),
        "goodbye-died": parting("Died: goodbye", Leaving.DIED),
    },
    (DISTRESS,),
)
GROUPS: Mapping[str, Group] = {
    "joining": JOINING,
    "consent": CONSENTING,
    "menu": MENU,
    "settings": SETTINGS,
    "breaks": BREAKS,
    "privacy": PRIVACY,
    "asking": ASKING,
    "leaving": LEAVING,
    "materials": MATERIALS,
    "reading-aloud": READING_ALOUD,
}
SCREENS: Mapping[str, Shown] = {
    name: shown for group in GROUPS.values() for name, shown in group.screens.items()
}


def group_of(screen: str) -> str:
    """Name the group that a screen belongs to."""
    return next(name for name, group in GROUPS.items() if screen in group.screens)
