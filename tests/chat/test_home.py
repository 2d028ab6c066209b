"""The menu: what a family sees and does by buttons, on one message that changes."""

from dataclasses import replace

import pytest

from bot.store.tables import EngagementEvent, Guardian
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
LANGUAGES = pytest.mark.parametrize("language", ["en", "ar"])
TITLE = {"en": "I Am Thinking of Something", "ar": "أفكّر في شيء"}
DONE = {"en": "You did these together:", "ar": "هذا ما فعلتموه معًا:"}
WEEKS = {"en": "2 weeks so far", "ar": "أسبوعان حتى الآن"}
NO_CHILD = {"en": "There is no child now", "ar": "لا يوجد الآن طفل"}
STALE = "This message is from before. Nothing has changed."
NOTHING_NEW = {
    "en": "Nothing new has come this week yet.",
    "ar": "لم يصل شيء جديد هذا الأسبوع بعد.",
}


async def join(town: Town, language: str) -> Phone:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))
    return phone


@LANGUAGES
async def test_the_menu_offers_what_there_is_and_nothing_that_there_is_not(
    town: Town, language: str
) -> None:
    phone = await join(town, language)

    menu = await phone.write("/menu")

    found = {"menu:stories", "menu:print"}
    found |= {"menu:two-languages"} if language != "da" else set()
    assert menu.actions() == found | {
        *("menu:week", "menu:weeks", "ask", "menu:settings", "menu:privacy"),
    }


async def test_the_menu_offers_no_materials_where_the_catalogue_has_none(town: Town) -> None:
    phone = await join(town, "en")
    shelf = town.runtime.shelf
    shelf.current = replace(shelf.current, stories={}, printables={})
    menu = await phone.write("/menu")

    for action in ("menu:stories", "menu:print", "shelf:stories:0", "shelf:print:0"):
        await phone.tap_stale(menu, action)

        assert town.sandbox.answers[-1].text == STALE
    assert menu.actions() == {
        "menu:week",
        "menu:weeks",
        "menu:two-languages",
        "ask",
        "menu:settings",
        "menu:privacy",
    }


@LANGUAGES
async def test_what_is_kept_is_told_in_the_menu_with_the_way_back(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    menu = await phone.write("/menu")
    home, count = menu.text, len(phone.from_bot)

    await phone.tap(menu, "menu:privacy")
    told = menu.text
    assert menu.actions() == {"consents", "my-data", "forget", "menu:home"}
    await phone.tap(menu, "menu:home")
    assert menu.text == home
    assert len(phone.from_bot) == count

    assert (await phone.write("/privacy")).text == told


@LANGUAGES
async def test_in_the_menu_too_it_takes_a_second_tap_to_be_forgotten(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:privacy")

    await phone.tap(menu, "forget")
    assert len(await town.rows(Guardian)) == 1
    await phone.tap(menu, "forget-surely")

    assert await town.rows(Guardian) == []


@LANGUAGES
async def test_start_brings_the_menu_to_a_guardian_who_is_with_us(
    town: Town, language: str
) -> None:
    phone = await join(town, language)

    greeting = await phone.start()

    assert greeting.actions() >= {"menu:week", "menu:settings"}


@LANGUAGES
async def test_a_greeting_leads_to_the_menu(town: Town, language: str) -> None:
    phone = await join(town, language)
    greeting = phone.from_bot[0]

    await phone.tap(greeting, "menu:home")

    assert greeting.actions() >= {"menu:week", "menu:settings"}


@LANGUAGES
async def test_the_menu_changes_in_place(town: Town, language: str) -> None:
    phone = await join(town, language)
    menu = await phone.write("/menu")
    count = len(phone.from_bot)

    for action in ("menu:weeks", "menu:home", "menu:settings", "menu:days", "menu:settings"):
        await phone.tap(menu, action)

    assert len(phone.from_bot) == count


@LANGUAGES
async def test_this_week_shows_what_was_sent_and_its_buttons_count(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    menu = await phone.write("/menu")

    await phone.tap(menu, "menu:week")
    assert TITLE[language] in menu.text
    await phone.tap(menu, "again:1:did-it")
    await phone.tap(menu, "again:1:harder")

    assert (await town.events())[-2:] == ["did-it", "harder"]
    assert "✅" in menu.text
    assert "menu:home" in menu.actions()
    (event,) = [each for each in await town.rows(EngagementEvent) if str(each.kind) == "did-it"]
    assert event.delivery_id == 1


@LANGUAGES
async def test_all_touches_of_the_week_can_be_seen_again(town: Town, language: str) -> None:
    phone = await join(town, language)
    await town.skip(days=11, hours=8)  # Friday evening of the second week, all three are there
    why, do, grow = [row for row in await town.deliveries() if row.status == "sent"][-3:]
    menu = await phone.write("/menu")

    await phone.tap(menu, "menu:week")
    assert menu.actions() >= {f"week:{why.id}", f"week:{do.id}", f"again:{grow.id}:did-it"}
    await phone.tap(menu, f"week:{why.id}")
    assert f"again:{why.id}:seen" in menu.actions()
    await phone.tap(menu, f"week:{do.id}")

    assert f"again:{do.id}:too-hard" in menu.actions()


@LANGUAGES
async def test_what_a_child_can_do_is_asked_under_the_touch_and_not_in_the_menu(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    touch = next(each for each in phone.from_bot if "able:1:can" in each.actions())
    await phone.tap(touch, "able:1:can")
    menu = await phone.write("/menu")

    await phone.tap(menu, "menu:week")
    await phone.tap(menu, "again:1:did-it")

    assert not any(action.startswith("able:") for action in menu.actions())
    assert TITLE[language] in menu.text


@LANGUAGES
async def test_the_menu_leads_to_the_staff(town: Town, language: str) -> None:
    phone = await join(town, language)
    menu = await phone.write("/menu")

    await phone.tap(menu, "ask")

    assert "gone" in phone.last.actions()
    assert "menu:settings" in menu.actions()


@LANGUAGES
async def test_the_menu_does_not_bring_up_a_child_who_is_gone(town: Town, language: str) -> None:
    phone = await join(town, language)
    first = next(each for each in phone.from_bot if each.media)
    await phone.tap(first, "did-it")
    menu = await phone.write("/menu")
    await phone.tap(await phone.write("/ask"), "gone")
    offer = phone.last
    for action in ("leaving:died", "child-gone:1:died"):
        await phone.tap(offer, action)

    for action in ("menu:home", "menu:week", "menu:weeks", "menu:settings"):
        await phone.tap_stale(menu, action)
        await town.settle()

        assert TITLE[language] not in menu.text
        if action != "menu:weeks":
            assert NO_CHILD[language] in menu.text


@LANGUAGES
async def test_not_yet_in_the_menu_asks_when_and_plans_to_ask_the_day_after(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:week")

    await phone.tap(menu, "again:1:not-yet")
    await phone.tap(menu, "again:1:tomorrow")
    count = len(phone.from_bot)
    await town.skip(days=2, hours=8)

    assert [str(row.kind) for row in await town.deliveries()].count("check") == 1
    assert len(phone.from_bot) > count


async def test_before_anything_new_has_come_the_latest_is_shown(town: Town) -> None:
    phone = await join(town, "en")
    await town.skip(days=7)  # Monday morning
    menu = await phone.write("/menu")

    await phone.tap(menu, "menu:week")

    assert menu.text.startswith(NOTHING_NEW["en"])
    assert TITLE["en"] in menu.text


@LANGUAGES
async def test_our_weeks_counts_weeks_and_lists_what_was_done(town: Town, language: str) -> None:
    phone = await join(town, language)
    first = next(each for each in phone.from_bot if each.media)
    await phone.tap(first, "did-it")
    await town.skip(days=8)
    menu = await phone.write("/menu")

    await phone.tap(menu, "menu:weeks")

    assert WEEKS[language] in menu.text
    assert menu.text.split(DONE[language])[1].split() == ["✅", *TITLE[language].split()]


async def test_what_was_taken_back_is_not_done(town: Town) -> None:
    phone = await join(town, "en")
    first = next(each for each in phone.from_bot if each.media)
    await phone.tap(first, "did-it")
    await phone.tap(first, ":not-yet")
    menu = await phone.write("/menu")

    await phone.tap(menu, "menu:weeks")

    assert DONE["en"] not in menu.text
    assert "That is fine, too." in menu.text


@pytest.mark.parametrize(
    "action",
    [
        "menu:nowhere",
        "shelf:stories:99",
        "shelf:week:0",
        "shelf:print:-1",
        "other-stories:both:99",
        "other-stories:none:0",
        "story:gone",
        "page:gone:1:home",
        "page:red-suitcase:0:home",
        "page:red-suitcase:9:home",
        "page:red-suitcase:1:elsewhere",
        "hear:red-suitcase:1:en",
        "hear:gone:1:en",
        "print:gone",
        "week:999",
        "week:99999999999999999999999999",
        "again:1:perhaps",
        "again:999:did-it",
        "again:-1:did-it",
        "invite:neighbour",
    ],
)
async def test_a_button_that_the_menu_never_had_changes_nothing_and_is_answered(
    town: Town, action: str
) -> None:
    phone = await join(town, "en")
    menu = await phone.write("/menu")
    before, text = await town.events(), menu.text

    await phone.tap_stale(menu, action)

    assert town.sandbox.answers[-1].text == STALE
    assert (await town.events(), menu.text) == (before, text)


async def test_nobody_sees_or_answers_somebody_elses_week(town: Town) -> None:
    await join(town, "en")
    other = await join(town, "en")
    menu = await other.write("/menu")
    before, text = await town.events(), menu.text

    for action in ("week:1", "again:1:did-it"):
        await other.tap_stale(menu, action)

    assert (await town.events(), menu.text) == (before, text)


@LANGUAGES
async def test_whoever_has_stopped_finds_the_way_back_in_the_menu(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    await phone.write("/stop")

    menu = await phone.write("/menu")
    await phone.tap(menu, "resume")

    assert str((await town.rows(Guardian))[0].state) == "active"
    assert "menu:home" in menu.actions()


async def test_a_family_with_another_language_than_the_school_finds_a_page_about_two_languages(
    town: Town,
) -> None:
    arabic, danish = town.phone(language="ar"), town.phone(language="da")
    for phone, language in ((arabic, "ar"), (danish, "da")):
        await phone.join(await town.card(language))
    menu = await arabic.write("/menu")
    assert "menu:two-languages" not in (await danish.write("/menu")).actions()

    await arabic.tap(menu, "menu:two-languages")

    assert "تكلّموا اللغة التي تفكّرون بها" in menu.text
    await arabic.tap(menu, "menu:home")
    assert "menu:two-languages" in menu.actions()
