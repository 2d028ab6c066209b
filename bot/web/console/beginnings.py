"""Begin something new: an activity, a story, a page to print, or a story that others made."""

import asyncio
from collections.abc import Mapping

from starlette.responses import Response

from bot.catalogue.desk.archives import read_archive
from bot.catalogue.desk.importing import import_story
from bot.catalogue.desk.items import FOLDERS, Group, read_outline
from bot.catalogue.desk.starting import (
    KINDS,
    LOCALISE,
    MINUTES,
    PAGES,
    Begun,
    Wish,
    begin,
    list_bands,
    list_skills,
)
from bot.catalogue.files import CONTENT, Files, list_folders
from bot.errors import BotError
from bot.web.console.bundles import (
    BEGUN,
    Line,
    get_files,
    keep_bundle,
    read_choice,
    show_bundle,
)
from bot.web.console.visits import Visit

PAGE = "/content/new"
ASKED: Mapping[Group, tuple[str, ...]] = {
    Group.ACTIVITIES: ("skill", "band", "minutes", "id", "localise"),
    Group.STORIES: ("pages", "band", "localise"),
    Group.PRINTABLES: ("kind", "localise"),
}
NUMBERS = ("minutes", "pages")
NEEDED = {"skill", "band", "minutes"}  # where no model decides


async def show(visit: Visit) -> Response:
    """Show what can be begun."""
    files = await get_files(visit)
    outline = read_outline(files)
    return visit.page(
        "new",
        bands=list_bands(outline),
        skills=list_skills(outline),
        localise=LOCALISE,
        kinds=KINDS,
        minutes=MINUTES,
        pages=PAGES,
        like={each: list_names(files, each) for each in FOLDERS},
    )


def list_names(files: Files, group: Group) -> list[str]:
    """List what there is of a group, by the names of its folders."""
    return [each.rpartition("/")[2] for each in list_folders(files, f"{CONTENT}/{group}")]


async def start(visit: Visit) -> Response:
    """Begin an item, and give its folder."""
    group = Group(read_choice(visit, "group", FOLDERS))
    values = {name: read_value(visit, name) for name in ASKED[group]}
    if not visit.said("like") and any(values[each] is None for each in NEEDED & values.keys()):
        raise BotError(visit.words.say("Choose a model, or all that it would decide."))
    wish = Wish(group, visit.said("name"), visit.said("like") or None, values)
    files = await get_files(visit)
    begun = await asyncio.to_thread(begin, files, wish)
    return await give(visit, begun, name=wish.name, action="content begun")


def read_value(visit: Visit, name: str) -> str | int | None:
    """Read a field of a wish; None where it is left to the model."""
    said = visit.said(name)
    return int(said) if name in NUMBERS and said.isdecimal() and len(said) < 4 else said or None


async def take_story(visit: Visit) -> Response:
    """Take in a story that others made, and give its folder."""
    file_name, content = await visit.read_file("file")
    files, name = await get_files(visit), visit.said("name")
    begun = await asyncio.to_thread(
        read_story, files, content, file_name=file_name, name=name, band=visit.said("band")
    )
    return await give(visit, begun, name=name, action="story taken in")


def read_story(files: Files, content: bytes, *, file_name: str, name: str, band: str) -> Begun:
    """Make a story of an archive."""
    return import_story(files, read_archive(content, file_name), name=name, band=band)


async def give(visit: Visit, begun: Begun, *, name: str, action: str) -> Response:
    """Keep a new folder, and tell what to do with it."""
    async with visit.office.database.writing() as session:
        kept = await keep_bundle(visit, session, begun.files, kind=BEGUN, name=name)
        await visit.note(session, action, begun.folder)
    return show_bundle(
        visit,
        kept,
        [Line(path) for path in begun.files],
        title=visit.words.say("Begun: {folder}").format(folder=begun.folder),
        path_back=PAGE,
        steps=begun.writing,
    )
