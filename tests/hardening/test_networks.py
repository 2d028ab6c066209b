"""A network that does not know us, or answers nonsense: it is told in a line, and all waits."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from telegram.error import TelegramError

from bot.chat.polling import Poller, describe
from tests.hardening.surviving import Log, join_before_a_touch, see_that_nothing_is_lost, until
from tests.town import Town

pytestmark = pytest.mark.anyio
NO_ANSWERS = (
    "the answer is not JSON",
    "the answer is none of the Bot API's",
    "what came are no updates",
)


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
async def answering(answer: str) -> AsyncIterator[str]:
    """Answer the same to whatever is asked; give the address."""

    async def give(_request: web.Request) -> web.Response:
        return web.Response(text=answer, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", give)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
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
    phone, due_at = await join_before_a_touch(town)

    async with breaking(town, tmp_path):
        await until(lambda: polled in caplog.text)
        message = town.sandbox.add_message(phone.person.id, from_bot=False, text="/help")
        asked = {"update_id": 1, "message": town.sandbox.show(message)}
        asked["message"]["entities"] = [{"type": "bot_command", "offset": 0, "length": 5}]
        await town.runtime.receiver.receive([asked])  # as by the webhook, which is brought still
        await until(lambda: f"update 1, its replies wait: {kept}" in caplog.text)
        town.clock.move_to(due_at)
        await town.runtime.send_due()
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "answer",
    ["[]", "{}", "7", "null", "<html>", '{"result": 7}', '{"result": [[], null, {"a": 1}]}',
     '{"result": [{"update_id": "7"}]}', '{"ok": true, "result": null}', "[" * 100_000],
    ids=lambda answer: answer[:20],
)  # fmt: skip
async def test_what_is_no_answer_is_told_without_its_words(town: Town, answer: str) -> None:
    poller = Poller(town.runtime.application, town.runtime.receiver)

    async with answering(answer) as address, moved_api(town, address):
        with pytest.raises(TelegramError) as told:
            await poller.fetch()

    assert describe(told.value) in NO_ANSWERS


async def test_after_what_is_no_answer_it_is_asked_again(town: Town, caplog: Log) -> None:
    async with answering("[]") as address, moved_api(town, address):
        await until(lambda: f"polling: {NO_ANSWERS[1]}; again in" in caplog.text)

    assert await town.phone("Amina", language="en").start()
