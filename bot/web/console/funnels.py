"""The funnel by itself: all together, or by centre, language or disadvantage; and as a file."""

from starlette.responses import Response

from bot.errors import BotError
from bot.report.funnel import By, Funnel
from bot.report.funnel_file import list_rows, list_shown, whole_of, write_funnel
from bot.web.console.centres import recall_funnel
from bot.web.console.files import CSV, as_file
from bot.web.console.remembering import Memory
from bot.web.console.visits import Visit

ALL_TOGETHER = ""


def read_by(visit: Visit) -> By | None:
    """Read what children are grouped by; raise BotError for what they cannot be."""
    asked = visit.asked("by")
    if asked == ALL_TOGETHER:
        return None
    if asked not in list(By):
        raise BotError(visit.words.say("Choose what to count by from the list."))
    return By(asked)


async def show(visit: Visit, memory: Memory) -> Response:
    """Show the funnel."""
    by = read_by(visit)
    counted = await recall_funnel(visit, memory, by=by)
    funnel: Funnel = counted.value
    return visit.page(
        "funnel",
        by=by,
        choices=list(By),
        counted=counted,
        funnel=funnel,
        rows=list_rows(funnel),
        columns=list_shown(funnel),
        whole_of=whole_of,
    )


async def give_file(visit: Visit, memory: Memory) -> Response:
    """Send the funnel as a CSV file."""
    by = read_by(visit)
    counted = await recall_funnel(visit, memory, by=by)
    name = f"funnel-by-{by}.csv" if by else "funnel.csv"
    async with visit.office.database.writing() as session:
        await visit.note(session, "file fetched", name)
    return Response(write_funnel(counted.value), media_type=CSV, headers=as_file(name))
