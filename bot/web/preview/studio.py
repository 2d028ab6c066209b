"""What a colleague is shown who reads texts aloud: as production makes it."""

from bot.catalogue.shown.reading_aloud import Passage, read_activity
from bot.catalogue.shown.studio import (
    Place,
    choose_tongue,
    greet,
    offer_skipped,
    offer_to_read,
    refuse,
    say_complete,
    show_kept,
    show_passage,
)
from bot.core.messages import OutgoingMessage
from bot.web.preview.groups import Group, Shown
from bot.web.preview.samples import Sample

REFUSED = {
    "read-what": "Words in the place of a voice note",
    "read-too-short": "A voice note of a moment",
    "read-too-long": "A voice note that is too long",
    "read-no-sound": "A file that holds no sound",
    "read-not-fetched": "The voice note could not be fetched",
    "read-not-kept": "The voice note could not be kept",
    "read-nowhere": "There is nowhere to keep it",
}
OFFERED = {
    "staff-invitation-over": "An invitation that is over",
    "read-stopped": "Stopped",
}


def passage_of(to: Sample) -> Passage:
    """Give the text that is read aloud: the first activity's."""
    own = read_activity(to.activity, to.language)
    return (own or read_activity(to.activity, to.catalogue.programme.language))[0]


def show_text(to: Sample) -> OutgoingMessage:
    """Show a text to be read aloud."""
    shown = show_passage(to.catalogue, passage_of(to), Place(3, 17), language=to.language)
    return shown[-1]


def show_recorded(to: Sample, *, is_changed: bool) -> OutgoingMessage | None:
    """Show a recording that was just made; None where none is recorded to show."""
    sound, passage = to.activity.audio.get(to.language), passage_of(to)
    if sound is None:
        return None
    return show_kept(
        to.catalogue,
        sound,
        title=passage.title,
        text=passage.hash,
        is_changed=is_changed,
        language=to.language,
    )


def choose_language(to: Sample, number: int) -> OutgoingMessage:
    """Show the languages, one of which lacks so many texts."""
    lacking = {**dict.fromkeys(to.catalogue.languages, 0), to.language: number}
    return choose_tongue(to.catalogue, lacking, language=to.language)


READING_ALOUD = Group(
    "Colleagues who read aloud",
    {
        "read-registered": Shown(
            "The invitation was opened", lambda to: greet(to.catalogue, language=to.language)
        ),
        "read-languages": Shown("Languages, after /record", lambda to: choose_language(to, 17)),
        "read-all-done": Shown("Nothing is lacking", lambda to: choose_language(to, 0)),
        "read-text": Shown("A text to read", show_text),
        "read-kept": Shown("It is kept", lambda to: show_recorded(to, is_changed=False)),
        "read-changed": Shown(
            "It is kept; the text has changed", lambda to: show_recorded(to, is_changed=True)
        ),
        "read-skipped": Shown(
            "The end, with texts skipped",
            lambda to: offer_skipped(to.catalogue, to.language, 2, language=to.language),
        ),
        "read-done": Shown(
            "A language lacks nothing any more",
            lambda to: say_complete(to.catalogue, to.language, language=to.language),
        ),
        **{
            key: Shown(
                title,
                lambda to, key=key: refuse(  # type: ignore[misc]
                    to.catalogue, key, text="0" * 16, language=to.language
                ),
            )
            for key, title in REFUSED.items()
        },
        **{
            key: Shown(
                title,
                lambda to, key=key: offer_to_read(  # type: ignore[misc]
                    to.catalogue, key, language=to.language
                ),
            )
            for key, title in OFFERED.items()
        },
    },
)
