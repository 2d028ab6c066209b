"""Go through everything that is sealed: count what an earlier key sealed, and seal it anew."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple

from bot.app.opening import Store
from bot.chat.codes import CARD
from bot.chat.inbox import REPLIES
from bot.chat.receiving import UPDATE
from bot.chat.turns import CHAT
from bot.core.asked import ANSWER, QUESTION
from bot.errors import DatabaseGone
from bot.report.exports.exporting import SEALED_AS
from bot.store import sealed
from bot.store.sealed import Sealed, SealedColumn

BOUND_TO = {
    "card.code_sealed": CARD,
    "poster.code_sealed": CARD,
    "guardian.chat_sealed": CHAT,
    "question.body_sealed": QUESTION,
    "question.answer_sealed": ANSWER,
    "stored_update.body_sealed": UPDATE,
    "stored_update.replies_sealed": REPLIES,
    "export_series.key_sealed": SEALED_AS,
}
BATCH = 200
AGAIN_SECONDS = 1.0
Show = Callable[[int, int], None]


class Place(NamedTuple):
    """A column of what is sealed, its name, and what that is sealed as."""

    name: str
    column: SealedColumn
    bound_to: str


class Batch(NamedTuple):
    """Some rows of a place, by the key that sealed each; None is none that we have."""

    place: Place
    rows: dict[int, str | None]

    def sealed_earlier(self, newest: str) -> list[int]:
        """Give the rows that another of our keys has sealed."""
        return [number for number, name in self.rows.items() if name not in (newest, None)]


async def reseal_all(store: Store, *, show_progress: Show) -> int:
    """Seal everything with the key that seals now; return how much was sealed with another.

    What somebody else is changing just now, or writes meanwhile with the earlier key, is found by
    going through everything once more, until nothing is found. It can be ended at any moment and
    begun again: what is done is known by the key that opens it.
    """
    resealed, newest = 0, store.sealer.names[0]
    while True:
        found = done = 0
        total = await count_all(store)
        async for batch in walk(store):
            earlier = batch.sealed_earlier(newest)
            if earlier:
                resealed += await reseal(store, batch.place, earlier)
            found, done = found + len(earlier), done + len(batch.rows)
            show_progress(done, max(total, done))
        if not found:
            return resealed


async def count_by_key(store: Store) -> dict[str, Counter[str | None]]:
    """Count, in each place, what each key has sealed; None is none that we have."""
    found: dict[str, Counter[str | None]] = {}
    async for batch in walk(store):
        found.setdefault(batch.place.name, Counter()).update(batch.rows.values())
    return found


async def count_all(store: Store) -> int:
    """Count what is sealed."""
    async with store.database.reading() as session:
        columns = sealed.list_columns().values()
        return sum([await sealed.count_sealed(session, column) for column in columns])


async def walk(store: Store) -> AsyncIterator[Batch]:
    """Go through everything that is sealed, a batch at a time."""
    for name, column in sealed.list_columns().items():
        place, after = Place(name, column, BOUND_TO[name]), None
        while True:
            async with store.database.reading() as session:
                rows = await sealed.list_sealed(session, column, after=after, limit=BATCH)
            if not rows:
                break
            after = rows[-1].id
            find = store.sealer.find_key
            yield Batch(place, {n: find(body, bound_to=place.bound_to) for n, body in rows})


async def reseal(store: Store, place: Place, numbers: Sequence[int]) -> int:
    """Seal some rows anew in one transaction, then leave others as much time as it took.

    Return how many; those that others are changing wait for the next time.
    """
    sealer, bound_to, begun = store.sealer, place.bound_to, time.monotonic()
    try:
        async with store.database.writing() as session:
            rows = await sealed.lock_sealed(session, place.column, numbers=numbers)
            anew = [
                Sealed(
                    number, sealer.seal(sealer.unseal(body, bound_to=bound_to), bound_to=bound_to)
                )
                for number, body in rows
            ]
            await sealed.record_resealed(session, place.column, anew)
    except DatabaseGone:  # the next time through finds these rows again
        await asyncio.sleep(AGAIN_SECONDS)
        return 0
    await asyncio.sleep(time.monotonic() - begun)
    return len(anew)
