"""Read the stories: each page has a picture, and a few words in every language."""

from collections.abc import Mapping
from functools import partial
from pathlib import PurePosixPath

from bot.catalogue.checks.invisible import check_invisible
from bot.catalogue.checks.texts import TextChecker, note_state
from bot.catalogue.files import CONTENT
from bot.catalogue.materials import Story, StoryCard, StoryPage, StoryText, list_limits
from bot.catalogue.programme import Programme
from bot.catalogue.reading.folders import (
    Folder,
    Ground,
    check_band,
    is_enough,
    read_card,
    read_name,
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
from bot.catalogue.shown.storybook import split_page
from bot.catalogue.words import direction_of
from bot.core.messages import Media

STORIES = f"{CONTENT}/stories"
CARD = "story.yaml"
KEYS = ("title", *STATE_KEYS)
PAGE_WORDS = 45
PROMPTS = 2


def read_story(folder: Folder, ground: Ground, findings: Findings) -> Story | None:
    """Read one story: its card, its pictures, its recordings, its text in every language."""
    programme, path = ground.programme, folder.place(CARD)
    name, read = read_name(folder, findings), read_card(folder, CARD, StoryCard, findings)
    if read is None:
        return None
    card, lines = read
    check_band(card.band, path, lines.of("band"), programme, findings)
    for limit in list_limits(card.licence):
        what = f"the licence is {card.licence}: {limit}"
        findings.warn(path, lines.of("licence"), what, "See that your programme may use it.")
    check_alt(card, path, lines, programme, findings)
    sections = [str(number) for number, _page in enumerate(card.pages, start=1)]
    texts = read_pages(folder, ground, findings, keys=KEYS, sections=sections, kind="story")
    for language, page in texts.items():
        check_story(page, folder.text(language), language, ground, findings)
    texts = note_state(texts, folder, ground, findings, localise=card.localise)
    pictures = [read_picture(folder, each.picture, findings) for each in card.pages]
    audio = read_story_audio(folder, ground, findings, pages=len(card.pages), texts=texts)
    pages = tuple(
        StoryPage(picture, each.alt)
        for picture, each in zip(pictures, card.pages, strict=True)
        if picture
    )
    is_whole = len(pages) == len(sections) and all(
        page.sections.get(each) for page in texts.values() for each in sections
    )
    if name is None or not is_whole or not is_enough(texts, programme):
        return None
    told = {language: make_text(page, language, sections) for language, page in texts.items()}
    return Story(name, card, folder.path, pages, told, audio)


def make_text(page: Page, language: str, sections: list[str]) -> StoryText:
    """Make a story's text in one language."""
    return StoryText(
        language=language,
        title=str(page.front.get("title")),
        is_reviewed=page.is_reviewed,
        source=page.front.get("source"),
        pages=tuple(page.sections[each] for each in sections),
        is_stale=page.is_stale,
    )


def check_alt(
    card: StoryCard, path: str, lines: Lines, programme: Programme, findings: Findings
) -> None:
    """See that each picture is described in every language, and in no other."""
    for place, page in enumerate(card.pages):
        number, line = place + 1, lines.of("pages", place, "alt")
        for language in programme.languages:
            if not page.alt.get(language, "").strip() and not programme.may_fall_back(language):
                what = f'page {number} has no alt in "{language}"'
                findings.refuse(path, line, what, "Say in a few words what the picture shows.")
        for language, alt in page.alt.items():
            at = lines.of("pages", place, "alt", language)
            if language not in programme.languages:
                what = f'page {number} has an alt in "{language}"'
                languages = ", ".join(programme.languages)
                findings.refuse(path, at, what, f"The programme's languages are: {languages}.")
            else:
                check_invisible(alt, path, at, findings, direction=direction_of(language))


def check_story(page: Page, path: str, language: str, ground: Ground, findings: Findings) -> None:
    """Check a story's text: short pages, of one telling and at most two prompts."""
    checker = TextChecker(path, language, ground, findings)
    checker.check_front(page, needed=("title",))
    for name, text in page.sections.items():
        if checker.check_bare_section(page, name, kind="a story"):
            checker.check_words(page, name, PAGE_WORDS)
        _told, prompts = split_page(text)
        if len(prompts) > PROMPTS:
            what = f"page {name} has {len(prompts)} prompts"
            instead = f"Write at most {PROMPTS}, each by itself."
            findings.refuse(path, page.lines.get(name, 0), what, instead)


def read_story_audio(
    folder: Folder, ground: Ground, findings: Findings, *, pages: int, texts: Mapping[str, Page]
) -> Mapping[tuple[str, int], Media]:
    """Read a story's recordings: `audio/<language>/<page>.ogg`, as many as there are."""
    numbers = {f"{number}.ogg": number for number in range(1, pages + 1)}
    recordings = {}
    for name in list_recordings(folder):
        path = folder.place(AUDIO + name)
        language, number = PurePosixPath(name).parent.name, numbers.get(PurePosixPath(name).name)
        is_placed = len(PurePosixPath(name).parts) == len(("language", "page"))
        if not is_placed or language not in ground.programme.languages or number is None:
            what = "this belongs to no page in no language"
            findings.refuse(path, 0, what, f"Name it audio/<language>/<page>.ogg, 1 to {pages}.")
            continue
        recording = read_recording(folder.files[AUDIO + name], path, findings)
        if recording and language in texts:
            recordings[language, number] = recording
    spoken = {
        f"{language}/{number}": partial(name_spoken, page, number)
        for language, page in texts.items()
        for number in range(1, pages + 1)
    }
    heard = [f"{language}/{number}" for language, number in recordings]
    check_recorded(folder, ground, findings, spoken=spoken, heard=heard)
    return recordings
