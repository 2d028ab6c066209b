"""Send what is due: every delivery reaches its guardian, or the record says why it did not."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiolimiter import AsyncLimiter

from bot.catalogue.notices import Notice
from bot.core.actions import Purpose
from bot.core.clock import Clock
from bot.core.messages import Messenger, OutgoingMessage, Sent
from bot.core.sealing import Sealer
from bot.delivery.checking import Ending, Wait, decide
from bot.delivery.composing import compose
from bot.delivery.planning import plan_successor
from bot.delivery.shelf import Shelf
from bot.errors import GuardianUnreachable, MessageRefused, SendLater
from bot.store import Database, Session, deliveries, events, guardians
from bot.store.tables import (
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    EventKind,
    Guardian,
    GuardianState,
    id_of,
)

BATCH = 50
LEASE = timedelta(minutes=5)  # a send gives up after 30 s, so this is ten times as long
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
CHAT = "chat"  # what a sealed address is bound to

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handing:
    """A delivery that is ours, checked and composed, on its way to the network."""

    delivery: Delivery
    guardian: Guardian
    address: str
    message: OutgoingMessage


class Sender:
    """Claims due deliveries and sends them, side by side but in order for each guardian."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        *,
        sealer: Sealer,
        clock: Clock,
        shelf: Shelf,
        rate: float,
        name: str,
    ) -> None:
        """Keep what sending needs; `name` signs the claims, `rate` is messages a second."""
        self.database = database
        self.messenger = messenger
        self.sealer = sealer
        self.clock = clock
        self.shelf = shelf
        self.name = name
        self._pace = AsyncLimiter(1, 1 / rate)
        self._held_until: datetime | None = None

    async def send_due(self) -> int:
        """Send everything that is due now; return how many deliveries were dealt with."""
        dealt_with = 0
        while claimed := await self._claim():
            await self.send_claimed(claimed)
            dealt_with += len(claimed)
        return dealt_with

    async def _claim(self) -> Sequence[Delivery]:
        """Claim a batch, unless the network asked for quiet."""
        now = self.clock.now()
        if self._held_until and now < self._held_until:
            return []
        async with self.database.writing() as session:
            return await deliveries.claim_due(
                session, now=now, claimant=self.name, until=now + LEASE, limit=BATCH
            )

    async def send_claimed(self, claimed: Sequence[Delivery]) -> None:
        """Send claimed deliveries: guardians side by side, each guardian's one after another."""
        queues: dict[int, list[Delivery]] = defaultdict(list)
        for delivery in claimed:
            queues[delivery.guardian_id].append(delivery)
        async with asyncio.TaskGroup() as tasks:
            for queue in queues.values():
                tasks.create_task(self._send_in_order(queue))

    async def _send_in_order(self, queue: Sequence[Delivery]) -> None:
        """Send one guardian's deliveries, oldest first."""
        for delivery in queue:
            await self.send_one(delivery)

    async def send_one(self, delivery: Delivery) -> None:
        """Send one delivery, or end it with a reason; the lease is checked right before."""
        async with self._pace:
            handing = await self._prepare(delivery)
            if handing is None:
                return
            try:
                sent = await self.messenger.send(handing.address, handing.message)
            except GuardianUnreachable:
                await self._record_unreachable(handing)
            except MessageRefused as refusal:
                await self._record_refused(handing, reason=str(refusal))
            except SendLater as later:
                await self._record_later(handing, later)
            else:
                await self._record_sent(handing, sent)

    async def _prepare(self, delivery: Delivery) -> Handing | None:
        """Check and compose a delivery and note that it goes out; None when it does not."""
        now = self.clock.now()
        async with self.database.writing() as session:
            guardian = await guardians.get_guardian(session, delivery.guardian_id)
            cap = self.shelf.current.programme.weekly_cap
            verdict = await decide(session, guardian, delivery, cap=cap, now=now)
            match verdict:
                case Ending(status, reason):
                    await self._end(session, guardian, delivery, status=status, reason=reason)
                    return None
                case Wait(until, reason):
                    await deliveries.put_back(
                        session, id_of(delivery), claimant=self.name, due_at=until, reason=reason
                    )
                    return None
            composed = await compose(
                session, self.shelf.current, delivery, guardian=guardian, now=now
            )
            is_ours = await deliveries.record_handed(
                session, id_of(delivery), claimant=self.name, now=now
            )
        if not is_ours:
            return None
        address = self.sealer.unseal(guardian.chat_sealed, bound_to=CHAT)
        return Handing(delivery, guardian, address, composed.message)

    async def _end(
        self,
        session: Session,
        guardian: Guardian,
        delivery: Delivery,
        *,
        status: DeliveryStatus,
        reason: str,
    ) -> None:
        """End a delivery that is not sent, and plan its successor."""
        now = self.clock.now()
        is_ended = await deliveries.record_end(
            session, id_of(delivery), claimant=self.name, status=status, reason=reason, now=now
        )
        if is_ended:
            await self._plan_successor(session, guardian, delivery)

    async def _plan_successor(
        self, session: Session, guardian: Guardian, delivery: Delivery
    ) -> None:
        """Plan what follows a delivery of the programme."""
        if delivery.kind is not DeliveryKind.PROGRAMME:
            return
        weeks = self.shelf.current.programme.weeks
        await plan_successor(session, guardian, delivery, weeks=weeks, now=self.clock.now())

    async def _record_sent(self, handing: Handing, sent: Sent) -> None:
        """Record that a message went out; after the first activity, ask about linking."""
        now = self.clock.now()
        async with self.database.writing() as session:
            guardian = await guardians.get_guardian(session, id_of(handing.guardian))
            ended_before = await deliveries.record_sent(
                session, id_of(handing.delivery), message_id=sent.message_id, now=now
            )
            if not ended_before:
                await self._plan_successor(session, guardian, handing.delivery)
            await self._plan_linking(session, guardian)
        log.info("delivery %s sent", id_of(handing.delivery))

    async def _plan_linking(self, session: Session, guardian: Guardian) -> None:
        """Ask once, after the first activity, about linking to school results."""
        if guardian.state is not GuardianState.ACTIVE:
            return
        guardian_id = id_of(guardian)
        answered = await guardians.find_consent(session, guardian_id, Purpose.LINKING)
        if answered or await deliveries.has_notice(session, guardian_id, Notice.LINKING):
            return
        await deliveries.plan_notice(
            session, guardian_id, notice=Notice.LINKING, now=self.clock.now()
        )

    async def _record_unreachable(self, handing: Handing) -> None:
        """Record that a guardian has blocked the bot or is gone: nothing more is sent."""
        now, guardian_id = self.clock.now(), id_of(handing.guardian)
        async with self.database.writing() as session:
            guardian = await guardians.get_guardian(session, guardian_id)
            await deliveries.record_end(
                session,
                id_of(handing.delivery),
                claimant=self.name,
                status=DeliveryStatus.FAILED,
                reason="unreachable",
                now=now,
            )
            if guardian.state is GuardianState.STOPPED:
                return
            await guardians.record_state(session, guardian, GuardianState.UNREACHABLE)
            await deliveries.skip_open(session, guardian_id, reason="unreachable", now=now)
            await events.record_event(
                session, EventKind.UNREACHABLE, guardian_id=guardian_id, now=now
            )

    async def _record_refused(self, handing: Handing, *, reason: str) -> None:
        """Record that the network will never take this message; the next one is planned."""
        log.error("delivery %s was refused: %s", id_of(handing.delivery), reason)
        async with self.database.writing() as session:
            guardian = await guardians.get_guardian(session, id_of(handing.guardian))
            await self._end(
                session, guardian, handing.delivery, status=DeliveryStatus.FAILED, reason=reason
            )

    async def _record_later(self, handing: Handing, later: SendLater) -> None:
        """Plan a message again; one whose answer was lost twice is not sent a third time."""
        now, delivery = self.clock.now(), handing.delivery
        if later.retry_after:
            self._held_until = now + later.retry_after
        async with self.database.writing() as session:
            guardian = await guardians.get_guardian(session, id_of(handing.guardian))
            if later.in_doubt and delivery.in_doubt:
                reason = f"answer lost twice: {later}"
                await self._end(
                    session, guardian, delivery, status=DeliveryStatus.FAILED, reason=reason
                )
                return
            wait = later.retry_after or growing_wait(delivery.attempts)
            await deliveries.put_back(
                session,
                id_of(delivery),
                claimant=self.name,
                due_at=now + wait,
                reason=str(later),
                in_doubt=later.in_doubt,
            )


def growing_wait(attempts: int) -> timedelta:
    """Wait twice as long after each attempt: 5 s, 10 s, 20 s, … an hour."""
    doublings = min(attempts, 12)
    wait: timedelta = FIRST_WAIT * 2**doublings
    return min(wait, LONGEST_WAIT)
