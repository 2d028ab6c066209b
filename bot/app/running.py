"""The running bot: polls, handles, ticks and sends, until it is told to stop."""

import asyncio
import gc
import logging
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from enum import StrEnum
from random import SystemRandom
from typing import Self
from uuid import uuid4

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.app.alerting import Watch, Watchman
from bot.app.beating import Heart
from bot.app.clocks import SystemClock
from bot.app.greeting import Greeter, Webhook
from bot.app.housekeeping import Housekeeper
from bot.app.keys import KeyWatch
from bot.app.opening import Store
from bot.app.poll_turns import PollTurns
from bot.app.reaping import Reaper
from bot.app.reloading import LOOK_SECONDS, Reloader
from bot.app.watching import ClockWatch
from bot.catalogue.reading.recording_folder import RecordingFolder
from bot.chat.application import build_application
from bot.chat.inbox import Inbox
from bot.chat.messenger import TelegramMessenger
from bot.chat.polling import Poller
from bot.chat.receiving import Receiver
from bot.chat.transport import AiohttpRequest
from bot.chat.turns import Desk
from bot.core.clock import Clock
from bot.core.meters import Meters
from bot.delivery.pace import Pace
from bot.delivery.sending import Sender
from bot.delivery.shelf import Shelf
from bot.errors import DatabaseGone
from bot.store import deployment
from bot.store.condition import Condition, read_condition
from bot.store.tombstones import TombstoneFile

TICK_SECONDS = 1
TAKE_OVER_SECONDS = 1
WEBHOOK_SECONDS = 60
WATCH_SECONDS = 60
COLLECT_AFTER = (20_000, 20, 20)  # new objects, and generations of them
RETIRING_HOUR = 3  # UTC

log = logging.getLogger(__name__)


class Role(StrEnum):
    """What a process does: everything, taps and pages, or sending."""

    ALL = "all"
    WEB = "web"
    SENDER = "sender"


@dataclass(frozen=True)
class Network:
    """How the bot speaks to Telegram: who it is, where, how fast; above 30 a second it pays."""

    token: str = field(repr=False)
    api: str
    rate: float
    is_paid: bool = False
    chat_wait: timedelta = timedelta(seconds=1)
    webhook: Webhook | None = None


def spare_the_collector() -> None:
    """Let the garbage collector look less often, and no more at what stays for good.

    Modules, catalogue and statements are looked through at each full collection otherwise; a batch
    of deliveries alone makes more objects than the usual 700. For a process of its own.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


class Runtime:
    """Everything that runs, assembled; use it as `async with`."""

    def __init__(
        self,
        store: Store,
        shelf: Shelf,
        *,
        clock: Clock,
        network: Network,
        role: Role = Role.ALL,
        tombstones: TombstoneFile | None = None,
        reloader: Reloader | None = None,
        recordings: RecordingFolder | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Assemble the parts; nothing starts yet."""
        self.store = store
        self.clock = clock
        self.network = network
        self.role = role
        self.shelf = shelf
        self.reloader = reloader
        self.name = uuid4().hex
        self._due = asyncio.Event()
        self.turn = asyncio.Lock()  # held while deliveries go out, so that a clock moves between
        self._stack = AsyncExitStack()
        self._request = AiohttpRequest()
        self.application = build_application(network.token, api=network.api, request=self._request)
        database, sealer = store.database, store.sealer
        self.meters = Meters()
        self._heart = Heart(database, self.name, role=role, sealer=sealer, clock=clock)
        self._reaper = Reaper(database, self.name, clock=clock, monotonic=time.monotonic)
        self._keys = KeyWatch(database, sealer)
        self.pace = Pace(
            database, rate=network.rate, chat_wait=network.chat_wait, clock=SystemClock()
        )
        desk = Desk(
            sealer=sealer,
            clock=clock,
            shelf=shelf,
            wake_sender=self._due.set,
            pace=self.pace,
            tombstones=tombstones,
            recordings=recordings,
            meters=self.meters,
        )
        self.inbox = Inbox(self.application, database, desk=desk, name=self.name)
        self.receiver = Receiver(
            database,
            sealer=sealer,
            clock=clock,
            wake_inbox=self.inbox.wake,
            meters=self.meters,
        )
        self.poller = Poller(self.application, self.receiver)
        self._polls = PollTurns(database, self.poller)
        self.housekeeper = Housekeeper(database, shelf, reloader, clock=clock)
        telling = self.application.bot
        self._watchman = Watchman(database, telling, watch, clock=clock) if watch else None
        self.greeter = Greeter(self.application, shelf, webhook=network.webhook, api=network.api)
        self.sender = Sender(
            database,
            TelegramMessenger(self.application.bot, database, is_paid=network.is_paid),
            sealer=sealer,
            clock=clock,
            shelf=shelf,
            pace=self.pace,
            name=self.name,
            rng=SystemRandom(),
            meters=self.meters,
        )

    async def __aenter__(self) -> Self:
        """Greet the network, take back what an earlier run left claimed, and start."""
        try:
            self._stack.push_async_callback(self._request.shutdown)
            self._stack.push_async_callback(self.application.shutdown)
            username = await self.greeter.greet(is_sender=self.role is Role.SENDER)
            async with self.store.database.writing() as session:
                await deployment.record_value(session, deployment.BOT_USERNAME, username)
            self._stack.push_async_callback(self._polls.end)
            self._stack.push_async_callback(self._reaper.life.end)
            await self._reaper.look()
            self._stack.push_async_callback(self._heart.stop)
            await self._heart.beat()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._stack.aclose()

    async def run(self, *, when_ready: Callable[[], None] = lambda: None) -> None:
        """Run until cancelled; what is being sent is finished first."""
        if self.role is not Role.SENDER:
            await self.greeter.settle_updates()
        when_ready()
        scheduler = AsyncIOScheduler(timezone=UTC)
        often = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        scheduler.add_job(self._tick, "interval", seconds=TICK_SECONDS, **often)
        scheduler.add_job(self.take_over, "interval", seconds=TAKE_OVER_SECONDS, **often)
        if self.reloader:
            scheduler.add_job(self.reload, "interval", seconds=LOOK_SECONDS, **often)
        if self.network.webhook and self.role is not Role.SENDER:
            look = self.greeter.look_after_webhook
            scheduler.add_job(look, "interval", seconds=WEBHOOK_SECONDS, **often)
        if self._watchman:
            scheduler.add_job(self.watch, "interval", seconds=WATCH_SECONDS, **often)
        scheduler.add_job(self.housekeeper.tidy, "interval", hours=1, **often)
        scheduler.add_job(self.housekeeper.retire, "cron", hour=RETIRING_HOUR, **often)
        scheduler.start()
        self.inbox.wake()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch(scheduler))
                tasks.create_task(self._keys.run())
                if self.role is not Role.SENDER:
                    tasks.create_task(self.inbox.run())
                    if self.network.webhook is None:
                        tasks.create_task(self._polls.run())
                if self.role is not Role.WEB:
                    tasks.create_task(self._send_on())
        finally:
            scheduler.shutdown(wait=False)

    async def _watch(self, scheduler: AsyncIOScheduler) -> None:
        """Notice when the machine's clock jumps."""
        loop = asyncio.get_running_loop()
        watch = ClockWatch(scheduler, SystemClock(), monotonic=loop.time())
        while True:
            await asyncio.sleep(TICK_SECONDS)
            watch.look(monotonic=loop.time())

    async def _tick(self) -> None:
        """Look whether something is due."""
        self.inbox.wake()
        self._due.set()
        await self._heart.beat()
        if self.pace.has_debt:
            try:
                await self.pace.pay()
            except DatabaseGone as error:
                log.warning("the budget waits: %s", error)

    async def _send_on(self) -> None:
        """Send what is due, whenever somebody says that there may be something."""
        while True:
            await self._due.wait()
            self._due.clear()
            sending = asyncio.create_task(self.send_due())
            try:
                await asyncio.shield(sending)
            except asyncio.CancelledError:
                self.sender.stop()
                await asyncio.wait([sending])  # messages that are on their way are recorded
                raise

    async def send_due(self) -> int:
        """Send everything that is due now; return how many deliveries were dealt with.

        An error is logged, and the next tick tries again.
        """
        try:
            async with self.turn:
                return await self.sender.send_due()
        except DatabaseGone as error:
            log.warning("sending waits: %s", error)
        except Exception:  # the tick: log, and go on
            log.exception("sending stopped short")
        return 0

    async def take_over(self) -> None:
        """Take up what a process that was killed had claimed, and what nobody finished in time."""
        try:
            await self._reaper.look()
        except DatabaseGone as error:
            log.warning("taking over waits: %s", error)

    async def read_condition(self) -> Condition:
        """Read how everything stands now."""
        async with self.store.database.reading() as session:
            return await read_condition(session, now=self.clock.now())

    async def watch(self) -> None:
        """Tell staff what is the matter, where there is a chat of theirs."""
        if self._watchman is None:
            return
        try:
            await self._watchman.look()
        except DatabaseGone as error:
            log.warning("staff are not told: %s", error)
        except Exception:  # the tick: log, and go on
            log.exception("how everything stands was not looked at")

    async def reload(self) -> None:
        """Take up content that changed, here or elsewhere, and say anew what the bot is."""
        if self.reloader is None:
            return
        try:
            await self.reloader.look(self.shelf)
        except DatabaseGone as error:
            log.warning("changed content waits: %s", error)
        except Exception:  # the tick: log, and go on with what runs
            log.exception("the content was not looked at")
        if self.role is not Role.SENDER:
            await self.greeter.publish_again()
