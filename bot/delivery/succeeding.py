"""Plan what follows deliveries that have ended, for a whole batch at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.slots import History, Slot, next_slot, setting_at
from bot.delivery.planning import finish, is_over, list_successors, slot_of
from bot.store import Session, child_weeks, deliveries, histories
from bot.store.deliveries import Values
from bot.store.guardians import find_absence
from bot.store.states import DeliveryKind
from bot.store.tables import Delivery, Guardian


@dataclass(frozen=True)
class Ended:
    """A delivery that has ended, whose it was, and the settings that what follows depends on."""

    delivery: Delivery
    guardian: Guardian
    history: History


async def read_histories(
    session: Session, batch: Iterable[Delivery], found: Mapping[int, Guardian]
) -> dict[int, History]:
    """Give each guardian's history, as far as slots after these deliveries depend on it.

    Only for a guardian whose settings changed since the slot is the whole history read.
    """
    short = {number: histories.settled_history(guardian) for number, guardian in found.items()}
    changed = {
        each.guardian_id
        for each in batch
        if each.slot_at and found[each.guardian_id].settled_at >= each.slot_at
    }
    return {**short, **await histories.list_histories(session, sorted(changed))}


async def plan_successors(
    session: Session, ended: Sequence[Ended], *, weeks: int, now: datetime
) -> None:
    """Plan the next slot of each ended delivery of the programme, or finish its pair."""
    of_programme = [each for each in ended if each.delivery.kind is DeliveryKind.PROGRAMME]
    children = sorted({each.delivery.child_id or 0 for each in of_programme})
    latest = await child_weeks.list_last_weeks(session, children, week=weeks) if children else {}
    simple: list[Values] = []
    planned: list[Delivery] = []
    for each in of_programme:
        delivery, last = each.delivery, latest.get(each.delivery.child_id or 0)
        slot = find_simple(each, now=now)
        if slot and not is_over(slot, last, weeks=weeks):
            number, child_id = delivery.guardian_id, delivery.child_id or 0
            simple.append(deliveries.values_of_slot(number, child_id, slot, now=now))
            continue
        successors = list_successors(each.history, delivery, guardian=each.guardian, now=now)
        if successors and is_over(slot_of(successors[-1]), last, weeks=weeks):
            await finish(session, delivery, before=slot_of(successors[0]), now=now)
        else:
            planned += successors
    await deliveries.plan_values(session, simple)
    await deliveries.plan_all(session, planned)


def find_simple(ended: Ended, *, now: datetime) -> Slot | None:
    """Give the next slot where messages are wanted now and then; None where more is to be asked.

    Nearly all that ends is of this kind, and a row of values is far cheaper than a Delivery.
    """
    if find_absence(ended.guardian, now=now):
        return None
    slot = next_slot(ended.history, slot_of(ended.delivery))
    return slot if slot and setting_at(ended.history, slot.due_at).is_on else None
