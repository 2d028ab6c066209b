"""Plan the first week of many guardians with the functions that the bot plans with."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import select

from bot.delivery.planning import plan_start
from bot.delivery.sending import BATCH
from bot.delivery.succeeding import Ended, plan_successors, read_histories
from bot.store import Database, Session, guardians
from bot.store.tables import Child, Delivery

MESSAGES_A_WEEK = 3
SENT = "UPDATE delivery SET status = 'sent', ended_at = :now, attempts = 1 WHERE ended_at IS NULL"


class Stopwatch:
    """Adds up the seconds of what it times, the commit included."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.seconds = 0.0

    @asynccontextmanager
    async def timed(self, database: Database) -> AsyncIterator[Session]:
        """Open a transaction and time it."""
        started = time.perf_counter()
        async with database.writing() as session:
            yield session
        self.seconds += time.perf_counter() - started


async def time_first_week(
    database: Database, *, count: int, weeks: int, now: datetime
) -> dict[str, Any]:
    """Plan the first activity of guardians 1 to `count`, then twice what follows; in batches.

    Between two messages each is marked as sent, which is not timed.
    """
    starting, following = Stopwatch(), Stopwatch()
    batches = [range(n, min(n + BATCH, count + 1)) for n in range(1, count + 1, BATCH)]
    for batch in batches:
        async with starting.timed(database) as session:
            await start(session, list(batch), now=now)
    for _ in range(MESSAGES_A_WEEK - 1):
        await mark_sent(database, now=now)
        for batch in batches:
            async with following.timed(database) as session:
                await follow(session, list(batch), weeks=weeks, now=now)
    return {"count": count, "starting": starting.seconds, "following": following.seconds}


async def start(session: Session, numbers: list[int], *, now: datetime) -> None:
    """Plan the first activity of each guardian, whose child has the same number."""
    found = await guardians.get_guardians(session, numbers)
    some = select(Child).where(Child.id.in_(numbers))  # type: ignore[union-attr]
    children = {each.id: each for each in (await session.exec(some)).all()}
    for number in numbers:
        await plan_start(session, found[number], children[number], now=now)


async def follow(session: Session, numbers: list[int], *, weeks: int, now: datetime) -> None:
    """Plan what follows the latest delivery of each guardian."""
    statement = (
        select(Delivery)
        .where(Delivery.guardian_id.in_(numbers))  # type: ignore[attr-defined]
        .order_by(Delivery.id)  # type: ignore[arg-type]
    )
    latest = {each.guardian_id: each for each in (await session.exec(statement)).all()}
    found = await guardians.get_guardians(session, numbers)
    histories = await read_histories(session, latest.values(), found)
    ended = [Ended(latest[each], found[each], histories[each]) for each in numbers]
    await plan_successors(session, ended, weeks=weeks, now=now)


async def mark_sent(database: Database, *, now: datetime) -> None:
    """End every planned delivery, as a sender does once a message is out."""
    async with database.engine.begin() as connection:
        await connection.execute(text(SENT), {"now": now})
