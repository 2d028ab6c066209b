"""Check the record of one guardian against what must hold; each breach is a sentence."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.core.cadence import is_quiet, local_date, monday_of
from bot.core.slots import Beginning, History, Setting, Slot, first_slot, next_slot, setting_at
from bot.delivery.planning import CHILD_GONE, find_hindrance, slot_of
from bot.store.columns import id_of
from bot.store.guardians import rhythm_of
from bot.store.states import DeliveryKind, DeliveryStatus, GuardianState
from bot.store.tables import Delivery, Guardian, Pair

OPEN = (DeliveryStatus.PLANNED, DeliveryStatus.CLAIMED)
ON_ITS_WAY = timedelta(minutes=1)  # from the decision to send to the record that it went


class Kind(StrEnum):
    """What can be wrong; the first seven can be mended."""

    MISSING = "missing"
    EXTRA = "extra"
    MISPLACED = "misplaced"
    QUEUED = "queued"
    HALF_ENDED = "half ended"
    STUCK = "stuck"
    HISTORY = "history"
    CAP = "cap"
    QUIET = "quiet"
    ORDER = "order"


MENDABLE = tuple(Kind)[:7]


@dataclass(frozen=True)
class Breach:
    """One thing that should not be: a sentence for people, and what mending it takes."""

    kind: Kind
    sentence: str
    guardian_id: int
    pair: Pair | None = None
    delivery: Delivery | None = None
    slot: Slot | None = None


@dataclass(frozen=True)
class PairRecord:
    """A pair and its programme deliveries, in the order of their slots."""

    pair: Pair
    rows: Sequence[Delivery]
    starts_on: date | None = None  # the first day of the child's arm, where it was drawn before


@dataclass(frozen=True)
class Record:
    """Everything that is kept of one guardian's programme."""

    guardian: Guardian
    history: History
    pairs: Sequence[PairRecord] = ()
    beside: Sequence[Delivery] = field(default=())  # what is open beside the programme


def examine(record: Record, *, cap: int, now: datetime) -> list[Breach]:
    """List every breach in a guardian's record."""
    breaches = list(check_history(record))
    if not record.history:
        return breaches  # without a history there are no slots to compare with
    for pair in record.pairs:
        breaches += check_slots(record, pair)
        breaches += check_order(record, pair)
    for row in list_rows(record):
        breaches += check_row(record, row, now=now)
    return [*breaches, *check_cap(record, cap=cap)]


def list_rows(record: Record) -> list[Delivery]:
    """List all deliveries of a record."""
    return [*(row for pair in record.pairs for row in pair.rows), *record.beside]


def check_history(record: Record) -> Iterator[Breach]:
    """See that the last of the history is what is set now."""
    guardian, number = record.guardian, id_of(record.guardian)
    if not record.history:
        yield Breach(Kind.HISTORY, f"Guardian {number} has no history of settings.", number)
        return
    last = record.history[-1]
    is_on = guardian.state in (GuardianState.ACTIVE, GuardianState.SNOOZED)
    expected = Setting(guardian.settled_at, rhythm_of(guardian), is_on)
    if last != expected:
        what = f"Guardian {number}: the settings are not those that the history ends with."
        yield Breach(Kind.HISTORY, what, number)


def check_slots(record: Record, pair: PairRecord) -> Iterator[Breach]:
    """Compare a pair's deliveries with its slots, told anew from settings and their history."""
    slot = first_slot(record.history, Beginning(pair.pair.joined_at, pair.starts_on))
    for row in pair.rows:
        if lay_ahead_when_the_child_left(pair, row):
            continue
        while slot and is_before_end(pair, slot) and slot.day_on < slot_of(row).day_on:
            yield missing(record, pair, slot)
            slot = next_slot(record.history, slot)
        if slot is None or not is_before_end(pair, slot) or slot.day_on > slot_of(row).day_on:
            yield extra(record, pair, row)
            continue
        if slot_of(row) != slot:
            yield misplaced(record, pair, row, slot)
        slot = next_slot(record.history, slot)
    is_open = bool(pair.rows) and pair.rows[-1].status in OPEN
    if slot and is_before_end(pair, slot) and not is_open:
        yield missing(record, pair, slot)


def is_before_end(pair: PairRecord, slot: Slot) -> bool:
    """Say whether a slot comes before the pair's programme was over."""
    return pair.pair.finished_at is None or slot.due_at < pair.pair.finished_at


def lay_ahead_when_the_child_left(pair: PairRecord, row: Delivery) -> bool:
    """Say whether a delivery was still to come when its child left: it fills no slot any more."""
    is_put_aside = row.status is DeliveryStatus.SKIPPED and row.reason == CHILD_GONE
    return is_put_aside and not is_before_end(pair, slot_of(row))


def missing(record: Record, pair: PairRecord, slot: Slot) -> Breach:
    """Say that a slot has no delivery."""
    what = f"{name(pair)}: the slot of {show(record, slot)} has no delivery."
    return Breach(Kind.MISSING, what, pair.pair.guardian_id, pair.pair, slot=slot)


def extra(record: Record, pair: PairRecord, row: Delivery) -> Breach:
    """Say that a delivery fills no slot."""
    what = (
        f"{name(pair)}: delivery {id_of(row)} ({row.status}) of {show(record, slot_of(row))} "
        "fills no slot."
    )
    return Breach(Kind.EXTRA, what, pair.pair.guardian_id, pair.pair, row)


def misplaced(record: Record, pair: PairRecord, row: Delivery, slot: Slot) -> Breach:
    """Say that a delivery has another touch or moment than its slot."""
    what = (
        f"{name(pair)}: delivery {id_of(row)} stands at {show(record, slot_of(row))}, "
        f"and its slot at {show(record, slot)}."
    )
    return Breach(Kind.MISPLACED, what, pair.pair.guardian_id, pair.pair, row, slot)


def check_order(record: Record, pair: PairRecord) -> Iterator[Breach]:
    """See that what was sent went out in the order of the slots, the weeks in their own."""
    sent = [row for row in pair.rows if row.status is DeliveryStatus.SENT and row.ended_at]
    for before, after in pairwise(sent):
        is_late = before.ended_at and after.ended_at and before.ended_at > after.ended_at
        is_behind = before.week and after.week and before.week > after.week
        if is_late or is_behind:
            what = f"{name(pair)}: delivery {id_of(after)} went out before {id_of(before)}."
            yield Breach(Kind.ORDER, what, pair.pair.guardian_id, pair.pair, after)


def check_row(record: Record, row: Delivery, *, now: datetime) -> Iterator[Breach]:
    """Check one delivery by itself."""
    number, about = row.guardian_id, f"Delivery {id_of(row)}"
    absence = find_hindrance(record.guardian, row, now=row.due_at)
    if row.status in OPEN and absence:
        what = f"{about} is still queued, though guardian {number} is {absence}."
        yield Breach(Kind.QUEUED, what, number, delivery=row)
    if row.status is DeliveryStatus.CLAIMED and (row.claimed_until or now) <= now:
        what = f"{about} was claimed, and nobody ended it in time."
        yield Breach(Kind.STUCK, what, number, delivery=row)
    if row.status not in OPEN and not is_explained(row):
        what = f"{about} is {row.status}, and the record does not say when or why."
        yield Breach(Kind.HALF_ENDED, what, number, delivery=row)
    if is_scheduled(row) and went_at_night(record.history, row):
        what = f"{about} went out in the quiet hours of guardian {number}."
        yield Breach(Kind.QUIET, what, number, delivery=row)


def is_explained(row: Delivery) -> bool:
    """Say whether an ended delivery tells when and, unless it was sent, why."""
    if row.ended_at is None:
        return False
    return row.message_id is not None if row.status is DeliveryStatus.SENT else bool(row.reason)


def is_scheduled(row: Delivery) -> bool:
    """Say whether a delivery was sent by itself, of the programme."""
    is_sent = row.status is DeliveryStatus.SENT and row.ended_at is not None
    return is_sent and row.kind is DeliveryKind.PROGRAMME and not row.asked


def went_at_night(history: History, row: Delivery) -> bool:
    """Say whether a message went out, and was decided about, in the quiet hours set then."""
    if row.ended_at is None:
        return False
    moments = (row.ended_at, row.ended_at - ON_ITS_WAY)
    return all(is_quiet(setting_at(history, each).rhythm, now=each) for each in moments)


def check_cap(record: Record, *, cap: int) -> Iterator[Breach]:
    """See that no calendar week brought more than the cap, unless the zone changed in it."""
    guardian_id = id_of(record.guardian)
    weeks: Counter[date] = Counter()
    for row in list_rows(record):
        if is_scheduled(row) and row.ended_at:
            zone = setting_at(record.history, row.ended_at).rhythm.zone
            weeks[monday_of(local_date(row.ended_at, zone))] += 1
    moved = list_moves(record.history)
    for monday, count in weeks.items():
        if count > cap and monday not in moved:
            what = (
                f"Guardian {guardian_id} was sent {count} messages in the week of "
                f"{monday:%Y-%m-%d}, and the cap is {cap}."
            )
            yield Breach(Kind.CAP, what, guardian_id)


def list_moves(history: History) -> set[date]:
    """List the weeks in which a guardian's zone changed, when a week has no clear bounds."""
    moves = [
        (before.rhythm.zone, after.rhythm.zone, after.from_at)
        for before, after in pairwise(history)
        if before.rhythm.zone != after.rhythm.zone
    ]
    return {monday_of(local_date(at, zone)) for *zones, at in moves for zone in zones}


def name(pair: PairRecord) -> str:
    """Name a pair."""
    return f"Guardian {pair.pair.guardian_id}, child {pair.pair.child_id}"


def show(record: Record, slot: Slot) -> str:
    """Show a slot: its date and hour at the guardian's, and its touch."""
    zone = setting_at(record.history, slot.due_at).rhythm.zone
    local = slot.due_at.astimezone(ZoneInfo(zone))
    return f"{slot.day_on:%Y-%m-%d} {local:%H:%M} ({slot.touch})"
