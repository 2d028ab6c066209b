"""Measure how fast events are exported, beside a bare Arrow read and write of the same rows."""

import asyncio

from sqlalchemy import text

from bot.report.exports.writers import Format
from bot.store import open_database
from tests.bench.contents import median, run_alone
from tests.bench.counts import Counts
from tests.bench.figures import Figure
from tests.bench.populating import BESIDE, IN_PROGRAMME, Families, populate, tidy_up
from tests.bench.stage import Stage

MOST_TIMES = 2.0
MOST_MEGABYTES = 1000.0
LONGEST = 3600.0  # seconds, of one format
RIVAL = "ADBC and Parquet alone"
EVENTS_A_FAMILY = 250
EVENTS = """
INSERT INTO engagement_event (guardian_id, child_id, delivery_id, material, kind, happened_at)
SELECT 1 + g % :families, 1 + g % :families, 1 + g / 2,
    CASE WHEN g % 10 = 0 THEN 'red-suitcase/' || g % 7 || '/ar' END,
    (ARRAY['did-it', 'not-yet', 'listened', 'story-heard'])[1 + g % 4],
    CAST(:at AS timestamptz) - make_interval(secs => g * 6.123456)
FROM generate_series(1, CAST(:events AS int)) AS g
"""


def measure_exports(stage: Stage, counts: Counts) -> list[Figure]:
    """Export events as Parquet in processes of their own, ours and the bare one in turn."""
    url = stage.make_database("exports")
    stage.say(f"writing {counts.events:,} events")
    asyncio.run(fill(url, counts.events, stage))
    stage.say("exporting them")
    ours, theirs = [], []
    for _ in range(counts.rounds):
        ours.append(run_alone("exporting", url, str(counts.events)))
        theirs.append(run_alone("exporting", url, str(counts.events), "--plainly"))
    stage.drop_database("exports")
    took, memory = (median(ours, name) for name in ("s", "memory"))
    bare, lean = (median(theirs, name) for name in ("s", "memory"))
    return [
        Figure(
            f"{counts.events:,} events, exported as Parquet",
            took,
            "s",
            f"{RIVAL}: {bare:.2f} s",
            took / bare,
            f"≤ {MOST_TIMES:g}× the rival's",
            took <= MOST_TIMES * bare,
        ),
        Figure(
            "… the most memory of that process, the whole export",
            memory,
            "MB",
            f"{RIVAL}: {lean:.0f} MB",
            memory / lean,
            f"≤ {MOST_MEGABYTES:g} MB",
            memory <= MOST_MEGABYTES,
        ),
    ]


def measure_formats(stage: Stage, counts: Counts) -> list[Figure]:
    """Export everything in each format once, all tables; only asked for, since it takes long."""
    url = stage.make_database("formats")
    stage.say(f"writing {counts.events:,} events")
    asyncio.run(fill(url, counts.events, stage))
    figures = []
    for wanted in Format:
        stage.say(f"exporting them as {wanted}")
        taken = run_alone("exporting", url, str(counts.events), "--format", wanted, longest=LONGEST)
        name = f"{counts.events:,} events and all else, exported as {wanted}"
        figures += [
            Figure(name, taken["s"], "s"),
            Figure(
                f"… the most memory of that process, as {wanted}",
                taken["memory"],
                "MB",
                target=f"≤ {MOST_MEGABYTES:g} MB",
                holds=taken["memory"] <= MOST_MEGABYTES,
            ),
        ]
    stage.drop_database("formats")
    return figures


async def fill(url: str, events: int, stage: Stage) -> None:
    """Fill a database with families who let researchers use their taps, and with what they did."""
    families = max(1, events // EVENTS_A_FAMILY)
    await populate(url, Families(1, families, stage.at), (*IN_PROGRAMME, *BESIDE[:2]))
    database = open_database(url)
    async with database.engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        given = {"families": families, "events": events, "at": stage.at}
        await connection.execute(text(EVENTS), given)
    await tidy_up(database)
    await database.close()
