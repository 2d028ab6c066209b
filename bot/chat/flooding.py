"""Keep one chat from filling the inbox; no family does so much, and what ends things passes."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.core.actions import ForgetSurelyTapped, ForgetTapped, StopTapped, parse_action
from bot.core.clock import Clock
from bot.core.meters import Meters
from bot.store.updates import Arrived

MOST_WAITING = 200  # updates of one chat that are not done
MOST_ENDING = 2_000  # the same with stops among them: as many say nothing new
ENDING = ("/stop", "/forget")
SAID_EVERY = timedelta(minutes=1)

log = logging.getLogger(__name__)


class Floodgate:
    """Lets updates in, up to so many of one chat that wait; what it drops it counts, and says."""

    def __init__(self, clock: Clock, meters: Meters) -> None:
        """Nothing was dropped yet."""
        self._clock = clock
        self._meters = meters
        self._unsaid = 0
        self._said_at: datetime | None = None

    def let_in(
        self, arrived: Sequence[tuple[dict[str, Any], Arrived]], waiting: Mapping[str, int]
    ) -> list[Arrived]:
        """Give what is to be stored; `waiting` says, by chat, how many are not done."""
        counts, passed = dict(waiting), []
        for update, sealed in arrived:
            chat = sealed.chat_key
            count = counts.get(chat, 0) if chat else 0
            if count >= (MOST_ENDING if is_ending(update) else MOST_WAITING):
                continue
            passed.append(sealed)
            if chat:
                counts[chat] = count + 1
        if len(passed) < len(arrived):
            self._count(len(arrived) - len(passed))
        return passed

    def _count(self, dropped: int) -> None:
        """Count what was dropped; say so once a minute at most, or the log would be the flood."""
        self._meters.dropped.inc(dropped)
        self._unsaid += dropped
        now = self._clock.now()
        if self._said_at and abs(now - self._said_at) < SAID_EVERY:
            return
        log.warning(
            "a chat floods us: %d updates are dropped, beyond %d that wait",
            self._unsaid,
            MOST_WAITING,
        )
        self._unsaid, self._said_at = 0, now


def is_ending(update: dict[str, Any]) -> bool:
    """Say whether an update ends something: a stop, being forgotten, the bot being blocked."""
    message, tap = update.get("message"), update.get("callback_query")
    if isinstance(message, dict):
        text = message.get("text")
        words = text.split(maxsplit=1) if isinstance(text, str) else []
        return bool(words) and words[0].lower().partition("@")[0] in ENDING
    if isinstance(tap, dict):
        data = tap.get("data")
        action = parse_action(data) if isinstance(data, str) else None
        return isinstance(action, StopTapped | ForgetTapped | ForgetSurelyTapped)
    return "my_chat_member" in update
