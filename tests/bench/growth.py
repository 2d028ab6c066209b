"""Measure how fast first weeks are planned, and how much a guardian's year takes on disk."""

import asyncio

from sqlalchemy import text

from bot.store import open_database
from tests.bench.counts import Counts
from tests.bench.figures import Figure
from tests.bench.first_week import MESSAGES_A_WEEK
from tests.bench.populating import (
    BESIDE,
    CENTRE,
    CHILDREN,
    GUARDIANS,
    IN_PROGRAMME,
    PAIRS,
    SETTINGS,
    Families,
    populate,
)
from tests.bench.rivals import LONGEST_RUN_SECONDS
from tests.bench.stage import NO_API, Stage

MILLION = 1_000_000
WEEKS = 36  # a year's programme
LONGEST_EACH_SECONDS = 0.02  # for planning one first week, on a slow and busy machine
NOBODY_PLANNED = (CENTRE, CHILDREN, GUARDIANS, SETTINGS, PAIRS)
SIZE = "SELECT pg_database_size(current_database())"
ROWS = "SELECT count(*), count(*) FILTER (WHERE status = 'planned') FROM delivery"


def measure_planning(stage: Stage, counts: Counts) -> list[Figure]:
    """Plan the first week of some guardians, and say what that makes for a million."""
    url = stage.make_database("planning")
    stage.say(f"planning the first week of {counts.planned:,} guardians")
    asyncio.run(populate(url, Families(1, counts.planned, stage.at), NOBODY_PLANNED))
    longest = max(LONGEST_RUN_SECONDS, LONGEST_EACH_SECONDS * counts.planned)
    took = stage.run_ours("plan", url, NO_API, longest=longest, count=counts.planned)
    expected = (MESSAGES_A_WEEK * counts.planned, counts.planned)
    if asyncio.run(ask_database(url, ROWS)) != expected:
        raise RuntimeError("The first weeks are not planned as they should be.")
    stage.drop_database("planning")
    minutes = (took["starting"] + took["following"]) / counts.planned * MILLION / 60
    first, more = (took[each] / counts.planned for each in ("starting", "following"))
    whole = f"first week of {MILLION:,} guardians"
    if counts.planned != MILLION:
        whole += f", extrapolated from {counts.planned:,}"
    return [
        Figure("first activities planned, as on joining", 1 / first, "guardians/s"),
        Figure("the first week's other two planned, as after sending", 1 / more, "guardians/s"),
        Figure(whole, minutes, "minutes"),
    ]


def measure_size(stage: Stage, counts: Counts) -> list[Figure]:
    """Fill a database with a whole year of some families, and weigh it, indexes included.

    A year is the family's own rows (guardian, child, pair, settings, card, three consents), 36
    weeks of activities, three messages in each, and a tap on every message.
    """
    url = stage.make_database("size")
    stage.say(f"filling a database with a year of {counts.weighed:,} families")
    asyncio.run(populate(url, Families(1, 0, stage.at)))
    (empty,) = asyncio.run(ask_database(url, SIZE))
    year = Families(1, counts.weighed, stage.at, weeks=WEEKS)
    asyncio.run(populate(url, year, (*IN_PROGRAMME, *BESIDE)))
    (full,) = asyncio.run(ask_database(url, SIZE))
    stage.drop_database("size")
    each = (full - empty) / counts.weighed / 1000
    return [Figure("database, for each guardian and year", each, "kB")]


async def ask_database(url: str, question: str) -> tuple[int, ...]:
    """Ask for one row of numbers."""
    database = open_database(url)
    async with database.engine.connect() as connection:
        row = (await connection.execute(text(question))).one()
    await database.close()
    return tuple(row)
