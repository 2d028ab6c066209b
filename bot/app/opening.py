"""Open what every command needs: the database, with its tables and its key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.core.sealing import Sealer
from bot.errors import BotError
from bot.settings import Settings
from bot.store import Database, deployment, open_database
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
