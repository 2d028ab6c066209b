"""The running bot: polls, handles, ticks and sends, until it is told to stop."""

import asyncio
import logging
from contextlib import AsyncExitStack
from datetime import UTC, timedelta
from typing import Self
from uuid import uuid4

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram.error import InvalidToken, TelegramError

from bot.app.opening import Store
from bot.chat.application import build_application, publish_commands
from bot.chat.inbox import Inbox
from bot.chat.messenger import TelegramMessenger
from bot.chat.polling import Poller
from bot.chat.transport import AiohttpRequest
from bot.chat.turns import Desk
from bot.core.clock import Clock
from bot.delivery.sending import Sender
from bot.delivery.shelf import Shelf
from bot.errors import BotError
from bot.store import deployment, guardians, updates
from bot.store.liveness import living, release_dead

TICK_SECONDS = 1
TAKE_OVER_SECONDS = 10
NEWCOMERS_STAY = timedelta(days=7)
UPDATES_STAY = timedelta(days=7)

log = logging.getLogger(__name__)


class Runtime:
    """Everything that runs, assembled; use it as `async with`."""

    def __init__(
        self, store: Store, shelf: Shelf, *, clock: Clock, token: str, api: str, rate: float
    ) -> None:
        """Assemble the parts; nothing starts yet."""
        self.store = store
        self.clock = clock
        self.api = api
        self.shelf = shelf
        self.name = uuid4().hex
        self._due = asyncio.Event()
        self.turn = asyncio.Lock()  # held while deliveries go out, so that a clock moves between
        self._stack = AsyncExitStack()
        self._request = AiohttpRequest()
        self.application = build_application(token, api=api, request=self._request)
        database, sealer = store.database, store.sealer
        desk = Desk(sealer=sealer, clock=clock, shelf=shelf, wake_sender=self._due.set)
        self.inbox = Inbox(self.application, database, desk=desk, name=self.name)
        self.poller = Poller(
            self.application, database, sealer=sealer, clock=clock, wake_inbox=self.inbox.wake
        )
        self.sender = Sender(
            database,
            TelegramMessenger(self.application.bot, database),
            sealer=sealer,
            clock=clock,
            shelf=shelf,
            rate=rate,
            name=self.name,
        )

    async def __aenter__(self) -> Self:
        """Greet the network, take back what an earlier run left claimed, and start."""
        try:
            self._stack.push_async_callback(self._request.shutdown)
            await self._greet()
            await self._stack.enter_async_context(living(self.store.database, self.name))
            await self.take_over()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def _greet(self) -> None:
        """Ask the network who we are; raise BotError when it cannot be reached or refuses us."""
        try:
            await self.application.initialize()
            self._stack.push_async_callback(self.application.shutdown)
            bot = self.application.bot
            await bot.delete_webhook(drop_pending_updates=False)
            await publish_commands(bot, self.shelf.current)
        except InvalidToken:
            raise BotError("The Bot API refused the token (KUFFERT_TELEGRAM_TOKEN).") from None
        except TelegramError as error:
            raise BotError(f"The Bot API cannot be reached at {self.api}: {error}.") from None
        async with self.store.database.writing() as session:
            await deployment.record_value(session, deployment.BOT_USERNAME, bot.username)

    async def take_over(self) -> None:
        """Take up what a process that was killed had claimed."""
        async with self.store.database.writing() as session:
            await release_dead(session, name=self.name)

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._stack.aclose()

    async def run(self) -> None:
        """Run until cancelled; what is being sent is finished first."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        often = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        scheduler.add_job(self._tick, "interval", seconds=TICK_SECONDS, **often)
        scheduler.add_job(self.take_over, "interval", seconds=TAKE_OVER_SECONDS, **often)
        scheduler.add_job(self.tidy, "interval", hours=1, **often)
        scheduler.start()
        self.inbox.wake()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.poller.run())
                tasks.create_task(self.inbox.run())
                tasks.create_task(self._send_on())
        finally:
            scheduler.shutdown(wait=False)

    async def _tick(self) -> None:
        """Look whether something is due."""
        self.inbox.wake()
        self._due.set()

    async def _send_on(self) -> None:
        """Send what is due, whenever somebody says that there may be something."""
        while True:
            await self._due.wait()
            self._due.clear()
            sending = asyncio.create_task(self.send_due())
            try:
                await asyncio.shield(sending)
            except asyncio.CancelledError:
                await asyncio.wait([sending])  # a message that is on its way is recorded
                raise

    async def send_due(self) -> None:
        """Send everything that is due now; an error is logged, and the next tick tries again."""
        try:
            async with self.turn:
                await self.sender.send_due()
        except Exception:  # the tick: log, and go on
            log.exception("sending stopped short")

    async def tidy(self) -> None:
        """Forget newcomers who never consented, and updates that are done."""
        now = self.clock.now()
        async with self.store.database.writing() as session:
            await guardians.forget_newcomers_before(session, now - NEWCOMERS_STAY)
            await updates.forget_done_before(session, now - UPDATES_STAY)
