"""Forget whoever was forgotten before, after a restore, and everybody when the time is over."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from bot.catalogue.programme import Programme
from bot.core.sealing import Sealer
from bot.store import Database, Session, deployment, forgetting
from bot.store.tombstones import TombstoneFile

BATCH = 500
RETENTION = "retention"  # the value that tells when the nightly job ran, and what it removed

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Retirement:
    """One night's work: when, whether the time was over, how many chats were forgotten."""

    at: datetime
    is_over: bool
    forgotten: int


class Transactions(Protocol):
    """Where transactions come from: a database opens one after another."""

    def writing(self) -> AbstractAsyncContextManager[Session]:
        """Open a transaction that may change something."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Session]:
        """Open a transaction that only reads."""
        ...


@dataclass(frozen=True)
class OneTransaction:
    """A transaction that is open already, where all is to be written or nothing."""

    session: Session

    def writing(self) -> AbstractAsyncContextManager[Session]:
        """Go on in the one transaction."""
        return nullcontext(self.session)

    def reading(self) -> AbstractAsyncContextManager[Session]:
        """Go on in the one transaction."""
        return nullcontext(self.session)


async def forget_again(
    transactions: Transactions, file: TombstoneFile, *, sealer: Sealer, now: datetime
) -> int:
    """Forget whoever the file names and the database knows from before; return how many.

    Only where the file holds what the database does not, as it does after a restore, is every
    chat looked at.
    """
    tombstones = file.read()
    async with transactions.reading() as session:
        known = await forgetting.list_tombstones(session)
    new = {key: at for key, at in tombstones.items() if key not in known or known[key] < at}
    if not new:
        return 0
    count = 0
    async for chat_key in walk_chats(transactions):
        tombstone = forgetting.tombstone_of(chat_key, sealer)
        if tombstone in new:
            count += await forget_up_to(transactions, chat_key, until=new[tombstone], now=now)
    async with transactions.writing() as session:  # at last, so that a crash begins it anew
        for tombstone, at in new.items():
            await forgetting.record_tombstone(session, tombstone, now=at)
    log.info("forgot %d chats again that a restore had brought back", count)
    return count


async def forget_up_to(
    transactions: Transactions, chat_key: str, *, until: datetime | None, now: datetime
) -> bool:
    """Forget one chat in a transaction of its own; say whether it was known."""
    async with transactions.writing() as session:
        return await forgetting.forget_chat(session, chat_key, until=until, now=now)


async def walk_chats(transactions: Transactions) -> AsyncIterator[str]:
    """Go through the keys of all chats that are kept, a batch at a time."""
    for table in forgetting.CHATS:
        after = ""
        while True:
            async with transactions.reading() as session:
                keys = await forgetting.list_chats(session, table, after=after, limit=BATCH)
            if not keys:
                break
            for key in keys:
                yield key
            after = keys[-1]


async def retire(database: Database, programme: Programme, *, now: datetime) -> Retirement:
    """Let everything personal go when the programme's time is over, and note what was done.

    Any number of processes may do so at once: each chat is forgotten in a transaction of its own.
    With everybody gone the tombstones have nobody to keep away, and go too.
    """
    last_on = programme.forgets_on
    is_over = last_on is not None and now.astimezone(UTC).date() > last_on
    count = 0
    if is_over:
        async for chat_key in walk_chats(database):
            count += await forget_up_to(database, chat_key, until=None, now=now)
    retirement = Retirement(now, is_over, count)
    async with database.writing() as session:
        if is_over:
            await forgetting.forget_tombstones(session)
        before = read_retirement(await deployment.find_value(session, RETENTION))
        await deployment.record_value(session, RETENTION, format_retirement(retirement, before))
    log.info("retention: %d chats forgotten", count)
    return retirement


def format_retirement(retirement: Retirement, before: Retirement | None) -> str:
    """Write what a night did; those of the nights before are counted in."""
    total = retirement.forgotten + (before.forgotten if before else 0)
    kept: dict[str, Any] = {**asdict(retirement), "forgotten": total}
    return json.dumps(kept, default=datetime.isoformat)


def read_retirement(value: str | None) -> Retirement | None:
    """Read when the nightly job ran last, and what it has removed in all."""
    if value is None:
        return None
    kept = json.loads(value)
    return Retirement(datetime.fromisoformat(kept["at"]), kept["is_over"], kept["forgotten"])
