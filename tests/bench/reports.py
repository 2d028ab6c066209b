"""Measure how long the report of a large study takes, in a process of its own."""

import asyncio

from bot.report.drawing import Wish, draw_once
from bot.store import open_database
from bot.store.states import AllocationUnit
from tests.bench.contents import run_alone
from tests.bench.counts import Counts
from tests.bench.figures import Figure
from tests.bench.populating import CONSENTS, GUARDIANS, Families, populate, tidy_up
from tests.bench.stage import Stage

MOST_SECONDS = 60.0
DELIVERIES, ANSWERS = 10, 4  # of each child
CHILDREN_A_CENTRE = 200
ARMS = ("now", "later")
PLACE = f"1 + g % (CAST(:last AS int) / {CHILDREN_A_CENTRE})"  # a child's centre
CENTRES = f"""
INSERT INTO centre (id, code, name, zone, language, created_at)
SELECT g, 'c' || lpad(CAST(g AS text), 4, '0'), 'Bench', 'Europe/Copenhagen',
    (ARRAY['da', 'en'])[1 + g % 2], :joined
FROM generate_series(1, CAST(:last AS int) / {CHILDREN_A_CENTRE}) AS g
"""
CHILDREN = f"""
INSERT INTO child (id, centre_id, study_code, birth_month, level, is_open, enrolled_at)
SELECT g, {PLACE}, 'bench-' || g,
    date_trunc('month', CAST(:today AS date) - make_interval(months => 40 + g % 30))::date,
    'plain', false, :joined
FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS g
"""
ENTRIES = """
INSERT INTO roster_entry (child_id, home_language, disadvantage, imported_at)
SELECT id, (ARRAY['da', 'ar', 'en', 'tr'])[1 + id % 4],
    CASE WHEN random() < 0.4 THEN 'low' ELSE 'other' END, enrolled_at
FROM child
"""
CARDS = """
INSERT INTO card (child_id, code_key, code_sealed, language, issued_at, printed_at, opened_at)
SELECT id, 'card ' || id, :sealed, (ARRAY['da', 'ar', 'en'])[1 + id % 3], enrolled_at, enrolled_at,
    CASE WHEN id % 5 <> 0 THEN enrolled_at + interval '2 days' END
FROM child
"""
PAIRS = """
INSERT INTO pair (guardian_id, child_id, joined_at)
SELECT id, id, joined_at + interval '2 days' FROM guardian WHERE id % 5 <> 0
"""
SENT = f"""
INSERT INTO delivery (guardian_id, child_id, kind, status, planned_at, due_at, slot_at, slot_on,
    week, touch, asked, attempts, lost_answers, ended_at, activity_id, variant, language,
    content_version)
SELECT id, id, 'programme', 'sent', at, at, at, CAST(at AS date), w, 'do', false, 1, 0, at,
    'activity-' || w, 'plain', language, :version
FROM guardian, generate_series(1, {DELIVERIES}) AS w
CROSS JOIN LATERAL (SELECT CAST(:joined AS timestamptz) + make_interval(weeks => w) AS at) AS moment
"""
EVENTS = f"""
INSERT INTO engagement_event (guardian_id, child_id, delivery_id, kind, happened_at)
SELECT guardian_id, child_id, id,
    (ARRAY['did-it', 'did-it', 'not-yet', 'seen'])[1 + guardian_id % 4], ended_at
FROM delivery WHERE week <= {ANSWERS} AND guardian_id % 5 <> 0
"""
FILE = """
INSERT INTO outcome_file (id, digest, name, rows, mapping, imported_at)
VALUES (1, 'bench', 'bench.csv', 1, '', :joined)
"""
OUTCOMES = """
INSERT INTO outcome (file_id, line, child_id, instrument, wave, score, ended)
SELECT 1, id, id, 'words', wave,
    CASE WHEN random() > 0.08 THEN 50 + 10 * (random() + random() - 1) + centre_id % 7 END,
    'accepted'
FROM child, unnest(ARRAY['before', 'after']) AS wave
"""
STUDY = (
    CENTRES, CHILDREN, ENTRIES, GUARDIANS, CARDS, PAIRS, CONSENTS, SENT, EVENTS, FILE, OUTCOMES,
)  # fmt: skip


def measure_reports(stage: Stage, counts: Counts) -> list[Figure]:
    """Report on a large study, with one outcome, its baseline and two arms."""
    url = stage.make_database("reports")
    stage.say(f"writing {counts.enrolled:,} children")
    asyncio.run(fill(url, counts.enrolled, stage))
    stage.say("reporting on them")
    taken = run_alone("reporting", url, str(counts.enrolled))
    stage.drop_database("reports")
    centres = counts.enrolled // CHILDREN_A_CENTRE
    return [
        Figure(
            f"a report, page and PDF, {counts.enrolled:,} children in {centres:,} centres",
            taken["s"],
            "s",
            target=f"≤ {MOST_SECONDS:g} s",
            holds=taken["s"] <= MOST_SECONDS,
        ),
        Figure("… of these, reading them", taken["reading"], "s"),
        Figure("… and writing page and PDF", taken["writing"], "s"),
        Figure("… the most memory of that process, all of it", taken["memory"], "MB"),
    ]


async def fill(url: str, children: int, stage: Stage) -> None:
    """Fill a database with a study, and draw its arms."""
    await populate(url, Families(1, children, stage.at, weeks=DELIVERIES), STUDY)
    database = open_database(url)
    wish = Wish(ARMS, ARMS[1], AllocationUnit.CENTRE, ("language",), 1, {})
    async with database.writing() as session:
        await draw_once(session, wish, now=stage.at)
    await tidy_up(database)
    await database.close()
