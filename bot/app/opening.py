"""Open what every command needs: the database, with its tables and its key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.core.sealing import Sealer
from bot.errors import BotError, KeyMissing
from bot.settings import Settings
from bot.store import Database, Session, deployment, open_database
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
    sealer = Sealer(settings.read_key(), reread=settings.read_key)
    database = open_database(settings.database_url.get_secret_value())
    try:
        await check_reachable(database)
        await prepare(database)
        await check_key(database, sealer)
        yield Store(database, sealer)
    finally:
        await database.close()


async def check_key(database: Database, sealer: Sealer) -> None:
    """Remember the key's fingerprint the first time; refuse another key from then on.

    Seal with the key that the database says; refuse to go on without it.
    """
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
        await agree_on_sealing(session, sealer, is_new=known is None)


async def agree_on_sealing(session: Session, sealer: Sealer, *, is_new: bool) -> None:
    """Seal with the key that the database says; raise KeyMissing where it is not among ours.

    A database from before keys could be rotated says nothing: the first key has sealed it.
    """
    sealing = await deployment.find_value(session, deployment.SEALING_KEY)
    if sealing is None and (is_new or sealer.keys.first):
        sealing = sealer.names[0]
        await deployment.record_value(session, deployment.SEALING_KEY, sealing)
    name = sealing or "an old one"
    try:
        sealer.seal_with(name)
    except KeyMissing:
        raise KeyMissing(
            f"The database is sealed with a key that is not in the key file ({name}). "
            "Copy the key file from the machine where `kuffert key` changed it; for a database "
            "from a backup, put back the key file of that time."
        ) from None
