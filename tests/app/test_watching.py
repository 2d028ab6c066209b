"""A clock that jumps wakes everything that waits for a time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.app.clocks import SystemClock
from bot.app.watching import ClockWatch

pytestmark = pytest.mark.anyio


class JumpingClock:
    """The machine's clock, some time off."""

    def __init__(self) -> None:
        self.off = timedelta()

    def now(self) -> datetime:
        return SystemClock().now() + self.off


@pytest.mark.parametrize("hours", [-5, -1, 1, 5])
async def test_a_job_runs_at_once_when_the_clock_jumps_for_hours(
    caplog: pytest.LogCaptureFixture, hours: int
) -> None:
    jump = timedelta(hours=hours)
    ran, wall, loop = asyncio.Event(), JumpingClock(), asyncio.get_running_loop()
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(ran.set, "interval", hours=1, misfire_grace_time=None)
    scheduler.start()
    watch = ClockWatch(scheduler, wall, monotonic=loop.time())

    assert not watch.look(monotonic=loop.time())
    assert not ran.is_set()
    wall.off = jump

    assert watch.look(monotonic=loop.time())
    assert f"the clock jumped by {hours * 3600} s; everything is looked at again" in caplog.text
    (job,) = scheduler.get_jobs()
    assert abs(job.next_run_time - wall.now()) < timedelta(seconds=5)
    if jump < timedelta():  # due in the past of the scheduler's own clock: it runs now
        await asyncio.wait_for(ran.wait(), timeout=60)
    scheduler.shutdown(wait=False)


async def test_small_corrections_wake_nobody() -> None:
    wall, loop = JumpingClock(), asyncio.get_running_loop()
    watch = ClockWatch(AsyncIOScheduler(timezone=UTC), wall, monotonic=loop.time())

    wall.off = timedelta(seconds=1)

    assert not watch.look(monotonic=loop.time())
