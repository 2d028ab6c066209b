"""Send what is due: every delivery reaches its guardian, or the record says why it did not."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.core.clock import Clock
from bot.core.messages import Messenger
from bot.core.meters import Meters
from bot.core.sealing import Sealer
from bot.core.tracing import working_on
from bot.delivery.claiming import ONE_A_SECOND, Claimed, Handing, claim
from bot.delivery.pace import Pace
from bot.delivery.results import (
    Gone,
    Later,
    Lost,
    Refused,
    Result,
    Went,
    record_results,
)
from bot.delivery.shelf import Shelf
from bot.errors import BotError, DatabaseGone, GuardianUnreachable, MessageRefused, SendLater
from bot.store import Database, Session, claims
from bot.store.columns import id_of
from bot.store.tables import Delivery

BATCH = 100
BATCH_BESIDE_REPLIES = 20  # while taps wait for their answers
IN_FLIGHT = 400
SEND_TIMEOUT = timedelta(seconds=30)
LEASE = timedelta(minutes=5)  # ten times what a send may take
FRESH = timedelta(seconds=0.25)  # a claim that is older is asked about again before its request
GLANCE_SECONDS = 0.01
LONGEST_PATIENCE_SECONDS = 0.25
CHAT = "chat"  # what a sealed address is bound to

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """How much a sender does at once: rows a claim, messages in flight, how long a claim holds."""

    batch: int = BATCH
    in_flight: int = IN_FLIGHT
    lease: timedelta = LEASE


class Sender:
    """Claims due deliveries in batches, sends them side by side, records results in batches."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        *,
        sealer: Sealer,
        clock: Clock,
        shelf: Shelf,
        pace: Pace,
        name: str,
        rng: Random,
        limits: Limits = Limits(),
        meters: Meters | None = None,
    ) -> None:
        """Keep what sending needs; `name` signs the claims."""
        self.database = database
        self.messenger = messenger
        self.sealer = sealer
        self.clock = clock
        self.shelf = shelf
        self.pace = pace
        self.name = name
        self.rng = rng
        self.limits = limits
        self.meters = meters or Meters()
        self.is_stopping = False
        self._was_cut_off = False
        self._has_more = False  # the last claim came back full
        self._asked: list[int] = []
        self._asking: asyncio.Task[frozenset[int]] | None = None
        self._flying: dict[asyncio.Task[None], Delivery] = {}
        self._results: list[Result] = []
        self._recording: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Claim nothing more; what is on its way is sent and recorded by `send_due`."""
        self.is_stopping = True

    async def send_due(self) -> int:
        """Send everything that is due now; return how many deliveries were dealt with.

        Requests, the recording of results and the next claims go on side by side. When this
        returns nothing is on its way. Results that a database did not take are kept, and written
        when this is called again.
        """
        dealt_with = 0
        try:
            while True:
                self._record_beside()
                claimed, wait = await self._claim()
                dealt_with += claimed
                if not self._under_way() and not self._results and not claimed and wait is None:
                    return dealt_with
                if not claimed:
                    await self._wait_a_little(wait)
        finally:  # where the database is gone, let requests end: their results are kept
            if self._under_way():
                await asyncio.wait(self._under_way())
            if self._recording and not self._recording.cancelled():
                self._recording.exception()  # what it was is told by what is raised already
            self._recording = None

    def _record_beside(self) -> None:
        """Begin to write what results there are, unless that goes on; raise what the last raised.

        A claim does not wait for it: together they are what the database takes longest for.
        """
        if self._recording and self._recording.done():
            self._recording.result()
            self._recording = None
        if self._results and not self._recording:
            self._recording = asyncio.create_task(self._record())

    def _under_way(self) -> set[asyncio.Task[None]]:
        """List the requests that are on their way, and the recording of results."""
        recording = {self._recording} if self._recording else set()
        return {*self._flying, *recording}

    async def _claim(self) -> tuple[int, timedelta | None]:
        """Claim a batch and let it fly; give how many were dealt with, and how long to wait.

        No wait means that nothing is due, or that nothing may go out.
        """
        room = self.limits.in_flight - len(self._flying) - len(self._results)
        if self.is_stopping or not (self._has_more or await self._has_due()):
            return 0, None
        if room <= 0:
            return 0, timedelta(seconds=1)
        await self._give_way()
        most = BATCH_BESIDE_REPLIES if self.pace.replies_waiting else self.limits.batch
        grant = await self.pace.take(min(most, room))
        if not grant.count:
            is_off = grant.is_held or grant.is_stopped
            return 0, None if is_off else grant.wait
        claimed = await self._take(grant.count)
        self._has_more = claimed.count >= grant.count
        self.pace.give_back(grant.count - len(claimed.handings))
        now = self.clock.now()
        for handing in claimed.handings:
            task = asyncio.create_task(self._fly(handing, claimed_at=now))
            self._flying[task] = handing.delivery
            task.add_done_callback(self._flying.pop)
        is_blocked = claimed.count == 0 and bool(self._flying)
        return claimed.count, timedelta(seconds=1) if is_blocked else None

    async def _give_way(self) -> None:
        """Let replies to taps go ahead, for a while: the schedule must go on too."""
        patience = LONGEST_PATIENCE_SECONDS
        while self.pace.replies_waiting and patience > 0 and not self.is_stopping:
            await asyncio.sleep(GLANCE_SECONDS)
            patience -= GLANCE_SECONDS

    async def _has_due(self) -> bool:
        """Look, without claiming, whether anything is due."""
        async with self.database.reading() as session:
            return await claims.has_due(session, now=self.clock.now())

    async def _take(self, limit: int) -> Claimed:
        """Claim, check and compose up to `limit` deliveries in one transaction."""
        now = self.clock.now()
        try:
            async with self.database.writing() as session:
                if self._was_cut_off:
                    await self._release_unknown(session)
                claimed = await claim(
                    session,
                    self.shelf,
                    claimant=self.name,
                    until=now + self.limits.lease,
                    limit=limit,
                    busy={each.guardian_id for each in self._in_hand()},
                    chat_wait=self.pace.chat_wait,
                    sealer=self.sealer,
                    now=now,
                )
        except DatabaseGone:  # perhaps it was written: what we hold unknown to us was not sent
            self._was_cut_off = True
            raise
        self._was_cut_off = False
        return claimed

    async def _release_unknown(self, session: Session) -> None:
        """Give back what a lost connection claimed for us."""
        known = [id_of(each) for each in self._in_hand()]
        count = await claims.release_unknown(session, claimant=self.name, known=known)
        log.info("gave back %d claims that a lost connection had made", count)

    def _in_hand(self) -> list[Delivery]:
        """List the deliveries on their way, and those whose results are not written yet."""
        return [*self._flying.values(), *(each.handing.delivery for each in self._results)]

    async def _wait_a_little(self, wait: timedelta | None) -> None:
        """Wait until a request or the recording ends, or the budget allows another request."""
        seconds = None if wait is None else max(wait.total_seconds(), 0.001)
        under_way = self._under_way()
        if under_way:
            await asyncio.wait(under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        elif not self._results and seconds:
            await asyncio.sleep(seconds)

    async def _fly(self, handing: Handing, *, claimed_at: datetime) -> None:
        """Send one message and keep what came of it."""
        working_on.set({"delivery": id_of(handing.delivery)})
        log.info("delivery %s: claimed", id_of(handing.delivery))
        try:
            result = await self.send_one(handing, claimed_at=claimed_at)
        except Exception:  # a flight is a tick's own task: log, and go on with the others
            log.exception("delivery %s", id_of(handing.delivery))
            result = Later(handing, "an error of ours", None, in_doubt=True)
        self.meters.sends.labels(result.outcome).inc()
        said = {"outcome": result.outcome}
        log.info("delivery %s: %s", id_of(handing.delivery), result.outcome, extra=said)
        self._results.append(result)

    async def send_one(self, handing: Handing, *, claimed_at: datetime) -> Result:
        """Send one message, if it still may go right before the request."""
        try:
            address = self.sealer.unseal(handing.guardian.chat_sealed, bound_to=CHAT)
            async with self.messenger.readying(handing.message) as message:
                await self.pace.pass_gate()
                if not await self._may_go(handing, claimed_at=claimed_at):
                    return Lost(handing)
                if not self.pace.may_write(address):  # a reply has just gone there
                    return Later(handing, ONE_A_SECOND, self.pace.chat_wait, in_doubt=False)
                sent = await self.messenger.send(address, message)
        except GuardianUnreachable:
            return Gone(handing)
        except MessageRefused as refusal:
            log.error("delivery %s was refused: %s", id_of(handing.delivery), refusal)
            return Refused(handing, str(refusal))
        except SendLater as later:
            return await self._put_off(handing, later)
        except DatabaseGone as gone:  # before the request: nothing was sent
            return Later(handing, str(gone), None, in_doubt=False)
        except BotError as error:
            log.error("delivery %s cannot be sent: %s", id_of(handing.delivery), error)
            return Refused(handing, str(error))
        return Went(handing, sent.message_id, self.clock.now())

    async def _may_go(self, handing: Handing, *, claimed_at: datetime) -> bool:
        """Look at the lease and, where some time has passed since the claim, at the record.

        A guardian may have stopped meanwhile, or the network asked everybody for quiet. One whose
        answer was lost before is noted as handed over only here.
        """
        now, number = self.clock.now(), id_of(handing.delivery)
        if now + SEND_TIMEOUT > handing.until or self.pace.wait_of_hold():
            return False
        if handing.delivery.lost_answers:
            async with self.database.writing() as session:
                return await claims.record_handed(session, number, claimant=self.name, now=now)
        return abs(now - claimed_at) < FRESH or await self._is_ours(number)

    async def _is_ours(self, number: int) -> bool:
        """Ask whether a claim still stands, together with whoever else asks just now."""
        self._asked.append(number)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return number in await asyncio.shield(self._asking)

    async def _ask(self) -> frozenset[int]:
        """Ask for all that want to know, in one query."""
        await asyncio.sleep(0)
        numbers, self._asked, self._asking = self._asked, [], None
        async with self.database.reading() as session:
            return await claims.list_ours(session, numbers, claimant=self.name)

    async def _put_off(self, handing: Handing, later: SendLater) -> Later:
        """Try again later; where the network asked for quiet, everybody is quiet."""
        if later.retry_after:
            with suppress(DatabaseGone):  # this process knows, and the others will be told too
                await self.pace.hold(later.retry_after)
        return Later(handing, str(later), later.retry_after, later.in_doubt)

    async def _record(self) -> None:
        """Write the results that have come in, in one transaction; on failure they are kept."""
        results = list(self._results)
        async with self.database.writing() as session:
            await record_results(
                session,
                results,
                claimant=self.name,
                weeks=self.shelf.current.programme.weeks,
                rng=self.rng,
                now=self.clock.now(),
            )
        del self._results[: len(results)]
        recorded = [id_of(each.handing.delivery) for each in results]
        log.info("recorded %d results", len(results), extra={"deliveries": recorded})
