"""What the texts of each language measure, so that what counts as plain can be set from it."""

import asyncio

from starlette.responses import Response

from bot.catalogue.desk.measuring import Measures, measure_languages
from bot.web.console.bundles import name_languages
from bot.web.console.remembering import LASTING, Memory
from bot.web.console.visits import Visit


async def show(visit: Visit, memory: Memory) -> Response:
    """Show the measures of the content that runs; they are made once for each version."""
    running = visit.office.running()

    async def measure() -> list[Measures]:
        return await asyncio.to_thread(measure_languages, running)

    key = ("measures", running.version)
    measured = await memory.recall(key, measure, now=visit.now, fresh=LASTING)
    return visit.page(
        "measures", measures=measured.value, names=name_languages(visit, running.languages)
    )
