"""Measure what families are shown against Telegram's limits, in every language and after any tap.

To render every touch in every form takes long where there are many. So the frame around the words
is measured once for each language, with the same functions that render for families; only where
frame and words together might be too much is the touch itself rendered and measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from bot.catalogue.checks.texts import CAPTION_UNITS, LONGEST_THEME, TEXT_UNITS
from bot.catalogue.files import CONTENT
from bot.catalogue.plain import Localise
from bot.catalogue.programme import NOTES
from bot.catalogue.reading.memory import Memory
from bot.catalogue.reading.parsing import Findings
from bot.catalogue.records import Activity, ActivityCard, ActivityText, Catalogue, Reading, Section
from bot.catalogue.shown.touches import Telling, render_touch, say_child
from bot.catalogue.shown.wording import plain_length, render
from bot.catalogue.words import Words
from bot.core.actions import Able, Answer, Wish
from bot.core.cadence import Touch
from bot.core.choosing import Pass, Variant
from bot.core.messages import Media, MediaKind
from bot.core.siblings import Label, Naming
from bot.core.skills import SKILLS

LIMITS = {Touch.WHY: TEXT_UNITS, Touch.DO: CAPTION_UNITS, Touch.GROW: CAPTION_UNITS}
LABELLED_AGES = range(1, 12)  # in years: every plural form of the languages that we know
MINUTES = range(1, 31)
STAND_IN = "x"  # where an activity's own words would be; it counts one


@dataclass(frozen=True)
class Frames:
    """How much room all but an activity's own words can take in a language, in UTF-16 units."""

    units: Mapping[Touch, Mapping[Variant, int]]


def measure_frames(catalogue: Catalogue, language: str, _findings: Findings) -> Frames:
    """Measure the frame of every touch and variant in a language."""
    label = longest_label(catalogue.words_in(language))
    without, with_things = (standing_in(catalogue, language, each) for each in ("", STAND_IN))
    return Frames(
        {
            touch: {
                variant: max(
                    longest(place, (touch, variant), language, label)
                    for place in ((without, with_things) if touch is Touch.DO else (without,))
                )
                for variant in Variant
            }
            for touch in Touch  # only the activity itself says what is needed
        }
    )


def standing_in(catalogue: Catalogue, language: str, things: str) -> tuple[Catalogue, str]:
    """Give a catalogue of one activity without words, which takes the most room for its minutes."""
    words = catalogue.words_in(language)
    longest_minutes = max(
        MINUTES, key=lambda each: plain_length(words.count("about-minutes", each))
    )
    text = ActivityText(
        language=language,
        title=STAND_IN,
        things=things,
        alt="",
        is_reviewed=True,
        source=None,
        sections=dict.fromkeys(Section, STAND_IN),
    )
    card = ActivityCard(
        id="A00",
        skill=next(iter(SKILLS)),
        band=next(iter(catalogue.programme.bands)),
        minutes=longest_minutes,
        localise=Localise.TRANSLATE,
        reading=Reading.NONE,
        picture=STAND_IN,
        credit=STAND_IN,
    )
    picture = Media(MediaKind.PICTURE, STAND_IN, STAND_IN)
    alone = Activity(card, STAND_IN, picture, {language: text})
    return replace(catalogue, activities={card.id: alone}), card.id


def measure_all_frames(
    catalogue: Catalogue, findings: Findings, *, memory: Memory
) -> dict[str, Frames]:
    """Measure the frames of every language; the activities need not be there yet."""
    frames = {}
    for language in catalogue.languages:
        inputs = (catalogue.words_in(language), catalogue.programme)
        measure = partial(measure_frames, catalogue, language)
        frames[language] = memory.recall(f"frames of {language}", inputs, findings, measure)
    return frames


def check_rendered(catalogue: Catalogue, findings: Findings, *, memory: Memory) -> None:
    """Measure every touch in every language, and what surrounds the programme."""
    frames = measure_all_frames(catalogue, findings, memory=memory)
    for language in catalogue.languages:
        check_consents(catalogue, language, findings)
    all_frames = tuple(frames.values())
    for activity in catalogue.activities.values():
        check = partial(check_activity, catalogue, activity, frames)
        memory.recall(f"{activity.folder} shown", (activity, all_frames), findings, check)


def check_activity(
    catalogue: Catalogue, activity: Activity, frames: Mapping[str, Frames], findings: Findings
) -> None:
    """Measure an activity's touches in every language."""
    for language, text in activity.texts.items():
        check_touches(catalogue, activity, text, findings, frames=frames[language])


def check_consents(catalogue: Catalogue, language: str, findings: Findings) -> None:
    """Measure what is asked before the first message."""
    consent = catalogue.consent_in(language)
    for name in ("messages", "linking", "research"):
        length = plain_length(render(getattr(consent, name), {}))
        if length > TEXT_UNITS:
            path = f"{CONTENT}/consent/{consent.version}/{language}.md"
            what = f'"{name}" has {length} characters in a chat'
            findings.refuse(path, 0, what, f"Shorten it; Telegram shows {TEXT_UNITS}.")


def check_touches(
    catalogue: Catalogue,
    activity: Activity,
    text: ActivityText,
    findings: Findings,
    *,
    frames: Frames,
) -> None:
    """Measure an activity's touches in one language; render those that might be too long."""
    for touch, most in LIMITS.items():
        words = text.units[touch]
        doubtful = [each for each, units in frames.units[touch].items() if units + words > most]
        if not doubtful:
            continue
        label = longest_label(catalogue.words_in(text.language))
        place = (catalogue, activity.card.id)
        length = max(longest(place, (touch, each), text.language, label) for each in doubtful)
        if length > most:
            findings.refuse(
                f"{activity.folder}/{text.language}.md",
                text.lines.get(touch, 0),
                f'"{touch}" can become {length} characters in a chat',
                f"Shorten it; Telegram shows {most}.",
            )


def longest_label(words: Words) -> Label | None:
    """Give the label of a child that takes most room, of those that can be expected.

    None where the strings have no labels: those of a snapshot from before there were any.
    """
    namings = [naming for naming in Naming if f"for-{naming}" in words.keys]
    labels = [Label(naming, age, place=9) for naming in namings for age in LABELLED_AGES]
    return max(labels, key=lambda label: plain_length(say_child(words, label)), default=None)


def longest_school(catalogue: Catalogue, language: str) -> str:
    """Give the language of the programme whose name takes most room in a language."""
    words = catalogue.words_in(language)
    return max(catalogue.languages, key=lambda each: len(words.language_name(each)))


def longest(
    place: tuple[Catalogue, str],
    shown: tuple[Touch, Variant],
    language: str,
    label: Label | None,
) -> int:
    """Measure the longest form that a touch of an activity can take after taps."""
    catalogue, activity_id = place
    told = Telling(
        0,
        shown[0],
        activity_id,
        shown[1],
        language,
        longest_school(catalogue, language),
        wish=Wish.HARDER,
        theme="x" * LONGEST_THEME,
        asks_able=True,
        able=Able.A_LITTLE,
        child=label,
    )
    notes = [f"home-language-{each}" for each in range(1, NOTES + 1)]
    forms = [
        replace(told, celebrates=celebrates, time=time, note=note)
        for celebrates, time in ((1, Pass.FIRST), (None, Pass.HARDER))
        for note in (notes if shown[0] is not Touch.DO else [""])
    ]
    return max(
        plain_length(render_touch(catalogue, replace(form, answer=answer)).text)
        for form in forms
        for answer in Answer
    )
