"""Updates that the network brings: replicas, kills, and changing from polling and back."""

import signal
import socket
from collections import Counter

import pytest

from tests.kinds import on_postgresql, on_sqlite
from tests.processes import running_bot
from tests.storm.asking import add_persons, answered, ask, wait_for_answers
from tests.storm.balancer import balancing
from tests.storm.storm import Storm

pytestmark = pytest.mark.anyio
SECRET = "k" * 24
WEB = ("--role", "web")


def free_ports(count: int) -> list[int]:
    """Find ports that nobody uses."""
    found = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in found]
    for each in found:
        each.close()
    return ports


def brought_to(url: str, port: int) -> dict[str, str]:
    """Give the settings of a bot that serves a port, and is brought updates at an address."""
    return {
        "KUFFERT_PUBLIC_URL": url,
        "KUFFERT_WEBHOOK_SECRET": SECRET,
        "KUFFERT_PORT": str(port),
    }


def is_brought(storm: Storm) -> bool:
    """Say whether updates are brought."""
    return storm.sandbox.courier.is_set


async def test_replicas_behind_a_balancer_answer_each_update_once_though_one_is_killed(
    shared_storm: Storm,
) -> None:
    storm, ports = shared_storm, free_ports(2)
    persons = add_persons(storm, 40)
    async with balancing(ports) as (url, _):
        first, second = (storm.settings | brought_to(url, port) for port in ports)
        async with (
            running_bot(storm.folder, *WEB, **first) as killed,
            running_bot(storm.folder, *WEB, **second),
        ):
            await storm.sandbox.wait_for(lambda: is_brought(storm) or None, seconds=60)
            ask(storm, persons[:30])
            await wait_for_answers(storm, 10)
            killed.send_signal(signal.SIGKILL)
            await killed.wait()
            ask(storm, persons[30:])

            await wait_for_answers(storm, 40)
            await storm.sandbox.wait_for(lambda: not storm.sandbox.updates, seconds=30)

    assert set(answered(storm)) == set(persons)
    doubled = sum(answered(storm).values()) - 40
    assert doubled <= 30  # answers that the killed one had under way may come once more
    assert max(answered(storm).values()) <= 2


@on_postgresql
async def test_changing_from_polling_to_webhook_and_back_loses_and_doubles_nothing(
    storm: Storm,
) -> None:
    [port] = free_ports(1)
    persons = add_persons(storm, 30)
    brought = storm.settings | brought_to(f"http://127.0.0.1:{port}", port)
    asked = 0
    for way in ("polling", "webhook", "polling"):
        settings = storm.settings if way == "polling" else brought
        ask(storm, persons[asked : asked + 5])  # while nobody runs
        async with running_bot(storm.folder, **settings) as process:
            await wait_for_answers(storm, asked + 5)
            ask(storm, persons[asked + 5 : asked + 10])
            await wait_for_answers(storm, asked + 10)
            for update in list(storm.sandbox.acknowledged)[-3:]:
                storm.sandbox.repeat_update(update)
            await storm.sandbox.wait_for(lambda: not storm.sandbox.updates or None, seconds=30)
            assert is_brought(storm) == (way == "webhook")
            process.send_signal(signal.SIGTERM)
            await process.wait()
        asked += 10

    assert answered(storm) == Counter(persons)


@on_sqlite
async def test_a_webhook_needs_a_secret(storm: Storm) -> None:
    settings = storm.settings | {"KUFFERT_PUBLIC_URL": "https://kuffert.example"}

    async with running_bot(storm.folder, **settings) as process:
        assert await process.wait() == 1

    assert "KUFFERT_WEBHOOK_SECRET is not a secret of 24 to 256" in storm.read_log()
    assert not is_brought(storm)
