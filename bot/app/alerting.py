"""Tell a staff chat what is the matter, once, and once more when it is over."""

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from telegram import Bot
from telegram.error import TelegramError

from bot.core.clock import Clock
from bot.store import Database, alarms
from bot.store.condition import Condition, age, read_condition

UPDATES_WAIT = timedelta(minutes=5)
LEAST_FREE = 1_000_000_000  # bytes
LEAST_SHARE = 0.05

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Disk:
    """How much room there is where a folder lies, in bytes."""

    folder: Path
    free: int
    total: int

    @property
    def is_filling(self) -> bool:
        """Whether there is too little room left."""
        return self.free < min(LEAST_FREE, LEAST_SHARE * self.total)


def measure_disks(folders: Sequence[Path]) -> list[Disk]:
    """Measure the room where folders lie; one that is not there has none to measure."""
    there = {each.resolve() for each in folders if each.exists()}
    found = []
    for folder in sorted(there):
        usage = shutil.disk_usage(folder)
        found.append(Disk(folder, usage.free, usage.total))
    return found


@dataclass(frozen=True)
class Watch:
    """Which chat is told, and how disks are measured."""

    chat: int
    measure: Callable[[], Sequence[Disk]]


class Watchman:
    """Looks how everything stands, and tells staff what is new."""

    def __init__(self, database: Database, bot: Bot, watch: Watch, *, clock: Clock) -> None:
        """Keep whom to tell, and how to measure disks."""
        self._database = database
        self._bot = bot
        self._watch = watch
        self._clock = clock

    async def look(self) -> None:
        """Look once; of several processes one tells each thing."""
        now = self._clock.now()
        async with self._database.reading() as session:
            found = await read_condition(session, now=now)
        standing = list_alarms(found, self._watch.measure())
        async with self._database.writing() as session:
            new, over = await alarms.record_standing(session, standing, now=now)
        for name in new:
            if not await self._tell(f"⚠️ {standing[name]}"):
                async with self._database.writing() as session:  # the next look tells it
                    await alarms.forget(session, name)
        for words in over:
            await self._tell(f"✅ Over: {words}")

    async def _tell(self, words: str) -> bool:
        """Write to the staff chat; say whether that went."""
        log.warning("%s", words)
        try:
            await self._bot.send_message(self._watch.chat, words)
        except TelegramError as error:
            log.warning("the staff chat is not told: %s", type(error).__name__)
            return False
        return True


def list_alarms(found: Condition, disks: Sequence[Disk]) -> dict[str, str]:
    """List what is the matter, each under a name that stays the same as long as it lasts."""
    alarms: dict[str, str] = {}
    if found.is_late and not found.stopped_at:
        alarms["queue"] = (
            f"{found.due.many} messages to families wait, the oldest since "
            f"{told(found.due.oldest_at)}. Does a sender run? `kuffert doctor` says more."
        )
    if age(found.updates, at=found.at) > UPDATES_WAIT:
        alarms["updates"] = (
            f"{found.updates.many} taps and messages of families are not answered, the oldest "
            f"since {told(found.updates.oldest_at)}."
        )
    for process in found.missed:
        alarms[f"process {process.name}"] = (
            f"The process with the role {process.role} on {process.host} was not heard of since "
            f"{told(process.seen_at)}, and did not say that it ends."
        )
    for refusal in found.refusals:
        alarms[f"content {refusal.place}"] = (
            f"The content in {refusal.place} is refused ({refusal.count} problems); what ran "
            f"before runs on. First: {refusal.problems[0] if refusal.problems else '–'}"
        )
    for disk in disks:
        if disk.is_filling:
            alarms[f"disk {disk.folder}"] = (
                f"The disk of {disk.folder} is almost full: {disk.free // 1_000_000} MB are left."
            )
    return alarms


def told(moment: datetime | None) -> str:
    """Write a moment."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "a moment ago"
