"""Media files that the network has already: uploaded once, then sent by their name there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from bot.store.database import Database, Session, gone_errors
from bot.store.tables import UploadedMedia

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('upload ' || :digest, 0))")


async def find_file_id(session: Session, digest: str, *, bot_name: str) -> str | None:
    """Look up the network's name for a file."""
    row = await session.get(UploadedMedia, (digest, bot_name))
    return row.file_id if row else None


async def record_file_id(session: Session, digest: str, *, bot_name: str, file_id: str) -> None:
    """Remember the network's name for a file."""
    await session.merge(UploadedMedia(digest=digest, bot_name=bot_name, file_id=file_id))


@asynccontextmanager
async def uploading(database: Database, digest: str) -> AsyncIterator[None]:
    """Let one process at a time upload a file, so that the others find its name when they come."""
    if database.is_sqlite:
        yield
        return
    with gone_errors():
        async with database.engine.begin() as connection:
            await connection.execute(LOCK, {"digest": digest})
            yield


async def forget_file_id(session: Session, digest: str, *, bot_name: str) -> None:
    """Forget a name that the network no longer knows."""
    row = await session.get(UploadedMedia, (digest, bot_name))
    if row:
        await session.delete(row)
