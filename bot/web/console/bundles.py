"""Files of content that a page changed: an archive laid out as the folder is, kept for a while.

The console writes no content folder. The files are the staff's: they may lie on another machine,
and under version control.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from starlette.datastructures import UploadFile
from starlette.responses import Response

from bot.catalogue.desk.archives import read_archive
from bot.catalogue.files import BESIDE, CONTENT, LEFT_OUT, LOCALES, Files, pack, unpack
from bot.errors import BotError
from bot.store import Session, snapshots, work
from bot.store.columns import id_of
from bot.store.console_tables import Work
from bot.web.console.visits import Visit
from bot.web.console.working import ZIP, give_up_lost

REHEARSAL = "rehearsal"
TRANSLATIONS, REVIEWS, BEGUN = "translations", "reviews", "new content"
KINDS = (REHEARSAL, TRANSLATIONS, REVIEWS, BEGUN)
WORKS = "/content/works"
AHEAD = "ahead"
OUTSIDE = ("", *BESIDE)
MOST_SHOWN = 10


class Line(NamedTuple):
    """A file of a bundle, and how many of its texts change; None where that is not counted."""

    path: str
    texts: int | None = None


async def get_files(visit: Visit, version: str | None = None) -> Files:
    """Get the files of a version, or of the one that runs; raise BotError where there is none."""
    async with visit.office.database.reading() as session:
        named = version or await snapshots.find_accepted_version(session)
        found = await snapshots.find_snapshot(session, named) if named else None
    if found is None:
        raise BotError(visit.words.say("There is no such version."))
    return await asyncio.to_thread(unpack, found.body)


async def get_files_ahead(visit: Visit) -> Files:
    """Get the files that run and, above them, those of an archive of what does not run yet."""
    files, sent = await get_files(visit), visit.form.get(AHEAD)
    if not isinstance(sent, UploadFile) or not sent.filename:
        return files
    name, content = await visit.read_file(AHEAD)
    ahead = pick(await asyncio.to_thread(read_archive, content, name))
    if not ahead:
        raise BotError(visit.words.say("That archive holds nothing below content or locales."))
    return {**files, **ahead}


def pick(files: Files) -> Files:
    """Take what a catalogue is made of: what lies in its folders, by a plain path."""
    return {
        name: body
        for name, body in files.items()
        if name.startswith((f"{CONTENT}/", f"{LOCALES}/"))
        and not name.endswith(LEFT_OUT)
        and not any(part in OUTSIDE or part.startswith(".") for part in name.split("/"))
        and name.isprintable()
        and "\\" not in name
    }


async def keep_bundle(
    visit: Visit, session: Session, files: Files, *, kind: str, name: str
) -> Work:
    """Keep changed files as one archive, for as long as what work made is kept."""
    return await work.keep_file(
        session,
        account_id=id_of(visit.account),
        kind=kind,
        file_name=f"{name}.zip",
        media_type=ZIP,
        content=await asyncio.to_thread(pack, files),
        now=visit.now,
        expires_at=visit.now + visit.office.keeps,
    )


def show_bundle(
    visit: Visit,
    kept: Work,
    lines: Sequence[Line],
    *,
    title: str,
    path_back: str,
    stale: Sequence[str] = (),
    signed_before: Sequence[str] = (),
    steps: Sequence[str] = (),
) -> Response:
    """Tell what was made, and offer it; `steps` are what to do with it next."""
    return visit.page(
        "bundle",
        kept=kept,
        lines=lines,
        bundle_title=title,
        path_back=path_back,
        stale=stale,
        signed_before=signed_before,
        steps=steps,
    )


async def list_made(visit: Visit) -> Sequence[Work]:
    """List what whoever asks made of content."""
    async with visit.office.database.reading() as session:
        return await work.list_work(session, id_of(visit.account), kinds=KINDS, limit=MOST_SHOWN)


async def show_works(visit: Visit) -> Response:
    """Show how far work is: a part of the page, which asks for itself again while it goes on."""
    await give_up_lost(visit.office, now=visit.now)
    return visit.page("works", works=await list_made(visit), works_at=WORKS)


def name_languages(visit: Visit, codes: Sequence[str]) -> Mapping[str, str]:
    """Name languages in the language of whoever asks; one that nobody knows by its code."""
    return {code: name_language(visit, code) for code in codes}


def name_language(visit: Visit, code: str) -> str:
    """Name one language."""
    try:
        return Locale.parse(code, sep="-").get_display_name(visit.words.locale) or code
    except (UnknownLocaleError, ValueError):
        return code


def read_choice(visit: Visit, field: str, allowed: Sequence[str]) -> str:
    """Read what was chosen of a list; raise BotError for anything else."""
    value = visit.said(field)
    if value not in allowed:
        raise BotError(visit.words.say("Choose one of those that are offered."))
    return value
