"""Evaluation: how schools' results meet the roster, and what is made of them: exports, reports."""

import asyncio
import json

from starlette.responses import Response, StreamingResponse

from bot.errors import BotError
from bot.report.disclosure import FEWEST_EVER
from bot.report.exports.asking import parse_moment, parse_series
from bot.report.exports.writers import Format
from bot.report.linking import Linkage, count_linkage
from bot.report.plans import MOST_SMALLEST
from bot.store import Session, arms, linking, outcomes, work
from bot.store.columns import id_of
from bot.store.console_tables import Work
from bot.store.states import WorkStatus
from bot.web.console import results
from bot.web.console.bundles import REHEARSAL
from bot.web.console.files import as_file
from bot.web.console.remembering import Memory
from bot.web.console.reports import LANGUAGES, REPORT, find_settled
from bot.web.console.visits import Visit
from bot.web.console.working import Worker, give_up_lost

EXPORT = "export"
KINDS = (EXPORT, REPORT, results.CHECK, results.IMPORT)
MOST_SHOWN = 20


async def show(visit: Visit, memory: Memory) -> Response:
    """Show how results meet the roster, which files were taken in, and what was made."""

    async def count() -> list[Linkage]:
        async with visit.office.database.reading() as session:
            children = await outcomes.list_linked_children(session)
            ends = await outcomes.list_ends(session)
            withheld = await linking.list_withheld(session)
        return await asyncio.to_thread(count_linkage, children, ends, withheld=withheld)

    async with visit.office.database.reading() as session:
        stamp = await outcomes.read_stamp(session)
    counted = await memory.recall("linkage", count, now=visit.now, stamp=stamp)
    async with visit.office.database.reading() as session:
        files = await outcomes.list_all_files(session)
        quarantined = await outcomes.count_quarantined(session)
        works = await list_mine(visit, session)
        settled = await find_settled(visit, session)
        drawn = await arms.list_arms(session)
    return visit.page(
        "evaluation",
        counted=counted,
        linkages=counted.value,
        files=files,
        quarantined=quarantined,
        works=works,
        formats=list(Format),
        report_languages=LANGUAGES,
        settled=settled,
        arms=drawn,
        fewest_ever=FEWEST_EVER,
        most_smallest=MOST_SMALLEST,
    )


async def list_mine(visit: Visit, session: Session) -> list[Work]:
    """List the exports and reports of whoever asks."""
    return list(await work.list_work(session, id_of(visit.account), kinds=KINDS, limit=MOST_SHOWN))


async def show_works(visit: Visit) -> Response:
    """Show how far work is: a part of the page, which asks for itself again while work goes on."""
    await give_up_lost(visit.office, now=visit.now)
    async with visit.office.database.reading() as session:
        works = await list_mine(visit, session)
    return visit.page("works", works=works)


async def begin_export(visit: Visit, worker: Worker) -> Response:
    """Begin an export behind the page."""
    formats = [each for each in Format if visit.said(f"format_{each}") == "yes"]
    if not formats:
        raise BotError(visit.words.say("Choose at least one format."))
    since = parse_moment(visit.said("since") or None)
    wanted = {
        "formats": formats,
        "series": parse_series(visit.said("series") or None),
        "since": since.isoformat() if since else None,
    }
    async with visit.office.database.writing() as session:
        row = await work.begin(
            session,
            account_id=id_of(visit.account),
            kind=EXPORT,
            wanted=json.dumps(wanted),
            now=visit.now,
        )
        await visit.note(session, f"{EXPORT} begun", json.dumps(wanted))
    worker.start(row)
    return visit.back("/evaluation#made")


async def get_mine(visit: Visit, session: Session) -> Work:
    """Get the work of the address, if it is of whoever asks."""
    row = await work.get_work(session, visit.request.path_params["number"])
    if row.account_id != visit.account.id:
        raise BotError("There is no such work, or no longer.")
    return row


async def cancel(visit: Visit, worker: Worker) -> Response:
    """Ask that work stops; that of this process does before anything is written."""
    async with visit.office.database.reading() as session:
        row = await get_mine(visit, session)
    worker.stop(id_of(row))
    async with visit.office.database.writing() as session:
        await work.ask_to_stop(session, id_of(row))
        await visit.note(session, f"{row.kind} cancelled", str(row.id))
    is_of_results = row.kind in (results.CHECK, results.IMPORT)
    if row.kind == REHEARSAL:
        return visit.back("/content/rehearsal#made")
    return visit.back(f"/evaluation/results/{row.id}" if is_of_results else "/evaluation#made")


async def give_file(visit: Visit) -> Response:
    """Send what work made, a piece at a time; a page is shown, everything else is saved."""
    async with visit.office.database.writing() as session:
        row = await get_mine(visit, session)
        if row.status is not WorkStatus.DONE or not row.file_name:
            raise BotError(visit.words.say("There is no such file, or no longer."))
        await visit.note(session, "file fetched", f"{row.kind} {row.file_name}")
    parts = work.read_parts(visit.office.database, id_of(row))
    return StreamingResponse(parts, media_type=row.media_type, headers=as_file(row.file_name))
