"""Write down what came of messages that were handed to the network, a batch in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import ClassVar, TypeVar

from bot.core.cadence import monday_of
from bot.delivery.asking import JOINING, ask_next
from bot.delivery.checking import Reason
from bot.delivery.claiming import Handing
from bot.delivery.planning import leave
from bot.delivery.succeeding import Ended, plan_successors, read_histories
from bot.store import Session, child_weeks, claims, deliveries, guardians
from bot.store.claims import NO_CLAIM
from bot.store.columns import id_of
from bot.store.families import GONE
from bot.store.states import DeliveryKind, DeliveryStatus, GuardianState
from bot.store.tables import Delivery, Guardian

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
JITTER = 0.25  # so that what failed together does not come back together


@dataclass(frozen=True)
class Went:
    """The network took it."""

    outcome: ClassVar[str] = "sent"
    handing: Handing
    message_id: int
    at: datetime


@dataclass(frozen=True)
class Gone:
    """The guardian cannot be reached, now or ever."""

    outcome: ClassVar[str] = "unreachable"
    handing: Handing


@dataclass(frozen=True)
class Refused:
    """The network will never take this message."""

    outcome: ClassVar[str] = "refused"
    handing: Handing
    reason: str


@dataclass(frozen=True)
class Later:
    """The network is busy, broken or gone; perhaps the message arrived all the same."""

    outcome: ClassVar[str] = "later"
    handing: Handing
    reason: str
    wait: timedelta | None
    in_doubt: bool


@dataclass(frozen=True)
class Lost:
    """It might not go any more when its request was to be made: nothing was sent."""

    outcome: ClassVar[str] = "lost-claim"
    handing: Handing


Result = Went | Gone | Refused | Later | Lost
Kind = TypeVar("Kind", Went, Gone, Refused, Later, Lost)


async def record_results(
    session: Session,
    results: Sequence[Result],
    *,
    claimant: str,
    weeks: int,
    rng: Random,
    now: datetime,
) -> None:
    """Write down results, and plan what follows.

    A message that went out is recorded as sent whatever was decided meanwhile; everything else
    only as long as the delivery is still ours.
    """
    await record_weeks(session, only(results, Went))
    numbers = [id_of(each.handing.delivery) for each in results]
    locked = await claims.lock_ours(session, numbers, claimant=claimant)
    known = [each for each in results if id_of(each.handing.delivery) in locked.exist]
    kept = [each for each in known if id_of(each.handing.delivery) in locked.ours]
    await record_went(session, only(known, Went), now=now)
    refused: list[Refused | Later] = [*only(kept, Refused)]
    refused += [each for each in only(kept, Later) if is_lost_twice(each)]
    await record_failed(session, refused, now=now)
    await put_back(session, [*only(kept, Later), *only(kept, Lost)], rng=rng, now=now)
    found = await guardians.get_guardians(
        session, sorted({each.handing.delivery.guardian_id for each in known})
    )
    for each in only(kept, Gone):
        await record_gone(session, each, found, weeks=weeks, now=now)
    ended = [
        each.handing
        for each in only(known, Went)
        if id_of(each.handing.delivery) in locked.open  # somebody else's claim of it ends too
    ]
    ended += [each.handing for each in refused]
    await follow(session, ended, found, weeks=weeks, now=now)
    for went in only(known, Went):
        await ask_further(session, went, found, weeks=weeks, now=now)


def only(results: Sequence[Result], kind: type[Kind]) -> list[Kind]:
    """Pick the results of one kind."""
    return [each for each in results if isinstance(each, kind)]


async def record_weeks(session: Session, went: Sequence[Went]) -> None:
    """Note, for guardians and children, which calendar week something was sent in.

    Guardians come first, and in order, as wherever else several rows are locked.
    """
    begun = {
        each.handing.delivery.guardian_id: each.handing
        for each in went
        if is_scheduled(each.handing.delivery)
    }
    await guardians.record_weeks(
        session,
        [
            (number, monday_of(handing.delivery.slot_on), handing.ignored_weeks)
            for number, handing in sorted(begun.items())
            if handing.delivery.slot_on
            and handing.guardian.last_monday != monday_of(handing.delivery.slot_on)
        ],
    )
    for each in went[:1]:
        pairs = {
            (one.handing.delivery.child_id, one.handing.composed.week)
            for one in went
            if one.handing.composed.begins_week
        }
        weeks = sorted((child, week) for child, week in pairs if child and week)
        await child_weeks.record_weeks_sent(session, weeks, now=each.at)


def is_scheduled(delivery: Delivery) -> bool:
    """Say whether a message came by itself, of the programme."""
    return delivery.kind is DeliveryKind.PROGRAMME and not delivery.asked


async def record_went(session: Session, went: Sequence[Went], *, now: datetime) -> None:
    """End deliveries as sent."""
    await deliveries.record_all(
        session,
        [
            {
                "id": id_of(each.handing.delivery),
                "status": DeliveryStatus.SENT,
                "message_id": each.message_id,
                "ended_at": each.at,
                "reason": None,
                **NO_CLAIM,
            }
            for each in went
        ],
    )


async def record_failed(
    session: Session, failed: Sequence[Refused | Later], *, now: datetime
) -> None:
    """End deliveries as failed, with what the network said."""
    await deliveries.record_all(
        session,
        [
            {
                "id": id_of(each.handing.delivery),
                "status": DeliveryStatus.FAILED,
                "reason": reason_of(each),
                "ended_at": now,
                **NO_CLAIM,
            }
            for each in failed
        ],
    )


def reason_of(failed: Refused | Later) -> str:
    """Say why a delivery failed."""
    if isinstance(failed, Later):
        return f"{Reason.LOST_TWICE}: {failed.reason}"
    return failed.reason


def is_lost_twice(later: Later) -> bool:
    """Say whether a message has been repeated already, and its answer was lost again."""
    return later.in_doubt and later.handing.delivery.lost_answers > 0


async def put_back(
    session: Session, later: Sequence[Later | Lost], *, rng: Random, now: datetime
) -> None:
    """Plan messages again, after a wait that grows; a lost answer is counted."""
    await deliveries.record_all(
        session,
        [
            {
                "id": id_of(each.handing.delivery),
                "status": DeliveryStatus.PLANNED,
                "due_at": now + wait_of(each, rng),
                "reason": each.reason if isinstance(each, Later) else "not handed over in time",
                "lost_answers": each.handing.delivery.lost_answers
                + int(isinstance(each, Later) and each.in_doubt),
                **NO_CLAIM,
            }
            for each in later
            if isinstance(each, Lost) or not is_lost_twice(each)
        ],
    )


def wait_of(later: Later | Lost, rng: Random) -> timedelta:
    """Say how long to wait: what the network asked for, or longer after each attempt."""
    if isinstance(later, Lost):
        return timedelta()
    return later.wait or growing_wait(later.handing.delivery.attempts, rng)


def growing_wait(attempts: int, rng: Random) -> timedelta:
    """Wait about twice as long after each attempt: 5 s, 10 s, 20 s, … an hour."""
    wait: timedelta = FIRST_WAIT * 2 ** min(attempts, 12)
    return min(wait, LONGEST_WAIT) * rng.uniform(1 - JITTER, 1 + JITTER)


async def record_gone(
    session: Session,
    gone: Gone,
    found: Mapping[int, Guardian],
    *,
    weeks: int,
    now: datetime,
) -> None:
    """Record that a guardian has blocked the bot or is gone: nothing more is sent."""
    delivery, guardian = gone.handing.delivery, found[gone.handing.delivery.guardian_id]
    change = {"status": DeliveryStatus.FAILED, "reason": "unreachable", "ended_at": now}
    await deliveries.record_all(session, [{"id": id_of(delivery), **change, **NO_CLAIM}])
    if guardian.state in GONE:
        return
    await leave(session, guardian, GuardianState.UNREACHABLE, weeks=weeks, now=now)


async def follow(
    session: Session,
    ended: Sequence[Handing],
    found: Mapping[int, Guardian],
    *,
    weeks: int,
    now: datetime,
) -> None:
    """Plan what follows deliveries that have ended."""
    batch = [each.delivery for each in ended]
    histories = await read_histories(
        session, batch, {each.guardian_id: found[each.guardian_id] for each in batch}
    )
    await plan_successors(
        session,
        [Ended(each, found[each.guardian_id], histories[each.guardian_id]) for each in batch],
        weeks=weeks,
        now=now,
    )


async def ask_further(
    session: Session,
    went: Went,
    found: Mapping[int, Guardian],
    *,
    weeks: int,
    now: datetime,
) -> None:
    """After the first activity ask what joining left open; after one in a touch's place, rest."""
    delivery = went.handing.delivery
    guardian = found[delivery.guardian_id]
    if guardian.state is not GuardianState.ACTIVE:
        return
    if went.handing.asks:
        await leave(session, guardian, GuardianState.QUIET, weeks=weeks, now=now)
    elif is_first(delivery) or delivery.notice in JOINING:
        await ask_next(session, guardian, child_id=delivery.child_id, now=now)


def is_first(delivery: Delivery) -> bool:
    """Say whether a delivery is the activity that joining brought."""
    return delivery.asked and delivery.kind is DeliveryKind.PROGRAMME
