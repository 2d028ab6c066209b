"""Watch the machine's clock: when it jumps, everything that waits for a time is woken."""

import logging
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.base import BaseScheduler

from bot.core.clock import Clock

LARGEST_DRIFT = timedelta(seconds=2)

log = logging.getLogger(__name__)


class ClockWatch:
    """Compares the wall clock with the monotonic one, which never jumps.

    An interval job waits for a time on the wall clock, so it would be silent for an hour when
    that goes back an hour, whatever its grace.
    """

    def __init__(self, scheduler: BaseScheduler, wall: Clock, *, monotonic: float) -> None:
        """Remember how far apart the two clocks are; `monotonic` is in seconds."""
        self._scheduler = scheduler
        self._wall = wall
        self._distance = self._measure(monotonic)

    def _measure(self, monotonic: float) -> timedelta:
        """Measure how far apart the clocks are."""
        return self._wall.now() - datetime.fromtimestamp(0, UTC) - timedelta(seconds=monotonic)

    def look(self, *, monotonic: float) -> bool:
        """Look at both clocks; run every job at once when one has jumped, and say so."""
        distance = self._measure(monotonic)
        jump, self._distance = distance - self._distance, distance
        if abs(jump) < LARGEST_DRIFT:
            return False
        log.warning(
            "the clock jumped by %.0f s; everything is looked at again", jump.total_seconds()
        )
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=self._wall.now())
        return True
