"""Fill a database with guardians to each of whom one activity is due, at any time of day."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from bot.core.cadence import Rhythm, Touch, moment_on
from bot.core.codes import draw_study_code
from bot.core.sealing import Sealer, parse_key
from bot.core.slots import Slot
from bot.delivery.sending import CHAT
from bot.sandbox import Sandbox
from bot.store import Database, Session, centres, deliveries, histories
from bot.store.columns import id_of
from bot.store.states import GuardianState
from bot.store.tables import Child, Guardian, Pair
from tests.processes import KEY

LANGUAGES = ("en", "da", "ar")
MONTHS_OLD = (42, 54, 66)  # one of each band, so that several pictures go out


async def plan_storm(
    database: Database, sandbox: Sandbox, *, count: int, now: datetime
) -> dict[int, int]:
    """Add guardians, a child each, and today's delivery; give each guardian's person.

    They have joined at the beginning of this hour, so that today's slot is their first and is due;
    they hear from us on this one day of the week, and have no quiet hours, so that the one after it
    lies a week ahead.
    """
    rhythm = rhythm_at(now)
    async with database.writing() as session:
        guardians = add_guardians(session, sandbox, rhythm, count=count, now=now)
        children = await add_children(session, count=count, now=now)
        await session.flush()
        pairs = [(id_of(one), id_of(two)) for one, two in zip(guardians, children, strict=True)]
        joined_at = start_of_hour(now)
        session.add_all(
            Pair(guardian_id=guardian, child_id=child, joined_at=joined_at)
            for guardian, child in pairs
        )
        session.add_all(
            histories.as_row(guardian, from_at=joined_at, state=GuardianState.ACTIVE)
            for guardian in guardians
        )
        await plan_today(session, pairs, rhythm, now=now)
    return {guardian: person for (guardian, _), person in zip(pairs, sandbox.persons, strict=True)}


def start_of_hour(now: datetime) -> datetime:
    """Give the moment at which everybody joined, and at which the first slot is due."""
    return now.replace(minute=0, second=0, microsecond=0)


def rhythm_at(now: datetime) -> Rhythm:
    """Give a rhythm whose one slot of the week is due at this hour."""
    return Rhythm(
        zone="UTC",
        days=(now.astimezone(UTC).weekday(),),
        hour=now.astimezone(UTC).hour,
        quiet_from=0,
        quiet_until=0,
    )


def add_guardians(
    session: Session, sandbox: Sandbox, rhythm: Rhythm, *, count: int, now: datetime
) -> list[Guardian]:
    """Add guardians, with a chat each that the bot may write to."""
    sealer = Sealer(parse_key(KEY))
    joined_at = start_of_hour(now)
    guardians = []
    for number in range(count):
        language = LANGUAGES[number % len(LANGUAGES)]
        person = sandbox.add_person("Amina", language=language)
        person.opened = True
        address = str(person.id)
        guardians.append(
            Guardian(
                chat_key=sealer.keyed_hash(address, purpose=CHAT),
                chat_sealed=sealer.seal(address, bound_to=CHAT),
                language=language,
                zone=rhythm.zone,
                days=rhythm.days,
                hour=rhythm.hour,
                quiet_from=rhythm.quiet_from,
                quiet_until=rhythm.quiet_until,
                joined_at=joined_at,
                settled_at=joined_at,
                heard_at=joined_at,
            )
        )
    session.add_all(guardians)
    return guardians


async def add_children(session: Session, *, count: int, now: datetime) -> list[Child]:
    """Put children of several ages on the roster of a centre of their own."""
    centre = await centres.add_centre(
        session, "storm", name="Storm", zone="UTC", language=LANGUAGES[0], now=now
    )
    rng = Random(0)
    children = []
    for number in range(count):
        born = now - timedelta(days=30.5 * MONTHS_OLD[number % len(MONTHS_OLD)])
        children.append(
            Child(
                centre_id=id_of(centre),
                study_code=draw_study_code(rng),
                birth_month=born.date().replace(day=1),
                enrolled_at=start_of_hour(now),
            )
        )
    session.add_all(children)
    return children


async def plan_today(
    session: Session, pairs: Sequence[tuple[int, int]], rhythm: Rhythm, *, now: datetime
) -> None:
    """Plan the activity itself, which has a picture, for every pair."""
    day_on = now.astimezone(UTC).date()
    slot = Slot(day_on, Touch.DO, moment_on(rhythm, day_on))
    planned = [deliveries.fill_slot(*pair, slot, now=slot.due_at) for pair in pairs]
    await deliveries.plan_all(session, planned)
