"""Replace the key that seals while everything runs: draw, switch, seal anew, let go of the old.

The key file says which keys there are; the database says which of them seals, the same to all. So
nobody seals with a new key before every process that runs has said that it opens with it.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.app.beating import REMEMBERED
from bot.app.key_file import change_key_file, find_key_file
from bot.app.opening import Store, open_store
from bot.app.resealing import Show, count_by_key, reseal_all
from bot.core.clock import Clock
from bot.core.sealing import Keys, draw_key, parse_key
from bot.errors import BotError
from bot.settings import Settings
from bot.store import deployment, processes
from bot.store.condition import MISSED_AFTER
from bot.store.operation_tables import RunningProcess

LEARN_SECONDS = 75  # one that runs looks every few seconds; one that was killed is missed by then
LOOK_SECONDS = 0.5
MOMENT = "%d %b %H:%M UTC"
NAME_DIGITS = 8  # of a process's name, to tell it by
SETTLING = timedelta(minutes=10)  # longer than anything that was begun with the old key takes
Say = Callable[[str], None]


async def draw(settings: Settings) -> str:
    """Add a new key to the file, which seals nothing yet; give its name; raise BotError."""
    find_key_file(settings)
    async with open_store(settings):  # the file is the database's, and complete
        return change_key_file(settings, add_key).names[-1]


def add_key(keys: Keys) -> Keys:
    """Add a new key; raise BotError as long as there are two."""
    if len(keys.secrets) > 1:
        raise BotError(
            "The key file holds a newer key already. Finish with `kuffert key rotate`, then let go "
            "of the old one with `kuffert key retire`."
        )
    return keys.add(parse_key(draw_key()))


async def rotate(
    settings: Settings,
    *,
    clock: Clock,
    say: Say,
    show_progress: Show,
    patience: float = LEARN_SECONDS,
) -> int:
    """Seal everything with the newest key, which is drawn where there is none; return how much.

    Run again, it goes on where it was ended. Raise BotError where a process still lacks the new key
    after so many seconds.
    """
    async with open_store(settings) as store:
        if len(store.sealer.keys.secrets) == 1:
            name = change_key_file(settings, add_key).names[-1]
            store.sealer.look_again()
            say(f"A new key, {name}, is in {find_key_file(settings)}. Keep a copy of it apart.")
        newest = store.sealer.keys.names[-1]
        await wait_for_all(store, newest, clock=clock, patience=patience)
        await switch(store, newest, now=clock.now())
        say(
            "It seals from now on. What the old one sealed is sealed anew; families notice nothing."
        )
        await wait_for_all(store, newest, clock=clock, patience=patience, is_to_seal=True)
        return await reseal_all(store, show_progress=show_progress)


async def wait_for_all(
    store: Store, name: str, *, clock: Clock, patience: float, is_to_seal: bool = False
) -> None:
    """Wait until each process that runs opens with a key, or seals with it; raise BotError."""
    while True:
        since = clock.now() - MISSED_AFTER
        lacking = await list_lacking(store, name, since=since, is_to_seal=is_to_seal)
        if not lacking:
            return
        if patience <= 0:
            raise BotError(
                f"Not every process has the new key yet: {show(lacking)}. Copy the key file there, "
                "and run `kuffert key rotate` again. Nothing is lost meanwhile."
            )
        await asyncio.sleep(LOOK_SECONDS)
        patience -= LOOK_SECONDS


async def list_lacking(
    store: Store, name: str, *, since: datetime, is_to_seal: bool
) -> list[RunningProcess]:
    """List the processes, heard of since a moment, that lack a key or do not seal with it."""
    async with store.database.reading() as session:
        found = await processes.list_processes(session)
    return [
        each
        for each in found
        if each.seen_at >= since
        and name not in (each.keys.split()[:1] if is_to_seal else each.keys.split())
    ]


def show(lacking: Sequence[RunningProcess]) -> str:
    """Name processes by what they do and where."""
    return ", ".join(f"{each.role} on {each.host}" for each in lacking)


async def switch(store: Store, name: str, *, now: datetime) -> None:
    """Say to all processes which key seals."""
    async with store.database.writing() as session:
        if await deployment.find_value(session, deployment.SEALING_KEY) != name:
            await deployment.record_value(session, deployment.SEALING_KEY, name)
            await deployment.record_value(session, deployment.SEALING_SINCE, now.isoformat())
    store.sealer.seal_with(name)


async def retire(settings: Settings, *, now: datetime, without: Sequence[str] = ()) -> str:
    """Let go of every key but the newest; give its name.

    `without` names processes, by their first digits, that are gone for good, as whoever runs them
    knows: one that was only paused could come back and seal with the old key. Raise BotError as
    long as anything is sealed with another, or may still come to be.
    """
    find_key_file(settings)
    async with open_store(settings) as store:
        newest, names = store.sealer.keys.names[-1], store.sealer.keys.names
        if len(names) == 1:
            raise BotError("There is one key that seals, and no earlier one to let go of.")
        if store.sealer.names[0] != newest:
            raise BotError("The newest key seals nothing yet. Run `kuffert key rotate` first.")
        await check_settled(store, now=now)
        await check_all_seal(store, newest, now=now, without=without)
        await check_nothing_left(store)

        def keep_newest(keys: Keys) -> Keys:
            if keys.names != names:
                raise BotError("The key file was changed meanwhile. It is left as it is.")
            return keys.keep_newest()

        change_key_file(settings, keep_newest)
        return newest


async def check_settled(store: Store, *, now: datetime) -> None:
    """Raise BotError where something that began with the old key may still be under way."""
    async with store.database.reading() as session:
        since = await deployment.find_value(session, deployment.SEALING_SINCE)
    settled_at = datetime.fromisoformat(since) + SETTLING if since else now
    if now < settled_at:
        raise BotError(
            "A command that began before the change may still write with the old key. Wait until "
            f"{settled_at:%H:%M} UTC."
        )


async def check_all_seal(store: Store, name: str, *, now: datetime, without: Sequence[str]) -> None:
    """Raise BotError where a process, even one that is missed, does not seal with a key."""
    lacking = await list_lacking(store, name, since=now - REMEMBERED, is_to_seal=True)
    gone = [find_gone(lacking, each, now=now) for each in without]
    lacking = [each for each in lacking if each not in gone]
    if lacking:
        told = ", ".join(
            f"{show([each])} ({each.name[:NAME_DIGITS]}, last heard of {each.seen_at:{MOMENT}})"
            for each in lacking
        )
        raise BotError(
            f"Not every process seals with the new key: {told}. Start it again; one that is gone "
            "for good is forgotten after a day, or at once with --without and its digits."
        )


def find_gone(lacking: Sequence[RunningProcess], name: str, *, now: datetime) -> RunningProcess:
    """Find a process that is said to be gone; raise BotError for none, several, one that runs."""
    found = [each for each in lacking if len(name) >= NAME_DIGITS and each.name.startswith(name)]
    if len(found) != 1:
        raise BotError(f'No process without the new key is called "{name}". See what is refused.')
    if found[0].seen_at >= now - MISSED_AFTER:
        raise BotError(f"{show(found)} ({name}) still runs. Stop it first, or start it again.")
    return found[0]


async def check_nothing_left(store: Store) -> None:
    """Raise BotError where anything is sealed with a key that seals no more."""
    counts, earlier = await count_by_key(store), store.sealer.names[1:]
    left = {place: sum(each[name] for name in earlier) for place, each in counts.items()}
    if any(left.values()):
        places = ", ".join(f"{number} of {place}" for place, number in left.items() if number)
        raise BotError(f"The old key is still needed: {places}. Run `kuffert key rotate` again.")
