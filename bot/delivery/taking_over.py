"""Let a new phone take an old one's place: its children and wishes move, and its chat is let go."""

from datetime import datetime

from bot.catalogue.shown.notices import Notice
from bot.core.actions import Purpose
from bot.core.cadence import Rhythm
from bot.core.slots import first_slot
from bot.delivery.asking import make_notice
from bot.delivery.planning import change_rhythm, end, leave, note, plan_after, plan_start
from bot.store import Session, arms, centres, deliveries, families, guardians, histories
from bot.store.columns import id_of
from bot.store.states import EventKind, GuardianState
from bot.store.tables import Guardian, Pair

FROM_ANOTHER_PHONE = "moved from another phone"
MOVING = (Purpose.LINKING, Purpose.RESEARCH)  # consent to messages was given by joining


async def find_old(session: Session, new: Guardian, old_id: int | None) -> Guardian | None:
    """Get the guardian whose place is to be taken, locked; None where none or several may be meant.

    Whoever said to be another person takes nobody's place.
    """
    if await families.has_done(session, id_of(new), EventKind.ANOTHER_PERSON):
        return None
    earlier = await families.list_earlier(session, id_of(new))
    numbers = [id_of(each) for each in earlier if old_id in (None, each.id)]
    if len(numbers) != 1:
        return None
    old = await guardians.lock_guardian(session, numbers[0])
    return None if old.state in families.GONE else old


async def take_over(
    session: Session, new: Guardian, old: Guardian, *, weeks: int, now: datetime
) -> None:
    """Put a guardian in the place of an earlier one.

    Language, role, rhythm, children and the last word on linking and research move; the old chat
    gets nothing more but one message that says so, in its own language.
    """
    new.language, new.role = old.language, old.role
    await note(session, new, EventKind.TOOK_OVER, now=now)
    pairs = await guardians.list_pairs(session, id_of(old))
    await let_go(session, old, weeks=weeks, now=now)
    rhythm = Rhythm(old.zone, old.days, old.hour, old.quiet_from, old.quiet_until)
    await change_rhythm(session, new, rhythm, weeks=weeks, now=now)
    for pair in pairs:
        await move_child(session, new, pair, weeks=weeks, now=now)
    await move_consents(session, new, old, now=now)


async def let_go(session: Session, old: Guardian, *, weeks: int, now: datetime) -> None:
    """End everything that an old chat has queued, and tell it why."""
    await leave(session, old, GuardianState.MOVED, weeks=weeks, now=now)
    farewell = make_notice(id_of(old), Notice.MOVED, now=now)
    farewell.asked = False  # nobody there asked for it, so it waits for the morning
    await deliveries.plan(session, farewell)


async def move_child(
    session: Session, new: Guardian, pair: Pair, *, weeks: int, now: datetime
) -> None:
    """Tie the new guardian to a child of the old one; the next slot comes in its turn.

    The slot that joining would fill at once is passed by: the phone has its first activity.
    """
    if await guardians.find_pair(session, id_of(new), pair.child_id):
        return
    child = await centres.get_child(session, pair.child_id)
    await guardians.add_pair(session, new, child, now=now)
    history = await histories.get_history(session, new)
    beginning = await arms.find_beginning(session, pair.child_id, joined_at=now)
    slot = first_slot(history, beginning)
    if slot is None or slot.due_at > now:  # the child's arm has not started
        await plan_start(session, new, child, now=now)
        return
    first = deliveries.fill_slot(id_of(new), pair.child_id, slot, now=now)
    end(first, reason=FROM_ANOTHER_PHONE, now=now)
    await deliveries.plan(session, first)
    await plan_after(session, first, guardian=new, weeks=weeks, now=now)


async def move_consents(session: Session, new: Guardian, old: Guardian, *, now: datetime) -> None:
    """Take over what was said last to each purpose, unless the new phone was asked and answered."""
    for purpose in MOVING:
        said = await guardians.find_consent(session, id_of(old), purpose)
        if said and not await guardians.find_consent(session, id_of(new), purpose):
            await families.copy_consent(session, said, new, now=now)
