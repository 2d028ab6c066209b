"""The database: its tables, its claims, its two kinds."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.core.cadence import Touch
from bot.core.slots import Slot
from bot.errors import BotError
from bot.store import Database, centres, claims, deliveries, migrating, updates
from bot.store.columns import id_of
from bot.store.deployment import find_value, record_value
from bot.store.states import DeliveryKind, DeliveryStatus
from bot.store.tables import Delivery
from tests.rows import make_guardian

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


async def add_guardians(database: Database, count: int) -> None:
    async with database.writing() as session:
        for number in range(count):
            session.add(make_guardian(f"key {number}", at=NOW, language="en"))


async def test_the_migrations_make_the_tables_that_the_code_has(database: Database) -> None:
    assert await migrating.list_drift(database) == []


async def test_upgrading_twice_changes_nothing(database: Database) -> None:
    async with database.writing() as session:
        await record_value(session, "kept", "yes")

    await migrating.upgrade(database)

    async with database.reading() as session:
        assert await find_value(session, "kept") == "yes"


async def test_what_fails_is_undone_whole(database: Database) -> None:
    with pytest.raises(BotError):
        async with database.writing() as session:
            await record_value(session, "half", "done")
            raise BotError("stop")

    async with database.reading() as session:
        assert await find_value(session, "half") is None


async def test_claimants_side_by_side_never_take_a_delivery_twice(database: Database) -> None:
    await add_guardians(database, 200)
    async with database.writing() as session:
        for number in range(1, 201):
            session.add(
                Delivery(guardian_id=number, kind=DeliveryKind.NOTICE, planned_at=NOW, due_at=NOW)
            )

    async def claim(name: str) -> list[int]:
        taken: list[int] = []
        while True:
            async with database.writing() as session:
                due = await claims.lock_due(session, now=NOW, asked=False, limit=7)
                claimed = [id_of(each) for each in due]
                await deliveries.record_all(
                    session,
                    [
                        {"id": each, "status": DeliveryStatus.CLAIMED, "claimed_by": name}
                        for each in claimed
                    ],
                )
            if not claimed:
                return taken
            assert len(claimed) <= 7
            taken += claimed

    taken = await asyncio.gather(*(claim(f"sender {number}") for number in range(6)))

    everything = [each for some in taken for each in some]
    assert sorted(everything) == list(range(1, 201))


async def test_an_update_that_arrives_twice_is_stored_once(database: Database) -> None:
    arrived = updates.Arrived(id=7, chat_key="a", body_sealed=b"x", received_at=NOW)

    async with database.writing() as session:
        assert await updates.store_updates(session, [arrived]) == 1
    async with database.writing() as session:
        assert await updates.store_updates(session, [arrived]) == 0


async def test_of_each_chat_only_the_first_update_is_taken(database: Database) -> None:
    async with database.writing() as session:
        await updates.store_updates(
            session,
            [
                updates.Arrived(id=number, chat_key=chat, body_sealed=b"x", received_at=NOW)
                for number, chat in ((1, "a"), (2, "a"), (3, "b"))
            ],
        )

    async with database.writing() as session:
        claimed = await updates.claim_updates(
            session, now=NOW, claimant="one", until=NOW + timedelta(minutes=1), limit=9
        )
    assert [each.id for each in claimed] == [1, 3]

    async with database.writing() as session:
        again = await updates.claim_updates(
            session, now=NOW, claimant="two", until=NOW + timedelta(minutes=1), limit=9
        )
    assert list(again) == []


async def test_a_pair_never_has_two_planned_programme_deliveries(database: Database) -> None:
    await add_guardians(database, 1)
    monday = Slot(NOW.date(), Touch.WHY, NOW)
    tuesday = Slot(NOW.date() + timedelta(days=1), Touch.DO, NOW + timedelta(days=1))
    async with database.writing() as session:
        centre = await centres.add_centre(
            session, "sun", name="Sun", zone="Europe/Copenhagen", language="da", now=NOW
        )
        await centres.enrol_child(session, centre, study_code="X", birth_month=None, now=NOW)
        await deliveries.plan(session, deliveries.fill_slot(1, 1, monday, now=NOW))

    with pytest.raises(IntegrityError):
        async with database.writing() as session:
            await deliveries.plan(session, deliveries.fill_slot(1, 1, tuesday, now=NOW))
