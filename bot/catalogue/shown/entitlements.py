"""What a family is told about its data: what is kept, what was chosen, and the way out."""

from collections.abc import Mapping
from datetime import datetime

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.notices import button
from bot.core.actions import (
    ConsentChangeTapped,
    DossierTapped,
    ForgetSurelyTapped,
    ForgetTapped,
    KeepTapped,
    Purpose,
)
from bot.core.messages import OutgoingMessage

HTML_BREAK = "\n\n"


def tell_privacy(
    catalogue: Catalogue, choices: Mapping[Purpose, bool], *, language: str
) -> OutgoingMessage:
    """Tell a guardian what is kept, how long, who answers for it, and what was chosen."""
    words = catalogue.words_in(language)
    chosen = [
        words.say("privacy-choices"),
        *(words.say(f"{purpose}-{'yes' if choices[purpose] else 'no'}") for purpose in Purpose),
    ]
    parts = [
        words.say("privacy-kept"),
        tell_how_long(catalogue, language=language),
        tell_controller(catalogue, language=language),
        "\n".join(chosen),
    ]
    buttons = (
        (button(words, "button-change-choices", ConsentChangeTapped()),),
        (
            button(words, "button-my-data", DossierTapped()),
            button(words, "button-forget", ForgetTapped()),
        ),
    )
    return OutgoingMessage(HTML_BREAK.join(parts), buttons)


def tell_newcomer_privacy(catalogue: Catalogue, *, language: str) -> OutgoingMessage:
    """Tell one who has not consented yet how little is kept."""
    words = catalogue.words_in(language)
    text = HTML_BREAK.join(
        (words.say("privacy-newcomer"), tell_controller(catalogue, language=language))
    )
    buttons = (
        button(words, "button-my-data", DossierTapped()),
        button(words, "button-forget", ForgetTapped()),
    )
    return OutgoingMessage(text, (buttons,))


def tell_how_long(catalogue: Catalogue, *, language: str) -> str:
    """Say how long everything is kept: until a day, where the programme names one."""
    words, last_on = catalogue.words_in(language), catalogue.programme.forgets_on
    if last_on is None:
        return words.say("privacy-until-forget")
    return words.say("privacy-until-day", day=words.date(last_on))


def tell_controller(catalogue: Catalogue, *, language: str) -> str:
    """Say who answers for what is kept, and on what legal basis."""
    words, programme = catalogue.words_in(language), catalogue.programme
    controller = programme.controller_in(language)
    basis = words.say("privacy-basis", basis=programme.legal_basis_in(language))
    if not controller:
        return basis
    return f"{words.say('privacy-controller', controller=controller)}\n{basis}"


def ask_forget(
    catalogue: Catalogue, *, language: str, now: datetime, is_again: bool = False
) -> OutgoingMessage:
    """Ask whether everything shall really be forgotten; the yes is good for a while."""
    words = catalogue.words_in(language)
    surely = ForgetSurelyTapped(int(now.timestamp()))
    return OutgoingMessage(
        words.say("forget-again" if is_again else "forget-sure"),
        (
            (button(words, "button-forget-surely", surely),),
            (button(words, "button-keep", KeepTapped()),),
        ),
    )
