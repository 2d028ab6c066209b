"""Being watched from outside: what a running bot counts, and what its log says of each delivery."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import col, select

from bot.store.tables import Delivery
from tests.kinds import on_sqlite
from tests.processes import running_bot
from tests.storm.storm import Storm
from tests.storm.test_webhook import add_persons, ask, free_ports, wait_for_answers

pytestmark = pytest.mark.anyio


async def read_metrics(port: int) -> dict[str, float]:
    """Read what a process counts, by name and labels."""
    url = f"http://127.0.0.1:{port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200
        text = await answer.text()
    return {
        " ".join([each.name, *each.labels.values()]): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


async def list_lines(storm: Storm) -> AsyncIterator[dict[str, object]]:
    """Read the log, a line of JSON at a time."""
    for line in storm.read_log().splitlines():
        yield json.loads(line)


async def list_ended(storm: Storm) -> set[int]:
    """List the deliveries that have ended."""
    ended = select(Delivery.id).where(col(Delivery.ended_at).is_not(None))
    async with storm.database.reading() as session:
        return {each for each in (await session.exec(ended)).all() if each}


@on_sqlite
async def test_metrics_and_log_tell_of_each_delivery_and_of_each_tap(storm: Storm) -> None:
    [port] = free_ports(1)
    await storm.plan(5)
    persons = add_persons(storm, 3)
    settings = {**storm.settings, "KUFFERT_PORT": str(port), "KUFFERT_LOG": "json"}

    async with running_bot(storm.folder, **settings) as process:
        ask(storm, persons)
        await wait_for_answers(storm, 3)
        await storm.wait_until(storm.is_over, [process])
        counted = await read_metrics(port)

    assert counted["kuffert_sends_total sent"] == 5
    assert counted["kuffert_updates_total message"] == 3
    assert counted["kuffert_handler_seconds_count"] == 3
    assert counted["kuffert_queue_due"] == 0
    assert counted["kuffert_processes all"] == 1
    assert counted["kuffert_sending_stopped"] == 0
    lines = [line async for line in list_lines(storm)]
    due = await list_ended(storm)
    assert len(due) == 5
    for outcome in ("claimed", "sent"):
        said = {each["delivery"] for each in lines if str(each["message"]).endswith(outcome)}
        assert said == due
    recorded = [each["deliveries"] for each in lines if "deliveries" in each]
    assert {number for numbers in recorded for number in numbers} == due  # type: ignore[attr-defined]
    assert all({"at", "level", "from", "message"} <= each.keys() for each in lines)


async def test_a_process_that_sends_alone_is_watched_too(shared_storm: Storm) -> None:
    storm, [port] = shared_storm, free_ports(1)
    settings = {**storm.settings, "KUFFERT_PORT": str(port)}

    async with running_bot(storm.folder, "--role", "sender", **settings) as process:

        async def is_up() -> bool:
            return "Started server process" in storm.read_log()

        await storm.wait_until(is_up, [process])
        counted = await read_metrics(port)

    assert counted["kuffert_processes sender"] == 1
