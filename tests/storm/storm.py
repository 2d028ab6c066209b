"""A storm: deliveries due to many, processes that send them, and what became of it all."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import col, func, select

from bot.app.clocks import SystemClock
from bot.sandbox import Sandbox, serve
from bot.store import Database, open_database
from bot.store.migrating import prepare
from bot.store.states import DeliveryStatus
from bot.store.tables import Delivery
from tests.processes import Started, running_bot
from tests.storm.seeding import plan_storm
from tests.town import TOKEN

SENDER = ("--role", "sender")
LOOK_SECONDS = 0.1  # how often to ask the database what processes of their own have done
LONGEST_SECONDS = 120.0


@dataclass(frozen=True)
class Books:
    """Where everything stands: what was due, what is planned after it, and who got what."""

    due: Sequence[Delivery]
    planned: Counter[int]  # by guardian
    claimed: int
    arrived: Counter[int]  # by guardian

    def reasons(self) -> Counter[tuple[DeliveryStatus, str | None]]:
        """Count how deliveries ended."""
        return Counter((each.status, each.reason) for each in self.due)

    def repeated(self) -> set[int]:
        """Name the guardians whose message came more than once."""
        return {guardian for guardian, count in self.arrived.items() if count > 1}

    def in_doubt(self) -> set[int]:
        """Name the guardians of whose message an answer was lost."""
        return {each.guardian_id for each in self.due if each.in_doubt}

    def lost_answers(self) -> int:
        """Count the lost answers."""
        return sum(each.lost_answers for each in self.due)


@dataclass
class Storm:
    """Guardians with a delivery due to each, on one database, before one stand-in for Telegram."""

    folder: Path
    database: Database
    sandbox: Sandbox
    settings: dict[str, str]
    persons: dict[int, int]

    async def plan(self, count: int) -> None:
        """Let one delivery be due to each of so many guardians."""
        now = self.sandbox.now()
        self.persons = await plan_storm(self.database, self.sandbox, count=count, now=now)

    @property
    def arrived(self) -> int:
        """Count the messages that have arrived; cheap enough to ask after each."""
        return self.sandbox.counters["message"]

    async def wait_for_arrivals(self, count: int) -> None:
        """Wait until so many messages have arrived."""
        await self.sandbox.wait_for(lambda: self.arrived >= count, seconds=LONGEST_SECONDS)

    @asynccontextmanager
    async def senders(self, count: int = 1) -> AsyncIterator[list[Started]]:
        """Run senders: on SQLite the one process that does everything."""
        arguments = () if self.database.is_sqlite else SENDER
        async with AsyncExitStack() as stack:
            starting = (
                stack.enter_async_context(running_bot(self.folder, *arguments, **self.settings))
                for _ in range(count)
            )
            yield [await each for each in starting]

    async def send_all(self, senders: Sequence[Started]) -> None:
        """Let senders go on until all that was due has ended, and stop them."""
        await self.wait_until(self.is_over, senders)
        await stop(senders)

    async def is_over(self) -> bool:
        """Say whether everything that was due has ended."""
        is_open = col(Delivery.ended_at).is_(None)
        return await self.count(col(Delivery.slot_at) <= self.sandbox.now(), is_open) == 0

    async def count_claimed(self) -> int:
        """Count what is in the hands of some process."""
        return await self.count(col(Delivery.status) == DeliveryStatus.CLAIMED)

    async def count(self, *where: object) -> int:
        """Count deliveries."""
        statement = select(func.count()).select_from(Delivery).where(*where)  # type: ignore[arg-type]
        async with self.database.reading() as session:
            return (await session.exec(statement)).one()

    async def wait_until(
        self, condition: Callable[[], Awaitable[bool]], senders: Sequence[Started]
    ) -> None:
        """Wait until a condition holds in the database; raise when a sender ends before that."""
        ends = [asyncio.create_task(each.wait()) for each in senders]
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                while not await condition():
                    ended, _ = await asyncio.wait(ends, timeout=LOOK_SECONDS)
                    assert not ended, self.read_log()
        finally:
            for each in ends:
                each.cancel()

    def read_log(self) -> str:
        """Read what the processes said."""
        return (self.folder / "log.txt").read_text()

    async def close_books(self) -> Books:
        """See where everything stands."""
        async with self.database.reading() as session:
            rows = (await session.exec(select(Delivery).order_by(col(Delivery.id)))).all()
        guardians = {person: guardian for guardian, person in self.persons.items()}
        first_on = min(each.slot_on for each in rows if each.slot_on)
        return Books(
            due=[each for each in rows if each.slot_on == first_on],
            planned=Counter(
                each.guardian_id for each in rows if each.status is DeliveryStatus.PLANNED
            ),
            claimed=sum(each.status is DeliveryStatus.CLAIMED for each in rows),
            arrived=Counter(
                guardians[each.person_id]
                for chat in self.sandbox.chats.values()
                for each in chat
                if each.from_bot and each.person_id in guardians
            ),
        )


async def stop(senders: Sequence[Started]) -> None:
    """Ask processes to stop, and see that they end well.

    One that was killed a moment ago may be starting still, and ends by the signal itself; that one
    which runs ends in order is seen in `test_stopping`.
    """
    for each in senders:
        each.send_signal(signal.SIGTERM)
    assert {await each.wait() for each in senders} <= {0, -signal.SIGTERM}


@asynccontextmanager
async def open_storm(
    url: str, folder: Path, *, rate: float = 1000, has_tables: bool = True
) -> AsyncIterator[Storm]:
    """Open a database, with its tables unless told otherwise, and a sandbox; nothing is due yet."""
    sandbox = Sandbox(SystemClock())
    server = await serve(sandbox)
    database = open_database(url)
    if has_tables:
        await prepare(database)
    settings = {
        "KUFFERT_DATABASE_URL": url,
        "KUFFERT_TELEGRAM_TOKEN": TOKEN,
        "KUFFERT_TELEGRAM_API": server.url,
        "KUFFERT_SEND_RATE": f"{rate:g}",
        "KUFFERT_PAID_BROADCAST": "yes",
    }
    try:
        yield Storm(folder, database, sandbox, settings, {})
    finally:
        await database.close()
        await server.stop()


def assert_all_is_well(books: Books) -> None:
    """See that everything arrived and is recorded, and that each pair's next slot is planned."""
    reasons = books.reasons()
    assert reasons == {(DeliveryStatus.SENT, None): len(books.due)}
    assert books.claimed == 0
    assert books.planned == dict.fromkeys(books.planned, 1)
    assert set(books.planned) == set(books.arrived) == {each.guardian_id for each in books.due}
    assert books.repeated() <= books.in_doubt()
    assert max(books.arrived.values()) <= 2


def busiest(moments: Sequence[datetime], *, within: timedelta) -> int:
    """Count the most moments that lie in any one span of time."""
    ordered, start, most = sorted(moments), 0, 0
    for index, moment in enumerate(ordered):
        while moment - ordered[start] >= within:
            start += 1
        most = max(most, index - start + 1)
    return most
