"""Load a catalogue whole or not at all, with every problem at once."""

from pathlib import PurePosixPath

from bot.catalogue.checking import check_consent, check_rendered, check_text, note_state
from bot.catalogue.files import CONTENT, LOCALES, PROGRAMME, Files, version_of
from bot.catalogue.folders import check_band, list_folders, read_card, read_pages
from bot.catalogue.media import read_audio, read_picture
from bot.catalogue.parsing import (
    STATE_KEYS,
    Findings,
    Page,
    parse_page,
    parse_record,
    parse_text,
)
from bot.catalogue.printables import read_printables
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
from bot.catalogue.stories import read_stories
from bot.catalogue.storybook import check_told
from bot.catalogue.translating import check_words
from bot.catalogue.words import PoFileError, Words, parse_messages
from bot.errors import FileRefused

ACTIVITIES = f"{CONTENT}/activities"
DISTRESS = f"{CONTENT}/distress"
TEXT_KEYS = ("title", "things", "alt", *STATE_KEYS)
CONSENT_KEYS = STATE_KEYS
CONSENT_SECTIONS = ("messages", "linking", "research")


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
    stories = read_stories(files, programme, findings)
    printables = read_printables(files, programme, findings)
    check_order(programme, activities.values(), PROGRAMME, findings)
    if findings.errors:
        return None
    catalogue = Catalogue(
        version_of(files),
        programme,
        activities,
        consent,
        words,
        prints,
        distress,
        stories,
        printables,
    )
    check_rendered(catalogue, findings)
    check_told(catalogue, findings)
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
    for folder in list_folders(files, ACTIVITIES):
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


def read_activity(
    files: Files, folder: str, programme: Programme, findings: Findings
) -> Activity | None:
    """Read one activity: its card, its picture, its text in every language."""
    path = f"{folder}/activity.yaml"
    card = read_card(files, path, ActivityCard, findings)
    texts = read_texts(files, folder, programme, findings)
    if not card:
        return None
    check_band(card.band, path, programme, findings)
    picture = read_picture(files, f"{folder}/{card.picture}", findings)
    audio = read_audio(files, folder, programme, findings)
    if picture is None or len(texts) < len(programme.languages):
        return None
    return Activity(card, folder, picture, texts, audio)


def read_texts(
    files: Files, folder: str, programme: Programme, findings: Findings
) -> dict[str, ActivityText]:
    """Read an activity's text in every language of the programme."""
    found = read_pages(
        files, folder, programme, findings, keys=TEXT_KEYS, sections=Section, kind="activity"
    )
    pages = {
        language: page
        for language, page in found.items()
        if check_text(page, f"{folder}/{language}.md", findings)
    }
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
