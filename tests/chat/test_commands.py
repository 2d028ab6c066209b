"""Break, go on, language, stop, help."""

import pytest

from bot.chat.listing import COMMANDS
from bot.core.actions import Purpose
from bot.core.choosing import Variant
from bot.store.states import ConsentAnswer, DeliveryKind, DeliveryStatus, EventKind, GuardianState
from bot.store.tables import Consent, Guardian
from tests.shipped import LANGUAGES, shipped_catalogue
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio


@pytest.fixture
async def phone(town: Town) -> Phone:
    phone = town.phone()
    await phone.join(await town.card("en"))
    return phone


async def test_a_paused_guardian_gets_nothing_that_was_already_queued(
    town: Town, phone: Phone
) -> None:
    await phone.write("/pause")
    count = len(phone.from_bot)

    await town.skip(days=14)

    assert len(phone.from_bot) == count
    queued = (await town.deliveries())[1]
    assert (queued.status, queued.reason) == (DeliveryStatus.SKIPPED, "paused")


async def test_resume_says_when_the_next_activity_comes_and_it_does(
    town: Town, phone: Phone
) -> None:
    await phone.write("/pause")
    await town.skip(days=14)

    answer = await phone.write("/resume")
    assert answer.text == "▶️ Welcome back! The next game comes Monday 17:00."
    count = len(phone.from_bot)
    await town.skip(days=1)

    assert len(phone.from_bot) == count + 1


async def test_a_break_of_an_hour_loses_nothing(town: Town, phone: Phone) -> None:
    paused = await phone.write("/pause")
    await town.skip(hours=1)

    await phone.tap(paused, "resume")
    count = len(phone.from_bot)
    await town.skip(days=5)

    assert [each.text.split("\n")[0] for each in phone.from_bot[count:]] == [
        "I Am Thinking of Something"
    ]


async def test_stop_ends_everything_and_withdraws_consent(town: Town, phone: Phone) -> None:
    await phone.write("/stop")
    count = len(phone.from_bot)

    await town.skip(days=14)

    assert len(phone.from_bot) == count
    assert str((await town.rows(Consent))[-1].answer) == "withdrawn"
    assert str((await town.rows(Guardian))[0].state) == "stopped"


async def test_whoever_stopped_can_come_back_with_the_card(town: Town) -> None:
    phone, code = town.phone(), await town.card("en")
    await phone.join(code)
    await phone.write("/stop")

    welcome = await phone.start(code)
    await phone.tap(welcome, "join")
    count = len(phone.from_bot)
    await town.skip(days=7)

    assert len(phone.from_bot) > count
    assert len(await town.rows(Guardian)) == 1


async def test_another_language_counts_for_what_is_queued_too(town: Town, phone: Phone) -> None:
    menu = await phone.write("/language")

    await phone.tap(menu, "language:ar")
    assert menu.text == "من الآن أكتب بالعربية."
    await town.skip_to_next()

    assert phone.last.text.startswith("أفكّر في شيء")


async def test_help_comes_in_the_guardians_language(phone: Phone) -> None:
    answer = await phone.write("/help")

    assert answer.text.startswith("I send you three small messages a week")


@pytest.mark.parametrize("command", ["/pause", "/resume", "/stop", "/language", "/ask", "/menu"])
async def test_a_stranger_is_told_how_to_begin(town: Town, command: str) -> None:
    stranger = town.phone("Chen", language="en")
    stranger.person.opened = True

    answer = await stranger.write(command)

    assert "To begin, open the link on the card" in answer.text


async def test_the_bot_describes_itself_in_every_language(town: Town) -> None:
    published = town.sandbox.descriptions

    assert set(published) == {"", *town.runtime.shelf.current.languages}
    assert published[""] == published["en"]
    for language, words in town.runtime.shelf.current.words.items():
        assert published[language] == {
            "description": words.plain("bot-description"),
            "short_description": words.plain("bot-short-description"),
        }


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_names_every_command(language: str) -> None:
    words = shipped_catalogue().words_in(language)

    assert all(f"/{name}" in words.plain("help") for name in COMMANDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_record_is_told_in_every_language(language: str) -> None:
    words = shipped_catalogue().words_in(language)
    told = {
        "event": EventKind,
        "state": GuardianState,
        "kind": DeliveryKind,
        "level": Variant,
        "consent": ConsentAnswer,
        "purpose": Purpose,
    }

    missing = [
        f"{name}-{each}"
        for name, kind in told.items()
        for each in kind
        if f"{name}-{each}" not in words.keys
    ]

    assert missing == []


async def test_the_commands_are_published_in_every_language(town: Town) -> None:
    published = town.sandbox.commands

    assert set(published) == {"", *town.runtime.shelf.current.languages}
    assert [each["command"] for each in published["da"]] == [
        "menu",
        "pause",
        "resume",
        "language",
        "ask",
        "stop",
        "privacy",
        "mydata",
        "forget",
        "help",
    ]
