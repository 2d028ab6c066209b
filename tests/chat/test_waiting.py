"""A waiting list: consent now, and the first activity on the arm's first day, not before."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.app.assigning import assign
from bot.core.actions import (
    HearTapped,
    OtherStoriesTapped,
    PageTapped,
    PrintTapped,
    Screen,
    ShelfTapped,
    StoryTapped,
    Tongues,
    format_action,
)
from bot.delivery.planning import change_rhythm
from bot.delivery.taking_over import take_over
from bot.report.drawing import Wish
from bot.store import guardians
from bot.store.states import AllocationUnit, DeliveryStatus, GuardianState
from bot.store.tables import Consent, Delivery, Guardian
from tests.shipped import shipped_catalogue
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
STARTS_ON = date(2026, 9, 29)  # a Tuesday, three weeks after the town's first Monday
FIRST_AT = datetime(2026, 9, 29, 15, 0, tzinfo=UTC)  # 17:00 in Copenhagen
NEVER_EARLIER = {"now": STARTS_ON, "later": STARTS_ON}
SAID = {
    "en": "Your first game comes on September 29, 2026.",
    "da": "Jeres første leg kommer 29. september 2026.",
    "ar": "29 سبتمبر 2026",
}

WAITING = {
    "en": "Your games come from September 29, 2026 on.",
    "da": "I får lege fra 29. september 2026.",
    "ar": "ستصلكم الألعاب ابتداءً من \u206829 سبتمبر 2026\u2069.",
}
MATERIALS = {"menu:stories", "menu:print"}
BUTTONS = [
    format_action(each)
    for each in (
        ShelfTapped(Screen.STORIES, 0),
        StoryTapped("red-suitcase"),
        PageTapped("red-suitcase", 1, Tongues.HOME),
        OtherStoriesTapped(Tongues.HOME, 0),
        HearTapped("red-suitcase", 1, "da"),
        PrintTapped(sorted(shipped_catalogue().printables)[0]),
    )
]


async def draw(town: Town, unit: AllocationUnit = AllocationUnit.CENTRE) -> None:
    """Draw two arms that both wait, so that whoever is drawn does."""
    wish = Wish(("now", "later"), control=None, unit=unit, by=(), seed=1, starts=NEVER_EARLIER)
    await assign(town.settings, wish, out=None, now=town.clock.now())


async def wait_for_yes(town: Town, phone: Phone, code: str) -> None:
    await phone.tap(await phone.start(code), "join")
    await town.settle()


async def planned(town: Town) -> Delivery:
    (found,) = [each for each in await town.deliveries() if each.status is DeliveryStatus.PLANNED]
    return found


@pytest.mark.parametrize("language", SAID)
async def test_a_card_of_a_waiting_centre_gives_consent_and_says_when_it_starts(
    town: Town, language: str
) -> None:
    await draw(town)
    phone = town.phone(language=language)

    await wait_for_yes(town, phone, await town.card(language))

    assert SAID[language] in "".join(each.text for each in phone.from_bot).replace("\u200f", "")
    assert [str(each.answer) for each in await town.rows(Consent)] == ["given"]
    (only,) = await town.deliveries()
    assert (only.slot_at, only.status, only.asked) == (FIRST_AT, DeliveryStatus.PLANNED, False)
    assert await town.examine() == []


async def test_nothing_comes_before_the_first_day_and_then_the_programme_goes_its_way(
    town: Town,
) -> None:
    await draw(town)
    phone = town.phone()
    await wait_for_yes(town, phone, await town.card("da"))
    said = len(phone.from_bot)

    await town.skip(days=22, hours=5, minutes=59)  # to the minute before
    assert len(phone.from_bot) == said
    await town.skip(minutes=2)

    assert phone.from_bot[said].media is not None
    first, *rest = await town.deliveries()
    assert (first.status, first.slot_at) == (DeliveryStatus.SENT, FIRST_AT)
    await town.skip(days=21)
    assert len([each for each in await town.deliveries() if each.child_id]) > 5
    assert rest != []
    (guardian,) = await town.rows(Guardian)
    assert guardian.joined_at < FIRST_AT
    assert await town.examine() == []


async def test_another_hour_moves_the_first_activity_and_leaves_its_day(town: Town) -> None:
    await draw(town)
    phone = town.phone()
    await wait_for_yes(town, phone, await town.card("da"))

    await town.skip(days=1)
    await change_hour(town, hour=8)

    assert (await planned(town)).slot_at == datetime(2026, 9, 29, 6, 0, tzinfo=UTC)
    assert await town.examine() == []


async def change_hour(town: Town, *, hour: int) -> None:
    """Set the hour of the one guardian, as the settings in the chat do."""
    weeks = town.runtime.shelf.current.programme.weeks
    async with town.store.database.writing() as session:
        (row,) = await town.rows(Guardian)
        guardian = await guardians.lock_guardian(session, row.id or 0)
        rhythm = replace(guardians.rhythm_of(guardian), hour=hour)
        await change_rhythm(session, guardian, rhythm, weeks=weeks, now=town.clock.now())


async def test_a_break_that_is_over_before_the_first_day_costs_nothing(town: Town) -> None:
    await draw(town)
    phone = town.phone()
    await wait_for_yes(town, phone, await town.card("da"))

    await town.skip(days=1)
    await phone.write("/pause")
    await town.settle()
    assert await town.examine() == []
    await town.skip(days=2)
    await phone.write("/resume")
    await town.settle()

    assert (await planned(town)).slot_at == FIRST_AT
    assert await town.examine() == []


async def test_who_comes_back_after_the_first_day_goes_on_from_there(town: Town) -> None:
    await draw(town)
    phone = town.phone()
    await wait_for_yes(town, phone, await town.card("da"))

    await phone.write("/stop")
    await town.settle()
    (stopped,) = await town.rows(Guardian)
    assert stopped.state is GuardianState.STOPPED
    await town.skip(days=30)
    assert await town.examine() == []
    await phone.start()
    await phone.write("/resume")
    await town.settle()
    await town.skip(days=10)

    assert any(each.status is DeliveryStatus.SENT for each in await town.deliveries())
    assert await town.examine() == []


async def test_who_joined_before_the_draw_is_not_kept_waiting(town: Town) -> None:
    phone = town.phone()
    await phone.join(await town.card("da"))

    await town.skip(minutes=1)
    await draw(town)
    await town.skip(days=10)

    sent = [each for each in await town.deliveries() if each.status is DeliveryStatus.SENT]
    assert len(sent) > 3
    assert await town.examine() == []


async def test_of_two_children_the_one_on_the_waiting_list_waits(town: Town) -> None:
    phone = town.phone()
    first, second = await town.card("da"), await town.card("da")
    await phone.join(first)
    await town.skip(minutes=1)
    await draw(town, AllocationUnit.CHILD)

    await phone.start(second)
    await town.settle()

    assert "Den første leg kommer 29. september 2026." in phone.last.text
    assert FIRST_AT in [each.slot_at for each in await town.deliveries()]
    await town.skip(days=30)
    assert await town.examine() == []


async def test_a_new_phone_takes_the_waiting_ones_place_and_waits_too(town: Town) -> None:
    await draw(town)
    old, new = town.phone(), town.phone("Bashir")
    code = await town.card("da")
    await wait_for_yes(town, old, code)
    await old.start(await town.card("da"))
    await wait_for_yes(town, new, code)
    weeks = town.runtime.shelf.current.programme.weeks

    async with town.store.database.writing() as session:
        first, second = await town.rows(Guardian)
        await take_over(
            session,
            await guardians.lock_guardian(session, second.id or 0),
            await guardians.lock_guardian(session, first.id or 0),
            weeks=weeks,
            now=town.clock.now(),
        )

    assert await town.examine() == []
    planned = [each for each in await town.deliveries() if each.status is DeliveryStatus.PLANNED]
    assert [each.slot_at for each in planned if each.child_id] == [FIRST_AT, FIRST_AT]


@pytest.mark.parametrize("language", WAITING)
async def test_until_the_first_day_the_menu_tells_it_and_gives_no_materials(
    town: Town, language: str
) -> None:
    await draw(town)
    phone = town.phone(language=language)
    await wait_for_yes(town, phone, await town.card(language))

    menu = await phone.write("/menu")

    assert WAITING[language] in menu.text.replace("\u200f", "")
    assert not MATERIALS & set(menu.actions())
    assert {"menu:settings", "menu:privacy", "ask"} <= set(menu.actions())
    await town.skip(days=22)
    menu = await phone.write("/menu")
    assert set(menu.actions()) >= MATERIALS
    assert WAITING[language] not in menu.text.replace("\u200f", "")


@pytest.mark.parametrize("action", ["menu:stories", "menu:print", *BUTTONS])
async def test_no_button_from_elsewhere_gives_a_waiting_family_materials(
    town: Town, action: str
) -> None:
    await draw(town)
    phone = town.phone()
    await wait_for_yes(town, phone, await town.card("da"))
    await town.skip(minutes=5)
    menu = await phone.write("/menu")

    await phone.tap_stale(menu, action)
    await town.settle()

    assert f"🕒 {WAITING['da']}" in [each.text for each in phone.from_bot]
    assert not any(each.media for each in phone.from_bot)
    assert not {"story-opened", "story-heard", "printed"} & set(await town.events())


async def test_where_one_of_two_children_has_begun_the_materials_are_there(town: Town) -> None:
    phone = town.phone()
    first, second = await town.card("da"), await town.card("da")
    await phone.join(first)
    await town.skip(minutes=1)
    await draw(town, AllocationUnit.CHILD)
    await phone.start(second)
    await town.settle()

    menu = await phone.write("/menu")

    assert set(menu.actions()) >= MATERIALS
    assert WAITING["da"] not in menu.text
