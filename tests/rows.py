"""Rows that tests write as they are, where only some of their columns matter."""

from datetime import datetime

from bot.store.tables import Guardian


def make_guardian(name: str, *, at: datetime, language: str = "da") -> Guardian:
    """Make a guardian of the usual rhythm, who joined at a moment, under a name of its own."""
    return Guardian(
        chat_key=name,
        chat_sealed=b"sealed",
        language=language,
        zone="Europe/Copenhagen",
        days=(0, 2, 4),
        hour=17,
        quiet_from=21,
        quiet_until=8,
        joined_at=at,
        settled_at=at,
        heard_at=at,
    )
