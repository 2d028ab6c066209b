"""A town: the real bot, a real database, a sandbox over HTTP, and people with phones."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import SystemRandom
from typing import TypeVar

import anyio
from pydantic import SecretStr
from sqlmodel import col, select

from bot.app.cards import issue_for
from bot.app.examination import walk
from bot.app.opening import Store, open_store
from bot.app.running import Network, Runtime
from bot.app.time_machine import DemoMachine
from bot.catalogue.reading.recording_folder import RecordingFolder
from bot.chat.codes import CARD
from bot.core.codes import draw_card_code
from bot.core.sealing import draw_key
from bot.delivery.shelf import Shelf
from bot.intake.enrolling import enrol
from bot.sandbox import RunningServer, Sandbox, serve
from bot.sandbox.records import ChatMessage, Person
from bot.settings import Settings
from bot.store import centres, posters, snapshots, updates
from bot.store.tables import Child, Delivery, EngagementEvent, StoredUpdate
from tests.shipped import ROOT, shipped_body, shipped_catalogue

TOKEN = "1000001:sandbox"
PATIENCE = 60.0  # seconds; a machine that others use may stand still for half a minute
Found = TypeVar("Found")
Row = TypeVar("Row")


class SettableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move_to(self, moment: datetime) -> None:
        self._now = max(self._now, moment)

    def reset(self, moment: datetime) -> None:
        """Go to any moment, an earlier one too."""
        self._now = moment


def find_action(message: ChatMessage, name: str) -> str:
    """Give the action of a button: the one of this name, whatever it carries, or of this end."""
    return next(
        each for each in message.actions() if each.endswith(name) or each.startswith(f"{name}:")
    )


@dataclass
class Phone:
    """One person's phone."""

    town: "Town"
    person: Person

    @property
    def messages(self) -> list[ChatMessage]:
        return self.town.sandbox.messages(self.person.id)

    @property
    def from_bot(self) -> list[ChatMessage]:
        return [message for message in self.messages if message.from_bot]

    @property
    def last(self) -> ChatMessage:
        return self.from_bot[-1]

    def asking(self, name: str) -> ChatMessage:
        """Give the first message that has the button of an action."""
        return next(m for m in self.from_bot if any(name in each for each in m.actions()))

    async def start(self, payload: str = "") -> ChatMessage:
        count = len(self.from_bot)
        self.town.sandbox.start(self.person.id, payload)
        return await self.next_message(count)

    async def write(self, text: str) -> ChatMessage:
        count = len(self.from_bot)
        self.town.sandbox.write(self.person.id, text)
        return await self.next_message(count)

    async def attach(self, kind: str, content: bytes = b"OggS", **more: object) -> ChatMessage:
        """Send a file; give the reply."""
        count = len(self.from_bot)
        self.town.sandbox.attach(self.person.id, kind, content, f"file.{kind}", **more)
        return await self.next_message(count)

    async def send(self, text: str = "", **extra: object) -> ChatMessage:
        """Send what is no file; give the reply."""
        count = len(self.from_bot)
        self.town.sandbox.send(self.person.id, text, **extra)
        return await self.next_message(count)

    async def next_message(self, count: int) -> ChatMessage:
        await self.town.wait_for(lambda: len(self.from_bot) > count)
        return self.from_bot[count]

    async def tap(self, message: ChatMessage, ending: str) -> ChatMessage:
        """Tap the button of an action, or of its end; come back when all that follows is done."""
        action = find_action(message, ending)
        callback_id = self.town.sandbox.tap(self.person.id, message.id, action)
        await self.answered(callback_id)
        return message

    async def tap_stale(self, message: ChatMessage, action: str) -> None:
        callback_id = self.town.sandbox.tap_stale(self.person.id, message.id, action)
        await self.answered(callback_id)

    async def tap_something(self) -> None:
        """Tap the first button of the last message that has any, as one who reads along does."""
        message = next(each for each in reversed(self.from_bot) if each.buttons)
        await self.tap(message, message.buttons[0][0]["callback_data"])

    async def live(self, *, weeks: int) -> None:
        """Let weeks go by, and tap something in each."""
        for _ in range(weeks):
            await self.town.skip(days=7)
            await self.tap_something()

    async def answered(self, callback_id: str) -> None:
        answers = self.town.sandbox.answers
        await self.town.wait_for(lambda: callback_id in {each.callback_id for each in answers})
        await self.town.settle()

    async def join(self, code: str) -> ChatMessage:
        """Open a card and say yes; give the first activity."""
        welcome = await self.start(code)
        await self.tap(welcome, "join")
        await self.town.wait_for(lambda: [each for each in self.from_bot if each.media])
        await self.town.settle()
        return next(each for each in self.from_bot if each.media)


@dataclass
class Town:
    """Everything of one test; the tasks of the bot run beside it."""

    settings: Settings
    store: Store
    sandbox: Sandbox
    server: RunningServer
    clock: SettableClock
    runtime: Runtime
    recordings: Path

    def phone(self, name: str = "Amina", language: str = "da") -> Phone:
        return Phone(self, self.sandbox.add_person(name, language=language))

    async def card(
        self, language: str = "da", *, months: int = 50, child: Child | None = None
    ) -> str:
        """Issue a card, for a new child unless one is named; give its code."""
        now = self.clock.now()
        async with self.store.database.writing() as session:
            centre = await centres.get_centre(session, "solsikken")
            born = (now - timedelta(days=months * 30.5)).date().replace(day=1)
            child = child or await enrol(session, centre, birth_month=born, now=now)
            code, _card = await issue_for(
                session, child, language=language, sealer=self.store.sealer, now=now
            )
        return code

    async def poster(self) -> str:
        """Let anybody join, and issue a poster; give its code."""
        shelf = self.runtime.shelf
        programme = shelf.current.programme.model_copy(update={"open_enrolment": True})
        shelf.current = replace(shelf.current, programme=programme)
        code, sealer = draw_card_code(SystemRandom()), self.store.sealer
        async with self.store.database.writing() as session:
            await posters.issue_poster(
                session,
                await centres.get_centre(session, "solsikken"),
                code_key=sealer.keyed_hash(code, purpose=CARD),
                code_sealed=sealer.seal(code, bound_to=CARD),
                now=self.clock.now(),
            )
        return code

    async def rows(self, table: type[Row]) -> Sequence[Row]:
        async with self.store.database.reading() as session:
            return (await session.exec(select(table).order_by("id"))).all()  # type: ignore[call-overload]

    async def deliveries(self) -> Sequence[Delivery]:
        return await self.rows(Delivery)

    async def events(self) -> list[str]:
        return [str(event.kind) for event in await self.rows(EngagementEvent)]

    async def wait_for(
        self, condition: Callable[[], Found | None], *, seconds: float = PATIENCE
    ) -> Found:
        return await self.sandbox.wait_for(condition, seconds=seconds)

    async def settle(self) -> None:
        """Come back when every update is done and everything due is sent."""
        with anyio.fail_after(PATIENCE):
            while await self.has_open_updates():
                self.runtime.inbox.wake()
                await self.wait_for_hands()
        await self.runtime.send_due()

    async def wait_for_hands(self) -> bool:
        """Come back when what the inbox has in hand is handled; say whether that was anything."""
        in_hand = list(self.runtime.inbox._in_hand)
        if in_hand:
            await asyncio.wait(in_hand)
        else:
            await anyio.lowlevel.checkpoint()
        return bool(in_hand)

    async def has_open_updates(self) -> bool:
        if self.sandbox.updates:
            return True
        undone = select(StoredUpdate.id).where(col(StoredUpdate.status).in_(updates.UNDONE))
        async with self.store.database.reading() as session:
            return (await session.exec(undone.limit(1))).first() is not None

    async def examine(self) -> list[str]:
        """Examine everything, as `kuffert doctor` does."""
        programme = self.runtime.shelf.current.programme
        found = walk(self.store.database, programme, now=self.clock.now())
        return [each.sentence async for batch, *_ in found for each in batch]

    async def skip(self, **distance: float) -> None:
        await DemoMachine(self.clock, self.runtime).skip(timedelta(**distance))  # type: ignore[arg-type]
        await self.settle()

    async def skip_to_next(self) -> bool:
        return await DemoMachine(self.clock, self.runtime).skip_to_next()  # type: ignore[arg-type]


def town_settings(database_url: str, *, api: str = "", token: str = TOKEN) -> Settings:
    """Give settings for a town."""
    return Settings.model_construct(
        telegram_token=SecretStr(token),
        telegram_api=api,
        database_url=SecretStr(database_url),
        content=ROOT / "content",
        locales=ROOT / "locales",
        secret_key=SecretStr(draw_key()),
        secret_key_file=None,
        send_rate=30.0,
        paid_broadcast=False,
        host="127.0.0.1",
        port=0,
    )


@asynccontextmanager
async def open_town(database_url: str, folder: Path, *, now: datetime) -> AsyncIterator[Town]:
    """Open a town with the centre Solsikken."""
    clock = SettableClock(now)
    sandbox = Sandbox(clock)
    async with AsyncExitStack() as stack:
        server = await serve(sandbox)
        stack.push_async_callback(server.stop)
        settings = town_settings(database_url, api=server.url)
        store = await stack.enter_async_context(open_store(settings))
        catalogue, body = shipped_catalogue(), shipped_body()
        async with store.database.writing() as session:
            await snapshots.accept_snapshot(session, catalogue.version, body=body, now=now)
            await centres.add_centre(
                session,
                "solsikken",
                name="Solsikken",
                zone="Europe/Copenhagen",
                language="da",
                now=now,
            )
        network = Network(TOKEN, server.url, rate=1000, chat_wait=timedelta())
        recordings = folder / "content"
        runtime = Runtime(
            store,
            Shelf(catalogue),
            clock=clock,
            network=network,
            recordings=RecordingFolder(recordings),
        )
        await stack.enter_async_context(runtime)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runtime.run)
            yield Town(settings, store, sandbox, server, clock, runtime, recordings)
            tasks.cancel_scope.cancel()
