"""Show how it stands with the keys: what each does, how much it has sealed, and who has it."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from bot.app.beating import REMEMBERED
from bot.app.opening import open_store
from bot.app.resealing import count_by_key
from bot.core.sealing import Sealer
from bot.settings import Settings
from bot.store import processes
from bot.store.operation_tables import RunningProcess

Counts = Mapping[str, Counter[str | None]]


async def list_status(settings: Settings, *, now: datetime) -> list[str]:
    """Say which keys there are, what each has sealed, and who has them, a line for each thing."""
    async with open_store(settings) as store:
        counts = await count_by_key(store)
        async with store.database.reading() as session:
            found = await processes.list_processes(session)
        running = [each for each in found if now - each.seen_at <= REMEMBERED]
        return [
            f"installation {store.sealer.fingerprint()}",
            *(show_key(store.sealer, name, counts) for name in store.sealer.keys.names),
            *(show_process(each, store.sealer) for each in running),
            *(
                f"note: {each[None]} rows of {place} open with no key"
                for place, each in counts.items()
                if each[None]
            ),
            *([next_step(store.sealer, counts)] if len(store.sealer.names) > 1 else []),
        ]


def show_key(sealer: Sealer, name: str, counts: Counts) -> str:
    """Show one key: what it does, and how much it has sealed."""
    does = "seals" if name == sealer.names[0] else "opens"
    return f"key {name}\t{does}\t{count(counts, name)} rows"


def show_process(process: RunningProcess, sealer: Sealer) -> str:
    """Show which key a process seals with, and which of ours it lacks."""
    names = process.keys.split()
    lacking = [each for each in sealer.names if each not in names]
    lacks = f"\tlacks {', '.join(lacking)}" if lacking else ""
    seals = f"seals with {names[0]}" if names else "is of an older version"
    return f"{process.role} on {process.host}\t{seals}{lacks}"


def next_step(sealer: Sealer, counts: Counts) -> str:
    """Say what comes next in a rotation."""
    newest, *earlier = reversed(sealer.keys.names)
    if sealer.names[0] != newest or any(count(counts, each) for each in earlier):
        return "next: kuffert key rotate"
    return "next: kuffert key retire"


def count(counts: Counts, name: str) -> int:
    """Count what a key has sealed in all places."""
    return sum(each[name] for each in counts.values())
