"""What is asked of an export, as people write it: the name of a series, and a moment."""

import re
from datetime import UTC, datetime

from bot.errors import BotError

NAME = re.compile(r"[\w.-]{1,40}")


def parse_series(text: str | None) -> str | None:
    """Read the name of a series; raise BotError for one that is too long, or no name."""
    if text is None or NAME.fullmatch(text):
        return text
    raise BotError(
        f'"{text}" cannot name a series. Use up to 40 letters, digits, dots, dashes: panel-2026.'
    )


def parse_moment(text: str | None) -> datetime | None:
    """Read a moment with its zone; raise BotError for anything else."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BotError(
            f'"{text}" is not a moment. Write it with its zone, such as 2026-11-02T08:00:00Z.'
        )
    return moment.astimezone(UTC)
