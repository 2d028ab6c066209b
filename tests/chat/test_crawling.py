"""Every button that a family can come to is pressed: each answers, and none leads nowhere.

A crawl begins at a card, and goes on with every command of the bot and with the messages of two
weeks. A button is pressed once; what it brings is pressed after it, to a depth of six presses.
`--long` goes to eight, in each language, presses the same button on each message, and every one of
many like buttons. What ends things comes last: a child that has gone, a stop, being forgotten.
"""

import logging
import re
from dataclasses import dataclass, field
from itertools import groupby

import pytest

from bot.sandbox.records import ChatMessage
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
DEPTH = 6
DEEPEST = 8
MANY = ("day", "hour", "quiet", "region", "zone")
CHOICES = ("language", "hello")
IN_SCHOOL = (":school", ":both")  # a story's page that is not in the family's language alone
END = re.compile(r"forget-surely:|child-gone:\d+:died")  # where silence is meant
FEW = 2  # of many like buttons on one screen, the first and the last are pressed
WAYS = ("/help", "/menu", "/language", "/ask", "/privacy", "/mydata", "/pause", "/forget")
LAST = ("snooze", "stop", "why-stop", "resume", "child-gone", "forget-surely")
LANGUAGES = ("en", "da", "ar")
SILENT_WEEKS = 8  # until it is asked whether all this is still useful
STALE = {
    "en": "This message is from before. Nothing has changed.",
    "da": "Denne besked er fra før. Intet er ændret.",
    "ar": "هذه رسالة سابقة. لم يتغيّر شيء.",
}
UNFILLED = re.compile(r"\{\{|\{%|\{\w+\}|%\(\w+\)s")
LATIN = re.compile(r"[A-Za-zÆØÅæøå]{2,}")
NAMES = re.compile(
    r"English|Dansk|Türkçe|Af-Soomaali|Polski|Sorglinjen|Livslinjen"
    r"|/\w+|https?://\S+|KUFFERT\S*|[\w.+-]+@[\w.]+"
)
ENGLISH = re.compile(  # words that Danish does not have
    r"\b(the|you|your|with|this|that|what|when|which|not|are|was|will|child|week|of|we|it)\b",
    re.IGNORECASE,
)
REACHED = {
    *("join", "answer", "wish", "try", "able", "consent", "consents", "snooze", "resume"),
    *("menu", "week", "again", "day", "often", "hour", "quiet", "region", "zone", "role"),
    *("ask", "gone", "leaving", "child-gone", "stay", "invite", "language", "hello"),
    *("story", "page", "other-stories", "menu-below", "print"),
    *("stop", "why-stop", "my-data", "forget", "forget-surely", "keep"),
}
COMMAND = re.compile(r"/[a-z]+")


@dataclass(frozen=True, order=True)
class Press:
    """A button to press: what ends things last, otherwise nearest first."""

    rank: int
    depth: int
    message_id: int
    action: str


@dataclass
class Crawl:
    """One family's chat, and the buttons that were seen in it."""

    town: Town
    phone: Phone
    language: str
    depth: int = DEPTH
    everywhere: bool = False
    known: set[tuple[int, str]] = field(default_factory=set)
    ahead: list[Press] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)

    async def go(self, *, to_the_end: bool = False) -> None:
        """Press all that there is, and what it brings; what ends things only at the end."""
        self.look(1)
        while self.ahead and (to_the_end or min(self.ahead).rank == 0):
            self.ahead.sort()
            await self.press(self.ahead.pop(0))

    def look(self, depth: int) -> None:
        """Take note of each button that was not seen before."""
        for message in self.phone.from_bot:
            actions = [each["callback_data"] for row in message.buttons for each in row]
            for name, like in groupby(sorted(actions, key=name_of), key=name_of):
                self.note(message, name, sorted(like), depth=depth)

    def note(self, message: ChatMessage, name: str, like: list[str], *, depth: int) -> None:
        """Take note of the buttons of one name on one message."""
        some = thin(like) if name in MANY and len(like) > FEW and not self.everywhere else like
        rank = LAST.index(name) + 1 if name in LAST else 0
        for action in some if depth <= self.depth else ():
            place = message.id if self.everywhere else 0
            if (place, action) not in self.known:
                self.known.add((place, action))
                self.ahead.append(Press(rank, depth, message.id, action))

    async def press(self, press: Press) -> None:
        """Press one button; see that it is answered, in the right words, and leads on."""
        count = len(self.phone.from_bot)
        pressed = self.find(press.message_id)
        was_shown = press.action in pressed.actions()
        note = await self.tap(press.message_id, press.action)
        assert note not in STALE.values() or not was_shown, f"{press.action} does nothing"
        shown = [self.find(press.message_id), *self.phone.from_bot[count:]]
        spoken = self.language
        if name_of(press.action) in CHOICES:
            spoken = press.action.partition(":")[2]
        elif press.action.endswith(IN_SCHOOL):
            spoken = ""
        for message in shown:
            check_words(message, spoken)
        is_end = END.match(press.action)
        assert is_end or note or any(leads_on(each) for each in shown), f"{press.action}: no way"
        self.look(press.depth + 1)
        self.pressed.append(name_of(press.action))
        if name_of(press.action) in CHOICES and spoken != self.language:
            back = press.action.replace(spoken, self.language)
            await self.tap(press.message_id, back)

    async def tap(self, message_id: int, action: str) -> str:
        """Tap a button, perhaps of a screen that was there before; give the note that came."""
        callback_id = self.town.sandbox.tap_stale(self.phone.person.id, message_id, action)
        await self.phone.answered(callback_id)
        (answer,) = [each for each in self.town.sandbox.answers if each.callback_id == callback_id]
        return answer.text

    def find(self, message_id: int) -> ChatMessage:
        """Give a message as it is now."""
        return next(each for each in self.phone.from_bot if each.id == message_id)


def name_of(action: str) -> str:
    """Give an action without what it is about."""
    return action.partition(":")[0]


def thin(like: list[str]) -> list[str]:
    """Keep the first and the last."""
    return [like[0], like[-1]]


def check_words(message: ChatMessage, language: str) -> None:
    """See that a message is in its language, and filled."""
    labels = [button["text"] for row in message.buttons for button in row]
    for text in (message.text, *labels):
        assert not UNFILLED.search(text), text
        own = NAMES.sub("", text)
        assert language != "ar" or not LATIN.search(own), text
        assert language != "da" or not ENGLISH.search(own), text


def leads_on(message: ChatMessage) -> bool:
    """Say whether a family sees from a message how to go on."""
    return bool(message.buttons or COMMAND.search(message.text))


@pytest.mark.parametrize(
    ("database_url", "language"),
    [
        pytest.param("sqlite", "en", marks=pytest.mark.long),
        pytest.param("postgresql", "da", marks=pytest.mark.long),
        ("sqlite", "ar"),
    ],
    indirect=["database_url"],
)
async def test_every_button_answers_and_none_leads_nowhere(
    town: Town, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="bot")
    crawl = Crawl(town, town.phone(language=language), language)

    await live(crawl)

    assert set(crawl.pressed) >= REACHED
    assert [record.message for record in caplog.records if record.name.startswith("bot")] == []


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_button_there_is_answers_and_none_leads_nowhere(
    town: Town, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="bot")
    crawl = Crawl(town, town.phone(language=language), language, DEEPEST, everywhere=True)

    await live(crawl)

    assert set(crawl.pressed) >= REACHED
    assert [record.message for record in caplog.records if record.name.startswith("bot")] == []


async def live(crawl: Crawl) -> None:
    """Let a family of two children join, live for two weeks, fall silent, and end everything."""
    phone, town, language = crawl.phone, crawl.town, crawl.language
    await phone.start(await town.card(language, months=50))
    await crawl.go()
    await phone.start(await town.card(language, months=64))
    for _ in range(2):
        await town.skip(days=7)
        await crawl.go()
    for way in WAYS:
        await phone.write(way)
        await crawl.go()
    await phone.write("/resume")
    for _ in range(SILENT_WEEKS):
        await town.skip(days=7)
    await crawl.go(to_the_end=True)
