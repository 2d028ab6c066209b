"""Handle stored updates: effect and replies are written together, then the replies are sent."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from telegram import Update

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.touches import render_recording
from bot.chat.answering import send_reply
from bot.chat.carrying import carry
from bot.chat.certificates import render_award
from bot.chat.keeping import NotKept, keep, play_back, say_why
from bot.chat.messenger import TelegramMessenger
from bot.chat.receiving import UPDATE, WANTED, find_chat_id
from bot.chat.replies import (
    Award,
    Bring,
    Keep,
    Leaf,
    New,
    Note,
    Play,
    Reply,
    format_replies,
    parse_replies,
)
from bot.chat.turns import Desk, Turn, TurnApplication
from bot.core.messages import OutgoingMessage
from bot.core.tracing import tell_error, working_on
from bot.delivery.planning import hear
from bot.errors import (
    DatabaseGone,
    GuardianUnreachable,
    MessageRefused,
    NetworkAway,
    SendLater,
    WriteLater,
)
from bot.store import Database, Session, chat_turns, guardians, staff, updates
from bot.store.states import UpdateStatus
from bot.store.tables import StoredUpdate

REPLIES = "replies"  # what replies are sealed as
SIDE_BY_SIDE = 50  # chats that are answered at once
WRITTEN_AT_ONCE = 6  # effects: more would all be written late, instead of some early
LEASE = timedelta(minutes=3)
ATTEMPTS = 5  # where an error of ours, or a file that cannot be drawn, ends it
TRIES = 8  # of a reply that the network does not take: about two minutes
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=1)
REPLIES_STAY = timedelta(days=1)  # while nobody is reached; who asked then has gone on

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
        self._messenger = TelegramMessenger(application.bot, database)
        self._woken = asyncio.Event()
        self._was_cut_off = False
        self._in_hand: dict[asyncio.Task[None], StoredUpdate] = {}
        self._arrived: Counter[str] = Counter()  # by chat: what came and was not taken up yet
        self._done: list[int] = []
        self._writing = asyncio.Semaphore(WRITTEN_AT_ONCE)

    def wake(self, chats: Iterable[str] = ()) -> None:
        """Say that there may be something to handle; name the chat's key of each new update."""
        self._arrived.update(chats)
        self._woken.set()

    @property
    def known(self) -> int:
        """Count what is kept in memory of updates: never more than are under way just now."""
        return len(self._arrived) + len(self._in_hand) + len(self._done)

    async def run(self) -> None:
        """Handle updates whenever woken, until cancelled; what is in hand is then finished."""
        try:
            while True:
                await self._woken.wait()
                self._woken.clear()
                await self._take_up()
        finally:
            await self._finish()

    async def handle_all(self) -> None:
        """Handle all that is stored, and come back when it is closed: for a clock that waits."""
        while True:
            await self._take_up()
            if self._in_hand:
                await asyncio.wait(self._in_hand)
            elif not self._done:
                return

    async def _take_up(self) -> None:
        """Close what is done and take up what is free; when the database is away, wait."""
        try:
            claimed = await self._claim()
        except DatabaseGone as error:  # what is stored is found again; the tick wakes us
            self._was_cut_off = True
            log.warning("the inbox waits: %s", error)
            return
        for stored in claimed:
            self._take_in_hand(stored)

    def _take_in_hand(self, stored: StoredUpdate) -> None:
        """Begin to handle an update; of one that nobody announced, more may be behind it."""
        chat = stored.chat_key or ""
        self._arrived[chat] = self._arrived[chat] - 1 if chat in self._arrived else 1
        task = asyncio.create_task(self._handle_in_hand(stored))
        self._in_hand[task] = stored
        self.desk.pace.replies_waiting += 1
        task.add_done_callback(self._put_down)

    async def _claim(self) -> list[StoredUpdate]:
        """Close what is done and claim as many updates as there is room for, in one transaction.

        An update that is done and not closed yet keeps nobody waiting but its own chat, and after
        a crash only repeats what is harmless to repeat.
        """
        done, known = list(self._done), [each.id for each in self._in_hand.values()]
        room, announced = SIDE_BY_SIDE - len(known), list(self._arrived)
        was_cut_off, self._was_cut_off = self._was_cut_off, False
        now = self.desk.clock.now()
        async with self.database.writing() as session:
            await updates.record_done(session, done)
            if was_cut_off:  # what we hold and do not know of was left half-way
                await updates.release(session, self.name, known=known)
            claimed = await updates.claim_updates(
                session,
                now=now,
                claimant=self.name,
                until=now + LEASE,
                limit=room,
            )
            if not self.desk.pace.is_informed:
                await self.desk.pace.learn(session)
        del self._done[: len(done)]
        if len(claimed) < room:
            self._forget_taken(announced, claimed)
        return [each for each in claimed if each.id not in known]  # a clock may move past leases

    def _forget_taken(self, announced: Iterable[str], claimed: Iterable[StoredUpdate]) -> None:
        """Forget whose updates were announced and are in other hands than ours, or done there."""
        ours = {each.chat_key or "" for each in (*self._in_hand.values(), *claimed)}
        for chat in announced:
            if chat not in ours:
                del self._arrived[chat]

    def _put_down(self, task: "asyncio.Task[None]") -> None:
        """Forget a task that has ended; go on at once where something may have waited for it."""
        was_full = len(self._in_hand) >= SIDE_BY_SIDE
        stored = self._in_hand.pop(task)
        self.desk.pace.replies_waiting -= 1
        if self._arrived.pop(stored.chat_key or "", 0) or was_full:
            self._woken.set()

    async def _finish(self) -> None:
        """Let replies that are on their way arrive, so that they are not repeated."""
        if self._in_hand:
            await asyncio.wait(self._in_hand)
        try:
            async with self.database.writing() as session:
                await updates.record_done(session, self._done)
        except DatabaseGone as error:  # the next run repeats what is harmless
            log.warning("updates are not closed: %s", error)

    async def _handle_in_hand(self, stored: StoredUpdate) -> None:
        """Handle one update; when the database is away it is found again."""
        working_on.set({"update": stored.id})
        try:
            with self.desk.meters.handler_seconds.time():
                await self.handle(stored)
        except DatabaseGone as error:
            self._was_cut_off = True
            log.warning("update %s waits: %s", stored.id, error)

    async def handle(self, stored: StoredUpdate) -> None:
        """Handle one update; an error never stops the bot, and leads to another attempt."""
        try:
            is_over = await self._apply_and_reply(stored)
        except DatabaseGone:
            raise
        except WriteLater as error:  # a family's wish is not given up because a disk is full
            log.error("update %s waits: %s", stored.id, error)
            await self._wait(stored)
            return
        except Exception as error:  # the update boundary: log, and go on with the others
            log.error("update %s: %s", stored.id, tell_error(error))
            await self._record_attempt(stored)
            return
        if is_over:
            self._done.append(stored.id)

    async def _apply_and_reply(self, stored: StoredUpdate) -> bool:
        """Write an update's effect where that is not done yet, then send the replies to it.

        Return whether it can be closed.
        """
        body = self._unseal(stored.body_sealed, bound_to=UPDATE)
        address = str(find_chat_id(body))
        if stored.status is UpdateStatus.APPLIED:
            sealed = stored.replies_sealed or b""
            replies = parse_replies(self.desk.sealer.unseal(sealed, bound_to=REPLIES))
        else:
            update = self._read(body)
            if update is None:
                await self._give_up(stored)
                return False
            self.desk.meters.updates.labels(kind_of(update)).inc()
            replies = await self._apply(stored, update, address=address)
        return bool(replies) and await self._send_replies(stored, replies, address=address)

    def _unseal(self, sealed: bytes | None, *, bound_to: str) -> Any:
        """Open what is sealed, and read it."""
        if sealed is None:
            raise ValueError("a stored update without a body")
        return json.loads(self.desk.sealer.unseal(sealed, bound_to=bound_to))

    async def _give_up(self, stored: StoredUpdate) -> None:
        """Close an update that is not as Telegram writes them."""
        log.error("update %s is malformed", stored.id)
        async with self.database.writing() as session:
            await updates.record_given_up(session, stored.id)

    async def _apply(self, stored: StoredUpdate, update: Update, *, address: str) -> list[Reply]:
        """Write an update's effect and the replies to it, in one transaction; give the replies."""
        async with self._writing, self.database.writing() as session:
            turn = await self._open_turn(session, stored, address=address)
            if stored.chat_key:
                await self._take_turn(update, turn)
            if turn.replies:
                sealed = self.desk.sealer.seal(format_replies(turn.replies), bound_to=REPLIES)
                await updates.record_applied(session, stored.id, replies_sealed=sealed)
                stored.attempts = 0  # as it stands in the record
            else:
                await updates.record_done(session, [stored.id])
        if turn.calls_sender:
            self.desk.wake_sender()
        return turn.replies

    def _read(self, body: dict[str, Any]) -> Update | None:
        """Read an update; None for one that is not as Telegram writes them."""
        try:
            return Update.de_json(body, self.application.bot)
        except Exception:  # whatever a library makes of nonsense; another attempt would not help
            return None

    async def _open_turn(self, session: Session, stored: StoredUpdate, *, address: str) -> Turn:
        """Open an update's turn, with the guardian whose chat it comes from."""
        chat_key = stored.chat_key or ""
        return Turn(
            desk=self.desk,
            session=session,
            now=self.desk.clock.now(),
            arrived_at=stored.received_at,
            address=address,
            chat_key=chat_key,
            guardian=await guardians.find_guardian(session, chat_key) if chat_key else None,
        )

    async def _take_turn(self, update: Update, turn: Turn) -> None:
        """Let the handlers act; raise what they raised, so that the transaction is undone."""
        if turn.guardian and (update.message or update.callback_query):
            weeks = turn.catalogue.programme.weeks
            await hear(turn.session, turn.guardian, weeks=weeks, now=turn.now)
        self.application.bot_data[update.update_id] = turn
        try:
            await self.application.process_update(update)
        finally:
            del self.application.bot_data[update.update_id]
        if turn.error:
            raise turn.error

    async def _send_replies(
        self, stored: StoredUpdate, replies: Sequence[Reply], *, address: str
    ) -> bool:
        """Send an update's replies: a tap's note beside the others, those in order.

        Only a new message is written down as sent: notes and edits do no harm when repeated.
        Return whether the update can be closed.
        """
        held = self.desk.pace.wait_of_hold()
        if held:
            await self._wait_for_network(stored, wait=held)
            return False
        notes = [reply for reply in replies if isinstance(reply, Note)]
        *_, is_over = await asyncio.gather(
            *(self._send_note(stored, note, address=address) for note in notes),
            self._send_others(stored, replies, address=address),
        )
        return bool(is_over)

    async def _send_note(self, stored: StoredUpdate, note: Note, *, address: str) -> None:
        """Send a tap's note, which is worth nothing later."""
        try:
            await self._send(stored, note, address=address)
        except (SendLater, DatabaseGone) as error:
            log.warning("update %s, its note: %s", stored.id, error)

    async def _send_others(
        self, stored: StoredUpdate, replies: Sequence[Reply], *, address: str
    ) -> bool:
        """Send the edits and new messages that are not out yet; say whether all of them are."""
        for count, reply in enumerate(replies, start=1):
            if isinstance(reply, Note) or count <= stored.replies_sent:
                continue
            try:
                await self._send(stored, reply, address=address)
            except SendLater as later:
                if not was_lost_twice(reply, later):
                    await self._put_off(stored, replies, count=count, later=later)
                    return False
            if isinstance(reply, New):
                async with self.database.writing() as session:
                    await updates.record_reply_sent(session, stored.id, count=count)
        return True

    async def _take_turn_in_chat(self, stored: StoredUpdate, *, address: str) -> None:
        """Keep a second from the last message to a chat, whichever replica sent it."""
        await self.desk.pace.take_turn(address)
        now, pause = self.desk.clock.now(), self.desk.pace.chat_wait
        async with self.database.writing() as session:
            turn_at = await chat_turns.take_turn_to_reply(
                session, stored.chat_key or "", pause=pause, now=now
            )
        await asyncio.sleep((turn_at - now).total_seconds())

    async def _send(self, stored: StoredUpdate, reply: Reply, *, address: str) -> None:
        """Send one reply; raise SendLater where it may go out later."""
        if isinstance(reply, New):
            await self._take_turn_in_chat(stored, address=address)
        try:
            if isinstance(reply, Play | Award):
                await self._hand_over(stored, reply, address=address)
            elif isinstance(reply, Bring | Leaf):
                await self._carry(reply, address=address)
            elif isinstance(reply, Keep):
                await self._keep(stored, reply, address=address)
            else:
                await send_reply(self.application.bot, address, reply)
            self.desk.pace.spend()
        except SendLater as later:
            if later.retry_after:
                await self.desk.pace.hold(later.retry_after)
            raise
        except (GuardianUnreachable, MessageRefused) as error:
            log.warning("update %s, a %s: %s", stored.id, type(reply).__name__, error)

    async def _hand_over(self, stored: StoredUpdate, reply: Play | Award, *, address: str) -> None:
        """Send a recording or a certificate; a file is uploaded once, and then sent by its id.

        Raise SendLater where a certificate cannot be drawn, since its words alone would be none,
        and MessageRefused where it never can be.
        """
        async with self.database.reading() as session:
            catalogue = await self.desk.shelf.get(session, reply.version)
        message = render_file(catalogue, reply)
        if message is None:
            return
        async with self._messenger.readying(message) as ready:
            if ready.media is None:
                again = stored.attempts + 1 < ATTEMPTS
                raise (SendLater if again else MessageRefused)("a file cannot be drawn")
            await self._messenger.send(address, ready)

    async def _carry(self, reply: Bring | Leaf, *, address: str) -> None:
        """Send what belongs to a catalogue, or turn to it."""
        async with self.database.reading() as session:
            catalogue = await self.desk.shelf.get(session, reply.version)
        await carry(self._messenger, catalogue, reply, address=address)

    async def _keep(self, stored: StoredUpdate, reply: Keep, *, address: str) -> None:
        """Keep a colleague's voice note and play it back, or say why it is not kept."""
        try:
            sound = await self._fetch(stored, reply)
        except NotKept as refused:
            message = say_why(self.desk.shelf.current, reply, refused)
        else:
            message = play_back(self.desk.shelf.current, reply, sound)
            async with self.database.writing() as session:
                await staff.record_recorded(
                    session, stored.chat_key or "", text_hash=reply.text, now=self.desk.clock.now()
                )
        async with self._messenger.readying(message) as ready:
            await self._messenger.send(address, ready)

    async def _fetch(self, stored: StoredUpdate, reply: Keep) -> bytes:
        """Fetch and keep a voice note; raise SendLater as long as another try may help."""
        try:
            return await keep(reply, bot=self.application.bot, folder=self.desk.recordings)
        except SendLater:
            if stored.attempts + 1 < ATTEMPTS:
                raise
            raise NotKept("read-not-fetched") from None

    async def _put_off(
        self, stored: StoredUpdate, replies: Sequence[Reply], *, count: int, later: SendLater
    ) -> None:
        """Send the reply of this number later; note it where the answer to a message was lost."""
        reply, sealed = replies[count - 1], None
        if isinstance(reply, New) and later.in_doubt:
            marked = [*replies[: count - 1], replace(reply, is_repeat=True), *replies[count:]]
            sealed = self.desk.sealer.seal(format_replies(marked), bound_to=REPLIES)
        if isinstance(later, NetworkAway) or later.retry_after:
            await self._wait_for_network(
                stored, wait=later.retry_after, why=str(later), replies_sealed=sealed
            )
        else:
            await self._record_attempt(stored, most=TRIES, replies_sealed=sealed)

    async def _wait_for_network(
        self,
        stored: StoredUpdate,
        *,
        wait: timedelta | None,
        why: str = "too many requests",
        replies_sealed: bytes | None = None,
    ) -> None:
        """Let replies wait while nobody's go out, for a day at most."""
        if self.desk.clock.now() - stored.received_at < REPLIES_STAY:
            log.warning("update %s, its replies wait: %s", stored.id, why)
            await self._wait(stored, wait=wait, replies_sealed=replies_sealed)
            return
        log.error("update %s, its replies are given up: %s", stored.id, why)
        async with self.database.writing() as session:
            await updates.record_given_up(session, stored.id)

    async def _record_attempt(
        self, stored: StoredUpdate, *, most: int = ATTEMPTS, replies_sealed: bytes | None = None
    ) -> None:
        """Let an update be taken again later, or give it up after several attempts."""
        async with self.database.writing() as session:
            if stored.attempts + 1 >= most:
                log.error("update %s is given up", stored.id)
                await updates.record_given_up(session, stored.id)
                return
            again_at = self.desk.clock.now() + FIRST_WAIT * 2**stored.attempts
            await updates.record_attempt(
                session, stored, again_at=again_at, replies_sealed=replies_sealed
            )

    async def _wait(
        self,
        stored: StoredUpdate,
        *,
        wait: timedelta | None = None,
        replies_sealed: bytes | None = None,
    ) -> None:
        """Let an update be taken again without counting that, after as long as it waits already."""
        now = self.desk.clock.now()
        growing = max(now - stored.received_at, FIRST_WAIT)
        async with self.database.writing() as session:
            again_at = now + min(wait or growing, LONGEST_WAIT)
            await updates.record_waiting(
                session, stored, again_at=again_at, replies_sealed=replies_sealed
            )


def render_file(catalogue: Catalogue, reply: Play | Award) -> OutgoingMessage | None:
    """Show what a reply brings; None for a recording that there is none of."""
    if isinstance(reply, Award):
        return render_award(catalogue, reply)
    activity = catalogue.activities.get(reply.activity_id)
    return render_recording(activity, reply.language) if activity else None


def kind_of(update: Update) -> str:
    """Name what an update is: a tap, words, or what else."""
    return next((each for each in WANTED if getattr(update, each, None)), "other")


def was_lost_twice(reply: Reply, later: SendLater) -> bool:
    """Say whether the answer to a new message was lost again: it repeats only once."""
    return isinstance(reply, New) and later.in_doubt and reply.is_repeat
