"""What this installation knows of itself."""

from bot.store.database import Session
from bot.store.tables import Deployment

KEY_FINGERPRINT = "key_fingerprint"
BOT_USERNAME = "bot_username"
LINK_BASE = "link_base"


async def find_value(session: Session, key: str) -> str | None:
    """Look up one value."""
    row = await session.get(Deployment, key)
    return row.value if row else None


async def record_value(session: Session, key: str, value: str) -> None:
    """Set one value."""
    await session.merge(Deployment(key=key, value=value))
