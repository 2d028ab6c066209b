"""Tell which processes still run, so that what a killed one had claimed is taken up at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import or_, text, union, update
from sqlmodel import col, select

from bot.store.database import Database, Session
from bot.store.deliveries import NO_CLAIM
from bot.store.tables import Delivery, DeliveryStatus, StoredUpdate
from bot.store.updates import UNDONE

LOCK = text("SELECT pg_advisory_lock(hashtextextended(:name, 0))")
TRY = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")


@asynccontextmanager
async def living(database: Database, name: str) -> AsyncIterator[None]:
    """Be known to live under a name; PostgreSQL itself notices when the connection is gone.

    On SQLite there is one process at a time, so that no other can be alive.
    """
    if database.is_sqlite:
        yield
        return
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(LOCK, {"name": name})
        yield


async def release_dead(session: Session, *, name: str) -> None:
    """Give back the claims of every process but `name` that does not live any more."""
    delivering = select(Delivery.claimed_by).where(
        col(Delivery.status) == DeliveryStatus.CLAIMED, col(Delivery.claimed_by) != name
    )
    handling = select(StoredUpdate.claimed_by).where(
        col(StoredUpdate.status).in_(UNDONE), col(StoredUpdate.claimed_by) != name
    )
    claimants = (await session.exec(union(delivering, handling))).scalars().all()  # type: ignore[call-overload]
    for claimant in claimants:
        if await is_dead(session, claimant):
            await release(session, claimant)


async def is_dead(session: Session, name: str) -> bool:
    """Say whether a process lives no more: its lock is free, or there can be only one process."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool((await session.execute(TRY, {"name": name})).scalar_one())


async def release(session: Session, name: str) -> None:
    """Give back one process's claims; what it had handed to the network is in doubt."""
    handed = col(Delivery.handed_at).is_not(None)
    await session.exec(
        update(Delivery)
        .where(col(Delivery.status) == DeliveryStatus.CLAIMED, col(Delivery.claimed_by) == name)
        .values(
            status=DeliveryStatus.PLANNED,
            in_doubt=or_(col(Delivery.in_doubt), handed),
            **NO_CLAIM,
        )
        .execution_options(synchronize_session=False)
    )
    await session.exec(
        update(StoredUpdate)
        .where(col(StoredUpdate.claimed_by) == name)
        .values(claimed_by=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )
