"""Take in an openly licensed story: Markdown pages with pictures, as African Storybook has them.

A file for each language begins with `# title`; each page stands under `##`; the last of these holds
`* License: [CC-BY]`, `* Text: …`, `* Illustration: …`, `* Translation: …`, `* Language: ar`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.catalogue.checks.unwritten import MARK
from bot.catalogue.desk.items import Outline, read_outline
from bot.catalogue.desk.starting import Begun, fill, list_bands
from bot.catalogue.desk.yaml_edits import quote
from bot.catalogue.files import CONTENT, Files
from bot.catalogue.materials import list_limits
from bot.catalogue.reading.folders import NAME
from bot.catalogue.reading.media import PICTURES
from bot.catalogue.reading.parsing import STATE_KEYS, Findings, parse_page, source_hash
from bot.errors import BotError

MOST_PAGES = 20
MOST_CHARACTERS = 20_000  # of a language's text; what reads it takes longer by its square
PICTURE = re.compile(r"!\[([^\]]{0,500})\]\(\s*<?([^)\s>]+)>?[^)]*\)")
CHECK = "See that all is well: kuffert content check. A page has at most 45 words."
QUESTIONS = "Put one or two questions under each page, each a paragraph of its own."
NUMBER = re.compile(r"(\d+)$")
FACT = re.compile(r"^\s*[*-]\s*\**(\w+)\**\s*:\s*(.+?)\s*$", re.MULTILINE)
MAKERS = ("Text", "Illustration", "Translation")
OPEN = re.compile(
    r"cc0|public domain|cc[- ]by(?:[- ](?:sa|nc|nd|nc[- ]sa|nc[- ]nd))?", re.IGNORECASE
)


@dataclass(frozen=True)
class Told:
    """A story in one language: its title, its pages, and for each page a picture and its alt."""

    file: str
    language: str
    title: str
    pages: Sequence[str]
    pictures: Sequence[tuple[str, str]]
    licence: str
    makers: Mapping[str, str]


def import_story(files: Files, source: Files, *, name: str, band: str) -> Begun:
    """Turn a story's files into a folder of the catalogue; raise BotError with what is wrong.

    Languages that the programme does not have are left out; those that the story lacks are begun,
    to be translated.
    """
    outline = read_outline(files)
    folder = f"{CONTENT}/stories/{name}"
    check_place(files, outline, folder, name=name, band=band)
    told = [parse_story(path, source[path]) for path in sorted(source) if is_text(path)]
    if not told:
        raise BotError("There is no Markdown file. A story is a file such as en.md, with pages.")
    by_language = choose_languages(told, outline)
    main = by_language.get(outline.language) or next(iter(by_language.values()))
    check_alike(by_language, main)
    pictures = [find_picture(source, main, number) for number in range(len(main.pages))]
    licence = join_licences(by_language.values())
    written: dict[str, bytes] = {}
    names = []
    for number, path in enumerate(pictures, start=1):
        names.append(f"page-{number}{PurePosixPath(path).suffix.lower()}")
        written[f"{folder}/{names[-1]}"] = source[path]
    card = write_card(by_language, main, outline, band=band, licence=licence, names=names)
    written[f"{folder}/story.yaml"] = card.encode()
    written |= write_texts(by_language, main, outline, folder)
    left_out = sorted({each.language for each in told} - set(by_language))
    writing = list_steps(by_language, outline, folder, licence, left_out)
    return Begun(folder, written, writing, [CHECK])


def check_place(files: Files, outline: Outline, folder: str, *, name: str, band: str) -> None:
    """See that the folder can be made, and that the band exists."""
    if not NAME.fullmatch(name):
        raise BotError(
            f'"{name}" cannot be a name. Use small letters, digits and dashes, at most 24.'
        )
    if any(path.startswith(f"{folder}/") for path in files):
        raise BotError(f"{folder} is there already. Choose another name; nothing was written.")
    if band not in list_bands(outline):
        bands = ", ".join(list_bands(outline))
        raise BotError(f'--band cannot be "{band}". Use one of: {bands}.')


def is_text(path: str) -> bool:
    """Say whether a file is a story's text."""
    place = PurePosixPath(path)
    return place.suffix.lower() == ".md" and place.stem.upper() != "README"


def parse_story(path: str, content: bytes) -> Told:
    """Read one language's file."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BotError(f"{path} is not written in UTF-8. Save it as UTF-8.") from error
    if len(text) > MOST_CHARACTERS:
        raise BotError(f"{path} has {len(text)} characters. A story has at most {MOST_CHARACTERS}.")
    head, *parts = re.split(r"^##(?!#).*$", text, flags=re.MULTILINE)
    title = re.search(r"^#\s+(.+?)\s*$", head, flags=re.MULTILINE)
    if title is None or len(parts) < 2:
        raise BotError(f"{path} is no story: it needs `# title`, and `##` before each page.")
    facts = {found[1].capitalize(): found[2] for found in FACT.finditer(parts[-1])}
    pages = parts[:-1] if "License" in facts or "Licence" in facts else parts
    licence = find_licence(path, facts)
    if len(pages) > MOST_PAGES:
        raise BotError(f"{path} has {len(pages)} pages. A story has at most {MOST_PAGES}.")
    found = [PICTURE.search(page) for page in pages]
    return Told(
        file=path,
        language=find_language(path, facts),
        title=title[1],
        pages=[PICTURE.sub("", page).strip() for page in pages],
        pictures=[(each[2], each[1].strip()) if each else ("", "") for each in found],
        licence=licence,
        makers={name: facts[name] for name in MAKERS if facts.get(name)},
    )


def find_licence(path: str, facts: Mapping[str, str]) -> str:
    """Give the licence that a file names; only open ones are known."""
    named = (facts.get("License") or facts.get("Licence") or "").strip("[] ")
    if not named:
        raise BotError(
            f"{path} names no licence. Nothing is taken in without one: the last part needs a line "
            "such as `* License: [CC-BY]`."
        )
    if not OPEN.match(named):
        raise BotError(
            f'{path} has the licence "{named}", which is not known as an open one. Known are '
            "CC0, public domain, and CC-BY with SA, NC or ND."
        )
    return named


def find_language(path: str, facts: Mapping[str, str]) -> str:
    """Give a file's language: as it says itself, else by its own or its folder's name."""
    place = PurePosixPath(path)
    if "Language" in facts:
        return facts["Language"].strip("[] ").lower()
    return place.parent.name.lower() if place.stem[:1].isdigit() else place.stem.lower()


def choose_languages(told: Sequence[Told], outline: Outline) -> dict[str, Told]:
    """Choose the files of the programme's languages, one each."""
    chosen: dict[str, Told] = {}
    for each in told:
        if each.language in chosen:
            other = chosen[each.language].file
            raise BotError(f'{each.file} and {other} are both in "{each.language}". Keep one.')
        if each.language in outline.languages:
            chosen[each.language] = each
    if not chosen:
        found = ", ".join(sorted({each.language for each in told}))
        raise BotError(
            f"The story is in {found}; the programme has {', '.join(outline.languages)}."
        )
    return chosen


def check_alike(by_language: Mapping[str, Told], main: Told) -> None:
    """See that every language has the same number of pages."""
    for each in by_language.values():
        if len(each.pages) != len(main.pages):
            raise BotError(
                f"{each.file} has {len(each.pages)} pages, and {main.file} has {len(main.pages)}. "
                "Give both the same pages."
            )


def find_picture(source: Files, told: Told, place: int) -> str:
    """Find a page's picture: the one that it names, else the one with its number."""
    number = place + 1
    wanted, _alt = told.pictures[place]
    pictures = [path for path in sorted(source) if PurePosixPath(path).suffix.lower() in PICTURES]
    if wanted:
        name = PurePosixPath(wanted).name
        found = [path for path in pictures if PurePosixPath(path).name == name]
        missing = f'{told.file} names the picture "{wanted}" on page {number}, which is not there.'
    else:
        found = [path for path in pictures if number_of(path) == number]
        missing = f"Page {number} has no picture. Put {number:02}.jpg or {number:02}.png there."
    if not found:
        raise BotError(missing)
    return found[0]


def number_of(path: str) -> int | None:
    """Give the number at the end of a file's name."""
    found = NUMBER.search(PurePosixPath(path).stem)
    return int(found[1]) if found else None


def join_licences(told: Iterable[Told]) -> str:
    """Give the licence of words and pictures; several languages may differ."""
    return ", ".join(dict.fromkeys(each.licence for each in told))


def write_card(
    by_language: Mapping[str, Told],
    main: Told,
    outline: Outline,
    *,
    band: str,
    licence: str,
    names: Sequence[str],
) -> str:
    """Write the story's card: whose it is, and what each picture shows in every language."""
    makers = [f"{name}: {maker}" for name, maker in main.makers.items() if name != "Translation"]
    makers += [
        f"Translation ({language}): {each.makers['Translation']}"
        for language, each in by_language.items()
        if "Translation" in each.makers
    ]
    pages = []
    for place, name in enumerate(names):
        lines = [f"  - picture: {name}", "    alt:"]
        for language in outline.languages:
            own = by_language.get(language)
            alt = own.pictures[place][1] if own else ""
            said = alt or f"{MARK} say in a few words what this picture shows"
            lines.append(f"      {language}: {quote(said)}")
        pages.append("\n".join(lines))
    card = fill(
        "story.yaml", {"band": quote(band), "localise": "translate", "pages": "\n".join(pages)}
    )
    credit = "; ".join(makers) or f"{MARK} write who made words and pictures"
    return set_value(set_value(card, "licence", licence), "credit", credit)


def write_texts(
    by_language: Mapping[str, Told], main: Told, outline: Outline, folder: str
) -> dict[str, bytes]:
    """Write a text for every language; one that the story lacks says what to write."""
    numbers = [str(number) for number in range(1, len(main.pages) + 1)]
    texts = {each: write_text(by_language.get(each), numbers) for each in outline.languages}
    if main.language == outline.language:
        keys = ("title", *STATE_KEYS)
        page = parse_page(texts[main.language], folder, Findings(), keys=keys, sections=numbers)
        mark = f'reviewed: no\nsource: "{source_hash(page)}"' if page else "reviewed: no"
        for language in by_language.keys() - {outline.language}:
            texts[language] = texts[language].replace("reviewed: no", mark, 1)
    return {f"{folder}/{language}.md": text.encode() for language, text in texts.items()}


def write_text(own: Told | None, numbers: Sequence[str]) -> str:
    """Write the text of one language."""
    told = own.pages if own else [""] * len(numbers)
    sections = "\n\n".join(
        f"## {number}\n\n{text or f'{MARK} tell what happens, at most 45 words'}"
        for number, text in zip(numbers, told, strict=True)
    )
    text = fill("titled.md", {"sections": sections})
    return set_value(text, "title", own.title) if own else text


def set_value(text: str, key: str, value: str) -> str:
    """Put a value in place of what a template says there."""
    line = f"{key}: {quote(value)}"
    return re.sub(rf"^{key}:.*$", lambda _found: line, text, count=1, flags=re.MULTILINE)


def list_steps(
    by_language: Mapping[str, Told],
    outline: Outline,
    folder: str,
    licence: str,
    left_out: Sequence[str],
) -> list[str]:
    """Say what to do next, first what the licence does not allow."""
    steps = [
        f"Beware of the licence, {licence}: {limit}. See that your programme may use it."
        for limit in list_limits(licence)
    ]
    if left_out:
        steps.append(f"Left out, since the programme has no such language: {', '.join(left_out)}.")
    steps.append(f"Write in {folder}/story.yaml what each picture shows, where it says {MARK}")
    steps.append(QUESTIONS)
    steps += [
        f"Translate into {language}: write {folder}/{language}.md."
        for language in outline.languages
        if language not in by_language
    ]
    return steps
