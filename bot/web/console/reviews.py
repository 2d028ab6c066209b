"""Reviews: which texts of a language wait for a reader, and who signs that they were read."""

import asyncio
from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from starlette.responses import Response

from bot.catalogue.desk.items import Group
from bot.catalogue.desk.pieces import State
from bot.catalogue.desk.signing import is_name, read_day, read_signature, sign
from bot.catalogue.desk.standing import Standing
from bot.errors import BotError, FileRefused
from bot.web.console.bundles import (
    REVIEWS,
    Line,
    get_files,
    keep_bundle,
    name_languages,
    show_bundle,
)
from bot.web.console.content import find_standing
from bot.web.console.previews import list_addresses
from bot.web.console.remembering import Memory
from bot.web.console.visits import Visit

PAGE = "/content/review"
SIGNED_OFF = (State.UNREVIEWED, State.STALE)


async def show(visit: Visit, memory: Memory) -> Response:
    """Show what is to be read in a language."""
    standing = await find_standing(visit, memory)
    languages = visit.office.running().languages
    asked = visit.asked("language")
    chosen = asked if asked in languages else languages[0]
    return visit.page(
        "review",
        names=name_languages(visit, languages),
        chosen=chosen,
        counts={each: len(list_waiting(standing, each)) for each in languages},
        waiting=list_waiting(standing, chosen),
        addresses=list_addresses(visit.office.running()),
        today=today(visit),
    )


def today(visit: Visit) -> date:
    """Give the day on which whoever asks reads this."""
    return visit.now.astimezone(ZoneInfo(visit.zone)).date()


def list_waiting(standing: Standing | None, language: str) -> Mapping[str, tuple[str, State]]:
    """List the texts that can be signed, by their files: what each is called, and its state."""
    cells = standing.cells if standing and language in standing.languages else {}
    return {
        row[language].path: (item.name, row[language].state)
        for item, row in cells.items()
        if item.group is not Group.PROGRAMME and row[language].state in SIGNED_OFF
    }


async def sign_off(visit: Visit, memory: Memory) -> Response:
    """Sign texts, and give the files that say so."""
    waiting = list_waiting(await find_standing(visit, memory), visit.said("language"))
    ticked = {str(each) for each in visit.form.getlist("path")}
    paths = [each for each in waiting if visit.said("all") == "yes" or each in ticked]
    if not paths:
        raise BotError(visit.words.say("Choose at least one text."))
    reviewer = visit.said("by")
    if not is_name(reviewer):
        raise BotError(visit.words.say("Write who read the text, first and last name."))
    day = read_day(visit.said("on") or None, today=today(visit))
    signature = read_signature(reviewer, day, is_still_right=visit.said("still_right") == "yes")
    files = await get_files(visit)
    try:
        signed = await asyncio.to_thread(sign, files, paths, signature)
    except FileRefused as refused:
        said = visit.words.say("Nothing was signed.")
        return visit.refuse(said, details=refused.problems)
    if not signed.files:
        return visit.refuse(visit.words.say("These are signed already."))
    async with visit.office.database.writing() as session:
        kept = await keep_bundle(
            visit, session, signed.files, kind=REVIEWS, name=f"{REVIEWS}-{visit.said('language')}"
        )
        about = f"{len(signed.signed)} {visit.said('language')}, {signature.reviewer} {day}"
        await visit.note(session, "review signed", about)
    title = visit.words.say("Signed by {who}, {day}").format(who=signature.reviewer, day=day)
    lines = [Line(path) for path in signed.signed]
    return show_bundle(visit, kept, lines, title=title, path_back=PAGE, signed_before=signed.before)
