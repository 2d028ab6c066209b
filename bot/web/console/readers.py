"""Colleagues who read texts aloud in the chat: invited by a link, listed without names, removed."""

from starlette.responses import Response

from bot.errors import BotError
from bot.store import staff
from bot.web.console.offices import Invited
from bot.web.console.visits import Visit

LONGEST_DAYS = 60


async def show(visit: Visit) -> Response:
    """List the colleagues who read aloud."""
    return await show_with(visit)


async def show_with(visit: Visit, invited: Invited | None = None) -> Response:
    """List them, and show an invitation once."""
    async with visit.office.database.reading() as session:
        colleagues = await staff.list_colleagues(session)
    return visit.page("readers", colleagues=colleagues, invited=invited, longest=LONGEST_DAYS)


async def invite(visit: Visit) -> Response:
    """Make a link by which one colleague registers."""
    days = visit.said("days")
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:9]) <= LONGEST_DAYS):
        raise BotError(visit.words.say("Write for how many days it is to work, from 1 to 60."))
    invited = await visit.office.helpers.colleagues.invite(days=int(days))
    async with visit.office.database.writing() as session:
        await visit.note(session, "reader invited", days)
    return await show_with(visit, invited)


async def remove(visit: Visit) -> Response:
    """Remove a colleague; what was recorded stays."""
    number = visit.said("number")
    async with visit.office.database.writing() as session:
        is_number = number.isascii() and number.isdigit() and len(number) < 10
        if not (is_number and await staff.remove_colleague(session, int(number))):
            raise BotError(visit.words.say("There is no such colleague, or no longer."))
        await visit.note(session, "reader removed", number)
    return visit.back("/readers")
