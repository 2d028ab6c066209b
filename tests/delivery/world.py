"""A small world for simulations: the real planner and sender on a real database, no network."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar

from sqlmodel import delete, select

from bot.catalogue.records import Catalogue
from bot.core.actions import Answer
from bot.core.cadence import Rhythm
from bot.core.messages import OutgoingMessage, Sent
from bot.core.sealing import Sealer
from bot.delivery.examining import Breach, examine
from bot.delivery.following import follow_answer
from bot.delivery.mending import read_records
from bot.delivery.pace import Pace
from bot.delivery.planning import hear, plan_start
from bot.delivery.sending import CHAT, Sender
from bot.delivery.shelf import Shelf
from bot.errors import SendError
from bot.store import (
    Database,
    Session,
    centres,
    deliveries,
    events,
    guardians,
    histories,
    open_database,
)
from bot.store.columns import id_of
from bot.store.migrating import prepare
from bot.store.standing import get_standing
from bot.store.states import DeliveryKind, DeliveryStatus, EventKind
from bot.store.tables import Child, Delivery, Guardian, Pair, SendBudget
from tests.shipped import shipped_catalogue
from tests.town import SettableClock

Found = TypeVar("Found")
MONDAY_MORNING = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)  # 11:00 in Copenhagen
USUAL = Rhythm("Europe/Copenhagen", (0, 2, 4), 17, 21, 8)
SEALER = Sealer(b"k" * 32)
NUMBERS = count(1)
HELD = timedelta(seconds=30)


@dataclass(frozen=True)
class Letter:
    """A message that reached somebody."""

    at: datetime
    address: str
    message: OutgoingMessage


@dataclass
class Post:
    """Carries messages: keeps what arrived, and fails as it is told, once each."""

    clock: SettableClock
    letters: list[Letter] = field(default_factory=list)
    failures: list[SendError] = field(default_factory=list)
    failure_rate: float = 0.0
    rng: Random = field(default_factory=lambda: Random(1))
    make_failure: Any = None
    before_request: Callable[[], Awaitable[None]] | None = None

    @asynccontextmanager
    async def readying(self, message: OutgoingMessage) -> AsyncIterator[OutgoingMessage]:
        if self.before_request:
            await self.before_request()
        yield message

    async def send(self, address: str, message: OutgoingMessage) -> Sent:
        if self.failures:
            raise self.failures.pop(0)
        if self.rng.random() < self.failure_rate:
            raise self.make_failure()
        self.letters.append(Letter(self.clock.now(), address, message))
        return Sent(len(self.letters))


@dataclass
class World:
    """Everything that plans and sends, with a clock that a test moves."""

    database: Database
    catalogue: Catalogue
    clock: SettableClock
    post: Post
    sender: Sender

    @property
    def weeks(self) -> int:
        return self.catalogue.programme.weeks

    async def begin(self, moment: datetime) -> None:
        """Go to any moment, with a budget that nobody has drawn on."""
        self.clock.reset(moment)
        async with self.database.writing() as session:
            await session.exec(delete(SendBudget))

    async def add_child(self, *, months: int | None = 50) -> Child:
        async with self.database.writing() as session:
            centre = await centres.get_centre(session, "solsikken")
            return await centres.enrol_child(
                session,
                centre,
                study_code=f"S{next(NUMBERS)}",
                birth_month=born(self.clock.now(), months),
                now=self.clock.now(),
            )

    async def add_guardian(self, *children: Child, rhythm: Rhythm = USUAL) -> Guardian:
        """Let somebody join with cards for these children, as the chat does."""
        address, now = f"chat {next(NUMBERS)}", self.clock.now()
        async with self.database.writing() as session:
            guardian = await guardians.add_guardian(
                session,
                SEALER.keyed_hash(address, purpose=CHAT),
                chat_sealed=SEALER.seal(address, bound_to=CHAT),
                language="en",
                rhythm=rhythm,
                now=now,
            )
            await histories.record_setting(session, guardian, now=now)
            for child in children:
                await self.tie(session, guardian, child)
        return guardian

    async def tie(self, session: Session, guardian: Guardian, child: Child) -> None:
        await guardians.add_pair(session, guardian, child, now=self.clock.now())
        await plan_start(session, guardian, child, now=self.clock.now())

    @asynccontextmanager
    async def changing(self, guardian: Guardian) -> AsyncIterator[tuple[Session, Guardian]]:
        """Change something of a guardian, as it stands now."""
        async with self.database.writing() as session:
            yield session, await guardians.lock_guardian(session, id_of(guardian))

    async def tap(self, guardian: Guardian, answer: Answer = Answer.DID_IT) -> Delivery | None:
        """Answer the latest touch; None where there is none."""
        rows = [
            row
            for row in await self.rows(guardian)
            if row.status is DeliveryStatus.SENT and row.activity_id
        ]
        async with self.changing(guardian) as (session, found):
            await hear(session, found, weeks=self.weeks, now=self.clock.now())
            if not rows:
                return None
            about = rows[-1]
            await events.record_event(
                session,
                EventKind(answer),
                guardian_id=about.guardian_id,
                child_id=about.child_id,
                delivery_id=id_of(about),
                now=self.clock.now(),
            )
            standing = await get_standing(session, about)
            now = self.clock.now()
            await follow_answer(session, self.catalogue, about, answer, standing=standing, now=now)
        return about

    async def go(self, **distance: float) -> None:
        """Let time pass; the bot looks at every moment at which something is due."""
        await self.go_to(self.clock.now() + timedelta(**distance))

    async def go_to(self, moment: datetime) -> None:
        for _ in range(500):
            await self.sender.send_due()
            async with self.database.reading() as session:
                due_at = await deliveries.find_next_due(session)
            if due_at is None or due_at > moment:
                break
            is_held = due_at <= self.clock.now()  # the network asked for quiet
            self.clock.move_to(self.clock.now() + HELD if is_held else due_at)
        else:
            due = [row for row in await self.rows() if row.ended_at is None]
            raise AssertionError(f"something is due, and stays due: {due}")
        self.clock.move_to(moment)
        await self.sender.send_due()

    async def sleep(self, **distance: float) -> None:
        """Let time pass while the bot does not run; then it looks."""
        self.clock.move_to(self.clock.now() + timedelta(**distance))
        await self.sender.send_due()

    async def rows(self, guardian: Guardian | None = None) -> Sequence[Delivery]:
        """List deliveries, those of the programme by slot."""
        statement = select(Delivery).order_by("slot_on", "id")
        if guardian:
            statement = statement.where(Delivery.guardian_id == id_of(guardian))
        async with self.database.reading() as session:
            return (await session.exec(statement)).all()

    async def programme(self, guardian: Guardian) -> list[Delivery]:
        return [row for row in await self.rows(guardian) if row.kind is DeliveryKind.PROGRAMME]

    async def sent(self, guardian: Guardian) -> list[Delivery]:
        return [row for row in await self.programme(guardian) if row.status is DeliveryStatus.SENT]

    async def reasons(self, guardian: Guardian) -> list[str | None]:
        """List why programme deliveries were not sent."""
        ended = (DeliveryStatus.SKIPPED, DeliveryStatus.FAILED)
        return [row.reason for row in await self.programme(guardian) if row.status in ended]

    async def children(self) -> Sequence[Child]:
        async with self.database.reading() as session:
            return (await session.exec(select(Child).order_by("id"))).all()

    async def pairs(self, guardian: Guardian) -> Sequence[Pair]:
        statement = select(Pair).where(Pair.guardian_id == id_of(guardian))
        async with self.database.reading() as session:
            return (await session.exec(statement)).all()

    async def get(self, guardian: Guardian) -> Guardian:
        async with self.database.reading() as session:
            return await guardians.get_guardian(session, id_of(guardian))

    async def examine(self, *some: Guardian) -> list[Breach]:
        """Examine guardians' records, as `kuffert doctor` does."""
        async with self.database.reading() as session:
            found = [await guardians.get_guardian(session, id_of(each)) for each in some]
            records = await read_records(session, found)
        cap, now = self.catalogue.programme.weekly_cap, self.clock.now()
        return [breach for record in records for breach in examine(record, cap=cap, now=now)]

    def letters_to(self, guardian: Guardian) -> list[Letter]:
        address = SEALER.unseal(guardian.chat_sealed, bound_to=CHAT)
        return [letter for letter in self.post.letters if letter.address == address]


def born(now: datetime, months: int | None) -> date | None:
    """Give the month of birth of a child of some months."""
    if months is None:
        return None
    total = now.year * 12 + now.month - 1 - months
    return date(total // 12, total % 12 + 1, 1)


@contextmanager
def open_world(database_url: str, *, now: datetime = MONDAY_MORNING) -> Iterator["Runner"]:
    """Open a world on a database of its own; its coroutines run one after another."""
    with asyncio.Runner() as loop:
        world = loop.run(make_world(database_url, now))
        try:
            yield Runner(loop, world)
        finally:
            loop.run(world.database.close())


@dataclass
class Runner:
    """Runs what happens in a world."""

    loop: asyncio.Runner
    world: World

    def run(self, happening: Coroutine[Any, Any, Found]) -> Found:
        return self.loop.run(happening)


async def make_world(database_url: str, now: datetime) -> World:
    """Make a world with one centre."""
    database = open_database(database_url)
    await prepare(database)
    clock = SettableClock(now)
    catalogue = shipped_catalogue()
    async with database.writing() as session:
        await centres.add_centre(
            session,
            "solsikken",
            name="Solsikken",
            zone="Europe/Copenhagen",
            language="da",
            now=now,
        )
    post = Post(clock)
    sender = Sender(
        database,
        post,
        sealer=SEALER,
        clock=clock,
        shelf=Shelf(catalogue),
        pace=Pace(database, rate=1e6, chat_wait=timedelta(), clock=clock),
        name="one",
        rng=Random(7),
    )
    return World(database, catalogue, clock, post, sender)


@asynccontextmanager
async def world_of(database_url: str) -> AsyncIterator[World]:
    """Open a world within a test that is async itself."""
    world = await make_world(database_url, MONDAY_MORNING)
    yield world
    await world.database.close()
