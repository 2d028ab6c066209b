"""Media files that the network has already: uploaded once, then sent by their name there."""

from bot.store.database import Session
from bot.store.tables import UploadedMedia


async def find_file_id(session: Session, digest: str, *, bot_name: str) -> str | None:
    """Look up the network's name for a file."""
    row = await session.get(UploadedMedia, (digest, bot_name))
    return row.file_id if row else None


async def record_file_id(session: Session, digest: str, *, bot_name: str, file_id: str) -> None:
    """Remember the network's name for a file."""
    await session.merge(UploadedMedia(digest=digest, bot_name=bot_name, file_id=file_id))


async def forget_file_id(session: Session, digest: str, *, bot_name: str) -> None:
    """Forget a name that the network no longer knows."""
    row = await session.get(UploadedMedia, (digest, bot_name))
    if row:
        await session.delete(row)
