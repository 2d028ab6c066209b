"""Kill the bot at any moment: no tap is lost, and the chat goes on."""

import csv
import io
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from anyio import to_thread

from bot.app.clocks import SystemClock
from bot.sandbox import RunningServer, Sandbox, serve
from tests.kinds import on_sqlite
from tests.processes import kuffert, running_bot
from tests.town import TOKEN, find_action

pytestmark = pytest.mark.anyio


@pytest.fixture
async def served() -> AsyncIterator[tuple[Sandbox, RunningServer]]:
    sandbox = Sandbox(SystemClock())
    server = await serve(sandbox)
    yield sandbox, server
    await server.stop()


def prepare(folder: Path, database_url: str, api: str) -> dict[str, str]:
    """Make a centre; give the settings."""
    settings = {
        "KUFFERT_DATABASE_URL": database_url,
        "KUFFERT_TELEGRAM_TOKEN": TOKEN,
        "KUFFERT_TELEGRAM_API": api,
    }
    arguments = ["--zone", "Europe/Copenhagen", "--language", "en"]
    added = kuffert(folder, "centre", "add", "sun", "Sun", *arguments, **settings)
    assert added.returncode == 0, added.stderr
    return settings


async def issue(folder: Path, settings: dict[str, str]) -> str:
    """Issue one card, while the bot is not there to ask for its name but the sandbox is."""
    issued = await to_thread.run_sync(
        lambda: kuffert(folder, "cards", "issue", "--centre", "sun", "--count", "1", **settings)
    )
    assert issued.returncode == 0, issued.stderr
    (row,) = csv.DictReader(io.StringIO(issued.stdout))
    assert row["link"] == f"https://t.me/kuffert_demo_bot?start={row['card']}"
    return row["card"]


def last_with(sandbox: Sandbox, person: int, name: str) -> tuple[int, str] | None:
    """Find the last message that offers an action, by its name or its end."""
    for message in reversed(sandbox.messages(person)):
        for action in message.actions():
            if action.endswith(name) or action.startswith(f"{name}:"):
                return message.id, action
    return None


async def answered(sandbox: Sandbox, person: int, tapped: tuple[int, str]) -> None:
    """Wait until a tap has changed its message and was answered."""
    message_id, callback_id = tapped
    message = sandbox.find_message(person, message_id)
    assert message is not None
    await sandbox.wait_for(lambda: message.edited_at)
    await sandbox.wait_for(lambda: callback_id in {each.callback_id for each in sandbox.answers})
    message.edited_at = None


@on_sqlite
async def test_a_bot_that_is_killed_between_any_two_taps_goes_on(
    served: tuple[Sandbox, RunningServer], database_url: str, tmp_path: Path
) -> None:
    sandbox, server = served
    settings = prepare(tmp_path, database_url, server.url)
    code = await issue(tmp_path, settings)
    person = sandbox.add_person("Amina", language="en").id

    sandbox.start(person, code)
    tapped = None
    for ending in ("join", "did-it", "harder", "linking:yes", "research:no", None):
        async with running_bot(tmp_path, **settings):
            if tapped:
                await answered(sandbox, person, tapped)
            if ending:
                wanted = await sandbox.wait_for(lambda e=ending: last_with(sandbox, person, e))
                tapped = wanted[0], sandbox.tap(person, *wanted)
        # killed right after the tap, whether it was fetched, stored, handled or answered by then

    texts = [each.text for each in sandbox.messages(person)]
    assert len([each for each in texts if "Well done, both of you!" in each]) == 1
    assert any("Research: no" in text for text in texts)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
async def test_taps_in_a_storm_of_kills_are_all_counted(
    served: tuple[Sandbox, RunningServer], database_url: str, tmp_path: Path, seed: int
) -> None:
    sandbox, server = served
    rng = random.Random(seed)
    settings = prepare(tmp_path, database_url, server.url)
    code = await issue(tmp_path, settings)
    person = sandbox.add_person("Amina", language="en").id
    sandbox.start(person, code)
    async with running_bot(tmp_path, **settings):
        welcome = await sandbox.wait_for(lambda: sandbox.messages(person)[1:])
        sandbox.tap(person, welcome[0].id, find_action(welcome[0], "join"))
        first = await sandbox.wait_for(
            lambda: next((each for each in sandbox.messages(person) if each.media), None)
        )
        answers_to = find_action(first, ":did-it").removesuffix(":did-it")
        for ending in ("linking:yes", "research:yes"):  # or no event is exported
            message_id, action = await sandbox.wait_for(
                lambda e=ending: last_with(sandbox, person, e)
            )
            sandbox.tap(person, message_id, action)
        await sandbox.wait_for(
            lambda: any("Research: yes" in each.text for each in sandbox.messages(person))
        )

    for round_ in range(10):
        answer = ("did-it", "not-yet", "too-hard", "not-for-us")[round_ % 4]
        async with running_bot(tmp_path, **settings):
            answers = len(sandbox.answers)
            sandbox.tap_stale(person, first.id, f"{answers_to}:{answer}")
            calls = len(sandbox.calls) + rng.randrange(8)
            await sandbox.wait_for(
                lambda n=calls, a=answers: len(sandbox.calls) >= n or len(sandbox.answers) > a
            )
    async with running_bot(tmp_path, **settings) as process:
        await sandbox.wait_for(lambda: not sandbox.updates)
        sandbox.write(person, "/help")
        await sandbox.wait_for(lambda: "three small messages" in sandbox.messages(person)[-1].text)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0

    exported = kuffert(tmp_path, "export", "out", **settings)
    assert exported.returncode == 0, exported.stderr
    events = (tmp_path / "out" / "events.csv").read_text().splitlines()
    rows = sorted(csv.DictReader(events), key=lambda row: row["happened_at"])
    kinds = [row["kind"] for row in rows]
    assert kinds[2:] == ["did-it", "not-yet", "too-hard", "not-for-us"] * 2 + ["did-it", "not-yet"]
