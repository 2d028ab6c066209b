"""How it all stands at one moment: what waits and since when, who runs, what is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import budget, content_folders, overview, processes, snapshots, updates
from bot.store.content_folders import Refusal
from bot.store.database import Session
from bot.store.operation_tables import RunningProcess
from bot.store.overview import Waiting

LATE = timedelta(minutes=15)  # due for longer than that, a message is late
MISSED_AFTER = timedelta(seconds=60)  # processes say every ten seconds that they run


@dataclass(frozen=True)
class Condition:
    """What was found at a moment; `held` is for how long the network still wants quiet."""

    at: datetime
    due: Waiting
    updates: Waiting
    given_up: int
    questions: Waiting
    urgent: int
    stopped_at: datetime | None
    held: timedelta
    version: str | None
    refusals: Sequence[Refusal]
    processes: Sequence[RunningProcess]

    @property
    def is_late(self) -> bool:
        """Whether something is due for so long that no sender seems to run."""
        return age(self.due, at=self.at) > LATE

    @property
    def running(self) -> list[RunningProcess]:
        """The processes that were heard of lately."""
        return [each for each in self.processes if self.at - each.seen_at <= MISSED_AFTER]

    @property
    def missed(self) -> list[RunningProcess]:
        """The processes that were not, and never said that they end."""
        return [each for each in self.processes if self.at - each.seen_at > MISSED_AFTER]


def age(waiting: Waiting, *, at: datetime) -> timedelta:
    """Say for how long the oldest waits; never less than nothing."""
    return max(at - waiting.oldest_at, timedelta()) if waiting.oldest_at else timedelta()


async def read_condition(session: Session, *, now: datetime) -> Condition:
    """Read how everything stands; quick with any number of families."""
    questions, urgent = await overview.count_questions(session)
    found = await budget.find_budget(session)
    return Condition(
        at=now,
        due=await overview.find_due(session, now=now),
        updates=await updates.find_waiting(session),
        given_up=await updates.count_given_up(session),
        questions=questions,
        urgent=urgent,
        stopped_at=found.stopped_at if found else None,
        held=budget.held_for(found, now=now) if found else timedelta(),
        version=await snapshots.find_accepted_version(session),
        refusals=await content_folders.list_refusals(session),
        processes=await processes.list_processes(session),
    )
