"""Play a persona: the real bot, a stand-in for Telegram, and a clock that goes from act to act."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot.app.clocks import MovableClock
from bot.app.running import Runtime
from bot.app.time_machine import DemoMachine
from bot.catalogue.desk.personas import OnConsent, OnInvite, OnUseful, Persona, WeekRule
from bot.catalogue.records import Catalogue
from bot.core.actions import (
    AbleTapped,
    Action,
    Answer,
    AnswerTapped,
    ConsentTapped,
    DayTapped,
    HourTapped,
    JoinTapped,
    LanguageTapped,
    MenuTapped,
    Purpose,
    RegionTapped,
    RenewTapped,
    ResumeTapped,
    Screen,
    SnoozeTapped,
    StopReasonTapped,
    StopTapped,
    TryTapped,
    WishTapped,
    ZoneTapped,
    format_action,
    parse_action,
)
from bot.core.zones import ZONES_OF
from bot.sandbox import Sandbox
from bot.sandbox.records import ChatMessage, StoredFile
from bot.store import deliveries
from bot.store.dossiers import Tie
from bot.store.states import DeliveryKind
from bot.store.tables import Delivery, Guardian

TOKEN = "1000001:rehearsal"
A_MOMENT = timedelta(minutes=1)  # between two taps on one message
Act = Callable[[], Any]
ShowWeek = Callable[[int], None]


@dataclass
class Entry:
    """One thing that happened in the chat: sent, edited, tapped, wrote or skipped."""

    at: datetime
    what: str
    text: str = ""
    html: str = ""
    media: StoredFile | None = None
    buttons: Sequence[Sequence[str]] = ()
    note: str = ""
    before: str = ""
    sent_at: datetime | None = None
    message_id: int = 0


@dataclass
class Played:
    """What came of a rehearsal: the chat in its order, and the record behind it."""

    persona: Persona
    weeks: int
    until: datetime
    catalogue: Catalogue
    entries: list[Entry]
    contents: dict[str, bytes]
    guardian: Guardian | None
    ties: Sequence[Tie]
    deliveries: Sequence[Delivery]
    breaches: list[str]


class Watched(Sandbox):
    """A sandbox that writes down what the chat looks like at each change."""

    def __init__(self, clock: MovableClock) -> None:
        """Begin with nothing written."""
        super().__init__(clock, token=TOKEN)
        self.entries: list[Entry] = []
        self.new: list[ChatMessage] = []
        self.shown: dict[int, str] = {}
        self.tapped: dict[str, Entry] = {}

    def tell(self, event: dict[str, Any]) -> None:
        """Write down a message or a change of one; a tap's note goes with the tap."""
        super().tell(event)
        if event["type"] == "answered" and event["callback_id"] in self.tapped:
            self.tapped[event["callback_id"]].note = event["text"] or ""
        message = (
            self.find_message(event["person"], event["message_id"])
            if (event["type"] in ("message", "edited"))
            else None
        )
        if message is None or not message.from_bot:
            return
        what = "sent" if event["type"] == "message" else "edited"
        self.entries.append(
            Entry(
                self.now(),
                what,
                message.text,
                message.html,
                message.media,
                [[button["text"] for button in row] for row in message.buttons],
                before=self.shown.get(message.id, ""),
                sent_at=message.at,
                message_id=message.id,
            )
        )
        self.shown[message.id] = message.text
        if what == "sent":
            self.new.append(message)

    def write_down_tap(self, callback_id: str, label: str, *, sent_at: datetime) -> None:
        """Write down what was tapped."""
        entry = Entry(self.now(), "tapped", label, sent_at=sent_at)
        self.tapped[callback_id] = entry
        self.entries.append(entry)


@dataclass(order=True)
class Planned:
    """Something that the persona does at a moment."""

    at: datetime
    place: int
    act: Act = field(compare=False)


class Player:
    """Plays one persona."""

    def __init__(
        self, persona: Persona, runtime: Runtime, sandbox: Watched, clock: MovableClock
    ) -> None:
        """Begin with a phone and nothing planned."""
        self.persona, self.runtime, self.sandbox, self.clock = persona, runtime, sandbox, clock
        self.machine = DemoMachine(clock, runtime)
        self.person = sandbox.add_person("Parent", language=persona.language).id
        self.rng = Random(persona.seed)
        self.days = runtime.shelf.current.programme.days
        self.said: dict[int, set[str]] = {}
        self._planned: list[Planned] = []
        self._places = count()

    def plan(self, at: datetime, act: Act) -> None:
        """Plan to do something."""
        heapq.heappush(self._planned, Planned(at, next(self._places), act))

    async def play(self, until: datetime, show_week: ShowWeek) -> None:
        """Go from moment to moment, of the bot's and of the persona's, up to the end."""
        while True:
            show_week(self.week)
            due = await self.machine.next_at()
            own = self._planned[0].at if self._planned else None
            following = min(each for each in (due, own, until) if each)
            if following >= until:
                await self.machine.skip(until - self.clock.now())
                return
            await self.machine.skip(max(following - self.clock.now(), timedelta()))
            self.take_note()
            if own and own <= self.clock.now():
                await heapq.heappop(self._planned).act()
                self.take_note()

    async def settle(self) -> None:
        """Let the bot handle what was done, and send what that calls for."""
        await self.runtime.poller.fetch()
        await self.runtime.inbox.handle_all()
        await self.runtime.send_due()

    @property
    def week(self) -> int:
        """The family's own week."""
        zone = ZoneInfo(self.persona.home_zone)
        return self.persona.week_of(self.clock.now().astimezone(zone).date())

    # Answers to what comes

    def take_note(self) -> None:
        """Look at what has come, and plan when to answer it, if at all."""
        new, self.sandbox.new = self.sandbox.new, []
        for message in new:
            if not self.find_tap(message, None):
                continue
            share = self.persona.habit("answers", self.week)
            if self.rng.random() * 100 < share:
                wait = self.persona.habit("answers_after", self.week)
                self.plan(message.at + wait, partial(self.answer, message))

    async def answer(self, message: ChatMessage) -> None:
        """Tap one thing under a message; a further one follows a moment later."""
        found = self.find_tap(message, await self.find_kind(message))
        if found is None:
            return
        category, action = found
        self.said.setdefault(message.id, set()).add(category)
        await self.tap(message, action)
        if self.find_tap(message, None):
            self.plan(self.clock.now() + A_MOMENT, partial(self.answer, message))

    async def find_kind(self, message: ChatMessage) -> DeliveryKind | None:
        """Say what a message is for, where it is a delivery."""
        async with self.runtime.store.database.reading() as session:
            for action in read_actions(message):
                if isinstance(action, AnswerTapped):
                    found = await deliveries.find_delivery(session, action.delivery_id)
                    return found.kind if found else None
        return None

    def find_tap(
        self, message: ChatMessage, kind: DeliveryKind | None
    ) -> tuple[str, Action] | None:
        """Choose what to tap under a message by the persona's habits; None for nothing."""
        actions, said = read_actions(message), self.said.get(message.id, set())
        for action in actions:
            category = type(action).__name__
            if isinstance(action, ConsentTapped):
                category = str(action.purpose)
            if category not in said and self.is_wanted(action, actions, kind):
                return category, action
        return None

    def is_wanted(
        self, action: Action, actions: Sequence[Action], kind: DeliveryKind | None
    ) -> bool:
        """Say whether a button is the one that the persona taps."""
        persona, week = self.persona, self.week
        match action:
            case AnswerTapped(_, answer):
                return bool(answer == persona.habit(habit_of(actions, kind), week))
            case TryTapped(_, when):
                return bool(when == persona.habit("when", week))
            case WishTapped(_, wish):
                return bool(wish == persona.habit("wish", week))
            case AbleTapped(_, able):
                return str(able) == str(persona.level)
            case ConsentTapped():
                wanted = {Purpose.LINKING: persona.linking, Purpose.RESEARCH: persona.research}
                said = OnConsent.YES if action.is_given else OnConsent.NO
                return wanted.get(action.purpose) is said
            case ResumeTapped() if len(actions) == 2:
                return persona.still_useful is OnUseful.GO_ON
            case StopTapped():
                return persona.still_useful is OnUseful.STOP
            case RenewTapped():
                return True
            case MenuTapped(screen):
                return screen is Screen.NOBODY and persona.invite is OnInvite.NOBODY
        return False

    async def tap(self, message: ChatMessage, action: Action) -> None:
        """Tap a button that is there."""
        carried = format_action(action)
        labels = {
            button["callback_data"]: button["text"] for row in message.buttons for button in row
        }
        if carried not in labels:
            return
        callback_id = self.sandbox.tap(self.person, message.id, carried)
        self.sandbox.write_down_tap(callback_id, labels[carried], sent_at=message.at)
        await self.settle()

    # What is done once

    async def write(self, text: str, *, shown: str = "") -> ChatMessage:
        """Write something, and give the reply."""
        self.sandbox.entries.append(Entry(self.clock.now(), "wrote", shown or text))
        before = len(self.sandbox.chats[self.person])
        if text.startswith("/start"):
            self.sandbox.start(self.person, text.removeprefix("/start "))
        else:
            self.sandbox.write(self.person, text)
        await self.settle()
        return next(each for each in self.sandbox.chats[self.person][before:] if each.from_bot)

    async def join(self, code: str, *, is_first: bool) -> None:
        """Open a card; the first one is agreed to."""
        message = await self.write(f"/start {code}", shown="opens the card")
        if not is_first:
            return
        for action in read_actions(message):
            if isinstance(action, JoinTapped):
                await self.tap(message, action)
        persona = self.persona
        zone = persona.zone if persona.zone != persona.centre_zone else None
        await self.set_up(WeekRule.model_construct(zone=zone, days=persona.days, hour=persona.hour))

    async def walk(self, screen: Screen, *actions: Action) -> None:
        """Go from the menu into the settings, and tap."""
        message = await self.write("/menu")
        for action in (MenuTapped(Screen.SETTINGS), MenuTapped(screen), *actions):
            await self.tap(message, action)

    async def set_up(self, rule: WeekRule) -> None:
        """Set what is wanted, by taps in the settings."""
        if rule.language:
            await self.walk(Screen.LANGUAGE, LanguageTapped(rule.language))
        if rule.zone:
            regions = [name for name, zones in ZONES_OF.items() if rule.zone in zones]
            path = [RegionTapped(name) for name in regions]
            await self.walk(Screen.ZONE, *path, ZoneTapped(rule.zone))
        if rule.days and rule.days != self.days:
            await self.walk(Screen.DAYS, *list_toggles(self.days, rule.days))
            self.days = rule.days
        if rule.hour is not None:
            await self.walk(Screen.HOUR, HourTapped(rule.hour))

    async def act(self, rule: WeekRule) -> None:
        """Do what is done once in a week."""
        await self.set_up(rule)
        if rule.writes:
            await self.write(rule.writes)
        if rule.snooze:
            await self.walk(Screen.BREAK, SnoozeTapped(rule.snooze))
        for command, is_wanted in (("/pause", rule.pause), ("/resume", rule.resume)):
            if is_wanted:
                await self.write(command)
        if rule.stop:
            message = await self.write("/stop")
            await self.tap(message, StopReasonTapped(rule.stop))


def list_toggles(held: Sequence[int], wanted: Sequence[int]) -> list[DayTapped]:
    """List the taps that lead from some days to others, never past three, never to none."""
    days, taps = set(held), []
    while days != set(wanted):
        gone, new = sorted(days - set(wanted)), sorted(set(wanted) - days)
        day = gone[0] if gone and (len(days) > 1 or not new) else new[0]
        days ^= {day}
        taps.append(DayTapped(day))
    return taps


def read_actions(message: ChatMessage) -> list[Action]:
    """Read what a message's buttons carry, in their order."""
    found = (parse_action(button["callback_data"]) for row in message.buttons for button in row)
    return [each for each in found if each]


def habit_of(actions: Sequence[Action], kind: DeliveryKind | None) -> str:
    """Name the habit by which a touch is answered."""
    answers = {each.answer for each in actions if isinstance(each, AnswerTapped)}
    if Answer.SEEN in answers:
        return "why"
    if Answer.NOT_YET not in answers:
        return "grow"
    return "check" if kind is DeliveryKind.CHECK else "do"
