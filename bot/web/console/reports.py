"""The report: made behind the page by what the study settled on, and read in the page."""

import asyncio
import io
import json
import re
import zipfile
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from bot.errors import BotError
from bot.report.disclosure import FEWEST_EVER, check_smallest
from bot.report.plans import MOST_SMALLEST, parse_plan
from bot.store import Session, arms, work
from bot.store.columns import id_of
from bot.store.console_tables import Work
from bot.store.states import WorkStatus
from bot.web.console.drawing import read_seed
from bot.web.console.visits import Visit
from bot.web.console.working import Worker, read_wanted

REPORT = "report"
LANGUAGES = ("en", "da")
STUDY, COSTS = "study", "costs"
OPTIONS = ("control", "smallest", "seed")
WHOLE = re.compile(r"-?[0-9]{1,9}")
PAGE = "report.html"
SETTLED_BYTES = 200_000  # of a study or cost file
HEADERS = {  # the report styles itself and draws its figures; nothing in it runs
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


async def find_settled(visit: Visit, session: Session) -> dict[str, str]:
    """Give the names of the files by which whoever asks made the last report, if any."""
    given = await find_last(visit, session)
    return {each: given[each]["name"] for each in (STUDY, COSTS) if given.get(each)}


async def find_last(visit: Visit, session: Session) -> dict[str, Any]:
    """Give what was wanted of the last report of whoever asks."""
    last = await work.list_work(session, id_of(visit.account), kinds=(REPORT,), limit=1)
    return read_wanted(last[0]) if last else {}


async def begin_report(visit: Visit, worker: Worker) -> Response:
    """Begin a report behind the page."""
    language = visit.said("language")
    if language not in LANGUAGES:
        raise BotError(visit.words.say("Choose a language for the report."))
    async with visit.office.database.reading() as session:
        last = await find_last(visit, session)
        options = await read_options(visit, session)
    wanted = {
        "language": language,
        **options,
        STUDY: await read_settled(visit, STUDY, last),
        COSTS: await read_settled(visit, COSTS, last),
    }
    study = wanted[STUDY]
    if isinstance(study, dict):
        await asyncio.to_thread(parse_plan, study["name"], study["text"].encode())
    names = [each["name"] for each in (wanted[STUDY], wanted[COSTS]) if isinstance(each, dict)]
    async with visit.office.database.writing() as session:
        row = await work.begin(
            session,
            account_id=id_of(visit.account),
            kind=REPORT,
            wanted=json.dumps(wanted),
            now=visit.now,
        )
        chosen = [f"{name}: {value}" for name, value in options.items() if value is not None]
        await visit.note(session, f"{REPORT} begun", " ".join([language, *names, *chosen]))
    worker.start(row)
    return visit.back("/evaluation#made")


async def read_options(visit: Visit, session: Session) -> dict[str, str | int | None]:
    """Read what counts before the study's file; raise BotError for what the report would refuse."""
    control, smallest, seed = (visit.said(each) for each in OPTIONS)
    names = [each.name for each in await arms.list_arms(session)]
    if control and control not in names:
        raise BotError(f'There is no arm "{control}". There are: {", ".join(names)}.')
    return {
        "control": control or None,
        "smallest": read_smallest(smallest) if smallest else None,
        "seed": read_seed(seed),
    }


def read_smallest(text: str) -> int:
    """Read the fewest children that a figure may rest on; raise BotError for too few or many."""
    if not WHOLE.fullmatch(text) or int(text) > MOST_SMALLEST:
        raise BotError(f"The fewest children are a number from {FEWEST_EVER} to {MOST_SMALLEST}.")
    return check_smallest(int(text))


async def read_settled(visit: Visit, field: str, last: dict[str, Any]) -> dict[str, str] | None:
    """Read a file that was settled on: the one that is sent, or last time's where that is wished.

    Raise BotError for one that is no text.
    """
    file = visit.form.get(field)
    if not isinstance(file, UploadFile) or not file.filename:
        return last.get(field) if visit.said(f"{field}_again") == "yes" else None
    name, content = await visit.read_file(field)
    if len(content) > SETTLED_BYTES:
        raise BotError(visit.words.say("This is larger than what can be taken in here."))
    try:
        return {"name": name, "text": content.decode("utf-8-sig")}
    except UnicodeDecodeError:
        raise BotError(visit.words.say("This could not be read.")) from None


async def get_report(visit: Visit, session: Session) -> Work:
    """Get the report of the address; raise BotError unless it is made, by whoever asks."""
    row = await work.find_work(session, visit.request.path_params["number"])
    is_mine = row and row.account_id == visit.account.id and row.kind == REPORT
    if row is None or not is_mine or row.status is not WorkStatus.DONE:
        raise BotError(visit.words.say("There is no such file, or no longer."))
    return row


async def show(visit: Visit) -> Response:
    """Show a report in the page."""
    async with visit.office.database.reading() as session:
        row = await get_report(visit, session)
    wanted = read_wanted(row)
    chosen = {each: wanted[each] for each in OPTIONS if wanted.get(each) is not None}
    return visit.page("report", row=row, wanted=wanted, chosen=chosen)


async def give_page(visit: Visit) -> Response:
    """Give the report itself, for the frame in the page, or alone to be printed."""
    async with visit.office.database.writing() as session:
        row = await get_report(visit, session)
        await visit.note(session, "report read", str(row.id))
    parts = [part async for part in work.read_parts(visit.office.database, id_of(row))]
    page = await asyncio.to_thread(unpack, b"".join(parts))
    if page is None:
        raise BotError(visit.words.say("There is no such file, or no longer."))
    return Response(page, media_type="text/html", headers=HEADERS)


def unpack(archive: bytes) -> bytes | None:
    """Take the page out of the archive of a report."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        found = [name for name in files.namelist() if name.endswith(f"/{PAGE}")]
        return files.read(found[0]) if found else None
