"""Load a catalogue whole or not at all, with every problem at once."""

import hashlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from bot.catalogue.checking import check_consent, check_rendered, check_text, note_state
from bot.catalogue.files import CONTENT, LOCALES, Files, version_of
from bot.catalogue.parsing import Findings, Page, parse_page, parse_record, parse_text
from bot.catalogue.prints import read_prints
from bot.catalogue.programming import check_order, check_programme
from bot.catalogue.records import (
    Activity,
    ActivityCard,
    ActivityText,
    Catalogue,
    ConsentText,
    Distress,
    Programme,
    Section,
)
from bot.catalogue.translating import check_words
from bot.catalogue.words import PoFileError, Words, parse_messages
from bot.core.messages import Media, MediaKind
from bot.errors import FileRefused

PROGRAMME = f"{CONTENT}/programme.yaml"
ACTIVITIES = f"{CONTENT}/activities"
DISTRESS = f"{CONTENT}/distress"
TEXT_KEYS = ("title", "things", "alt", "reviewed", "source")
CONSENT_KEYS = ("reviewed", "source")
CONSENT_SECTIONS = ("messages", "linking", "research")
PICTURE_BYTES = 300_000
AUDIO_BYTES = 1_000_000  # about five minutes of speech
PICTURES = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}


def load_catalogue(files: Files) -> Catalogue:
    """Load a catalogue from its files; raise FileRefused with every problem in them."""
    findings = Findings()
    catalogue = read_catalogue(files, findings)
    if findings.errors or catalogue is None:
        raise FileRefused(findings.errors)
    return catalogue


def check_catalogue(files: Files) -> Findings:
    """Find everything that is wrong, and everything that staff should know."""
    findings = Findings()
    read_catalogue(files, findings)
    return findings


def read_catalogue(files: Files, findings: Findings) -> Catalogue | None:
    """Read as much as can be read; None when nothing can be made of it."""
    programme = read_programme(files, findings)
    if programme is None:
        return None
    words = read_words(files, programme, findings)
    consent = read_consent(files, programme, findings)
    prints = read_prints(files, programme, findings)
    distress = read_distress(files, programme, findings)
    activities = read_activities(files, programme, findings)
    check_order(programme, activities.values(), PROGRAMME, findings)
    if findings.errors:
        return None
    catalogue = Catalogue(
        version_of(files), programme, activities, consent, words, prints, distress
    )
    check_rendered(catalogue, findings)
    return catalogue


def read_programme(files: Files, findings: Findings) -> Programme | None:
    """Read the programme."""
    if PROGRAMME not in files:
        findings.refuse(PROGRAMME, 0, "there is no such file", "Write it; see the README.")
        return None
    text = parse_text(files[PROGRAMME], PROGRAMME, findings)
    if text is None:
        return None
    programme = parse_record(Programme, text, PROGRAMME, findings)
    if programme is None or not check_programme(programme, PROGRAMME, findings):
        return None
    return programme


def read_words(files: Files, programme: Programme, findings: Findings) -> dict[str, Words]:
    """Read the short strings of every language."""
    catalogs = {}
    for language in programme.languages:
        path = f"{LOCALES}/{language}/LC_MESSAGES/bot.po"
        if path not in files:
            findings.refuse(
                path, 0, "there is no such file", f"Translate the strings of {programme.language}."
            )
            continue
        try:
            catalogs[language] = parse_messages(files[path], language)
        except (PoFileError, ValueError, LookupError) as error:
            findings.refuse(path, 0, f"this cannot be read as gettext ({error})", "Mend the file.")
    check_words(catalogs, programme.language, findings)
    return {language: Words(language, catalog) for language, catalog in catalogs.items()}


def read_consent(
    files: Files, programme: Programme, findings: Findings
) -> dict[tuple[str, str], ConsentText]:
    """Read the consent texts of the version that is asked for, in every language."""
    folder = f"{CONTENT}/consent/{programme.consent}"
    pages: dict[str, Page] = {}
    for language in programme.languages:
        path = f"{folder}/{language}.md"
        if path not in files:
            findings.refuse(
                path, 0, "there is no such file", "Write the consent text in this language."
            )
            continue
        text = parse_text(files[path], path, findings)
        page = text and parse_page(
            text, path, findings, keys=CONSENT_KEYS, sections=CONSENT_SECTIONS
        )
        if page:
            check_consent(page, path, findings)
            pages[language] = page
    note_state(pages, programme.language, folder, findings)
    return {
        (programme.consent, language): make_consent(page, programme.consent, language)
        for language, page in pages.items()
        if all(page.sections.get(name) for name in CONSENT_SECTIONS)
    }


def make_consent(page: Page, version: str, language: str) -> ConsentText:
    """Make the consent texts of one language."""
    return ConsentText(
        version=version,
        language=language,
        messages=page.sections["messages"],
        linking=page.sections["linking"],
        research=page.sections["research"],
        is_reviewed=bool(page.front.get("reviewed")),
        source=page.front.get("source"),
    )


def read_distress(files: Files, programme: Programme, findings: Findings) -> dict[str, Distress]:
    """Read what distress sounds like, and where help is, in every language."""
    lists: dict[str, Distress] = {}
    names = ", ".join(f"{each}.yaml" for each in programme.languages)
    for path in sorted(each for each in files if each.startswith(f"{DISTRESS}/")):
        language = PurePosixPath(path).stem
        if path != f"{DISTRESS}/{language}.yaml" or language not in programme.languages:
            findings.refuse(path, 0, "this is no language's list", f"Name lists: {names}.")
            continue
        text = parse_text(files[path], path, findings)
        found = text and parse_record(Distress, text, path, findings)
        if not found:
            continue
        lists[language] = found
        if not found.reviewed:
            findings.warn(
                path, 0, "nobody has reviewed these words", "Read them, then write reviewed: yes."
            )
    for language in programme.languages:
        path = f"{DISTRESS}/{language}.yaml"
        if path not in files:
            findings.refuse(
                path, 0, "there is no such file", "Write the words of distress in this language."
            )
    return lists


def read_activities(files: Files, programme: Programme, findings: Findings) -> dict[str, Activity]:
    """Read every activity's folder; their ids differ."""
    activities: dict[str, Activity] = {}
    for folder in sorted(list_folders(files)):
        activity = read_activity(files, folder, programme, findings)
        if activity is None:
            continue
        if activity.card.id in activities:
            other = activities[activity.card.id].folder
            findings.refuse(
                f"{folder}/activity.yaml",
                0,
                f'the id "{activity.card.id}" is taken by {other}',
                "Choose another id.",
            )
            continue
        activities[activity.card.id] = activity
    return dict(sorted(activities.items()))


def list_folders(files: Files) -> Iterable[str]:
    """List the folders of activities."""
    depth = len(PurePosixPath(ACTIVITIES).parts)
    return {
        "/".join(PurePosixPath(name).parts[: depth + 1])
        for name in files
        if name.startswith(f"{ACTIVITIES}/") and len(PurePosixPath(name).parts) > depth + 1
    }


def read_activity(
    files: Files, folder: str, programme: Programme, findings: Findings
) -> Activity | None:
    """Read one activity: its card, its picture, its text in every language."""
    path = f"{folder}/activity.yaml"
    if path not in files:
        findings.refuse(path, 0, "there is no such file", "Write it; see the README.")
        return None
    text = parse_text(files[path], path, findings)
    card = text and parse_record(ActivityCard, text, path, findings)
    texts = read_texts(files, folder, programme, findings)
    if not card:
        return None
    if card.band not in programme.bands:
        findings.refuse(
            path, 0, f'unknown band "{card.band}"', f"Use one of: {', '.join(programme.bands)}."
        )
    picture = read_picture(files, folder, card.picture, findings)
    audio = read_audio(files, folder, programme, findings)
    if picture is None or len(texts) < len(programme.languages):
        return None
    return Activity(card, folder, picture, texts, audio)


def read_texts(
    files: Files, folder: str, programme: Programme, findings: Findings
) -> dict[str, ActivityText]:
    """Read an activity's text in every language of the programme."""
    pages: dict[str, Page] = {}
    for name in sorted(files):
        language = PurePosixPath(name).stem
        if PurePosixPath(name).suffix != ".md" or str(PurePosixPath(name).parent) != folder:
            continue
        if language not in programme.languages:
            findings.refuse(
                name,
                0,
                f'"{language}" is not a language of the programme',
                f"Use one of: {', '.join(programme.languages)}; or add it to {PROGRAMME}.",
            )
            continue
        text = parse_text(files[name], name, findings)
        page = text and parse_page(text, name, findings, keys=TEXT_KEYS, sections=list(Section))
        if page and check_text(page, name, findings):
            pages[language] = page
    for language in programme.languages:
        if f"{folder}/{language}.md" not in files:
            findings.refuse(
                f"{folder}/{language}.md",
                0,
                "there is no such file",
                "Write the activity in this language.",
            )
    note_state(pages, programme.language, folder, findings)
    return {language: make_text(page, language) for language, page in pages.items()}


def make_text(page: Page, language: str) -> ActivityText:
    """Make an activity's text in one language."""
    return ActivityText(
        language=language,
        title=str(page.front["title"]),
        things=str(page.front.get("things") or ""),
        alt=str(page.front["alt"]),
        is_reviewed=bool(page.front.get("reviewed")),
        source=page.front.get("source"),
        sections={section: page.sections[section] for section in Section},
    )


def read_picture(files: Files, folder: str, name: Any, findings: Findings) -> Media | None:
    """Read an activity's picture."""
    path = f"{folder}/{name}"
    content = files.get(path)
    if content is None:
        findings.refuse(path, 0, "there is no such picture", "Put a PNG or JPEG file there.")
        return None
    signature = PICTURES.get(PurePosixPath(path).suffix.lower())
    if signature is None or not content.startswith(signature):
        findings.refuse(path, 0, "this is not a PNG or JPEG picture", "Save it as PNG or JPEG.")
        return None
    if len(content) > PICTURE_BYTES:
        findings.refuse(
            path, 0, f"the picture has {len(content) // 1000} kB", "Make it smaller than 300 kB."
        )
        return None
    digest = hashlib.sha256(content).hexdigest()
    return Media(MediaKind.PICTURE, PurePosixPath(path).name, digest, content)


def read_audio(
    files: Files, folder: str, programme: Programme, findings: Findings
) -> dict[str, Media]:
    """Read an activity's recordings, one for each language that has one."""
    recordings = {}
    for path in sorted(name for name in files if name.startswith(f"{folder}/audio/")):
        language, content = PurePosixPath(path).stem, files[path]
        if PurePosixPath(path).suffix != ".ogg" or language not in programme.languages:
            languages = ", ".join(f"{each}.ogg" for each in programme.languages)
            findings.refuse(path, 0, "this belongs to no language", f"Use one of: {languages}.")
        elif not content.startswith(b"OggS") or b"OpusHead" not in content[:100]:
            findings.refuse(path, 0, "this is not Ogg Opus sound", "Save it as Ogg with Opus.")
        elif len(content) > AUDIO_BYTES:
            size = f"the recording has {len(content) // 1000} kB"
            findings.refuse(path, 0, size, f"Make it smaller than {AUDIO_BYTES // 1000} kB.")
        else:
            digest = hashlib.sha256(content).hexdigest()
            recordings[language] = Media(MediaKind.VOICE, f"{language}.ogg", digest, content)
    return recordings
