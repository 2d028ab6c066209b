"""Bring a record back in line: what is missing is filled in, what is stuck is let go."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.core.slots import Slot
from bot.delivery.examining import MENDABLE, Breach, Kind, PairRecord, Record, examine
from bot.delivery.planning import end, find_hindrance, settle
from bot.store import Session, arms, claims, deliveries, guardians, histories, records
from bot.store.arms import Start
from bot.store.columns import id_of
from bot.store.guardians import find_absence
from bot.store.states import DeliveryStatus
from bot.store.tables import Delivery, Guardian, Pair

ROUNDS = 4  # mending one thing may bring another to light
LOST = "lost from the record"
UNKNOWN = "no reason was recorded"


async def read_records(session: Session, found: Sequence[Guardian]) -> list[Record]:
    """Read everything that is kept of some guardians' programmes."""
    numbers = [id_of(guardian) for guardian in found]
    if not numbers:
        return []
    pairs = await records.list_pairs(session, numbers)
    rows = await records.list_programme(session, numbers)
    beside = await records.list_open_beside(session, numbers)
    settings = await histories.list_histories(session, numbers)
    children = sorted({pair.child_id for each in pairs.values() for pair in each})
    starts = await arms.list_starts(session, children)
    return [
        Record(
            guardian,
            settings.get(number, []),
            [
                PairRecord(pair, rows[number, pair.child_id], starts_on_of(starts, pair))
                for pair in pairs[number]
            ],
            beside[number],
        )
        for number, guardian in zip(numbers, found, strict=True)
    ]


def starts_on_of(starts: Mapping[int, Start], pair: Pair) -> date | None:
    """Give the first day of a pair whose child's arm was drawn before it came together."""
    return arms.begin(starts, pair.child_id, joined_at=pair.joined_at).starts_on


async def mend(
    session: Session, guardian_id: int, *, cap: int, weeks: int, now: datetime
) -> list[Breach]:
    """Mend what can be mended of one guardian's record; return what is still wrong."""
    for _ in range(ROUNDS):
        session.expire_all()
        guardian = await guardians.lock_guardian(session, guardian_id)
        (record,) = await read_records(session, [guardian])
        breaches = [each for each in examine(record, cap=cap, now=now) if each.kind in MENDABLE]
        if not breaches:
            break
        for breach in breaches:
            await mend_one(session, record, breach, weeks=weeks, now=now)
        await session.flush()
    session.expire_all()
    (record,) = await read_records(session, [await guardians.lock_guardian(session, guardian_id)])
    return examine(record, cap=cap, now=now)


async def mend_one(
    session: Session, record: Record, breach: Breach, *, weeks: int, now: datetime
) -> None:
    """Mend one breach."""
    guardian, row = record.guardian, breach.delivery
    if breach.kind is Kind.HISTORY:
        await settle(session, guardian, weeks=weeks, now=now)
    elif breach.kind is Kind.MISSING and breach.pair and breach.slot:
        await fill(session, record, breach.pair.child_id, breach.slot, now=now)
    elif row is None or (breach.kind is Kind.EXTRA and row.status is DeliveryStatus.SENT):
        return  # what was sent stays in the record
    elif breach.kind is Kind.EXTRA:
        await deliveries.forget(session, row)
    elif breach.kind is Kind.MISPLACED and breach.slot:
        put(row, breach.slot)
    elif breach.kind is Kind.QUEUED:
        end(row, reason=find_hindrance(guardian, row, now=row.due_at) or UNKNOWN, now=now)
    elif breach.kind is Kind.HALF_ENDED:
        explain(row, now=now)
    elif breach.kind is Kind.STUCK:
        await claims.release_one(session, id_of(row))


async def fill(
    session: Session, record: Record, child_id: int, slot: Slot, *, now: datetime
) -> None:
    """Fill a slot that has no delivery: planned where it is the last one, skipped otherwise."""
    guardian = record.guardian
    rows = next(each.rows for each in record.pairs if each.pair.child_id == child_id)
    is_last = not any(row.slot_on and row.slot_on > slot.day_on for row in rows)
    delivery = deliveries.fill_slot(id_of(guardian), child_id, slot, now=now)
    absence = find_absence(guardian, now=max(now, slot.due_at))
    if absence or not is_last:
        end(delivery, reason=absence or LOST, now=now)
    await deliveries.plan_all(session, [delivery])


def put(row: Delivery, slot: Slot) -> None:
    """Put a delivery into its slot; what was sent keeps its touch."""
    row.slot_at = slot.due_at
    if row.status is not DeliveryStatus.SENT:
        row.touch = slot.touch
    if row.status is DeliveryStatus.PLANNED:
        row.due_at = slot.due_at


def explain(row: Delivery, *, now: datetime) -> None:
    """Complete the record of a delivery that has ended."""
    row.ended_at = row.ended_at or now
    if row.status is not DeliveryStatus.SENT:
        row.reason = row.reason or UNKNOWN
    elif row.message_id is None:  # nothing proves that it was sent
        row.status, row.reason = DeliveryStatus.FAILED, UNKNOWN
