"""Results of a school: a file is sent, mapped in a form, looked at, taken in and taken back."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from bot.errors import BotError, FileRefused, Problem
from bot.intake.identifying import check_cells
from bot.intake.judging import Place
from bot.intake.mapping import Mapping as FileMapping
from bot.intake.mapping import parse_mapping, write_mapping
from bot.intake.outcome_files import is_tidy, undo_outcomes
from bot.intake.proposing import propose
from bot.intake.school_files import Sheet, read_beginning
from bot.intake.telling import MAPPED, Asked, Told, take_in
from bot.store import Session, outcomes, work
from bot.store.columns import id_of
from bot.web.console import mapping_writing
from bot.web.console.files import as_file
from bot.web.console.mapping_form import SheetForm, make_forms, read_again, read_forms
from bot.web.console.remembering import Memory
from bot.web.console.visits import Visit, values_of
from bot.web.console.working import Worker

SENT, READ = "results", "results read"
CHECK, IMPORT = "results check", "results import"  # in a process of its own
JSON = "application/json"
MAPPING_BYTES = 500_000
MOST_DIGITS = 9


@dataclass(frozen=True)
class Sent:
    """A school's file that is kept until it is taken in, and the number that it is kept under."""

    name: str
    content: bytes
    number: int

    def read_beginning(self) -> list[Sheet]:
        """Read as much of its sheets as a form needs."""
        return read_beginning(self.name, self.content)


@dataclass(frozen=True)
class Wish:
    """What is wished of a kept file."""

    mapping: str
    is_import: bool = False
    confirmed: Mapping[Place, str] = field(default_factory=dict)
    confirmed_in: str = ""


# A file comes


async def receive(visit: Visit, memory: Memory, worker: Worker) -> Response:
    """Take a school's file, or what somebody typed of one that is kept."""
    if visit.said("kept"):
        return await answer_form(visit, memory, worker)
    name, content = await visit.read_file("file")
    mapping = await read_mapping_file(visit)
    sheets = await asyncio.to_thread(read_checked, name, content)
    known, before = await find_mapping(visit, content)
    sent = await keep(visit, name, content)
    if known is None and not mapping and not await asyncio.to_thread(is_tidy, name, sheets):
        text = before or await asyncio.to_thread(propose, name, sheets)
        return show_form(visit, sent, make_forms(name, sheets, text), text=text)
    text = known if known is not None else mapping
    return await do(visit, memory, worker, sent, wish=Wish(text))


def read_checked(name: str, content: bytes) -> list[Sheet]:
    """Read a file's beginning; raise FileRefused where it tells who somebody is."""
    sheets = read_beginning(name, content)
    problems = [problem for sheet in sheets for problem in check_cells(name, sheet)]
    if problems:
        raise FileRefused(problems)
    return sheets


async def read_mapping_file(visit: Visit) -> str:
    """Read the mapping that was sent beside a file, "" without one; raise FileRefused."""
    file = visit.form.get("saved")
    if not isinstance(file, UploadFile) or not file.filename:
        return ""
    name, content = await visit.read_file("saved")
    if len(content) > MAPPING_BYTES:
        raise BotError(visit.words.say("This is larger than what can be taken in here."))
    return write_mapping(parse_mapping(name, content))


async def find_mapping(visit: Visit, content: bytes) -> tuple[str | None, str]:
    """Find the mapping by which a file is in; and the one by which it was before it was undone."""
    digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
    async with visit.office.database.reading() as session:
        file = await outcomes.find_file(session, digest)
    if file is None or not file.mapping:
        return None, ""
    text = write_mapping(FileMapping.model_validate_json(file.mapping))
    return (None, text) if file.undone_at else (text, "")


async def keep(visit: Visit, name: str, content: bytes) -> Sent:
    """Keep a file until it is taken in."""
    digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
    async with visit.office.database.writing() as session:
        row = await work.keep_file(
            session,
            account_id=id_of(visit.account),
            kind=SENT,
            file_name=name,
            media_type="application/octet-stream",
            content=content,
            now=visit.now,
            expires_at=visit.now + visit.office.keeps,
            wanted=json.dumps({"digest": digest}),
        )
        await visit.note(session, "results sent", name)
    return Sent(name, content, id_of(row))


async def read_sent(visit: Visit, number: str) -> Sent:
    """Read a file that whoever asks sent before."""
    is_number = number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS
    async with visit.office.database.reading() as session:
        row = await work.find_work(session, int(number)) if is_number else None
    is_mine = row and row.account_id == visit.account.id and row.kind == SENT
    if row is None or not is_mine or not row.file_name:
        raise BotError(visit.words.say("There is no such file, or no longer."))
    parts = [part async for part in work.read_parts(visit.office.database, id_of(row))]
    return Sent(row.file_name, b"".join(parts), id_of(row))


# It is mapped


async def answer_form(visit: Visit, memory: Memory, worker: Worker) -> Response:
    """Do what a button of the form says with what was typed."""
    sent = await read_sent(visit, visit.said("kept"))
    wished = visit.said("do")
    if wished == "again":
        known, _before = await find_mapping(visit, sent.content)
        if known is None:
            raise BotError(visit.words.say("There is no such file, or no longer."))
        return await do(visit, memory, worker, sent, wish=Wish(known))
    sheets = await asyncio.to_thread(sent.read_beginning)
    forms = read_forms(sent.name, sheets, values_of(visit.form))
    text = visit.said("mapping")
    if wished == "text":
        return await do(visit, memory, worker, sent, wish=Wish(text), forms=forms)
    again = [
        read_again(sent.name, sheet, form) if form.header != form.read else form
        for sheet, form in zip(sheets, forms, strict=True)
    ]
    if wished == "header" or again != forms:
        return show_form(visit, sent, again, text=text, is_new=again != forms)
    problems = mapping_writing.check_forms(sent.name, forms)
    if problems:
        return show_form(visit, sent, forms, text=text, problems=problems)
    written = mapping_writing.write_mapping(forms)
    if wished == "save":
        return await give_mapping(visit, sent, written)
    return await do(visit, memory, worker, sent, wish=Wish(written), forms=forms)


def show_form(
    visit: Visit,
    sent: Sent,
    forms: Sequence[SheetForm],
    *,
    text: str,
    problems: Sequence[object] = (),
    is_new: bool = False,
) -> Response:
    """Show how a file is to be read, to be answered."""
    return visit.page(
        "mapping",
        status=400 if problems else 200,
        sent=sent,
        forms=forms,
        text=text,
        problems=problems,
        is_new=is_new,
    )


async def give_mapping(visit: Visit, sent: Sent, text: str) -> Response:
    """Send the mapping to be saved, and used again for the school's next file."""
    async with visit.office.database.writing() as session:
        await visit.note(session, "mapping saved", sent.name)
    return Response(text, media_type="application/yaml", headers=as_file(MAPPED))


# It is read


async def do(
    visit: Visit,
    memory: Memory,
    worker: Worker,
    sent: Sent,
    *,
    wish: Wish,
    forms: Sequence[SheetForm] | None = None,
) -> Response:
    """Do what is wished, a large file behind the page; go on to the page that tells of it.

    A file that cannot be read so comes back in its form; `forms` are as they were typed.
    """
    if len(sent.content) > visit.office.large:
        number = await begin(visit, worker, sent, wish)
    else:
        asked = Asked(sent.name, sent.content, **vars(wish))

        async def note(session: Session) -> None:
            await visit.note(session, "results taken in", sent.name)

        told = await take_in(visit.office.database, asked, now=visit.now, note=note)
        if told.problems and not wish.is_import:
            sheets = await asyncio.to_thread(sent.read_beginning)
            shown = forms or make_forms(sent.name, sheets, wish.mapping)
            text = visit.said("mapping") or wish.mapping
            return show_form(visit, sent, shown, text=text, problems=told.problems)
        if told.problems:
            raise FileRefused([Problem(**each.model_dump()) for each in told.problems])
        number = await keep_told(visit, sent, wish, told)
    if wish.is_import:
        memory.forget()
    return RedirectResponse(f"/evaluation/results/{number}", status_code=303)


def describe(visit: Visit, sent: Sent, wish: Wish) -> str:
    """Write down what is wished, for the other process and for the page that tells of it."""
    wanted = {
        "kept": sent.number,
        "name": sent.name,
        **vars(wish),
        "confirmed": [[*place, code] for place, code in wish.confirmed.items()],
        "who": visit.account.email,
        "account_id": id_of(visit.account),
    }
    return json.dumps(wanted)


async def begin(visit: Visit, worker: Worker, sent: Sent, wish: Wish) -> int:
    """Begin to read a large file behind the page."""
    async with visit.office.database.writing() as session:
        row = await work.begin(
            session,
            account_id=id_of(visit.account),
            kind=IMPORT if wish.is_import else CHECK,
            wanted=describe(visit, sent, wish),
            now=visit.now,
        )
        await visit.note(session, f"{row.kind} begun", sent.name)
    worker.start(row)
    return id_of(row)


async def keep_told(visit: Visit, sent: Sent, wish: Wish, told: Told) -> int:
    """Keep what is told of a file, so that its page can be opened again."""
    async with visit.office.database.writing() as session:
        row = await work.keep_file(
            session,
            account_id=id_of(visit.account),
            kind=READ,
            file_name="results.json",
            media_type=JSON,
            content=told.model_dump_json().encode(),
            now=visit.now,
            expires_at=visit.now + visit.office.keeps,
            wanted=describe(visit, sent, wish),
        )
    return id_of(row)


# It is taken back


async def undo(visit: Visit, memory: Memory) -> Response:
    """Take the results of a file back."""
    async with visit.office.database.writing() as session:
        said = await undo_outcomes(session, visit.said("digest"), now=visit.now)
        await visit.note(session, "results taken back", visit.said("digest")[:12])
    memory.forget()
    return visit.back("/evaluation", said=said)
