"""Which content runs, which ran before, what is refused; and the way back to an earlier one."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.app.opening import open_store
from bot.catalogue.files import read_folder
from bot.catalogue.reading.loading import load_catalogue
from bot.catalogue.records import Catalogue
from bot.core.clock import Clock
from bot.delivery.shelf import load_body
from bot.errors import BotError, FileRefused, Problem
from bot.printing.printables import check_printables
from bot.settings import Settings
from bot.store import Database, Session, content_folders, snapshots
from bot.store.content_folders import Refusal
from bot.store.snapshots import Accepted, short

LEAST_DIGITS = 6


@dataclass(frozen=True)
class ContentStanding:
    """What runs, None before anything was accepted, and what is refused, on every machine."""

    version: str | None
    accepted_at: datetime | None
    refusals: tuple[Refusal, ...]


def has_database(settings: Settings) -> bool:
    """Say whether a bot may have run with these settings: a file that is not there has no rows."""
    kind, _, path = settings.database_url.get_secret_value().partition(":///")
    return kind != "sqlite" or Path(path).exists()


async def find_standing(database: Database) -> ContentStanding:
    """Say which content runs, since when, and what is refused."""
    async with database.reading() as session:
        version = await snapshots.find_accepted_version(session)
        accepted_at = await snapshots.find_accepted_at(session, version) if version else None
        refusals = tuple(await content_folders.list_refusals(session))
    return ContentStanding(version, accepted_at, refusals)


async def list_versions(settings: Settings) -> tuple[ContentStanding, list[Accepted]]:
    """List every version that was accepted, beside how things stand; the one that runs is last."""
    async with open_store(settings) as store:
        standing = await find_standing(store.database)
        async with store.database.reading() as session:
            accepted = await snapshots.list_accepted(session)
    return standing, sorted(accepted, key=lambda each: each.version == standing.version)


async def use_version(settings: Settings, prefix: str, *, clock: Clock) -> str:
    """Accept an earlier version again, everywhere; give its whole name.

    Raise FileRefused, with every reason, for one that cannot be loaded now.
    """
    async with open_store(settings) as store:
        return await accept_again(store.database, prefix, now=clock.now())


async def accept_again(database: Database, prefix: str, *, now: datetime) -> str:
    """Accept the version that begins with these digits again; give its whole name."""
    async with database.reading() as session:
        version = await get_version(session, prefix)
        snapshot = await snapshots.find_snapshot(session, version)
    if snapshot is None:
        raise BotError(f"The content {short(version)} is gone.")
    await asyncio.to_thread(check_body, snapshot.body)
    async with database.writing() as session:
        await snapshots.accept_snapshot(session, version, body=snapshot.body, now=now)
    return version


def check_body(body: bytes) -> None:
    """Raise FileRefused, with every problem, for a snapshot that would not be accepted today."""
    catalogue = load_body(body)
    problems: list[Problem] = check_printables(catalogue, [catalogue.programme.language])
    if problems:
        raise FileRefused(problems)


async def get_version(session: Session, prefix: str) -> str:
    """Give the one version that begins with these digits; raise BotError for none or several."""
    if len(prefix) < LEAST_DIGITS:
        raise BotError(
            f'"{prefix}" is too short. Give at least {LEAST_DIGITS} digits of a version from '
            "`kuffert content versions`."
        )
    found = await snapshots.list_versions(session, prefix.lower())
    if not found:
        raise BotError(
            f'No accepted content begins with "{prefix}". See `kuffert content versions`.'
        )
    if len(found) > 1:
        names = ", ".join(found)
        raise BotError(f'"{prefix}" is not enough to tell these apart: {names}. Give more digits.')
    return found[0]


async def read_running(database: Database, settings: Settings) -> Catalogue:
    """Give the accepted catalogue, for a command that only reads.

    Where none was accepted, or none that can be loaded now, this machine's files do; they are not
    accepted by that. Raise FileRefused where they are refused.
    """
    async with database.reading() as session:
        return await read_running_in(session, settings)


async def read_running_in(session: Session, settings: Settings) -> Catalogue:
    """Give the accepted catalogue as a transaction sees it; this machine's files in its place."""
    snapshot = await snapshots.find_accepted(session)
    if snapshot:
        try:
            return await asyncio.to_thread(load_body, snapshot.body)
        except FileRefused:  # another version of Kuffert accepted it
            pass
    return load_catalogue(read_folder(settings.content, settings.locales))
