"""Take in rosters from files, and write back what is to be kept or put right."""

import asyncio
from pathlib import Path

from bot.app.clocks import SystemClock
from bot.app.files import read_bytes, write_bytes
from bot.app.opening import open_store
from bot.errors import BotError, FileRefused
from bot.intake.rosters import (
    ImportedRoster,
    check_roster,
    give_codes,
    import_roster,
    parse_roster,
)
from bot.settings import Settings
from bot.store import centres


async def import_roster_file(
    settings: Settings,
    file: Path,
    *,
    centre_code: str,
    out: Path | None,
    rejected: Path | None,
    takes_good_rows: bool,
) -> ImportedRoster:
    """Take in a file; raise FileRefused where a row is wrong and the good ones are not wanted.

    The drawn codes are written to `out` before they are kept in the database, so none is lost.
    """
    content, now = await asyncio.to_thread(read_bytes, file), SystemClock().now()
    roster = parse_roster(file.name, content, now=now)
    async with open_store(settings) as store, store.database.writing() as session:
        centre = await centres.get_centre(session, centre_code)
        roster = await check_roster(session, roster, name=file.name, centre=centre)
        if roster.problems and rejected:
            await asyncio.to_thread(write_text, rejected, roster.write_rejected())
        if roster.problems and not takes_good_rows:
            raise FileRefused(roster.problems)
        if roster.is_without_codes and out is None:
            raise BotError(
                f"{file.name} has children without a study code. They get one: say with --out "
                "where the file is to be written with their codes."
            )
        roster = await give_codes(session, roster, content, centre=centre)
        imported = await import_roster(session, roster, name=file.name, centre=centre, now=now)
        if out:
            await asyncio.to_thread(write_text, out, roster.write_with_codes())
    return imported


def write_text(file: Path, text: str) -> None:
    """Write a file that spreadsheets read as UTF-8; raise BotError where that fails."""
    write_bytes(file, text.encode("utf-8-sig"))
