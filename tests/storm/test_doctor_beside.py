"""The doctor examines a database that is being sent from, and takes nothing in flight for wrong."""

import asyncio
from pathlib import Path

import pytest

from tests.kinds import on_postgresql
from tests.processes import kuffert
from tests.storm.storm import assert_all_is_well, open_storm, stop

pytestmark = pytest.mark.anyio
FAMILIES = 60
SLOW, FAST = 2, 1000  # messages a second: the doctor is through before the slow ones are


@on_postgresql
async def test_the_doctor_finds_nothing_wrong_while_messages_go_out(
    database_url: str, tmp_path: Path
) -> None:
    async with open_storm(database_url, tmp_path, rate=SLOW) as storm:
        await storm.plan(FAMILIES)
        senders = 1 if storm.database.is_sqlite else 2
        async with storm.senders(senders) as slow:
            await storm.wait_for_arrivals(4)

            done = await asyncio.to_thread(
                kuffert, tmp_path, "doctor", "--repair", **storm.settings
            )

            assert storm.arrived < FAMILIES
            await stop(slow)
        storm.settings["KUFFERT_SEND_RATE"] = str(FAST)
        async with storm.senders(senders) as fast:
            await storm.send_all(fast)
        books = await storm.close_books()

    assert f"{FAMILIES} guardians examined: 0 breaches" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0
    assert_all_is_well(books)
