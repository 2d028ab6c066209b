"""An older database comes to today's tables with everything that it held, and in order."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, select

from bot.delivery.examining import examine
from bot.delivery.mending import read_records
from bot.store import Database, guardians, open_database
from bot.store.migrating import list_drift, prepare, upgrade, upgrade_connection
from bot.store.states import DeliveryStatus
from tests.filling import REVISIONS, ROWS, describe, fill, read_all

pytestmark = pytest.mark.anyio
JOINED = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 9, 11, 15, 0, tzinfo=UTC)
MONDAY = datetime(2026, 9, 14, 15, 0, tzinfo=UTC)


async def fill_first(database: Database) -> None:
    """Write what the first version would have: one guardian who goes on, one who paused."""
    rows = [
        "INSERT INTO centre (id, code, name, zone, language, created_at) "
        "VALUES (1, 'sun', 'Sun', 'Europe/Copenhagen', 'da', :joined)",
    ]
    for number, state in ((1, "active"), (2, "paused")):
        rows += [
            "INSERT INTO child (id, centre_id, study_code, level, enrolled_at) "
            f"VALUES ({number}, 1, 'S{number}', 'plain', :joined)",
            "INSERT INTO guardian (id, chat_key, chat_sealed, language, zone, days, hour, "
            "quiet_from, quiet_until, state, joined_at) "
            f"VALUES ({number}, 'key {number}', :sealed, 'da', 'Europe/Copenhagen', '024', 17, "
            f"21, 8, '{state}', :joined)",
            "INSERT INTO pair (id, guardian_id, child_id, joined_at) "
            f"VALUES ({number}, {number}, {number}, :joined)",
            "INSERT INTO child_week (child_id, week, activity_id, chosen_at) "
            f"VALUES ({number}, 1, 'B01', :joined)",
            insert_delivery(number, "sent", ":joined", touch="do", ended=":joined"),
        ]
    rows += [
        insert_delivery(1, "sent", ":friday", touch="grow", ended=":friday", in_doubt="(1 = 1)"),
        insert_delivery(1, "planned", ":monday", touch="why"),
        insert_delivery(2, "skipped", ":friday", touch="grow", ended=":left", reason="paused"),
        "INSERT INTO engagement_event (guardian_id, kind, happened_at) VALUES (2, 'paused', :left)",
    ]
    moments = {
        "joined": JOINED,
        "friday": FRIDAY,
        "monday": MONDAY,
        "left": JOINED + timedelta(days=1),
    }
    values: dict[str, object] = {"sealed": b"sealed"}
    for name, moment in moments.items():  # SQLite keeps moments as text
        values[name] = f"{moment:%Y-%m-%d %H:%M:%S.%f}" if database.is_sqlite else moment
    async with database.engine.begin() as connection:
        for row in rows:
            used = {name: value for name, value in values.items() if f":{name}" in row}
            await connection.execute(text(row), used)


def insert_delivery(
    number: int,
    status: str,
    slot: str,
    *,
    touch: str,
    ended: str = "NULL",
    reason: str | None = None,
    in_doubt: str = "(1 = 0)",
) -> str:
    message = "7" if status == "sent" else "NULL"
    why = f"'{reason}'" if reason else "NULL"
    return (
        "INSERT INTO delivery (guardian_id, child_id, kind, status, planned_at, due_at, slot_at, "
        "week, touch, attempts, in_doubt, ended_at, reason, message_id) "
        f"VALUES ({number}, {number}, 'programme', '{status}', :joined, {slot}, {slot}, 1, "
        f"'{touch}', 1, {in_doubt}, {ended}, {why}, {message})"
    )


async def test_a_database_of_the_first_version_is_in_order_after_the_upgrade(
    empty_url: str,
) -> None:
    database = open_database(empty_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(upgrade_connection, "0001")
    await fill_first(database)

    await upgrade(database)

    assert await list_drift(database) == []
    async with database.reading() as session:
        found = [await guardians.get_guardian(session, number) for number in (1, 2)]
        records = await read_records(session, found)
        breaches = [each for record in records for each in examine(record, cap=3, now=FRIDAY)]
    rows = records[0].pairs[0].rows
    await database.close()
    assert breaches == []
    assert [f"{row.slot_on:%a %d}" for row in rows] == ["Mon 07", "Fri 11", "Mon 14"]
    assert [(row.asked, row.in_doubt) for row in rows] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert rows[-1].status is DeliveryStatus.PLANNED


# From every version, with rows in every table


@pytest.mark.parametrize("revision", REVISIONS)
async def test_every_row_of_every_earlier_version_is_there_after_the_upgrade(
    empty_url: str, revision: str
) -> None:
    database = open_database(empty_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(upgrade_connection, revision)
        await connection.run_sync(fill)
        before = await connection.run_sync(read_all)

    await upgrade(database)

    async with database.engine.connect() as connection:
        after = await connection.run_sync(read_all)
    drift = await list_drift(database)
    await database.close()
    assert drift == []
    for table, rows in before.items():
        kept = [{name: row[name] for name in rows[0] if name in row} for row in after[table]]
        gone = set(rows[0]) - set(after[table][0])
        assert gone <= TAKEN_OVER
        wanted = [{name: row[name] for name in row if name not in gone} for row in rows]
        assert [row for row in kept if row in wanted] == wanted, table


TAKEN_OVER = {"in_doubt", "is_disadvantaged"}  # into lost_answers, and into a table of their own


@pytest.mark.parametrize("revision", REVISIONS)
async def test_what_was_written_by_every_earlier_version_can_be_read_by_this_one(
    empty_url: str, revision: str
) -> None:
    database = open_database(empty_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(upgrade_connection, revision)
        written = await connection.run_sync(fill)

    await upgrade(database)

    models = {each.class_.__tablename__: each.class_ for each in SQLModel._sa_registry.mappers}
    async with database.reading() as session:
        read = {name: (await session.exec(select(models[name]))).all() for name in written}
    await database.close()
    assert all(len(rows) >= ROWS for rows in read.values())


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_upgraded_database_is_made_of_what_a_new_one_is(
    empty_url: str, other_url: str, revision: str
) -> None:
    old, new = open_database(empty_url), open_database(other_url)
    async with old.engine.begin() as connection:
        await connection.run_sync(upgrade_connection, revision)
        await connection.run_sync(fill)

    await upgrade(old)
    await prepare(new)

    described = []
    for database in (old, new):
        async with database.engine.connect() as connection:
            described.append(await connection.run_sync(describe))
        await database.close()
    assert described[0] == described[1]
