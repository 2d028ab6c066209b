"""Somebody else of the family is invited: offered once, by name of role, with the same card."""

import re

import pytest

from bot.store.tables import Card, Guardian, Pair
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
LANGUAGES = pytest.mark.parametrize("language", ["en", "ar"])
ASKED = {"en": "👋 Would you like somebody else", "ar": "👋 هل تريدون أن ينضمّ شخص آخر"}
FATHER = {"en": "👋 Hello, Dad!", "ar": "👋 إلى بابا!"}


async def live_a_week(town: Town, language: str) -> Phone:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))
    await town.skip(days=9, hours=8)  # Wednesday evening
    return phone


async def do_the_latest(phone: Phone) -> None:
    await phone.tap([each for each in phone.from_bot if each.media][-1], "did-it")


def asked(phone: Phone, language: str) -> int:
    return sum(each.text.startswith(ASKED[language]) for each in phone.from_bot)


@LANGUAGES
async def test_it_is_offered_once_after_the_first_week(town: Town, language: str) -> None:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))
    await do_the_latest(phone)
    assert asked(phone, language) == 0
    await town.skip(days=9, hours=8)

    await do_the_latest(phone)
    assert asked(phone, language) == 1
    await phone.tap(phone.last, "menu:nobody")
    assert "menu:home" in phone.last.actions()
    await town.skip(days=7)
    await do_the_latest(phone)

    assert "did-it" in (await town.events())[-1]
    assert not any(each.text.startswith(ASKED[language]) for each in phone.from_bot)


@LANGUAGES
async def test_the_invitation_is_a_message_of_its_own_whose_link_joins(
    town: Town, language: str
) -> None:
    phone = await live_a_week(town, language)
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:invite")

    await phone.tap(menu, "invite:father")
    invitation = phone.last
    assert invitation.text.startswith(FATHER[language])
    assert invitation.buttons == []
    found = re.search(r"https?://\S+\?start=(\w+)$", invitation.text)
    assert found
    father = town.phone("Bashir", language=language)
    await father.join(found[1])

    pairs = await town.rows(Pair)
    assert [(pair.guardian_id, pair.child_id) for pair in pairs] == [(1, 1), (2, 1)]
    assert [guardian.role for guardian in await town.rows(Guardian)] == [None, None]
    role = await father.write("/menu")
    for action in ("menu:settings", "menu:role", "role:father"):
        await father.tap(role, action)
    assert str((await town.rows(Guardian))[1].role) == "father"


async def test_nobody_is_asked_of_whose_child_there_are_two_already(town: Town) -> None:
    phone, code = town.phone(language="en"), await town.card("en")
    await phone.join(code)
    await town.phone("Bashir").join(code)
    await town.skip(days=9, hours=8)

    await do_the_latest(phone)

    assert asked(phone, "en") == 0


async def test_in_the_first_week_the_menu_does_not_offer_it(town: Town) -> None:
    phone = town.phone(language="en")
    await phone.join(await town.card("en"))

    menu = await phone.write("/menu")

    assert "menu:invite" not in menu.actions()


@LANGUAGES
async def test_without_a_valid_card_the_kindergarten_is_named(town: Town, language: str) -> None:
    phone = await live_a_week(town, language)
    async with town.store.database.writing() as session:
        for card in await town.rows(Card):
            card.revoked_at = town.clock.now()
            await session.merge(card)
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:invite")
    count = len(phone.from_bot)

    await phone.tap(menu, "invite:other")

    assert (
        menu.text
        == {
            "en": "There is no valid card to pass on. Please ask your kindergarten for a new one.",
            "ar": "لا توجد بطاقة صالحة يمكن إرسالها. اطلبوا بطاقة جديدة من الروضة.",
        }[language]
    )
    assert len(phone.from_bot) == count
