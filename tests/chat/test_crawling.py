"""Every button of the menu, on every screen, is pressed: each answers, and none leads nowhere."""

import logging
import re
from collections import deque

import pytest

from bot.sandbox.records import ChatMessage
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
DEPTH = 4
STALE = {
    "en": "This message is from before. Nothing has changed.",
    "da": "Denne besked er fra før. Intet er ændret.",
    "ar": "هذه رسالة سابقة. لم يتغيّر شيء.",
}
UNFILLED = re.compile(r"\{\{|\{\w+\}")
LATIN = re.compile(r"[A-Za-zÆØÅæøå]{2,}")
NAMES = re.compile(r"English|Dansk|/\w+|https?://\S+")  # names, commands and links may be Latin


def labels_of(message: ChatMessage) -> list[str]:
    return [button["text"] for row in message.buttons for button in row]


def check_words(message: ChatMessage, language: str) -> None:
    for text in (message.text, *labels_of(message)):
        assert not UNFILLED.search(text), text
        if language == "ar":
            assert not LATIN.search(NAMES.sub("", text)), text


def check_screen(message: ChatMessage, action: str, language: str) -> None:
    check_words(message, language)
    is_home = "menu:settings" in message.actions()
    assert is_home or "menu:home" in message.actions(), f"{action} leads nowhere"


async def press(town: Town, phone: Phone, menu: ChatMessage, action: str) -> str:
    """Press a button of a screen that was reached before; give the note that came."""
    callback_id = town.sandbox.tap_stale(phone.person.id, menu.id, action)
    await phone.answered(callback_id)
    (answer,) = [each for each in town.sandbox.answers if each.callback_id == callback_id]
    return answer.text


async def crawl(town: Town, phone: Phone, language: str) -> list[str]:
    """Press each button once, nearest first; give what was pressed, in that order."""
    menu = await phone.write("/menu")
    check_screen(menu, "/menu", language)
    known, pressed = set(menu.actions()), []
    ahead = deque((action, 1) for action in sorted(menu.actions()))
    while ahead:
        action, depth = ahead.popleft()
        note = await press(town, phone, menu, action)
        pressed.append(action)
        spoken = action.removeprefix("language:") if action.startswith("language:") else language
        assert note not in STALE.values(), f"{action} is not answered"
        check_screen(menu, action, spoken)
        new = sorted(menu.actions() - known) if depth < DEPTH else []
        known |= set(new)
        ahead.extend((each, depth + 1) for each in new)
        if spoken != language:
            await press(town, phone, menu, f"language:{language}")
    return pressed


@pytest.mark.parametrize("language", ["en", "da", "ar"])
async def test_every_button_of_the_menu_answers_and_every_screen_has_a_way_back(
    town: Town, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    phone = town.phone(language=language)
    await phone.join(await town.card(language, months=50))
    await phone.start(await town.card(language, months=64))
    await town.settle()
    await town.skip(days=9)
    caplog.set_level(logging.WARNING, logger="bot")

    pressed = await crawl(town, phone, language)

    assert {each.split(":")[0] for each in pressed} >= {
        *("menu", "week", "again", "day", "often", "hour", "quiet", "region", "zone", "role"),
        *("ask", "invite", "snooze", "resume", "language"),
    }
    assert [record.message for record in caplog.records if record.name.startswith("bot")] == []
    for message in phone.from_bot:
        check_words(message, language)
