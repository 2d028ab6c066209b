"""Read the activities: a card, a picture, recordings, and a text in every language."""

from collections.abc import Mapping
from functools import partial

from bot.catalogue.checks.texts import check_activity, note_state
from bot.catalogue.files import CONTENT
from bot.catalogue.plain import Localise
from bot.catalogue.reading.folders import (
    Folder,
    Ground,
    check_band,
    is_enough,
    read_card,
    read_pages,
)
from bot.catalogue.reading.media import (
    AUDIO,
    check_recorded,
    list_recordings,
    read_picture,
    read_recording,
)
from bot.catalogue.reading.parsing import STATE_KEYS, Findings, Lines, Page
from bot.catalogue.reading.recordings import name_spoken
from bot.catalogue.records import Activity, ActivityCard, ActivityText, Section
from bot.core.messages import Media

ACTIVITIES = f"{CONTENT}/activities"
CARD = "activity.yaml"
KEYS = ("title", "things", "alt", *STATE_KEYS)
OGG = ".ogg"


def read_activity(
    folder: Folder, ground: Ground, findings: Findings
) -> tuple[Activity | None, int]:
    """Read one activity, and the line of its id."""
    programme, path = ground.programme, folder.place(CARD)
    read = read_card(folder, CARD, ActivityCard, findings)
    card, lines = read or (None, Lines())
    localise = card.localise if card else Localise.TRANSLATE
    texts = read_texts(folder, ground, findings, localise=localise)
    audio = read_audio(folder, ground, findings, texts=texts)
    if card is None:
        return None, 0
    check_band(card.band, path, lines.of("band"), programme, findings)
    picture = read_picture(folder, card.picture, findings)
    if picture is None or not is_enough(texts, programme):
        return None, 0
    told = {language: make_text(page, language) for language, page in texts.items()}
    return Activity(card, folder.path, picture, told, audio), lines.of("id")


def read_texts(
    folder: Folder, ground: Ground, findings: Findings, *, localise: Localise
) -> dict[str, Page]:
    """Read an activity's text in every language of the programme."""
    found = read_pages(folder, ground, findings, keys=KEYS, sections=Section, kind="activity")
    sound = {
        language: page
        for language, page in found.items()
        if check_activity(page, folder.text(language), language, ground, findings)
    }
    return note_state(sound, folder, ground, findings, localise=localise)


def make_text(page: Page, language: str) -> ActivityText:
    """Make an activity's text in one language."""
    return ActivityText(
        language=language,
        title=str(page.front["title"]),
        things=str(page.front.get("things") or ""),
        alt=str(page.front["alt"]),
        is_reviewed=page.is_reviewed,
        source=page.front.get("source"),
        sections={section: page.sections[section] for section in Section},
        lines=page.lines,
        is_stale=page.is_stale,
    )


def read_audio(
    folder: Folder, ground: Ground, findings: Findings, *, texts: Mapping[str, Page]
) -> dict[str, Media]:
    """Read an activity's recordings, one for each language that has one."""
    recordings = {}
    for name in list_recordings(folder):
        path, language = folder.place(AUDIO + name), name.removesuffix(OGG)
        if not name.endswith(OGG) or language not in ground.programme.languages:
            languages = ", ".join(f"{each}{OGG}" for each in ground.programme.languages)
            findings.refuse(path, 0, "this belongs to no language", f"Use one of: {languages}.")
            continue
        recording = read_recording(folder.files[AUDIO + name], path, findings)
        if recording and language in texts:
            recordings[language] = recording
    spoken = {language: partial(name_spoken, page) for language, page in texts.items()}
    check_recorded(folder, ground, findings, spoken=spoken, heard=recordings)
    return recordings
