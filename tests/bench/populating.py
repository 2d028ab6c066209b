"""Fill a database with families in the middle of the programme, as many as are asked for.

One family in three gets its activity on the Wednesday at which everything plays, with a picture;
one the week's first message, for which an activity is chosen; one the week's last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from bot.app.clocks import SystemClock
from bot.app.opening import open_store
from bot.app.reloading import Reloader
from bot.chat.turns import CHAT
from bot.core.sealing import Sealer
from bot.store import Database
from tests.bench.rivals import FIRST_CHAT
from tests.bench.stage import bench_settings

CENTRE = """
INSERT INTO centre (id, code, name, zone, language, created_at)
VALUES (1, 'bench', 'Bench', 'Europe/Copenhagen', 'da', :joined) ON CONFLICT DO NOTHING
"""
CHILDREN = """
INSERT INTO child (id, centre_id, study_code, birth_month, level, enrolled_at)
SELECT g, 1, 'bench-' || g,
    date_trunc('month', CAST(:today AS date) - make_interval(months => 40 + g % 30))::date,
    'plain', :joined
FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS g
"""
GUARDIANS = """
INSERT INTO guardian (id, chat_key, chat_sealed, language, zone, days, hour, quiet_from,
    quiet_until, state, pace, joined_at, settled_at, heard_at, last_monday, ignored_weeks)
SELECT g, encode(sha256(CAST(g AS text)::bytea), 'hex'), :sealed,
    (ARRAY['en', 'da', 'ar'])[1 + g / 3 % 3], 'Europe/Copenhagen',
    (ARRAY['024', '246', '012'])[1 + g % 3], 17, 21, 8, 'active', 'full',
    :joined, :joined, :heard,
    CAST(:monday AS date) - CASE WHEN g % 3 = 1 THEN 7 ELSE 0 END, 0
FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS g
"""
SETTINGS = """
INSERT INTO guardian_setting (guardian_id, from_at, zone, days, hour, quiet_from, quiet_until,
    state)
SELECT id, joined_at, zone, days, hour, quiet_from, quiet_until, state
FROM guardian WHERE id BETWEEN :first AND :last
"""
PAIRS = """
INSERT INTO pair (guardian_id, child_id, joined_at)
SELECT id, id, joined_at FROM guardian WHERE id BETWEEN :first AND :last
"""
WEEKS = """
INSERT INTO child_week (child_id, week, monday, activity_id, chosen_at, sent_at)
SELECT g, w, CAST(:monday AS date) - 7 * (CAST(:weeks AS int) - w),
    (CAST(:activities AS text[]))[1 + (g + w) % cardinality(CAST(:activities AS text[]))],
    :joined, :joined
FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS g,
    generate_series(1, CAST(:weeks AS int)) AS w
WHERE w < :weeks OR g % 3 <> 1
"""
SENT = """
INSERT INTO delivery (guardian_id, child_id, kind, status, planned_at, due_at, slot_at, slot_on,
    week, touch, asked, attempts, lost_answers, ended_at, message_id, activity_id, variant,
    language, content_version)
SELECT slot.id, slot.id, 'programme', 'sent', at - interval '2 days', at, at, day_on,
    slot.week, touch, false, 1, 0, at, slot.id % 1000000 + slot.week, activity_id, 'plain',
    language, :version
FROM (
    SELECT id, language, zone, w AS week, (ARRAY['why', 'do', 'grow'])[n] AS touch,
        CAST(:monday AS date) - 7 * (CAST(:weeks AS int) - w)
            + CAST(substr(days, n, 1) AS int) AS day_on
    FROM guardian, generate_series(1, CAST(:weeks AS int)) AS w, generate_series(1, 3) AS n
    WHERE id BETWEEN :first AND :last
) AS slot
CROSS JOIN LATERAL (SELECT (day_on + time '17:00') AT TIME ZONE zone AS at) AS moment
JOIN child_week ON child_week.child_id = slot.id AND child_week.week = slot.week
WHERE day_on < CAST(:today AS date)
"""
PLANNED = """
INSERT INTO delivery (guardian_id, child_id, kind, status, planned_at, due_at, slot_at, slot_on,
    touch, asked, attempts, lost_answers)
SELECT id, id, 'programme', 'planned', :joined, at, at, day_on, touch, false, 0, 0
FROM (
    SELECT id, CAST(:today AS date) AS day_on, (ARRAY['do', 'why', 'grow'])[1 + id % 3] AS touch,
        CAST(:at AS timestamptz) - interval '30 seconds'
            + (id - :first) / :a_minute * interval '1 minute' AS at
    FROM guardian WHERE id BETWEEN :first AND :last AND id < :first + :due
    UNION ALL
    SELECT id, day_on, touch, (day_on + time '17:00') AT TIME ZONE zone
    FROM (
        SELECT id, zone, (ARRAY['grow', 'do', 'why'])[1 + id % 3] AS touch,
            CAST(:today AS date) + (ARRAY[2, 2, 5])[1 + id % 3] AS day_on
        FROM guardian WHERE id BETWEEN :first AND :last AND id >= :first + :due
    ) AS ahead
) AS slot
"""
ADDRESSES = """
UPDATE guardian SET chat_key = address.key, chat_sealed = address.sealed
FROM unnest(CAST(:numbers AS int[]), CAST(:keys AS text[]), CAST(:seals AS bytea[]))
    AS address(number, key, sealed)
WHERE guardian.id = address.number
"""
CONSENTS = """
INSERT INTO consent (guardian_id, purpose, answer, version, language, answered_at)
SELECT id, purpose, 'given', '1', language, joined_at
FROM guardian, unnest(ARRAY['messages', 'linking', 'research']) AS purpose
WHERE id BETWEEN :first AND :last
"""
CARDS = """
INSERT INTO card (child_id, code_key, code_sealed, language, issued_at, opened_at)
SELECT id, encode(sha256(CAST(-id AS text)::bytea), 'hex'), :sealed, language, joined_at, joined_at
FROM guardian WHERE id BETWEEN :first AND :last
"""
EVENTS = """
INSERT INTO engagement_event (guardian_id, child_id, delivery_id, kind, happened_at)
SELECT guardian_id, child_id, id, 'did-it', ended_at
FROM delivery WHERE guardian_id BETWEEN :first AND :last AND status = 'sent'
"""
IN_PROGRAMME = (CENTRE, CHILDREN, GUARDIANS, SETTINGS, PAIRS, WEEKS, SENT, PLANNED)
BESIDE = (CONSENTS, CARDS, EVENTS)


@dataclass(frozen=True)
class Families:
    """Which families there are to be: numbered from `first`, `due` of them due at the moment.

    The due ones are due right before the moment, or `a_minute` of them in each minute from then on;
    they, or the first `reachable`, have an address of their own. All are in week `weeks`.
    """

    first: int
    count: int
    at: datetime
    due: int = 0
    a_minute: int | None = None
    weeks: int = 1
    reachable: int = 0

    @property
    def last(self) -> int:
        """Number of the last one."""
        return self.first + self.count - 1


async def populate(url: str, families: Families, statements: Sequence[str] = IN_PROGRAMME) -> None:
    """Add families to the database at this address, which gets its tables first where it has none.

    References are right by construction, and not checked.
    """
    settings = bench_settings(url)
    async with open_store(settings) as store:
        reloader = Reloader.of(store.database, settings, clock=SystemClock())
        catalogue = (await reloader.open()).current
        given = {
            **values_of(families),
            "activities": sorted(catalogue.activities),
            "version": catalogue.version,
            "sealed": store.sealer.seal(str(FIRST_CHAT), bound_to=CHAT),
        }
        async with store.database.engine.begin() as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                clause = text(statement)
                known = {name: given[name] for name in clause.compile().params}
                await connection.execute(clause, known)
            await connection.execute(text(ADDRESSES), addresses_of(families, store.sealer))
        await tidy_up(store.database)


async def tidy_up(database: Database) -> None:
    """Bring the database's own statistics up to date, as autovacuum does in time."""
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))
        await connection.execute(text("CHECKPOINT"))


def values_of(families: Families) -> dict[str, Any]:
    """Give what the statements are told about the families."""
    today = families.at.date()
    return {
        "first": families.first,
        "last": families.last,
        "due": families.due,
        "a_minute": families.a_minute or max(families.due, 1),
        "weeks": families.weeks,
        "at": families.at,
        "today": today,
        "monday": today - timedelta(days=today.weekday()),
        "joined": families.at - timedelta(weeks=families.weeks, days=5),
        "heard": families.at - timedelta(days=1),
    }


def addresses_of(families: Families, sealer: Sealer) -> dict[str, Any]:
    """Seal an address of its own for every family that is written to or writes."""
    some = max(families.due, families.reachable)
    numbers = range(families.first, families.first + min(some, families.count))
    chats = [str(FIRST_CHAT + number) for number in numbers]
    return {
        "numbers": list(numbers),
        "keys": [sealer.keyed_hash(chat, purpose=CHAT) for chat in chats],
        "seals": [sealer.seal(chat, bound_to=CHAT) for chat in chats],
    }
