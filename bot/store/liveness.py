"""Tell which processes still run, so that what a killed one had claimed is taken up at once."""

from enum import StrEnum

from sqlalchemy import text, union
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, select

from bot.errors import DatabaseGone
from bot.store import claims, updates
from bot.store.database import Database, Session, gone_errors
from bot.store.states import DeliveryStatus
from bot.store.tables import Delivery, StoredUpdate
from bot.store.updates import UNDONE

LOCK = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
TRY = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")


class Hold(StrEnum):
    """How it stands with a name: held all the time, taken just now, or somebody else's."""

    KEPT = "kept"
    TAKEN = "taken"
    REFUSED = "refused"


class Life:
    """Being known to live under a name: PostgreSQL itself notices when the connection is gone.

    On SQLite there is one process at a time, so that no other can be alive. Where the database
    was away, the name is taken again as soon as it is back; until then, and for a while after,
    nobody should be taken for dead.
    """

    def __init__(self, database: Database, name: str) -> None:
        """Keep the name; nothing is taken yet."""
        self._database = database
        self._name = name
        self._connection: AsyncConnection | None = None

    async def hold(self) -> Hold:
        """Take the name where it is not held; say whether it was held all the time."""
        if self._database.is_sqlite or await self._is_held():
            return Hold.KEPT
        with gone_errors():
            connection = await self._database.engine.connect()
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            is_taken = (await connection.execute(LOCK, {"name": self._name})).scalar_one()
        if not is_taken:
            await connection.close()
            return Hold.REFUSED
        self._connection = connection
        return Hold.TAKEN

    async def _is_held(self) -> bool:
        """Ask whether the connection that holds the name is still there."""
        if self._connection is None:
            return False
        try:
            with gone_errors():
                await self._connection.execute(text("SELECT 1"))
        except DatabaseGone:
            await self.end()
            return False
        return True

    async def end(self) -> None:
        """Let go of the name."""
        connection, self._connection = self._connection, None
        if connection:
            await connection.invalidate()
            await connection.close()


async def list_absent(session: Session, *, name: str) -> list[str]:
    """List the processes but `name` that hold claims, and whose lock is free just now."""
    delivering = select(Delivery.claimed_by).where(
        col(Delivery.status) == DeliveryStatus.CLAIMED, col(Delivery.claimed_by) != name
    )
    handling = select(StoredUpdate.claimed_by).where(
        col(StoredUpdate.status).in_(UNDONE), col(StoredUpdate.claimed_by) != name
    )
    claimants = (await session.exec(union(delivering, handling))).scalars().all()  # type: ignore[call-overload]
    return [claimant for claimant in claimants if await is_absent(session, claimant)]


async def is_absent(session: Session, name: str) -> bool:
    """Say whether a process's lock is free, or there can be only one process."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    connection = await session.connection()
    return bool((await connection.execute(TRY, {"name": name})).scalar_one())


async def release(session: Session, name: str) -> None:
    """Give back one process's claims; what it had handed to the network is in doubt."""
    await claims.release(session, col(Delivery.claimed_by) == name)
    await updates.release(session, name)
