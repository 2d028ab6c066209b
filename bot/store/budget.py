"""One send budget for all senders: how fast, held when the network says so, stopped by staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from bot.store.database import Session, insert_into
from bot.store.tables import SendBudget

BURST = timedelta(seconds=0.2)  # what an idle second may leave over, so that 25 never become 31
LARGEST_DEBT = timedelta(seconds=5)  # a clock that was set back must not silence us for an hour


@dataclass(frozen=True)
class Grant:
    """How many messages may go out now; if none, when to ask again, and why."""

    count: int
    wait: timedelta = timedelta()
    is_held: bool = False
    is_stopped: bool = False


async def take(session: Session, *, want: int, spent: int, rate: float, now: datetime) -> Grant:
    """Take up to `want` messages from the budget, after paying for `spent` that went ahead of it.

    A negative `spent` gives back what was taken and not used; it never leaves more than a burst.
    `rate` is messages a second. The budget is a moment up to which everything is spent (the
    generic cell rate algorithm, ITU-T I.371): each message moves it on by 1/rate seconds.
    """
    budget = await lock(session, now=now)
    each = timedelta(seconds=1 / rate)
    idle_since = now - max(BURST, each)
    given_back, went_ahead = min(spent, 0), max(spent, 0)
    spent_until = min(budget.next_at, now + LARGEST_DEBT) + given_back * each
    spent_until = max(idle_since, spent_until) + went_ahead * each
    held = held_for(budget, now=now)
    if budget.stopped_at or held:
        kept = {"held_until": now + held} if held else {}  # nearer, if the clock was set back
        await record(session, next_at=spent_until, **kept)
        wait = held or timedelta(seconds=1)
        return Grant(0, wait, is_held=bool(held), is_stopped=budget.stopped_at is not None)
    count = min(want, max(0, (now - spent_until) // each))
    await record(session, next_at=spent_until + count * each)
    return Grant(count, timedelta() if count else spent_until + each - now)


def held_for(budget: SendBudget, *, now: datetime) -> timedelta:
    """Say how long the network still wants quiet; never longer than it asked for."""
    if budget.held_until is None:
        return timedelta()
    longest = timedelta(seconds=budget.held_seconds)
    return max(timedelta(), min(budget.held_until - now, longest))


async def hold(session: Session, *, wait: timedelta, now: datetime) -> None:
    """Let nobody send for a while, because the network asked for it; a longer hold stays."""
    budget = await lock(session, now=now)
    if held_for(budget, now=now) < wait:
        await record(session, held_until=now + wait, held_seconds=wait.total_seconds())


async def record_stopped(session: Session, *, is_stopped: bool, now: datetime) -> bool:
    """Stop or resume the schedule everywhere; say whether that changed anything."""
    budget = await lock(session, now=now)
    changes = (budget.stopped_at is not None) != is_stopped
    if changes:
        await record(session, stopped_at=now if is_stopped else None)
    return changes


async def find_budget(session: Session) -> SendBudget | None:
    """Look up the budget as it stands."""
    return await session.get(SendBudget, 1)


async def lock(session: Session, *, now: datetime) -> SendBudget:
    """Get the one row, made at the first use, and make others wait for it."""
    statement = select(SendBudget).where(col(SendBudget.id) == 1).with_for_update()
    found = (await session.exec(statement)).first()
    if found:
        return found
    first = insert_into(session, SendBudget).values(id=1, next_at=now - BURST, held_seconds=0.0)
    await session.exec(first.on_conflict_do_nothing())
    return (await session.exec(statement)).one()


async def record(session: Session, **values: object) -> None:
    """Change the one row."""
    statement = update(SendBudget).where(col(SendBudget.id) == 1).values(**values)
    await session.exec(statement.execution_options(synchronize_session=False))
