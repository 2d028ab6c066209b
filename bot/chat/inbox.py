"""Handle stored updates: effect and replies are written together, then the replies are sent."""

import asyncio
import json
import logging
import traceback
from datetime import timedelta
from typing import Any

from telegram import Update

from bot.chat.answering import send_reply
from bot.chat.polling import UPDATE, find_chat_id
from bot.chat.replies import Note, Say, format_replies, parse_replies
from bot.chat.turns import Desk, Turn, TurnApplication
from bot.delivery.planning import hear
from bot.errors import DatabaseGone, GuardianUnreachable, MessageRefused, SendLater
from bot.store import Database, updates
from bot.store.tables import StoredUpdate, UpdateStatus

REPLIES = "replies"  # what replies are sealed as
BATCH = 20
LEASE = timedelta(minutes=3)
ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=1)

log = logging.getLogger(__name__)


class Inbox:
    """Claims stored updates, of each chat one at a time and in order, and handles them."""

    def __init__(
        self, application: TurnApplication, database: Database, *, desk: Desk, name: str
    ) -> None:
        """Keep what handling needs; `name` signs the claims."""
        self.application = application
        self.database = database
        self.desk = desk
        self.name = name
        self._woken = asyncio.Event()
        self._was_cut_off = False

    def wake(self) -> None:
        """Say that there may be something to handle."""
        self._woken.set()

    async def run(self) -> None:
        """Handle updates whenever woken, until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                while await self.handle_some():
                    pass
            except DatabaseGone as error:  # what is stored is found again; the tick wakes us
                self._was_cut_off = True
                log.warning("the inbox waits: %s", error)

    async def handle_some(self) -> int:
        """Handle a batch, chats side by side; return how many updates it held."""
        now = self.desk.clock.now()
        async with self.database.writing() as session:
            if self._was_cut_off:  # nothing is being handled now: what we hold was left half-way
                await updates.release(session, self.name)
            claimed = await updates.claim_updates(
                session, now=now, claimant=self.name, until=now + LEASE, limit=BATCH
            )
        self._was_cut_off = False
        async with asyncio.TaskGroup() as tasks:
            for stored in claimed:
                tasks.create_task(self.handle(stored))
        return len(claimed)

    async def handle(self, stored: StoredUpdate) -> None:
        """Handle one update; an error never stops the bot, and leads to another attempt."""
        try:
            if stored.status is UpdateStatus.STORED:
                stored = await self._apply(stored)
            if stored.status is UpdateStatus.APPLIED:
                await self._send_replies(stored)
        except DatabaseGone as error:
            self._was_cut_off = True
            log.warning("update %s waits: %s", stored.id, error)
        except Exception as error:  # the update boundary: log, and go on with the others
            log.error("update %s: %s\n%s", stored.id, type(error).__name__, where(error))
            await self._record_attempt(stored)

    async def _apply(self, stored: StoredUpdate) -> StoredUpdate:
        """Write an update's effect and the replies to it, in one transaction."""
        if stored.body_sealed is None:
            raise ValueError("a stored update without a body")
        body = json.loads(self.desk.sealer.unseal(stored.body_sealed, bound_to=UPDATE))
        update, chat_id = self._read(body), find_chat_id(body)
        if update is None:
            log.error("update %s is malformed", stored.id)
            async with self.database.writing() as session:
                await updates.record_given_up(session, stored.id)
                return await updates.get_update(session, stored.id)
        async with self.database.writing() as session:
            turn = Turn(
                desk=self.desk,
                session=session,
                now=self.desk.clock.now(),
                address=str(chat_id),
                chat_key=stored.chat_key or "",
            )
            if stored.chat_key:
                await self._take_turn(update, turn)
            if turn.replies:
                sealed = self.desk.sealer.seal(format_replies(turn.replies), bound_to=REPLIES)
                await updates.record_applied(session, stored.id, replies_sealed=sealed)
            else:
                await updates.record_done(session, stored.id)
            applied = await updates.get_update(session, stored.id)
        if turn.calls_sender:
            self.desk.wake_sender()
        return applied

    def _read(self, body: dict[str, Any]) -> Update | None:
        """Read an update; None for one that is not as Telegram writes them."""
        try:
            return Update.de_json(body, self.application.bot)
        except Exception:  # whatever a library makes of nonsense; another attempt would not help
            return None

    async def _take_turn(self, update: Update, turn: Turn) -> None:
        """Let the handlers act; raise what they raised, so that the transaction is undone."""
        self.application.bot_data[update.update_id] = turn
        guardian = await turn.find_guardian()
        if guardian and (update.message or update.callback_query):
            weeks = turn.catalogue.programme.weeks
            await hear(turn.session, guardian, weeks=weeks, now=turn.now)
        try:
            await self.application.process_update(update)
        finally:
            del self.application.bot_data[update.update_id]
        if turn.error:
            raise turn.error

    async def _send_replies(self, stored: StoredUpdate) -> None:
        """Send the replies that are not out yet, one after another, noting each."""
        if stored.replies_sealed is None:
            raise ValueError("an applied update without replies")
        replies = parse_replies(self.desk.sealer.unseal(stored.replies_sealed, bound_to=REPLIES))
        address = await self._find_address(stored)
        held = self.desk.pace.wait_of_hold()
        if held and stored.attempts + 1 < ATTEMPTS:
            await self._record_attempt(stored, wait=held)
            return
        for count, reply in enumerate(replies, start=1):
            if count <= stored.replies_sent:
                continue
            if isinstance(reply, Say):
                await self.desk.pace.take_turn(address)
            try:
                await send_reply(self.application.bot, address, reply)
                self.desk.pace.spend()
            except SendLater as later:
                if later.retry_after:
                    await self.desk.pace.hold(later.retry_after)
                if isinstance(reply, Note) or (later.in_doubt and stored.attempts):
                    continue  # a tap's note is worth nothing later; a lost answer repeats once
                await self._record_attempt(stored, wait=later.retry_after)
                return
            except (GuardianUnreachable, MessageRefused) as error:
                log.warning("update %s, reply %s: %s", stored.id, count, error)
            async with self.database.writing() as session:
                await updates.record_reply_sent(session, stored.id, count=count)
        async with self.database.writing() as session:
            await updates.record_done(session, stored.id)

    async def _find_address(self, stored: StoredUpdate) -> str:
        """Read from an update which chat its replies go to."""
        body = json.loads(self.desk.sealer.unseal(stored.body_sealed or b"", bound_to=UPDATE))
        return str(find_chat_id(body))

    async def _record_attempt(self, stored: StoredUpdate, wait: timedelta | None = None) -> None:
        """Let an update be taken again later, or give it up after several attempts."""
        async with self.database.writing() as session:
            if stored.attempts + 1 >= ATTEMPTS:
                await updates.record_given_up(session, stored.id)
                return
            again_at = self.desk.clock.now() + (wait or FIRST_WAIT * 2**stored.attempts)
            await updates.record_attempt(session, stored, again_at=again_at)


def where(error: BaseException) -> str:
    """Say where an error arose, without its words, which may hold a parent's."""
    return "".join(traceback.format_tb(error.__traceback__))
