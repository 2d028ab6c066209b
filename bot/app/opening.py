"""Open what every command needs: the database, with its tables and its key, and the catalogue."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.catalogue.files import pack, read_folder
from bot.catalogue.loading import load_catalogue
from bot.catalogue.records import Catalogue
from bot.core.clock import Clock
from bot.core.sealing import Sealer
from bot.errors import BotError, FileRefused
from bot.printing.printables import check_printables
from bot.settings import Settings
from bot.store import Database, deployment, open_database, snapshots
from bot.store.database import check_reachable
from bot.store.migrating import prepare


@dataclass(frozen=True)
class Store:
    """An open database and the key to what is sealed in it."""

    database: Database
    sealer: Sealer


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the database; make an empty one's tables; raise BotError for a lost or foreign key."""
    sealer = Sealer(settings.read_key())
    database = open_database(settings.database_url.get_secret_value())
    try:
        await check_reachable(database)
        await prepare(database)
        await check_key(database, sealer)
        yield Store(database, sealer)
    finally:
        await database.close()


async def check_key(database: Database, sealer: Sealer) -> None:
    """Remember the key's fingerprint the first time; refuse another key from then on."""
    fingerprint = sealer.fingerprint()
    async with database.writing() as session:
        known = await deployment.find_value(session, deployment.KEY_FINGERPRINT)
        if known is None:
            await deployment.record_value(session, deployment.KEY_FINGERPRINT, fingerprint)
        elif known != fingerprint:
            raise BotError(
                "This key is not the one that the database was sealed with. Put back your copy of "
                "the right key (KUFFERT_SECRET_KEY or KUFFERT_SECRET_KEY_FILE)."
            )


async def accept_catalogue(database: Database, settings: Settings, *, clock: Clock) -> Catalogue:
    """Load the catalogue from its files and accept it; raise FileRefused with every problem.

    Each page to print is set once, so that one that cannot be set reaches nobody.
    """
    files = read_folder(settings.content, settings.locales)
    catalogue = load_catalogue(files)
    source = [catalogue.programme.language]
    problems = await asyncio.to_thread(check_printables, catalogue, source)
    if problems:
        raise FileRefused(problems)
    async with database.writing() as session:
        await snapshots.accept_snapshot(
            session, catalogue.version, body=pack(files), now=clock.now()
        )
    return catalogue
