"""Media files that the network has already: uploaded once, then sent by their name there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from sqlalchemy import text

from bot.errors import DatabaseGone
from bot.store.database import Database, Session, gone_errors, insert_into
from bot.store.tables import UploadedMedia

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('upload ' || :digest, 0))")


async def find_file_id(session: Session, digest: str, *, bot_name: str) -> str | None:
    """Look up the network's name for a file."""
    row = await session.get(UploadedMedia, (digest, bot_name))
    return row.file_id if row else None


async def record_file_id(session: Session, digest: str, *, bot_name: str, file_id: str) -> None:
    """Remember the network's name for a file."""
    first = insert_into(session, UploadedMedia).values(
        digest=digest, bot_name=bot_name, file_id=file_id
    )
    await session.exec(
        first.on_conflict_do_update(
            index_elements=["digest", "bot_name"], set_={"file_id": file_id}
        )
    )


@asynccontextmanager
async def uploading(database: Database, digest: str) -> AsyncIterator[None]:
    """Let one process at a time upload a file, so that the others find its name when they come.

    Raise DatabaseGone when there is no waiting for one's turn. What is done inside stands,
    whatever becomes of the connection meanwhile.
    """
    if database.is_sqlite:
        yield
        return
    async with AsyncExitStack() as stack:
        with gone_errors():
            connection = await stack.enter_async_context(database.engine.connect())
            await connection.execute(LOCK, {"digest": digest})
        yield
        with suppress(DatabaseGone), gone_errors():
            await connection.rollback()


async def forget_file_id(session: Session, digest: str, *, bot_name: str) -> None:
    """Forget a name that the network no longer knows."""
    row = await session.get(UploadedMedia, (digest, bot_name))
    if row:
        await session.delete(row)
