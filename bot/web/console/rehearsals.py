"""Rehearsals: the programme played for made-up families, behind the page, and read in it."""

import asyncio
import difflib
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from starlette.datastructures import UploadFile
from starlette.responses import Response

from bot.catalogue.desk.items import read_outline
from bot.catalogue.desk.personas import LONGEST_WEEKS, OnDo, parse_personas
from bot.errors import BotError, FileRefused, Problem
from bot.store import Session, snapshots, work
from bot.store.columns import id_of
from bot.store.console_tables import Work
from bot.store.snapshots import Accepted, short
from bot.store.states import WorkStatus
from bot.web.console.bundles import (
    REHEARSAL,
    WORKS,
    get_files,
    list_made,
    name_languages,
    read_choice,
)
from bot.web.console.reports import HEADERS
from bot.web.console.visits import Visit
from bot.web.console.working import Worker, read_wanted

PAGE = "/content/rehearsal"
USUAL_WEEKS = 4
MOST_FAMILIES = 12
PERSONA_BYTES = 100_000
OWN = "own-family"
NAME = re.compile(r"[\w-]{1,40}")
MONTHS = range(36, 84, 6)
USUAL_MONTHS = 48
SHARES = ("always", "60 %", "20 %", "never")
MOST_COMPARED = 20
MOST_LINES = 2_000  # of what differs


@dataclass(frozen=True)
class Family:
    """A family that can be played, with what is wrong with its file, if anything."""

    name: str
    title: str
    problems: Sequence[Problem] = ()


async def show(visit: Visit) -> Response:
    """Show whom the programme can be played for, and what was played."""
    running, read = visit.office.running(), visit.office.helpers.personas
    families = await asyncio.to_thread(lambda: list_families(read(), running.languages))
    return visit.page(
        "rehearsal",
        families=families,
        accepted=await list_versions(visit),
        running=running.version,
        names=name_languages(visit, running.languages),
        months=MONTHS,
        usual_months=USUAL_MONTHS,
        shares=SHARES,
        answers=list(OnDo),
        usual_weeks=USUAL_WEEKS,
        longest_weeks=LONGEST_WEEKS,
        works=await list_made(visit),
        works_at=WORKS,
        short=short,
    )


def list_families(personas: Mapping[str, bytes], languages: tuple[str, ...]) -> list[Family]:
    """List the families that staff wrote down."""
    found = []
    for path, content in personas.items():
        name = PurePath(path).stem
        try:
            persona = parse_personas({path: content}, languages)[name]
        except FileRefused as refused:
            found.append(Family(name, name, refused.problems))
        else:
            found.append(Family(name, persona.title))
    return found


async def list_versions(visit: Visit) -> list[Accepted]:
    """List the versions that can be played, the latest first."""
    async with visit.office.database.reading() as session:
        accepted = await snapshots.list_accepted(session)
    return sorted(accepted, key=lambda each: each.accepted_at, reverse=True)


async def begin(visit: Visit, worker: Worker) -> Response:
    """Begin to play, behind the page."""
    version = visit.said("version") or visit.office.running().version
    weeks = visit.said("weeks")
    if not (weeks.isdecimal() and len(weeks) < 4 and 1 <= int(weeks) <= LONGEST_WEEKS):
        said = visit.words.say("Write for how many weeks, from 1 to {most}.")
        raise BotError(said.format(most=LONGEST_WEEKS))
    personas = await gather(visit)
    files = await get_files(visit, version)
    parse_personas(personas, read_outline(files).languages)
    texts = {PurePath(path).stem: body.decode("utf-8-sig") for path, body in personas.items()}
    wanted = {"version": version, "weeks": int(weeks), "personas": texts}
    async with visit.office.database.writing() as session:
        row = await work.begin(
            session,
            account_id=id_of(visit.account),
            kind=REHEARSAL,
            wanted=json.dumps(wanted),
            now=visit.now,
        )
        about = f"{short(version)}, {weeks}: {', '.join(texts)}"
        await visit.note(session, "rehearsal begun", about)
    worker.start(row)
    return visit.back(f"{PAGE}#made")


async def gather(visit: Visit) -> dict[str, bytes]:
    """Gather the families that are wished: ticked, sent as a file, described in the form."""
    ticked = {str(each) for each in visit.form.getlist("family")}
    known = await asyncio.to_thread(visit.office.helpers.personas)
    personas = {path: body for path, body in known.items() if PurePath(path).stem in ticked}
    personas |= await read_sent(visit)
    if visit.said("own") == "yes":
        personas[f"{OWN}.yaml"] = describe(visit)
    if not personas:
        raise BotError(visit.words.say("Choose at least one family."))
    if len(personas) > MOST_FAMILIES:
        said = visit.words.say("Choose at most {most} families.")
        raise BotError(said.format(most=MOST_FAMILIES))
    return personas


async def read_sent(visit: Visit) -> dict[str, bytes]:
    """Read a family's file that was sent, if one was, under a name that is safe for a file."""
    file = visit.form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return {}
    name, content = await visit.read_file("file")
    if len(content) > PERSONA_BYTES:
        raise BotError(visit.words.say("This is larger than what can be taken in here."))
    stem = PurePath(name).stem
    return {f"{stem}.yaml" if NAME.fullmatch(stem) else "family.yaml": content}


def describe(visit: Visit) -> bytes:
    """Write down the family of the form; each word of it is one of those that are offered."""
    language = read_choice(visit, "language", visit.office.running().languages)
    months = read_choice(visit, "months", [str(each) for each in MONTHS])
    answers = read_choice(visit, "answers", SHARES)
    taps = read_choice(visit, "do", [*OnDo])
    return (
        f"title: A family of your own\nlanguage: {language}\nchildren: [{{months: {months}}}]\n"
        f"answers: {answers}\ndo: {taps}\n"
    ).encode()


async def get_rehearsal(visit: Visit, session: Session, number: int) -> Work:
    """Get a rehearsal; raise BotError unless it was made, by whoever asks, and is still kept."""
    row = await work.find_work(session, number)
    is_mine = row and row.account_id == visit.account.id and row.kind == REHEARSAL
    if row is None or not is_mine or row.status is not WorkStatus.DONE or not row.file_name:
        raise BotError(visit.words.say("There is no such file, or no longer."))
    return row


def choose_family(visit: Visit, row: Work) -> str:
    """Give the family that is asked for, else the first."""
    names = sorted(read_wanted(row)["personas"])
    asked = visit.asked("family")
    return asked if asked in names else names[0]


async def show_one(visit: Visit) -> Response:
    """Show a rehearsal in the page, and what differs from an earlier one where that is asked."""
    async with visit.office.database.reading() as session:
        row = await get_rehearsal(visit, session, visit.request.path_params["number"])
        mine = await work.list_work(
            session, id_of(visit.account), kinds=(REHEARSAL,), limit=MOST_COMPARED
        )
    family = choose_family(visit, row)
    others = [each for each in mine if is_like(each, row, family)]
    against = next((each for each in others if str(each.id) == visit.asked("against")), None)
    return visit.page(
        "transcript",
        row=row,
        wanted=read_wanted(row),
        family=family,
        families=sorted(read_wanted(row)["personas"]),
        others=[(each, read_wanted(each)) for each in others],
        against=against,
        differs=await compare(visit, against, row, family) if against else [],
        short=short,
    )


def is_like(each: Work, row: Work, family: str) -> bool:
    """Say whether this is another rehearsal of a family that can be read."""
    is_there = each.status is WorkStatus.DONE and each.file_name and each.id != row.id
    return bool(is_there) and family in read_wanted(each)["personas"]


async def compare(visit: Visit, before: Work, after: Work, family: str) -> list[str]:
    """List the lines in which two transcripts of a family differ."""
    texts = [await read_member(visit, each, f"{family}.txt") for each in (before, after)]
    old, new = (text.decode().splitlines() for text in texts)
    lines = await asyncio.to_thread(lambda: list(difflib.unified_diff(old, new, n=2, lineterm="")))
    return lines[2 : MOST_LINES + 2]


async def give_page(visit: Visit) -> Response:
    """Give a transcript itself, for the frame in the page, or alone to be printed."""
    async with visit.office.database.writing() as session:
        row = await get_rehearsal(visit, session, visit.request.path_params["number"])
        family = choose_family(visit, row)
        await visit.note(session, "rehearsal read", f"{row.id} {family}")
    page = await read_member(visit, row, f"{family}.html")
    return Response(page, media_type="text/html", headers=HEADERS)


async def read_member(visit: Visit, row: Work, name: str) -> bytes:
    """Read a file of what a rehearsal made; raise BotError where it is kept no longer."""
    parts = [part async for part in work.read_parts(visit.office.database, id_of(row))]
    found = await asyncio.to_thread(take_out, b"".join(parts), name) if parts else None
    if found is None:
        raise BotError(visit.words.say("There is no such file, or no longer."))
    return found


def take_out(archive: bytes, name: str) -> bytes | None:
    """Take a file out of the archive of a rehearsal."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        wanted = f"{REHEARSAL}/{name}"
        return files.read(wanted) if wanted in files.namelist() else None
