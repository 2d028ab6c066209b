"""Rotating the key while bots send and answer, with a kill -9 in the middle of it."""

import asyncio
import re
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from anyio import to_thread
from sqlmodel import select, update

from bot.app.opening import Store
from bot.app.resealing import count_by_key
from bot.chat.codes import CARD
from bot.core.asked import ANSWER, QUESTION, Asked, format_asked
from bot.core.sealing import Keys, Sealer, parse_key, parse_keys
from bot.report.exports.exporting import SEALED_AS
from bot.store import deployment, questions
from bot.store.columns import id_of
from bot.store.evaluation_tables import ExportSeries
from bot.store.operation_tables import RunningProcess
from bot.store.states import QuestionKind
from bot.store.tables import Card, Centre, Child, Guardian, Poster
from tests.kinds import on_postgresql, on_sqlite
from tests.processes import KEY, Started, kuffert, running_bot, start
from tests.storm.storm import SENDER, Storm, assert_all_is_well
from tests.storm.test_webhook import add_persons, answered, ask, wait_for_answers

pytestmark = pytest.mark.anyio
LOOK_AGAIN_SECONDS = 0.02
CARDS = 2000  # so many that a rotation takes some time
WEB = ("--role", "web")
MISSED = timedelta(minutes=2)  # longer than a process that runs is silent


@pytest.fixture
def key_file(storm: Storm) -> Path:
    """Let the storm's key stand in a file."""
    return keep_key(storm, "kuffert.key")


def keep_key(storm: Storm, name: str) -> Path:
    """Write the storm's key into a file, and name that in its settings."""
    path = storm.folder / name
    path.write_text(KEY + "\n")
    storm.settings |= {"KUFFERT_SECRET_KEY": "", "KUFFERT_SECRET_KEY_FILE": str(path)}
    return path


def read_keys(key_file: Path) -> Keys:
    """Read a key file as it is now."""
    return parse_keys(key_file.read_text())


async def fill(storm: Storm) -> None:
    """Seal something in every column but those of updates, which the bots fill."""
    sealer, now = Sealer(parse_key(KEY)), storm.sandbox.now()
    async with storm.database.writing() as session:
        child = (await session.exec(select(Child).limit(1))).one()
        guardian = (await session.exec(select(Guardian).limit(1))).one()
        session.add_all(
            Card(
                child_id=id_of(child),
                code_key=sealer.keyed_hash(f"code {number}", purpose=CARD),
                code_sealed=sealer.seal(f"code {number}", bound_to=CARD),
                language="en",
                issued_at=now,
            )
            for number in range(CARDS)
        )
        centre = (await session.exec(select(Centre).limit(1))).one()
        code = sealer.seal("a poster", bound_to=CARD)
        session.add(Poster(centre_id=id_of(centre), code_key="p", code_sealed=code, issued_at=now))
        key = sealer.seal("00" * 32, bound_to=SEALED_AS)
        session.add(ExportSeries(name="panel", key_sealed=key, begun_at=now, exported_at=now))
        body = sealer.seal(format_asked(Asked(text="why?", message_id=1)), bound_to=QUESTION)
        question = await questions.record_question(
            session, guardian, QuestionKind.TEXT, body_sealed=body, is_urgent=False, now=now
        )
        answer = sealer.seal("[]", bound_to=ANSWER)
        await questions.record_answer(session, question, answer, now=now)


async def count_keys(storm: Storm, key_file: Path) -> dict[str, Counter[str | None]]:
    """Count what each key of a file has sealed, by place."""
    return await count_by_key(Store(storm.database, Sealer(read_keys(key_file))))


async def command(storm: Storm, *arguments: str) -> tuple[int, str]:
    """Run a command to its end; give its exit code and what it said."""
    done = await to_thread.run_sync(lambda: kuffert(storm.folder, *arguments, **storm.settings))
    return done.returncode, done.stdout + done.stderr


@asynccontextmanager
async def running_bots(storm: Storm) -> AsyncIterator[list[Started]]:
    """Run a sender and one that answers: on SQLite the one process that does everything."""
    roles = [()] if storm.database.is_sqlite else [SENDER, WEB]
    async with AsyncExitStack() as stack:
        starting = [running_bot(storm.folder, *role, **storm.settings) for role in roles]
        yield [await stack.enter_async_context(each) for each in starting]


async def kill_half_way(storm: Storm, key_file: Path, *, after: int) -> None:
    """Begin a rotation, and kill it when so much is sealed anew, and some is not.

    It stands still while it is looked at: on a busy machine it would be over before it is killed.
    """
    said = storm.folder / "rotating.txt"
    rotating = start(storm.folder, "key", "rotate", err=said, **storm.settings)
    ending = asyncio.create_task(rotating.wait())
    async with asyncio.timeout(60):
        while not ending.done():
            rotating.send_signal(signal.SIGSTOP)
            if by_newest(await count_keys(storm, key_file), key_file).total() >= after:
                rotating.send_signal(signal.SIGKILL)
                await ending
                return
            rotating.send_signal(signal.SIGCONT)
            await asyncio.wait([ending], timeout=LOOK_AGAIN_SECONDS)
    raise AssertionError(said.read_text())


def by_newest(counts: dict[str, Counter[str | None]], key_file: Path) -> Counter[str]:
    """Count, by place, what the newest key of a file has sealed; nothing while there is one."""
    names = read_keys(key_file).names
    return +Counter({place: each[names[-1]] for place, each in counts.items() if names[1:]})


def by_first(counts: dict[str, Counter[str | None]], key_file: Path) -> Counter[str]:
    """Count, by place, what the first key of a file has sealed."""
    first = read_keys(key_file).names[0]
    return +Counter({place: each[first] for place, each in counts.items()})


async def let_settle(storm: Storm) -> None:
    """Let it be a while since another key seals."""
    long_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    async with storm.database.writing() as session:
        await deployment.record_value(session, deployment.SEALING_SINCE, long_ago)


@on_postgresql
@pytest.mark.parametrize("kills", [1, pytest.param(5, marks=pytest.mark.long)])
async def test_a_rotation_killed_half_way_goes_on_while_families_notice_nothing(
    storm: Storm, key_file: Path, kills: int
) -> None:
    await storm.plan(300)
    await fill(storm)
    storm.settings["KUFFERT_SEND_RATE"] = "60"  # so that it goes on for the whole rotation
    persons = add_persons(storm, 20)

    async with running_bots(storm) as bots:
        await storm.wait_for_arrivals(10)
        ask(storm, persons[:10])
        for round_ in range(1, kills + 1):
            await kill_half_way(storm, key_file, after=round_ * CARDS // 8)
        left = by_first(await count_keys(storm, key_file), key_file)
        ask(storm, persons[10:])
        rotated = await command(storm, "key", "rotate")
        status = await command(storm, "key", "status")
        early = await command(storm, "key", "retire")
        await let_settle(storm)
        retired = await command(storm, "key", "retire")
        await wait_for_answers(storm, 20)
        await storm.send_all(bots)

    old, new = parse_key(KEY), read_keys(key_file)
    assert left.total() > CARDS // 4
    assert rotated[0] == 0, rotated[1]
    assert "nothing is sealed with the old key any more" in rotated[1]
    assert "next: kuffert key retire" in status[1]
    assert early[0] == 1
    assert "A command that began before the change may still write" in early[1]
    assert retired[0] == 0, retired[1]
    assert len(new.secrets) == 1
    assert new.secrets[0] != old
    counts = await count_keys(storm, key_file)
    assert all(set(each) == {new.names[0]} for each in counts.values()), counts
    assert set(counts) >= {"guardian.chat_sealed", "card.code_sealed", "question.answer_sealed"}
    assert_all_is_well(await storm.close_books())
    assert answered(storm) == Counter(persons)
    assert "KeyMissing" not in storm.read_log()


async def test_on_two_machines_the_file_is_copied_before_the_new_key_seals(
    shared_storm: Storm,
) -> None:
    storm, here = shared_storm, keep_key(shared_storm, "here.key")
    there = keep_key(storm, "there.key")
    elsewhere = dict(storm.settings)
    storm.settings["KUFFERT_SECRET_KEY_FILE"] = str(here)
    await storm.plan(1)
    await fill(storm)
    persons = add_persons(storm, 2)

    async with running_bot(storm.folder, *WEB, **elsewhere):
        ask(storm, persons[:1])
        await wait_for_answers(storm, 1)
        drawn = await command(storm, "key", "rotate", "--draw-only")
        refused = await command(storm, "key", "rotate", "--draw-only")
        before = await command(storm, "key", "status")
        shutil.copy(here, there)
        rotated = await command(storm, "key", "rotate")
        after = await command(storm, "key", "status")
        ask(storm, persons[1:])
        await wait_for_answers(storm, 2)

    old, new = read_keys(here).names
    assert drawn[0] == 0, drawn[1]
    assert f"The key {new} is in the file, and seals nothing yet." in drawn[1]
    assert (refused[0], refused[1][:45]) == (1, "The key file holds a newer key already. Finis")
    assert f"seals with {old}\tlacks {new}" in before[1]
    assert "next: kuffert key rotate" in before[1]
    assert rotated[0] == 0, rotated[1]
    assert f"key {old}\topens\t0 rows" in after[1]
    assert f"seals with {new}\n" in after[1]


async def silence(storm: Storm) -> None:
    """Let it be a while since anybody was heard of."""
    async with storm.database.writing() as session:
        await session.exec(update(RunningProcess).values(seen_at=datetime.now(UTC) - MISSED))


@on_sqlite
async def test_a_key_is_let_go_of_without_a_machine_that_was_killed(
    storm: Storm, key_file: Path
) -> None:
    elsewhere = {**storm.settings, "KUFFERT_SECRET_KEY_FILE": str(keep_key(storm, "there.key"))}
    storm.settings["KUFFERT_SECRET_KEY_FILE"] = str(key_file)
    [person] = add_persons(storm, 1)
    async with running_bot(storm.folder, **elsewhere):
        ask(storm, [person])
        await wait_for_answers(storm, 1)
    await silence(storm)

    rotated = await command(storm, "key", "rotate")
    await let_settle(storm)
    refused = await command(storm, "key", "retire")
    digits = re.findall(r"\((\w{8}), last heard of", refused[1])
    retired = await command(storm, "key", "retire", "--without", digits[0])

    assert rotated[0] == 0, rotated[1]
    assert (refused[0], len(digits)) == (1, 1), refused
    assert retired[0] == 0, retired[1]
    assert len(read_keys(key_file).names) == 1
    assert len(read_keys(storm.folder / "there.key").names) == 1
    assert read_keys(storm.folder / "there.key").names != read_keys(key_file).names


@on_sqlite
async def test_a_process_without_the_key_that_seals_ends_and_does_not_come_back(
    storm: Storm, key_file: Path
) -> None:
    [person] = add_persons(storm, 1)
    async with running_bot(storm.folder, **storm.settings) as process:
        ask(storm, [person])
        await wait_for_answers(storm, 1)
        async with storm.database.writing() as session:  # as others do who did not know of it
            await deployment.record_value(session, deployment.SEALING_KEY, "0123456789abcdef")
        async with asyncio.timeout(30):
            ended = await process.wait()
    again = await command(storm, "inbox", "list")

    assert ended == 1
    assert "Others seal with a key that is not in the key file here (0123" in storm.read_log()
    assert (again[0], again[1][:72]) == (
        1,
        "The database is sealed with a key that is not in the key file (012345678",
    )


def spoil(key_file: Path) -> None:
    """Let something break off while the key file is copied."""
    key_file.write_text("half a ke")


@on_sqlite
async def test_a_key_file_that_is_spoilt_meanwhile_stops_nothing(
    storm: Storm, key_file: Path
) -> None:
    persons = add_persons(storm, 2)

    async def is_noticed() -> bool:
        return "the key file is not used" in storm.read_log()

    async with running_bot(storm.folder, **storm.settings) as process:
        ask(storm, persons[:1])
        await wait_for_answers(storm, 1)
        spoil(key_file)
        await storm.wait_until(is_noticed, [process])
        ask(storm, persons[1:])
        await wait_for_answers(storm, 2)

    assert storm.read_log().count("the key file is not used, what was known goes on") == 1
    assert "half a ke" not in storm.read_log()
