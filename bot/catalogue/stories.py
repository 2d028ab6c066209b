"""Read the stories: each page has a picture, and a few words in every language."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from bot.catalogue.checking import check_plain_words, check_reviewed, check_title, note_state
from bot.catalogue.files import CONTENT, Files
from bot.catalogue.folders import check_band, list_folders, read_card, read_name, read_pages
from bot.catalogue.materials import Story, StoryCard, StoryPage, StoryText
from bot.catalogue.media import read_picture, read_recording
from bot.catalogue.parsing import STATE_KEYS, Findings, Page
from bot.catalogue.recordings import RECORDED
from bot.catalogue.records import Programme
from bot.catalogue.storybook import split_page
from bot.core.messages import Media

STORIES = f"{CONTENT}/stories"
KEYS = ("title", *STATE_KEYS)
PAGE_WORDS = 45
PROMPTS = 2


def read_stories(files: Files, programme: Programme, findings: Findings) -> dict[str, Story]:
    """Read every story's folder, by its name."""
    found = (
        read_story(files, folder, programme, findings) for folder in list_folders(files, STORIES)
    )
    return {story.id: story for story in found if story}


def read_story(files: Files, folder: str, programme: Programme, findings: Findings) -> Story | None:
    """Read one story: its card, its pictures, its recordings, its text in every language."""
    name, path = read_name(folder, findings), f"{folder}/story.yaml"
    card = read_card(files, path, StoryCard, findings)
    if card is None:
        return None
    check_band(card.band, path, programme, findings)
    check_alt(card, path, programme, findings)
    sections = [str(number) for number, _page in enumerate(card.pages, start=1)]
    texts = read_pages(
        files, folder, programme, findings, keys=KEYS, sections=sections, kind="story"
    )
    for language, page in texts.items():
        check_story(page, f"{folder}/{language}.md", findings)
    note_state(texts, programme.language, folder, findings)
    pictures = [read_picture(files, f"{folder}/{each.picture}", findings) for each in card.pages]
    audio = read_story_audio(files, folder, programme, findings, pages=len(card.pages))
    pages = tuple(
        StoryPage(picture, each.alt)
        for picture, each in zip(pictures, card.pages, strict=True)
        if picture
    )
    is_whole = len(pages) == len(sections) and all(
        page.sections.get(each) for page in texts.values() for each in sections
    )
    if name is None or not is_whole or len(texts) < len(programme.languages):
        return None
    told = {language: make_text(page, language, sections) for language, page in texts.items()}
    return Story(name, card, folder, pages, told, audio)


def make_text(page: Page, language: str, sections: list[str]) -> StoryText:
    """Make a story's text in one language."""
    return StoryText(
        language=language,
        title=str(page.front.get("title")),
        is_reviewed=bool(page.front.get("reviewed")),
        source=page.front.get("source"),
        pages=tuple(page.sections[each] for each in sections),
    )


def check_alt(card: StoryCard, path: str, programme: Programme, findings: Findings) -> None:
    """See that each picture is described in every language, and in no other."""
    for number, page in enumerate(card.pages, start=1):
        for language in programme.languages:
            if not page.alt.get(language, "").strip():
                what = f'page {number} has no alt in "{language}"'
                findings.refuse(path, 0, what, "Say in a few words what the picture shows.")
        for language in page.alt:
            if language not in programme.languages:
                what = f'page {number} has an alt in "{language}"'
                languages = ", ".join(programme.languages)
                findings.refuse(path, 0, what, f"The programme's languages are: {languages}.")


def check_story(page: Page, path: str, findings: Findings) -> None:
    """Check a story's text: short pages, of one telling and at most two prompts."""
    check_title(page, path, findings)
    check_reviewed(page, path, findings)
    for name, text in page.sections.items():
        line = page.lines.get(name, 0)
        check_plain_words(text, path, line, findings, kind="story", most=PAGE_WORDS)
        _told, prompts = split_page(text)
        if len(prompts) > PROMPTS:
            what = f"page {name} has {len(prompts)} prompts"
            findings.refuse(path, line, what, f"Write at most {PROMPTS}, each by itself.")


def read_story_audio(
    files: Files, folder: str, programme: Programme, findings: Findings, *, pages: int
) -> Mapping[tuple[str, int], Media]:
    """Read a story's recordings: `audio/<language>/<page>.ogg`, as many as there are."""
    numbers = {f"{number}.ogg": number for number in range(1, pages + 1)}
    recordings = {}
    for path in sorted(name for name in files if name.startswith(f"{folder}/audio/")):
        if path == f"{folder}/audio/{RECORDED}":
            continue
        file = PurePosixPath(path)
        language, number = file.parent.name, numbers.get(file.name)
        is_placed = str(file.parent.parent) == f"{folder}/audio"
        if not is_placed or language not in programme.languages or number is None:
            what = "this belongs to no page in no language"
            findings.refuse(path, 0, what, f"Name it audio/<language>/<page>.ogg, 1 to {pages}.")
            continue
        recording = read_recording(files[path], path, findings)
        if recording:
            recordings[language, number] = recording
    return recordings
