"""Results of a school: a file is looked at, mapped, taken in and taken back."""

import asyncio

from starlette.responses import Response

from bot.errors import BotError, FileRefused
from bot.intake.mapping import Mapping, parse_mapping
from bot.intake.outcome_files import (
    Imported,
    check_outcomes,
    import_outcomes,
    is_tidy,
    undo_outcomes,
)
from bot.intake.proposing import propose
from bot.intake.quarantining import parse_confirmed, render_quarantined
from bot.intake.school_files import read_sheets
from bot.store import work
from bot.store.columns import id_of
from bot.web.console.centres import CSV
from bot.web.console.remembering import Memory
from bot.web.console.visits import Visit

RESULTS = "results"
MOST_SHOWN = 20
PREVIEW_ROWS = 8
MAPPED = "mapping.yaml"


async def take_in(visit: Visit, memory: Memory) -> Response:
    """Read a school's file, say what an import would do, and take it in where that was confirmed.

    A file that needs a mapping comes back with one that is proposed, to be answered in the page.
    The file itself is kept for that long, as work of whoever sent it.
    """
    row_number = visit.said("kept")
    if row_number.isdigit():
        name, content, number = await read_kept(visit, int(row_number))
    else:
        name, content = await visit.read_file("file")
        number = await keep(visit, name, content)
    text = visit.said("mapping")
    if not text and not await asyncio.to_thread(needs_none, name, content):
        proposed = await asyncio.to_thread(propose_mapping, name, content)
        return await show_mapping(visit, name, content, number, text=proposed)
    try:
        mapping = parse_mapping(MAPPED, text.encode()) if text else None
        if visit.said("do") != "import":
            async with visit.office.database.reading() as session:
                checked = await check_outcomes(session, name, content, mapping=mapping)
            return show_checked(visit, checked, number, text)
        return await import_file(visit, memory, name, content, mapping=mapping)
    except FileRefused as refused:
        if not text:
            raise
        return await show_mapping(
            visit, name, content, number, text=text, problems=refused.problems
        )


async def keep(visit: Visit, name: str, content: bytes) -> int:
    """Keep a file until it is taken in."""
    async with visit.office.database.writing() as session:
        row = await work.keep_file(
            session,
            account_id=id_of(visit.account),
            kind=RESULTS,
            file_name=name,
            media_type="application/octet-stream",
            content=content,
            now=visit.now,
            expires_at=visit.now + visit.office.keeps,
        )
        await visit.note(session, "results sent", name)
    return id_of(row)


async def read_kept(visit: Visit, number: int) -> tuple[str, bytes, int]:
    """Read a file that whoever asks sent before."""
    async with visit.office.database.reading() as session:
        row = await work.get_work(session, number)
    if row.account_id != visit.account.id or row.kind != RESULTS or not row.file_name:
        raise BotError(visit.words.say("There is no such file, or no longer."))
    parts = [part async for part in work.read_parts(visit.office.database, number)]
    return row.file_name, b"".join(parts), number


def needs_none(name: str, content: bytes) -> bool:
    """Say whether a file needs no mapping."""
    return is_tidy(name, read_sheets(name, content))


def propose_mapping(name: str, content: bytes) -> str:
    """Propose how a file is to be read."""
    return propose(name, read_sheets(name, content))


async def show_mapping(
    visit: Visit,
    name: str,
    content: bytes,
    number: int,
    *,
    text: str,
    problems: object = (),
) -> Response:
    """Show the mapping to be answered, beside the first rows of the file."""
    sheets = await asyncio.to_thread(read_sheets, name, content)
    preview = [(sheet.name, [list(row) for row in sheet.rows[:PREVIEW_ROWS]]) for sheet in sheets]
    status = 400 if problems else 200
    return visit.page(
        "mapping",
        status=status,
        file_name=name,
        kept=number,
        text=text,
        problems=problems,
        preview=preview,
    )


def show_checked(visit: Visit, checked: Imported, number: int, text: str) -> Response:
    """Show what an import would do."""
    return visit.page(
        "checked",
        checked=checked,
        kept=number,
        text=text,
        lines=checked.list_lines(),
        reasons=list_quarantined(checked),
        is_done=False,
    )


async def import_file(
    visit: Visit, memory: Memory, name: str, content: bytes, *, mapping: Mapping | None
) -> Response:
    """Take a file in; codes that somebody confirmed come in a second file."""
    confirmed, confirmed_in = {}, ""
    file = visit.form.get("confirmed")
    if file is not None and not isinstance(file, str) and file.filename:
        confirmed_in, answered = await visit.read_file("confirmed")
        confirmed = parse_confirmed(confirmed_in, answered)
    async with visit.office.database.writing() as session:
        imported = await import_outcomes(
            session,
            name,
            content,
            now=visit.now,
            mapping=mapping,
            confirmed=confirmed,
            confirmed_in=confirmed_in,
        )
        await visit.note(session, "results taken in", name)
        quarantined = await work.keep_file(
            session,
            account_id=id_of(visit.account),
            kind="quarantined",
            file_name=f"quarantined-{name}.csv",
            media_type=CSV,
            content=render_quarantined(imported.judged).encode(),
            now=visit.now,
            expires_at=visit.now + visit.office.keeps,
        )
    memory.forget()
    return visit.page(
        "checked",
        checked=imported,
        kept=id_of(quarantined),
        text="",
        lines=imported.list_lines(),
        reasons=list_quarantined(imported),
        is_done=True,
    )


def list_quarantined(imported: Imported) -> list[tuple[int, str]]:
    """List the first results that are quarantined: line and reason."""
    judged = imported.judged
    places = sorted(judged.reasons)[:MOST_SHOWN]
    return [(judged.results.lines[place], str(judged.reasons[place])) for place in places]


async def undo(visit: Visit, memory: Memory) -> Response:
    """Take the results of a file back."""
    async with visit.office.database.writing() as session:
        said = await undo_outcomes(session, visit.said("digest"), now=visit.now)
        await visit.note(session, "results taken back", visit.said("digest")[:12])
    memory.forget()
    return visit.back("/evaluation", said=said)
