"""Several children: each touch says which one it is for, before and after it was answered."""

import pytest

from bot.store.tables import Pair
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
LANGUAGES = pytest.mark.parametrize("language", ["da", "ar"])
LABEL = {
    "da": "🧒 Til dit barn på {age} år",
    "ar": "🧒 لطفلكم في عمر \u2068{age}\u2069 سنوات",
}


async def join_with_two(town: Town, language: str) -> Phone:
    phone = town.phone(language=language)
    await phone.join(await town.card(language, months=50))
    await phone.start(await town.card(language, months=67))
    await town.settle()
    return phone


@LANGUAGES
async def test_a_touch_says_which_child_it_is_for_once_there_are_two(
    town: Town, language: str
) -> None:
    phone = await join_with_two(town, language)
    alone, second = [each for each in phone.from_bot if each.media]
    await town.skip(days=16)

    five, four = (LABEL[language].format(age=age) for age in (5, 4))
    assert not alone.text.startswith("🧒")
    assert second.text.startswith(f"{five}\n\n")
    later = [each.text.split("\n")[0] for each in phone.from_bot if each.text.startswith("🧒")][1:]
    assert set(later) == {four, five}


@LANGUAGES
async def test_an_answered_touch_still_says_which_child_as_it_did_when_it_came(
    town: Town, language: str
) -> None:
    phone = await join_with_two(town, language)
    second = [each for each in phone.from_bot if each.media][1]
    label = LABEL[language].format(age=5)
    await town.skip(days=150)  # a birthday lies between

    await phone.tap(second, "did-it")

    assert second.text.startswith(f"{label}\n\n")


@LANGUAGES
async def test_nothing_is_said_where_the_other_childs_programme_is_over(
    town: Town, language: str
) -> None:
    phone = await join_with_two(town, language)
    async with town.store.database.writing() as session:
        (_first, second) = await town.rows(Pair)
        pair = await session.get(Pair, second.id)
        assert pair is not None
        pair.finished_at = town.clock.now()
    count = len(phone.from_bot)

    await town.skip(days=14)

    assert len(phone.from_bot) > count
    assert not any(each.text.startswith("🧒") for each in phone.from_bot[count:])


@LANGUAGES
async def test_the_week_shows_one_child_and_leads_to_the_other(town: Town, language: str) -> None:
    phone = await join_with_two(town, language)
    menu = await phone.write("/menu")

    await phone.tap(menu, "menu:week")
    assert menu.text.startswith(LABEL[language].format(age=5))
    await phone.tap(menu, "week:1")

    assert "again:1:did-it" in menu.actions()
    labels = [button["text"] for row in menu.buttons for button in row]
    assert LABEL[language].format(age=5) in labels
