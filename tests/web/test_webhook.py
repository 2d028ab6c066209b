"""The webhook's door: what is no update is refused without work, and what is taken is stored."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import anyio
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from bot.app.serving import serving
from bot.chat.receiving import HIGHEST_NUMBER, Receiver, is_update
from bot.core.meters import Meters
from bot.core.sealing import Sealer, parse_key
from bot.errors import DatabaseGone
from bot.store import Database
from bot.store.tables import StoredUpdate
from bot.web.webhook import MOST_BYTES, PATH, SECRET_HEADER, make_webhook
from tests.conftest import MONDAY_MORNING
from tests.processes import KEY
from tests.town import SettableClock

pytestmark = pytest.mark.anyio
SECRET = "s" * 30
RIGHT = {SECRET_HEADER: SECRET}
UPDATE = {
    "update_id": 7,
    "message": {"chat": {"id": 5, "type": "private"}, "text": "hello"},
}


@dataclass
class Door:
    """A webhook that is served, and who was woken by it."""

    url: str
    port: int
    session: aiohttp.ClientSession
    woken: list[str] = field(default_factory=list)

    async def bring(self, body: bytes | dict[str, Any], **headers: str) -> int:
        """Bring something with the right secret, unless another is named; give the status."""
        content = json.dumps(body).encode() if isinstance(body, dict) else body
        given = RIGHT | headers
        async with self.session.post(self.url + PATH, data=content, headers=given) as answer:
            return answer.status


async def list_stored(database: Database) -> Sequence[StoredUpdate]:
    """List what is stored."""
    async with database.reading() as session:
        return (await session.exec(select(StoredUpdate))).all()


@pytest.fixture
async def door(database: Database) -> AsyncIterator[Door]:
    """Serve a webhook before each kind of database."""
    async with aiohttp.ClientSession() as session:
        woken: list[str] = []
        receiver = Receiver(
            database,
            sealer=Sealer(parse_key(KEY)),
            clock=SettableClock(MONDAY_MORNING),
            wake_inbox=woken.extend,
        )
        route = make_webhook(SECRET, receiver.receive, is_update=is_update, meters=Meters())
        async with serving(Starlette(routes=[route]), host="127.0.0.1", port=0) as port:
            yield Door(f"http://127.0.0.1:{port}", port, session, woken)


async def test_an_update_is_stored_before_it_is_acknowledged_and_a_repeated_one_once(
    door: Door, database: Database
) -> None:
    assert [await door.bring(UPDATE) for _ in range(3)] == [200, 200, 200]

    [stored] = await list_stored(database)
    assert stored.id == 7
    assert b"hello" not in (stored.body_sealed or b"")
    assert door.woken == [stored.chat_key] * 3


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1], SECRET + "s", "ø" * 30])
async def test_a_wrong_secret_is_refused_before_anything_is_read(door: Door, secret: str) -> None:
    stream = await anyio.connect_tcp("127.0.0.1", door.port)
    async with stream:
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n"
            f"{SECRET_HEADER}: {secret}\r\n\r\n"
        )
        await stream.send(head.encode())  # the body never comes

        with anyio.fail_after(60):
            answer = await stream.receive()

    assert answer.startswith(b"HTTP/1.1 403")
    assert door.woken == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"hello", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"update_id": ' + b"1" * 10_000 + b"}", 400),
        (b"[]", 400),
        (b"null", 400),
        (b"7", 400),
        (b"{}", 400),
        (b'{"update_id": "7"}', 400),
        (b'{"update_id": true}', 400),
        (b'{"update_id": 7.0}', 400),
        (b'{"update_id": -1}', 400),
        (b'{"update_id": %d}' % (HIGHEST_NUMBER + 1), 400),
        (b" " * (MOST_BYTES + 1), 413),
    ],
    ids=lambda given: str(given)[:30],
)
async def test_what_is_no_update_is_refused_and_nothing_is_stored(
    door: Door, database: Database, body: bytes, status: int
) -> None:
    assert await door.bring(body) == status

    assert await list_stored(database) == []
    assert await door.bring(UPDATE) == 200


async def test_what_is_too_large_is_refused_though_its_length_was_not_told(door: Door) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MOST_BYTES // 1000 + 1):
            yield b" " * 1000

    async with door.session.post(door.url + PATH, data=pieces(), headers=RIGHT) as answer:
        assert answer.status == 413


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
async def test_another_method_is_refused(door: Door, method: str) -> None:
    async with door.session.request(method, door.url + PATH, headers=RIGHT) as answer:
        assert answer.status == 405


@pytest.mark.parametrize("number", [0, HIGHEST_NUMBER])
async def test_the_least_and_the_greatest_numbers_are_taken(door: Door, number: int) -> None:
    assert await door.bring({"update_id": number}) == 200


async def test_while_the_database_is_away_nothing_is_acknowledged() -> None:
    async def be_away(_arrived: list[dict[str, Any]]) -> None:
        raise DatabaseGone("the database is away")

    route = make_webhook(SECRET, be_away, is_update=is_update, meters=Meters())
    async with (
        aiohttp.ClientSession() as session,
        serving(Starlette(routes=[route]), host="127.0.0.1", port=0) as port,
    ):
        assert await Door(f"http://127.0.0.1:{port}", port, session).bring(UPDATE) == 503
