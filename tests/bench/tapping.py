"""Tap buttons as many people at once, and time how long each of them waits for the answer."""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

QUESTION = re.compile(rb"callback_query_id\W+(\d+)")  # in a form or in JSON
MOST_UPDATES = 100  # what one getUpdates may bring
FIRST_NUMBER = 500_000_000
TEXT = "A shared meal is a lesson in two languages. " * 7

Hand = Callable[[Sequence[dict[str, Any]]], None]


@dataclass
class Person:
    """Somebody who taps the buttons of one message, one after another, round and round."""

    chat: int
    message: int
    buttons: Sequence[str]
    taps: int = 0


class Taps:
    """Everybody who taps: again once answered, after a pause; what nobody fetched yet waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin with nobody."""
        self.loop = loop
        self.pause = 0.0
        self.is_on = False
        self.number = FIRST_NUMBER
        self.started_at = 0.0
        self.waits: list[float] = []
        self._tapped: dict[bytes, tuple[Person, float]] = {}
        self._pending: list[dict[str, Any]] = []
        self._hand: Hand | None = None

    def begin(self, people: Sequence[Person], *, pause: float) -> None:
        """Let everybody tap at once."""
        self.pause, self.is_on, self.started_at = pause, True, self.loop.time()
        self.waits, self._pending = [], []
        self._tapped = {}
        for person in people:
            self.tap(person)

    def end(self) -> dict[str, Any]:
        """Let nobody tap again; tell how long each tap waited for its answer, or still does."""
        self.is_on = False
        now = self.loop.time()
        return {
            "answered": self.waits,
            "unanswered": [now - tapped_at for _person, tapped_at in self._tapped.values()],
            "seconds": now - self.started_at,
        }

    def tap(self, person: Person) -> None:
        """Let a person tap the next button."""
        if not self.is_on:
            return
        self.number += 1
        self._tapped[b"%d" % self.number] = (person, self.loop.time())
        self._pending.append(update_of(person, self.number))
        person.taps += 1
        self.loop.call_soon(self._hand_over)  # so that taps of the same moment go together

    def poll(self, hand: Hand, *, wait: float) -> None:
        """Hand over what was tapped, now or as soon as there is something, or nothing at last."""
        self._hand = hand
        if self._pending:
            self._hand_over()
        else:
            self.loop.call_later(wait, self._give_up, hand)

    def answer(self, request: bytes) -> None:
        """Note that a tap was answered, and let that person tap again after the pause."""
        asked = QUESTION.search(request)
        tapped = self._tapped.pop(asked[1], None) if asked else None
        if tapped is None:
            return
        person, tapped_at = tapped
        self.waits.append(self.loop.time() - tapped_at)
        self.loop.call_later(self.pause, self.tap, person)

    def _hand_over(self) -> None:
        """Hand what is pending to the caller that waits for it, if one does."""
        if self._hand is None or not self._pending:
            return
        hand, self._hand = self._hand, None
        hand(self._pending[:MOST_UPDATES])
        del self._pending[:MOST_UPDATES]

    def _give_up(self, hand: Hand) -> None:
        """Hand over nothing to a caller that has waited long enough."""
        if self._hand is hand:
            self._hand = None
            hand([])


def parse_people(body: bytes) -> tuple[list[Person], float]:
    """Read who taps what, and the pause between an answer and the next tap in seconds."""
    given = json.loads(body)
    return [Person(**each) for each in given["people"]], float(given["pause"])


def update_of(person: Person, number: int) -> dict[str, Any]:
    """Give the update of a person's next tap."""
    chat = {"id": person.chat, "type": "private", "first_name": "Guardian"}
    return {
        "update_id": number,
        "callback_query": {
            "id": str(number),
            "from": {"id": person.chat, "is_bot": False, "first_name": "Guardian"},
            "message": {"message_id": person.message, "date": 1, "chat": chat, "text": TEXT},
            "chat_instance": str(person.chat),
            "data": person.buttons[person.taps % len(person.buttons)],
        },
    }
