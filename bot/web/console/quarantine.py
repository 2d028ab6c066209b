"""What came of a school's file, told in a page: counts, first results, and lines to put right."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from babel.numbers import format_decimal
from starlette.datastructures import UploadFile
from starlette.responses import Response

from bot.core.codes import parse_code
from bot.errors import BotError, Problem
from bot.intake.judging import Place
from bot.intake.quarantining import parse_confirmed
from bot.intake.telling import Told, ToldCounts
from bot.store import outcomes, work
from bot.store.columns import id_of
from bot.store.console_tables import Work
from bot.store.states import WorkStatus
from bot.web.console.files import CSV, as_file
from bot.web.console.mapping_form import make_forms
from bot.web.console.remembering import Memory
from bot.web.console.results import CHECK, IMPORT, READ, SENT, Wish, do, read_sent, show_form
from bot.web.console.visits import Visit
from bot.web.console.working import Worker, give_up_lost, read_wanted

PAGE_LINES = 100
MOST_SENT = 50  # kept files that are looked through for one
OPEN = (WorkStatus.WAITING, WorkStatus.RUNNING)


@dataclass(frozen=True)
class Answers:
    """What was chosen and typed for quarantined lines."""

    chosen: Mapping[Place, str]
    typed: Mapping[Place, str]

    @property
    def confirmed(self) -> dict[Place, str]:
        """The codes that somebody says are right; what is typed counts before what is chosen."""
        said = {place: parse_code(code) for place, code in {**self.chosen, **self.typed}.items()}
        return {place: code for place, code in said.items() if code}


async def get_result(visit: Visit) -> Work:
    """Get the work of the address, if it reads a file, and is of whoever asks."""
    await give_up_lost(visit.office, now=visit.now)
    async with visit.office.database.reading() as session:
        row = await work.find_work(session, visit.request.path_params["number"])
    is_mine = row and row.account_id == visit.account.id
    if row is None or not is_mine or row.kind not in (READ, CHECK, IMPORT):
        raise BotError(visit.words.say("There is no such file, or no longer."))
    if row.status is WorkStatus.DONE and not row.file_name:
        raise BotError(visit.words.say("There is no such file, or no longer."))
    return row


async def read_told(visit: Visit, row: Work) -> Told | None:
    """Read what came of a file; None before that is known."""
    if row.status is not WorkStatus.DONE:
        return None
    parts = [part async for part in work.read_parts(visit.office.database, id_of(row))]
    return await asyncio.to_thread(Told.model_validate_json, b"".join(parts))


async def show(visit: Visit) -> Response:
    """Show what came of a file, or how far it is."""
    row = await get_result(visit)
    return show_result(visit, row, await read_told(visit, row))


def show_result(
    visit: Visit,
    row: Work,
    told: Told | None,
    *,
    problems: Sequence[Problem] = (),
    answers: Answers | None = None,
) -> Response:
    """Show it; `answers` are as they were typed."""
    number, pages = choose_page(visit, len(told.wrong) if told else 0)
    return visit.page(
        "result",
        status=400 if problems else 200,
        row=row,
        is_open=row.status in OPEN,
        wanted=read_wanted(row),
        told=told,
        counts=list_counts(visit, told.counts) if told and told.counts else (),
        wrong=told.wrong[(number - 1) * PAGE_LINES : number * PAGE_LINES] if told else (),
        number=number,
        pages=pages,
        page_lines=PAGE_LINES,
        carried=list_carried(told, answers, number) if told and answers else {},
        problems=problems or (told.problems if told else ()),
        answers=answers or Answers({}, {}),
    )


def list_counts(visit: Visit, counts: ToldCounts) -> list[str]:
    """Say how a file's results ended, in lines."""
    count, say = visit.words.count, visit.words.say
    wrong = sum(counts.quarantined.values())
    lines = [
        (counts.rows, count("{n} row", "{n} rows", counts.rows)),
        (counts.results, count("{n} result", "{n} results", counts.results)),
        (counts.accepted, count("{n} accepted", "{n} are accepted", counts.accepted)),
        (
            counts.corrected,
            count(
                "{n} corrected by confirmation",
                "{n} are corrected by confirmation",
                counts.corrected,
            ),
        ),
        (
            counts.withheld,
            count(
                "{n} withheld: linking refused or withdrawn",
                "{n} are withheld: linking refused or withdrawn",
                counts.withheld,
            ),
        ),
        (wrong, count("{n} quarantined", "{n} are quarantined", wrong)),
        *((many, f"{say(fault)}: {{n}}") for fault, many in counts.quarantined.items()),
    ]
    if counts.known:
        known = count(
            "{n} of these is known from an earlier file",
            "{n} of these are known from an earlier file",
            counts.known,
        )
        lines.append((counts.known, known))
    locale = visit.words.locale
    said = [text.format(n=format_decimal(many, locale=locale)) for many, text in lines]
    return said if counts.has_changed else [*said, say("Nothing has changed.")]


def choose_page(visit: Visit, lines: int) -> tuple[int, int]:
    """Give the page that is asked for, and how many there are; a button turns to another."""
    asked = visit.said("turn") or visit.said("page") or visit.asked("page")
    pages = max(1, -(-lines // PAGE_LINES))
    is_number = asked.isascii() and asked.isdecimal() and len(asked) <= len(str(pages))
    return min(max(1, int(asked)), pages) if is_number else 1, pages


async def give_form(visit: Visit) -> Response:
    """Show the form of the file again, filled in as it was read."""
    wanted = read_wanted(await get_result(visit))
    sent = await read_sent(visit, str(wanted["kept"]))
    sheets = await asyncio.to_thread(sent.read_beginning)
    text = wanted["mapping"]
    return show_form(visit, sent, make_forms(sent.name, sheets, text), text=text)


async def give_quarantined(visit: Visit) -> Response:
    """Send all that is quarantined as a file."""
    told = await read_told(visit, await get_result(visit))
    if told is None or not told.quarantined:
        raise BotError(visit.words.say("There is no such file, or no longer."))
    async with visit.office.database.writing() as session:
        await visit.note(session, "file fetched", f"quarantined {told.name}")
    headers = as_file(f"quarantined-{told.name}.csv")
    return Response(told.quarantined, media_type=CSV, headers=headers)


async def take_in(visit: Visit, memory: Memory, worker: Worker) -> Response:
    """Take the file in as it was read, with the codes that somebody says are right."""
    row = await get_result(visit)
    told, wanted = await read_told(visit, row), read_wanted(row)
    if told is None or told.problems:
        raise BotError(visit.words.say("There is no such file, or no longer."))
    answers = read_answers(visit, told)
    if visit.said("turn"):
        return show_result(visit, row, told, answers=answers)
    problems = await check_answers(visit, told, answers)
    if problems:
        return show_result(visit, row, told, problems=problems, answers=answers)
    confirmed, confirmed_in = answers.confirmed, told.name
    file = visit.form.get("confirmed")
    if isinstance(file, UploadFile) and file.filename:
        confirmed_in, content = await visit.read_file("confirmed")
        confirmed = {**parse_confirmed(confirmed_in, content), **confirmed}
    sent = await read_sent(visit, str(wanted["kept"]))
    wish = Wish(wanted["mapping"], True, confirmed, confirmed_in)
    return await do(visit, memory, worker, sent, wish=wish)


def read_answers(visit: Visit, told: Told) -> Answers:
    """Read what was chosen and typed for the lines of every page; those not shown are carried."""
    chosen, typed = {}, {}
    for place, line in enumerate(told.wrong):
        if not line.is_of_code:
            continue
        if said := visit.said(f"q{place}_choice"):
            chosen[line.sheet, line.line] = said
        if said := visit.said(f"q{place}_code"):
            typed[line.sheet, line.line] = said
    return Answers(chosen, typed)


def list_carried(told: Told, answers: Answers, number: int) -> dict[str, str]:
    """List the fields of what was answered on the other pages, to be sent with this one."""
    carried = {}
    for place, line in enumerate(told.wrong):
        if place // PAGE_LINES == number - 1:
            continue
        if said := answers.chosen.get((line.sheet, line.line)):
            carried[f"q{place}_choice"] = said
        if said := answers.typed.get((line.sheet, line.line)):
            carried[f"q{place}_code"] = said
    return carried


async def check_answers(visit: Visit, told: Told, answers: Answers) -> list[Problem]:
    """Find the codes that no child has."""
    async with visit.office.database.reading() as session:
        roster = await outcomes.list_study_codes(session)
    return [
        Problem(
            f"{told.name}, {place[0]}" if place[0] else told.name,
            place[1],
            "no child has the study code that is typed for this line",
            "Look for a slip, or leave the line.",
        )
        for place, code in answers.confirmed.items()
        if code not in roster
    ]


# Later


async def show_file(visit: Visit) -> Response:
    """Show what is quarantined of a file that is in, and the way to put it right."""
    digest = visit.request.path_params["digest"]
    async with visit.office.database.reading() as session:
        file = await outcomes.find_file(session, digest)
        if file is None or file.undone_at:
            raise BotError(visit.words.say("There is no such file, or no longer."))
        rows = await outcomes.list_quarantined(session, file)
        sent = await work.list_work(
            session, id_of(visit.account), kinds=(SENT,), limit=MOST_SENT
        )  # fmt: skip
    lines = [(line, list(found)) for line, found in groupby(rows, key=lambda each: each.line)]
    number, pages = choose_page(visit, len(lines))
    kept = (each for each in sent if each.file_name and digest_of(each) == digest)
    return visit.page(
        "quarantined",
        file=file,
        lines=lines[(number - 1) * PAGE_LINES : number * PAGE_LINES],
        number=number,
        pages=pages,
        kept=next(kept, None),
    )


def digest_of(row: Work) -> Any:
    """Give the digest of a file that is kept."""
    return json.loads(row.wanted).get("digest") if row.wanted else None
