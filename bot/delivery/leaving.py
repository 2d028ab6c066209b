"""Let a child go whose family said that it is gone: nothing more comes about it, to anybody."""

from datetime import datetime, timedelta

from bot.core.slots import next_slot
from bot.delivery.planning import CHILD_GONE, slot_of
from bot.store import Session, cards, centres, deliveries, guardians, histories
from bot.store.columns import id_of
from bot.store.states import LeftReason
from bot.store.tables import Child, Pair

ROWS_AHEAD = 4  # more than can lie ahead of a pair at once
RIGHT_AFTER = timedelta(seconds=1)


async def let_go(session: Session, child: Child, reason: LeftReason, *, now: datetime) -> None:
    """End a child's programme for all its guardians, queued and claimed messages included.

    The other guardians are told nothing. The child's cards open nothing any more.
    """
    child_id = id_of(child)
    pairs = await guardians.list_pairs_of_child(session, child_id)
    numbers = [pair.guardian_id for pair in pairs]
    await deliveries.skip_child(  # deliveries come before children, as where a week begins
        session, child_id, guardian_numbers=numbers, reason=CHILD_GONE, now=now
    )
    await centres.lock_children(session, [child_id])
    await session.refresh(child)
    if child.left_at is not None:
        return
    await centres.record_left(session, child, reason, now=now)
    await cards.revoke_cards_of(session, child_id, now=now)
    await guardians.forget_newcomers_of(session, child_id)
    for pair in pairs:
        if pair.finished_at is None:
            await guardians.finish_pair(session, pair, now=await end_of(session, pair, now=now))
        if not await centres.list_children(session, pair.guardian_id):
            await deliveries.skip_open(
                session, pair.guardian_id, reason=CHILD_GONE, now=now, keeps_answers=True
            )


async def end_of(session: Session, pair: Pair, *, now: datetime) -> datetime:
    """Give the moment at which a pair ends: now, behind its last slot and before the next one."""
    guardian = await guardians.get_guardian(session, pair.guardian_id)
    rows = await deliveries.list_last_of_pair(
        session, pair.guardian_id, pair.child_id, limit=ROWS_AHEAD
    )
    last = next((slot_of(row) for row in rows if slot_of(row).due_at <= now), None)
    if last is None:
        return now
    history = await histories.get_history(session, guardian)
    following = next_slot(history, last)
    ends_at = max(now, last.due_at + RIGHT_AFTER)
    return min(ends_at, following.due_at) if following else ends_at
