"""Alarms: staff are told what is the matter, once, by one process, and when it is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app.alerting import Disk, Watch, Watchman, list_alarms, measure_disks
from bot.errors import Problem
from bot.sandbox.records import Fault
from bot.store import processes
from bot.store.condition import MISSED_AFTER, Condition
from bot.store.content_folders import Place, Refusal
from bot.store.operation_tables import RunningProcess
from bot.store.overview import Waiting
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
NOTHING = Waiting(0, None)
ROOMY = Disk(Path("/kept"), 50 * 10**9, 100 * 10**9)
FULL = Disk(Path("/kept"), 7 * 10**6, 100 * 10**9)
GONE = RunningProcess(
    name="a", role="sender", host="moon", started_at=NOON, seen_at=NOON - timedelta(seconds=61)
)
REFUSAL = Refusal(
    Place("moon", "/kept/content"), "1", NOON, (Problem("a.md", 3, "too long", "be short"),), 2
)
WELL = Condition(
    at=NOON,
    due=NOTHING,
    updates=NOTHING,
    given_up=0,
    questions=NOTHING,
    urgent=0,
    stopped_at=None,
    held=timedelta(),
    version="1",
    refusals=[],
    processes=[],
)


def minutes_ago(minutes: float) -> Waiting:
    return Waiting(7, NOON - timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("found", "disks", "told"),
    [
        (WELL, [ROOMY], []),
        (replace(WELL, due=minutes_ago(14)), [], []),
        (replace(WELL, due=minutes_ago(16)), [], ["7 messages to families wait, the oldest since"]),
        (replace(WELL, due=minutes_ago(16), stopped_at=NOON), [], []),
        (replace(WELL, updates=minutes_ago(4)), [], []),
        (replace(WELL, updates=minutes_ago(6)), [], ["7 taps and messages of families are not"]),
        (replace(WELL, processes=[GONE]), [], ["The process with the role sender on moon was not"]),
        (
            replace(WELL, refusals=[REFUSAL]),
            [],
            ["The content in /kept/content on moon is"],
        ),
        (WELL, [FULL], ["The disk of /kept is almost full: 7 MB are left."]),
    ],
)
def test_each_thing_that_is_the_matter_is_told_and_nothing_else(
    found: Condition, disks: list[Disk], told: list[str]
) -> None:
    words = list(list_alarms(found, disks).values())

    assert [each[: len(begin)] for each, begin in zip(words, told, strict=True)] == told


def test_the_room_on_a_disk_is_measured_where_there_is_a_folder(tmp_path: Path) -> None:
    [disk] = measure_disks([tmp_path, tmp_path / "nowhere"])

    assert disk.folder == tmp_path.resolve()
    assert 0 < disk.free <= disk.total


def watch(town: Town, staff: Phone, disk: Disk) -> Watchman:
    """Give a process's watchman, who sees a disk."""
    telling = Watch(staff.person.id, lambda: [disk])
    return Watchman(town.store.database, town.runtime.application.bot, telling, clock=town.clock)


def told_of(staff: Phone) -> list[str]:
    return [each.text for each in staff.from_bot]


async def test_staff_are_told_once_by_one_of_several_processes_and_when_it_is_over(
    town: Town,
) -> None:
    staff = town.phone("Staff")
    staff.person.opened = True

    for disk in (ROOMY, FULL, FULL, ROOMY, ROOMY):
        for watchman in (watch(town, staff, disk), watch(town, staff, disk)):
            await watchman.look()

    assert told_of(staff) == [
        "⚠️ The disk of /kept is almost full: 7 MB are left.",
        "✅ Over: The disk of /kept is almost full: 7 MB are left.",
    ]


async def test_what_could_not_be_told_is_told_the_next_time(town: Town) -> None:
    staff = town.phone("Staff")
    staff.person.opened = True
    town.sandbox.faults.append(Fault("server_error", "sendMessage"))

    for _ in range(3):
        await watch(town, staff, FULL).look()

    assert told_of(staff) == ["⚠️ The disk of /kept is almost full: 7 MB are left."]


async def test_a_process_that_is_killed_is_missed_until_another_takes_its_place(
    town: Town,
) -> None:
    staff = town.phone("Staff")
    staff.person.opened = True
    now = town.clock.now()
    killed = RunningProcess(name="a", role="sender", host="moon", started_at=now, seen_at=now)
    async with town.store.database.writing() as session:
        await processes.record_alive(session, killed)

    await watch(town, staff, ROOMY).look()
    assert told_of(staff) == []
    town.clock.move_to(now + MISSED_AFTER + timedelta(seconds=20))
    await town.runtime._heart.beat()  # the town's own process goes on
    await watch(town, staff, ROOMY).look()
    later = town.clock.now()
    new = RunningProcess(name="b", role="sender", host="moon", started_at=later, seen_at=later)
    async with town.store.database.writing() as session:
        await processes.record_alive(session, new)
    await watch(town, staff, ROOMY).look()

    missed, over = told_of(staff)
    assert missed.startswith("⚠️ The process with the role sender on moon was not heard of since")
    assert over.startswith("✅ Over: The process with the role sender on moon")
