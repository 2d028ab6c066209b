"""When a chat may be written to again."""

from datetime import datetime, timedelta

TURNS_AHEAD = 5  # that several processes may have taken


def turn_after(last_at: datetime | None, *, pause: timedelta, now: datetime) -> datetime:
    """Say from when a chat may be written to: a pause after the last message, and not before now.

    The last message may lie ahead, where a process has taken its turn and waits for it. One that
    lies further ahead than a few turns was written before the clock was set back: it is over.
    """
    free_at = last_at + pause if last_at else now
    return free_at if now < free_at <= now + TURNS_AHEAD * pause else now
