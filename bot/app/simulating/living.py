"""Let simulated families live: each a person with a phone, who taps and writes to the real bot."""

import heapq
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random

from bot.app.clocks import MovableClock
from bot.app.running import Runtime
from bot.app.simulating import cast
from bot.app.simulating.cast import Life
from bot.core.actions import (
    AbleTapped,
    Action,
    Answer,
    AnswerTapped,
    ConsentTapped,
    JoinTapped,
    Purpose,
    TryTapped,
    format_action,
    parse_action,
)
from bot.sandbox import Sandbox
from bot.sandbox.records import ChatMessage
from bot.store import deliveries

Act = Callable[[], Awaitable[None]]
A_MOMENT = timedelta(minutes=2)  # between opening a card and saying yes
ANSWERS_AFTER = timedelta(minutes=50)
OTHERWISE = (Answer.SEEN, Answer.NOT_YET, Answer.DID_IT, Answer.TOO_HARD)
FAVOURITE = 0.7  # how often a family says what it likes to say, where it can


@dataclass(order=True)
class Planned:
    """Something that somebody does at a moment."""

    at: datetime
    place: int
    act: Act = field(compare=False)


@dataclass
class Family:
    """A family with a phone; `read` is how many messages of its chat it has seen."""

    life: Life
    codes: Sequence[str]
    person: int
    read: int = 0
    has_answered: bool = False


class Neighbourhood:
    """Plays all families, one moment after another: what is due at one goes out together."""

    def __init__(
        self, runtime: Runtime, sandbox: Sandbox, clock: MovableClock, *, rng: Random
    ) -> None:
        """Begin with nobody."""
        self.runtime, self.sandbox, self.clock, self.rng = runtime, sandbox, clock, rng
        self.families: list[Family] = []
        self._planned: list[Planned] = []
        self._places = count()
        self._fetched = sandbox.counters["update"]

    def plan(self, at: datetime, act: Act) -> None:
        """Plan that something is done."""
        heapq.heappush(self._planned, Planned(at, next(self._places), act))

    def settle_in(self, name: str, life: Life, codes: Sequence[str]) -> Family:
        """Give a family a phone that no visitor sees."""
        person = self.sandbox.add_person(name, language=life.language, is_hidden=True)
        family = Family(life, codes, person.id)
        self.families.append(family)
        return family

    async def play(self, until: datetime) -> None:
        """Go from moment to moment, of the bot's and of the families', up to the end."""
        while (moment := await self._find_next(until)) < until:
            self.clock.move_to(moment)
            while self._planned and self._planned[0].at <= self.clock.now():
                await heapq.heappop(self._planned).act()
            await self.settle()
            self._take_note()
        self.clock.move_to(until)

    async def _find_next(self, until: datetime) -> datetime:
        """Find the next moment at which anything happens."""
        async with self.runtime.store.database.reading() as session:
            due_at = await deliveries.find_next_due(session)
        own_at = self._planned[0].at if self._planned else until
        return min(due_at or until, own_at, until)

    async def settle(self) -> None:
        """Let the bot handle what was done, and send what is due."""
        if self.sandbox.counters["update"] != self._fetched:
            await self.runtime.poller.fetch()
            self._fetched = self.sandbox.counters["update"]
        await self.runtime.inbox.handle_all()
        await self.runtime.send_due()

    # What families do

    def _take_note(self) -> None:
        """Let everybody look at what has come, and plan when to answer it, if at all."""
        at = self.clock.now() + ANSWERS_AFTER
        for family in self.families:
            chat = self.sandbox.chats[family.person]
            for message in chat[family.read :]:
                if message.from_bot and self._choose(family, message):
                    self.plan(at, partial(self._answer, family, message))
            family.read = len(chat)

    async def open_card(self, family: Family, code: str) -> None:
        """Follow a card's link; say yes a moment later, if at all."""
        self.sandbox.start(family.person, code)
        if family.life.joins:
            self.plan(self.clock.now() + A_MOMENT, partial(self._join, family))

    async def _join(self, family: Family) -> None:
        """Say yes, where that is asked."""
        for message in self.sandbox.messages(family.person):
            for action in read_actions(message):
                if isinstance(action, JoinTapped):
                    self._tap(family, message, action)

    async def be_away(self, until: datetime) -> None:
        """Let the bot's machine stand still, so that nothing is sent, and nothing heard."""
        self.clock.move_to(until)

    async def do(self, family: Family, what: str) -> None:
        """Write something, or do something to the bot."""
        match what:
            case cast.BLOCKS:
                self.sandbox.block(family.person)
            case cast.DELETES_ACCOUNT:
                self.sandbox.delete_account(family.person)
            case cast.SENDS_PHOTO:
                picture = next(iter(self.runtime.shelf.current.activities.values())).picture
                self.sandbox.attach(
                    family.person, "photo", picture.content, picture.name, caption=cast.CAPTION
                )
            case words:
                self.sandbox.write(family.person, words)

    async def _answer(self, family: Family, message: ChatMessage) -> None:
        """Tap what fits under a message, if it is still there."""
        action = self._choose(family, message, surely=True)
        if action:
            family.has_answered = True
            self._tap(family, message, action)

    def _tap(self, family: Family, message: ChatMessage, action: Action) -> None:
        """Tap a button."""
        self.sandbox.tap(family.person, message.id, format_action(action))

    def _choose(
        self, family: Family, message: ChatMessage, *, surely: bool = False
    ) -> Action | None:
        """Choose what to tap under a message; None for nothing."""
        life, actions = family.life, read_actions(message)
        for action in actions:
            if isinstance(action, ConsentTapped):
                wanted = life.linking if action.purpose is Purpose.LINKING else bool(life.linking)
                if life.linking is not None and action.is_given == wanted:
                    return action
        is_sure = surely or not family.has_answered
        if not is_sure and self.rng.random() >= life.zeal:
            return None
        for kind in (AbleTapped, TryTapped):
            found = [each for each in actions if isinstance(each, kind)]
            if found:
                return self.rng.choice(found)
        return self._choose_answer(life, [e for e in actions if isinstance(e, AnswerTapped)])

    def _choose_answer(self, life: Life, answers: Sequence[AnswerTapped]) -> AnswerTapped | None:
        """Choose how to say that it went."""
        liked = [each for each in answers if each.answer is life.likes]
        if liked and self.rng.random() < FAVOURITE:
            return liked[0]
        others = [each for each in answers if each.answer in OTHERWISE]
        return self.rng.choice(others) if others else None


def read_actions(message: ChatMessage) -> list[Action]:
    """Read what a message's buttons carry, in their order."""
    found = (parse_action(button["callback_data"]) for row in message.buttons for button in row)
    return [each for each in found if each]
