"""A game that comes again is a little harder and says so; children are asked about anew."""

from dataclasses import replace

import pytest

from bot.core.cadence import Touch
from bot.core.choosing import Variant
from bot.store import centres
from bot.store.states import LevelSource
from bot.store.tables import Child
from tests.town import Town

pytestmark = pytest.mark.anyio

HARDER = "This time it is a little harder than the first time."
AGAIN = "Your child knows more words now than the first time."
NOTES = {
    1: "Every word that your child learns in your own language",
    4: "Tell, sing and count in your own language.",
    10: "Two languages do not confuse a child.",
}


async def find_weeks(town: Town) -> dict[int, set[tuple[str, str]]]:
    """Give the activity and the form of each week."""
    weeks: dict[int, set[tuple[str, str]]] = {}
    for each in await town.deliveries():
        if each.week and each.activity_id and each.variant:
            weeks.setdefault(each.week, set()).add((each.activity_id, str(each.variant)))
    return weeks


@pytest.mark.parametrize(
    ("level", "forms", "said"),
    [
        (Variant.EASIER, ("easier", "plain"), HARDER),
        (Variant.PLAIN, ("plain", "harder"), HARDER),
        (Variant.HARDER, ("harder", "harder"), AGAIN),
    ],
)
async def test_the_second_time_is_a_step_harder_and_says_so_before_and_after_a_tap(
    town: Town, level: Variant, forms: tuple[str, str], said: str
) -> None:
    code = await town.card("en")
    async with town.store.database.writing() as session:
        child = await centres.get_child(session, 1)
        await centres.record_level(session, child, level, source=LevelSource.ROSTER)
    shelf = town.runtime.shelf
    order = ("BIL", "NAR", "BIL", "NAR")  # of two languages this band has one game
    programme = shelf.current.programme.model_copy(update={"order": order})
    shelf.current = replace(shelf.current, programme=programme)
    phone = town.phone(language="en")
    await phone.join(code)
    await phone.live(weeks=3)

    weeks = await find_weeks(town)
    [(first, form)], [(third, second)] = weeks[1], weeks[3]
    assert (first, third) == ("B08", "B08")
    assert (form, second) == forms
    sent = [each for each in await town.deliveries() if each.week == 3 and each.message_id]
    numbered = {each.id: each for each in phone.from_bot}
    told = {each.touch: numbered[each.message_id or 0] for each in sent}
    assert said in told[Touch.WHY].text
    await phone.tap(told[Touch.WHY], ":seen")
    assert said in told[Touch.WHY].text
    assert sum(said in each.text for each in phone.from_bot) == 1 + (Touch.DO in told)


async def test_families_of_another_language_read_of_it_in_three_weeks(town: Town) -> None:
    phone = town.phone(language="en")
    await phone.join(await town.card("en"))
    await phone.live(weeks=10)

    told = [each.text for each in phone.from_bot]
    places = {
        week: [place for place, text in enumerate(told) if note in text]
        for week, note in NOTES.items()
    }

    assert {week: len(found) for week, found in places.items()} == dict.fromkeys(NOTES, 1)
    assert sorted(places.values()) == list(places.values())


async def test_who_speaks_the_schools_language_at_home_is_told_none_of_it(town: Town) -> None:
    phone = town.phone(language="da")
    await phone.join(await town.card("da"))
    await phone.live(weeks=4)

    assert not any("💛" in each.text for each in phone.from_bot)


async def test_in_the_twelfth_week_the_level_follows_what_a_child_can_do_now(town: Town) -> None:
    code = await town.card("en")
    async with town.store.database.writing() as session:
        child = await centres.get_child(session, 1)
        await centres.record_level(session, child, Variant.EASIER, source=LevelSource.ROSTER)
    phone = town.phone(language="en")
    await phone.join(code)
    await phone.live(weeks=12)

    asking = [each for each in phone.from_bot if any(a.startswith("able:") for a in each.actions())]
    assert len(asking) >= 3
    for message in asking[:3]:
        await phone.tap(message, ":can")

    [row] = await town.rows(Child)
    assert (str(row.level), str(row.level_source)) == ("harder", "check")
