"""Settings by taps: each takes effect at once, for what is queued too, and is shown."""

from datetime import timedelta

import pytest

from bot.delivery.examining import examine
from bot.delivery.mending import read_records
from bot.store.tables import Guardian
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
LANGUAGES = pytest.mark.parametrize("language", ["en", "ar"])
STALE = "This message is from before. Nothing has changed."


async def join(town: Town, language: str) -> Phone:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))
    return phone


async def guardian_of(town: Town) -> Guardian:
    return (await town.rows(Guardian))[0]


async def planned_at(town: Town) -> list[str]:
    """List when the queued touches come, by the clock in Copenhagen in summer."""
    rows = [row for row in await town.deliveries() if row.ended_at is None]
    return [f"{row.due_at + timedelta(hours=2):%a %H:%M}" for row in rows]


async def breaches(town: Town) -> list[str]:
    async with town.store.database.reading() as session:
        records = await read_records(session, await town.rows(Guardian))
    now = town.clock.now()
    return [breach.sentence for each in records for breach in examine(each, cap=3, now=now)]


@LANGUAGES
async def test_a_day_is_put_in_and_taken_out_and_the_queue_moves_at_once(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:settings")
    await phone.tap(menu, "menu:days")
    assert await planned_at(town) == ["Fri 17:00"]  # of this week why and do are past

    await phone.tap(menu, "day:4")
    await phone.tap(menu, "day:3")
    shown = menu.text

    assert (await guardian_of(town)).days == (0, 2, 3)
    assert await planned_at(town) == ["Thu 17:00"]
    assert {"en": "Thursday", "ar": "الخميس"}[language] in shown
    assert await breaches(town) == []


@LANGUAGES
async def test_one_day_stays_and_a_fourth_is_not_taken(town: Town, language: str) -> None:
    phone = await join(town, language)
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:settings")
    await phone.tap(menu, "menu:days")

    await phone.tap(menu, "day:6")
    assert (await guardian_of(town)).days == (0, 2, 4)
    fourth = town.sandbox.answers[-1].text
    for action in ("day:0", "day:2", "day:4"):
        await phone.tap(menu, action)

    assert (await guardian_of(town)).days == (4,)
    last = town.sandbox.answers[-1].text
    assert (fourth[:7], last[:3]) == {"en": ("3 days ", "One"), "ar": ("\u20683\u2069 أيا", "يجب")}[
        language
    ]


@pytest.mark.parametrize(("times", "days"), [(1, (2,)), (2, (0, 4)), (3, (0, 2, 4))])
async def test_how_often_picks_days_that_lie_apart_and_the_cap_follows(
    town: Town, times: int, days: tuple[int, ...]
) -> None:
    phone = await join(town, "en")
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:settings")
    await phone.tap(menu, "menu:often")

    await phone.tap(menu, f"often:{times}")
    assert (await guardian_of(town)).days == days
    await phone.tap(menu, "menu:settings")
    await town.skip(days=7)
    await phone.tap(menu, "menu:home")
    before = len([row for row in await town.deliveries() if row.status == "sent"])
    await town.skip(days=7)

    sent = [row for row in await town.deliveries() if row.status == "sent"]
    assert len(sent) - before == times
    assert await breaches(town) == []


async def test_fewer_in_mid_week_counts_what_was_sent_of_it_already(town: Town) -> None:
    phone = await join(town, "en")
    await town.skip(days=8)  # Tuesday: Monday's touch is there
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:settings")
    await phone.tap(menu, "menu:often")

    await phone.tap(menu, "often:1")
    assert "Next message: Wednesday · September 23 · 5:00" in menu.text
    await town.skip(days=5)

    wednesday = [row for row in await town.deliveries() if row.slot_on and row.slot_on.day == 16]
    assert [(row.status, row.reason) for row in wednesday] == [("skipped", "weekly cap")]
    assert await breaches(town) == []


@LANGUAGES
async def test_the_hour_is_chosen_in_the_local_form_outside_the_quiet_hours(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:settings")
    await phone.tap(menu, "menu:hour")
    labels = [button["text"] for row in menu.buttons for button in row]
    assert {"en": "8:00\u202fAM", "ar": "8:00 ص"}[language] in labels
    assert "hour:7" not in menu.actions()

    await phone.tap(menu, "hour:8")

    assert (await guardian_of(town)).hour == 8
    assert await planned_at(town) == ["Fri 08:00"]
    assert {"en": "8:00\u202fAM", "ar": "8:00 ص"}[language] in menu.text
    assert await breaches(town) == []


async def test_quiet_hours_move_an_hour_that_they_cover(town: Town) -> None:
    phone = await join(town, "en")
    menu = await phone.write("/menu")
    for action in ("menu:settings", "menu:hour", "hour:20", "menu:settings", "menu:quiet"):
        await phone.tap(menu, action)

    await phone.tap(menu, "quiet:19:9")

    guardian = await guardian_of(town)
    assert (guardian.quiet_from, guardian.quiet_until, guardian.hour) == (19, 9, 18)
    assert await planned_at(town) == ["Fri 18:00"]
    assert await breaches(town) == []


@LANGUAGES
async def test_a_family_that_moves_keeps_its_local_hours(town: Town, language: str) -> None:
    phone = await join(town, language)
    menu = await phone.write("/menu")
    for action in ("menu:settings", "menu:zone", "region:145"):
        await phone.tap(menu, action)
    labels = {button["callback_data"]: button["text"] for row in menu.buttons for button in row}
    assert labels["zone:Asia/Baghdad"] == {"en": "Iraq", "ar": "العراق"}[language]

    await phone.tap(menu, "zone:Asia/Baghdad")

    assert (await guardian_of(town)).zone == "Asia/Baghdad"
    assert await planned_at(town) == ["Fri 16:00"]  # 17:00 in Baghdad
    assert {"en": "Iraq", "ar": "العراق"}[language] in menu.text
    assert "zone:Europe/Copenhagen" in menu.actions()  # the way home
    assert await breaches(town) == []


@LANGUAGES
async def test_a_role_is_one_tap_and_can_be_left_open(town: Town, language: str) -> None:
    phone = await join(town, language)
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:settings")
    await phone.tap(menu, "menu:role")
    assert (await guardian_of(town)).role is None

    await phone.tap(menu, "role:grandparent")

    assert str((await guardian_of(town)).role) == "grandparent"


@LANGUAGES
async def test_a_break_and_a_language_are_there_too(town: Town, language: str) -> None:
    phone = await join(town, language)
    menu = await phone.write("/menu")
    for action in ("menu:settings", "menu:break", "snooze:2"):
        await phone.tap(menu, action)
    assert str((await guardian_of(town)).state) == "snoozed"

    for action in ("menu:home", "resume", "menu:home", "menu:settings", "menu:language"):
        await phone.tap(menu, action)
    await phone.tap(menu, "language:da")

    assert (await guardian_of(town)).language == "da"
    assert "menu:home" in menu.actions()


@pytest.mark.parametrize(
    "action",
    [
        "day:7",
        "day:-1",
        "day:monday",
        "often:0",
        "often:4",
        "hour:25",
        "hour:3",
        "hour:22",
        "hour:99999999999999999999",
        "quiet:8:21",
        "quiet:21",
        "quiet:25:8",
        "region:999",
        "region:Europe",
        "zone:Europe/Atlantis",
        "zone:Pacific/Auckland",
        "zone:",
        "role:king",
    ],
)
async def test_a_wrong_value_changes_nothing_and_is_answered(town: Town, action: str) -> None:
    phone = await join(town, "en")
    menu = await phone.write("/menu")
    before, queue = await guardian_of(town), await planned_at(town)

    await phone.tap_stale(menu, action)

    after = await guardian_of(town)
    assert town.sandbox.answers[-1].text == STALE
    assert after.model_dump(exclude={"replied_at"}) == before.model_dump(exclude={"replied_at"})
    assert await planned_at(town) == queue


async def test_what_is_chosen_already_is_left_alone(town: Town) -> None:
    phone = await join(town, "en")
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:settings")
    await phone.tap(menu, "menu:hour")
    before = await town.events()

    await phone.tap(menu, "hour:17")

    assert await town.events() == before
    assert town.sandbox.answers[-1].text == "Saved"


@pytest.mark.parametrize("command", ["/pause", "/stop"])
async def test_settings_can_be_changed_while_nothing_comes(town: Town, command: str) -> None:
    phone = await join(town, "en")
    await phone.write(command)
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:settings")
    await phone.tap(menu, "menu:hour")

    await phone.tap(menu, "hour:10")
    assert await breaches(town) == []
    await town.skip(days=3)
    await phone.tap(menu, "menu:home")
    await phone.tap(menu, "resume")

    assert await planned_at(town) == ["Fri 10:00"]
    assert await breaches(town) == []
