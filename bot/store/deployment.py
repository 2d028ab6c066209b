"""What this installation knows of itself."""

from bot.store.database import Session, insert_into
from bot.store.tables import Deployment

KEY_FINGERPRINT = "key_fingerprint"
SEALING_KEY = "sealing_key"  # the name of the key that seals, for all processes
SEALING_SINCE = "sealing_key_since"
BOT_USERNAME = "bot_username"
LINK_BASE = "link_base"
CATALOGUE = "catalogue"  # the version that runs


async def find_value(session: Session, key: str) -> str | None:
    """Look up one value."""
    row = await session.get(Deployment, key)
    return row.value if row else None


async def record_value(session: Session, key: str, value: str) -> None:
    """Set one value."""
    first = insert_into(session, Deployment).values(key=key, value=value)
    await session.exec(first.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
