"""`db backup` and `db restore` as an operator runs them: beside the bot, refused, killed."""

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from anyio import to_thread
from sqlalchemy import text
from sqlmodel import col

from bot.core.sealing import draw_key
from bot.store import Database, open_database
from bot.store.states import DeliveryStatus
from bot.store.tables import Delivery
from tests.processes import environment, kuffert, running_bot
from tests.storm.asking import add_persons, answered, ask, wait_for_answers
from tests.storm.storm import Storm

pytestmark = pytest.mark.anyio
BACKUP = "kuffert.backup"
LOOK_SECONDS = 0.01
FEW_BYTES = 200_000  # of what is being restored


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Give a key that seals backups alone."""
    path = tmp_path / "backup.key"
    path.write_text(draw_key())
    return path


async def run(storm: Storm, *arguments: object, url: str = "") -> CompletedProcess[str]:
    """Run a command, on the storm's database or another."""
    settings = storm.settings | ({"KUFFERT_DATABASE_URL": url} if url else {})
    words = [str(each) for each in arguments]
    return await to_thread.run_sync(lambda: kuffert(storm.folder, *words, **settings))


async def start(storm: Storm, *arguments: str, url: str = "") -> Process:
    """Start a command that is to be killed."""
    settings = storm.settings | ({"KUFFERT_DATABASE_URL": url} if url else {})
    words = (sys.executable, "-m", "bot.cli", *arguments)
    given = environment(storm.folder, **settings)
    return await asyncio.create_subprocess_exec(
        *words, cwd=storm.folder, env=given, stdout=DEVNULL, stderr=DEVNULL
    )


async def kill_once(process: Process, condition: Callable[[], Awaitable[bool]]) -> int:
    """Kill a process as soon as a condition holds; give how it ended."""
    ending = asyncio.create_task(process.wait())
    async with asyncio.timeout(60):
        while not ending.done() and not await condition():
            await asyncio.wait([ending], timeout=LOOK_SECONDS)
    if not ending.done():
        process.send_signal(signal.SIGKILL)
    return await ending


async def count_tables(database: Database) -> int:
    """Count the tables that others can see."""
    names = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'table'"
        if database.is_sqlite
        else "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    )
    async with database.engine.connect() as connection:
        return int((await connection.execute(text(names))).scalar_one())


def size_of(path: Path) -> int:
    """Give a file's bytes; 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


async def is_being_written(database: Database) -> bool:
    """Say whether somebody is writing rows into a database."""
    if database.is_sqlite:
        return size_of(Path(f"{database.engine.url.database}-wal")) > FEW_BYTES
    writing = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND query LIKE 'INSERT INTO%' AND pid <> pg_backend_pid()"
    )
    async with database.engine.connect() as connection:
        return bool((await connection.execute(text(writing))).scalar_one())


async def test_a_backup_beside_a_bot_that_sends_is_restored_and_nothing_comes_twice(
    storm: Storm, target_url: str, key_file: Path
) -> None:
    storm.settings |= {
        "KUFFERT_SEND_RATE": "5",  # so that the backup is made while most of it waits
        "KUFFERT_TOMBSTONES": str(storm.folder / "tombstones"),
    }
    await storm.plan(60)
    await run(storm, "db", "upgrade")  # so that the next command begins at once
    stopping, _, _, forgetting, *_ = storm.persons.values()  # both in English
    async with running_bot(storm.folder, **storm.settings) as process:
        await storm.wait_for_arrivals(10)
        backed_up = await run(storm, "db", "backup", BACKUP, "--key-file", key_file)
        storm.sandbox.write(stopping, "/stop")
        storm.sandbox.write(forgetting, "/forget")
        asked = await storm.sandbox.wait_for(lambda: find_message(storm, forgetting, "forget-sur"))
        storm.sandbox.tap_stale(forgetting, *asked)
        await storm.sandbox.wait_for(lambda: find_message(storm, stopping, "why-stop"))
        await storm.sandbox.wait_for(lambda: is_told(storm, forgetting, "about you is gone"))
        await storm.wait_until(storm.is_over, [process])
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    before = storm.arrived

    restored = await run(storm, "db", "restore", BACKUP, "--key-file", key_file, url=target_url)
    examined = await run(storm, "doctor", url=target_url)
    visitors = add_persons(storm, 3)
    storm.settings |= {"KUFFERT_DATABASE_URL": target_url}
    async with running_bot(storm.folder, **storm.settings):
        ask(storm, visitors)
        await wait_for_answers(storm, 3)

    assert (backed_up.returncode, backed_up.stderr) == (0, "")
    assert f"wrote {BACKUP}: " in backed_up.stdout
    assert (restored.returncode, restored.stderr) == (0, "")
    assert "1 chats were forgotten again, 1 consents withdrawn again." in restored.stdout
    assert (examined.returncode, examined.stdout.strip().splitlines()[-1]) == (
        0,
        "59 guardians examined: 0 breaches.",
    )
    assert answered(storm) == dict.fromkeys(visitors, 1)
    assert storm.arrived == before + 2 * len(visitors)  # what they asked, and the answers
    await see_what_is_planned(storm, target_url)


def is_told(storm: Storm, person: int, words: str) -> bool:
    """Say whether a message with some words is in a person's chat."""
    return any(words in each.text for each in storm.sandbox.chats[person])


def find_message(storm: Storm, person: int, action: str) -> tuple[int, str] | None:
    """Find the message of a person's chat, and its button, whose action begins so."""
    for message in reversed(storm.sandbox.chats[person]):
        for each in message.actions():
            if each.startswith(action):
                return message.id, each
    return None


async def see_what_is_planned(storm: Storm, url: str) -> None:
    """See that what was due is skipped, and that each family has its next slot ahead."""
    database = open_database(url)
    try:
        there = Storm(storm.folder, database, storm.sandbox, storm.settings, storm.persons)
        is_planned = col(Delivery.status) == DeliveryStatus.PLANNED
        now = storm.sandbox.now()
        assert await there.count(is_planned, col(Delivery.due_at) <= now) == 0
        assert await there.count(is_planned, col(Delivery.due_at) > now) == 58
        assert await there.count(col(Delivery.reason) == "restored") > 0
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("whole", "--accept-lost-withdrawals"), "it is sealed, so its key is needed (--key-file)"),
        (("whole", "--key-file", "other.key"), "it does not open with this key"),
        (("whole", "--key-file", "none.key"), "The key cannot be read: none.key (No such file"),
        (("cut", "--key-file", "backup.key"), "it was changed or cut short"),
        (("spoilt", "--key-file", "backup.key"), "it was changed or cut short"),
        (("none", "--key-file", "backup.key"), "none cannot be read (No such file or directory)"),
        (("whole", "--key-file", "backup.key"), "KUFFERT_TOMBSTONES is not set, so whoever was"),
    ],
)
async def test_what_is_no_whole_backup_of_ours_is_refused_in_one_line_and_writes_nothing(
    storm: Storm, tmp_path: Path, key_file: Path, arguments: tuple[str, ...], said: str
) -> None:
    await storm.plan(3)
    (tmp_path / "other.key").write_text(draw_key())
    await run(storm, "db", "backup", "whole", "--key-file", key_file)
    made = (tmp_path / "whole").read_bytes()
    (tmp_path / "cut").write_bytes(made[: len(made) // 2])
    (tmp_path / "spoilt").write_bytes(made[:-200] + bytes([made[-200] ^ 1]) + made[-199:])

    refused = await run(storm, "db", "restore", *arguments, url=f"sqlite:///{tmp_path / 'new.db'}")

    assert refused.returncode == 1
    assert refused.stdout == ""
    assert said in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "new.db").exists()


async def test_a_database_that_holds_something_is_left_as_it_is(
    storm: Storm, key_file: Path
) -> None:
    await storm.plan(3)
    await run(storm, "db", "backup", BACKUP)
    again = await run(storm, "db", "backup", BACKUP)

    refused = await run(storm, "db", "restore", BACKUP, "--accept-lost-withdrawals")

    assert (again.returncode, refused.returncode) == (1, 1)
    assert "is there already. Give another name, or --force to write over it." in again.stderr
    assert "The database is not empty" in refused.stderr
    assert len((await storm.close_books()).due) == 3


async def test_a_restore_that_is_killed_leaves_an_empty_database_and_can_be_run_again(
    storm: Storm, target_url: str
) -> None:
    await storm.plan(4000)
    await run(storm, "db", "backup", BACKUP)
    words = ("db", "restore", BACKUP, "--accept-lost-withdrawals")
    target = open_database(target_url)
    try:
        process = await start(storm, *words, url=target_url)
        ended = await kill_once(process, lambda: is_being_written(target))
        left = await count_tables(target)
        await target.close()
        again = await run(storm, *words, url=target_url)
        examined = await run(storm, "doctor", url=target_url)
    finally:
        await target.close()

    assert (ended, left) == (-signal.SIGKILL, 0)
    assert (again.returncode, again.stderr) == (0, "")
    assert "4000 guardians examined: 0 breaches." in examined.stdout


async def test_a_backup_that_is_killed_leaves_no_file_of_its_name_and_can_be_run_again(
    storm: Storm,
) -> None:
    await storm.plan(4000)
    part = storm.folder / f"{BACKUP}.part"

    async def has_begun() -> bool:
        return size_of(part) > 0

    process = await start(storm, "db", "backup", BACKUP)
    ended = await kill_once(process, has_begun)
    was_there = (storm.folder / BACKUP).exists()
    again = await run(storm, "db", "backup", BACKUP)

    assert ended == -signal.SIGKILL
    assert not was_there
    assert again.returncode == 0
    assert (storm.folder / BACKUP).exists()
    assert not part.exists()
