"""Translations: texts handed out in a file, and taken in again: all of it, or nothing."""

import asyncio

from starlette.responses import Response

from bot.catalogue.desk.exchange import Format, Only, list_wanted, take_in, write_exchange
from bot.catalogue.desk.pieces import State
from bot.catalogue.files import Files
from bot.errors import BotError, FileRefused
from bot.web.console.bundles import (
    TRANSLATIONS,
    WORKS,
    Line,
    get_files_ahead,
    keep_bundle,
    list_made,
    name_languages,
    read_choice,
    show_bundle,
)
from bot.web.console.content import find_standing
from bot.web.console.files import as_file
from bot.web.console.remembering import Memory
from bot.web.console.visits import Visit

PAGE = "/content/translations"
TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PO: "text/x-gettext-translation; charset=utf-8",
}
NOT_DONE = "not done"
WANTED = (NOT_DONE, *(str(each) for each in Only))
SHOWN = (State.MISSING, State.STALE, State.UNREVIEWED, State.DONE)
FILE_BYTES = 5_000_000  # all texts of one language are half a megabyte


async def show(visit: Visit, memory: Memory) -> Response:
    """Show how far each language is, and the way out and back in."""
    standing = await find_standing(visit, memory)
    languages = list_languages(visit)
    return visit.page(
        "translations",
        names=name_languages(visit, languages),
        counts={each: standing.count(each) for each in languages} if standing else {},
        states=SHOWN,
        formats=[Format.XLSX, Format.PO],
        wanted=WANTED,
        works=await list_made(visit),
        works_at=WORKS,
    )


def list_languages(visit: Visit) -> list[str]:
    """List the languages that texts are translated into."""
    running = visit.office.running()
    return [each for each in running.languages if each != running.programme.language]


async def hand_out(visit: Visit) -> Response:
    """Give the texts of a language as a file for its translator."""
    language = read_choice(visit, "language", list_languages(visit))
    chosen = Format(read_choice(visit, "format", [*Format]))
    wanted = read_choice(visit, "wanted", WANTED)
    files = await get_files_ahead(visit)
    only = None if wanted == NOT_DONE else Only(wanted)
    count, body = await asyncio.to_thread(write, files, language, chosen, only)
    if not count:
        raise BotError(visit.words.say("There is nothing of that to translate in this language."))
    async with visit.office.database.writing() as session:
        await visit.note(session, "texts handed out", f"{language} {chosen}: {count} {wanted}")
    name = f"{language}.{chosen}"
    return Response(body, media_type=TYPES[chosen], headers=as_file(name))


def write(files: Files, language: str, chosen: Format, only: Only | None) -> tuple[int, bytes]:
    """Write the texts that are wanted, and say how many."""
    pieces = list_wanted(files, language, only)
    return len(pieces), write_exchange(pieces, language, chosen) if pieces else b""


async def receive(visit: Visit) -> Response:
    """Take a translator's file in; every wrong row is told, and then nothing is given."""
    name, content = await visit.read_file("file")
    if len(content) > FILE_BYTES:
        raise BotError(visit.words.say("This is larger than what can be taken in here."))
    files = await get_files_ahead(visit)
    try:
        imported = await asyncio.to_thread(take_in, files, content, name)
    except FileRefused as refused:
        return visit.page("rows", status=400, file=name, problems=refused.problems, path_back=PAGE)
    if not imported.files:
        said = visit.words.say("Nothing to change: every text is in the files already.")
        return visit.back(PAGE, said=said)
    lines = [Line(path, imported.counts.get(path, 0)) for path in imported.files]
    async with visit.office.database.writing() as session:
        kept = await keep_bundle(
            visit,
            session,
            imported.files,
            kind=TRANSLATIONS,
            name=f"{TRANSLATIONS}-{imported.language}",
        )
        about = f"{name}: {sum(imported.counts.values())} {imported.language}"
        await visit.note(session, "texts taken in", about)
    return show_bundle(
        visit,
        kept,
        lines,
        title=visit.words.say("Every row is right"),
        path_back=PAGE,
        stale=imported.stale,
    )
