"""The last week is celebrated, and after it comes a certificate to print: for the asking, once."""

from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from sqlmodel import select

from bot.core.actions import Leaving
from bot.errors import DrawingFailed
from bot.printing import keepsakes
from bot.sandbox.records import ChatMessage
from bot.store import centres
from bot.store.states import LeftReason
from bot.store.tables import Child, ChildWeek, Delivery, Guardian, StoredUpdate
from tests.printing.paper import A4, Sheet, read
from tests.town import PATIENCE, Phone, Town, find_action

pytestmark = pytest.mark.anyio
LANGUAGES = pytest.mark.parametrize("language", ["da", "ar"])
CELEBRATION = {
    "da": "🎉 I denne uge fejrer vi jer: Det er den sidste af 36 uger!",
    "ar": "🎉 هذا أسبوع الاحتفال، وهو الأخير من \u206836\u2069 أسبوعًا!",
}
LAST_GAME = {"da": "🎉 Det her er vores sidste leg.", "ar": "🎉 هذه لعبتنا الأخيرة."}
HERE_IT_IS = {"da": "🎓 Her er diplomet.", "ar": "🎓 هذه هي الشهادة."}
FROM_BEFORE = "Denne besked er fra før. Intet er ændret."


async def join(town: Town, language: str, *, months: int = 50, code: str = "") -> Phone:
    """Join on a Monday morning, with the first activity."""
    phone = town.phone(language=language)
    await phone.join(code or await town.card(language, months=months))
    return phone


async def come_to(town: Town, week: int) -> None:
    """Let this week of all children be another one of the programme."""
    async with town.store.database.writing() as session:
        for each in (await session.exec(select(ChildWeek))).all():
            each.week = week
        for row in (await session.exec(select(Delivery).where(Delivery.week == 1))).all():
            row.week = week


async def live_to_the_last_week(town: Town, language: str, *, code: str = "") -> Phone:
    """Join, do an activity in the week before the last, and come to the last one's Monday."""
    phone = await join(town, language, code=code)
    await come_to(town, town.runtime.shelf.current.programme.weeks - 1)
    await phone.tap(game_of(phone), "did-it")
    await town.skip(days=7)
    return phone


def game_of(phone: Phone) -> ChatMessage:
    return next(each for each in phone.from_bot if each.media)


def documents(phone: Phone) -> list[ChatMessage]:
    return [each for each in phone.from_bot if each.media and each.media.kind == "document"]


def page_of(phone: Phone) -> Sheet:
    (message,) = documents(phone)
    assert message.media is not None
    (page,) = read(phone.town.sandbox.contents[message.media.digest])
    return page


def letters_of(text: str) -> set[str]:
    """Give the letters that the Arabic font draws in one piece; dots and marks it draws apart."""
    return {each for each in text if each in "حدرسصطعكلمهو"}


@LANGUAGES
async def test_the_last_week_begins_with_a_celebration(town: Town, language: str) -> None:
    phone = await live_to_the_last_week(town, language)
    before = len(phone.from_bot)

    await town.skip(days=1)

    (why,) = phone.from_bot[before:]
    assert why.text.startswith(CELEBRATION[language])
    told, _, question = why.text.partition("\n\n💬")  # the last weeks ask once more
    assert question
    await phone.tap(why, "seen")
    assert why.text.startswith(told)
    assert why.text.endswith(question)


@LANGUAGES
async def test_no_other_week_is_celebrated(town: Town, language: str) -> None:
    phone = await join(town, language)
    await come_to(town, town.runtime.shelf.current.programme.weeks - 2)

    await town.skip(days=13)

    assert len(phone.from_bot) > 4
    assert not any("🎉" in each.text for each in phone.from_bot)
    assert not any("certificate" in action for m in phone.from_bot for action in m.actions())


@LANGUAGES
async def test_the_last_touch_brings_the_certificate_on_tap_as_a_page_to_print(
    town: Town, language: str
) -> None:
    phone = await live_to_the_last_week(town, language)
    await town.skip(days=5)
    last = phone.last
    assert LAST_GAME[language] in last.text
    count = len(phone.from_bot)

    await phone.tap(last, "certificate")

    assert len(phone.from_bot) == count + 1
    assert phone.last.text.startswith(HERE_IT_IS[language])
    assert phone.last.media is not None
    assert phone.last.media.name == "kuffert.pdf"
    page = page_of(phone)
    assert (page.size, page.language()) == (A4, language)
    words = town.runtime.shelf.current.print_in(language).sections
    title = "".join(each.text for each in page.letters if each.size == 44)
    assert letters_of(title) == letters_of(words["certificate"])
    assert "36" in page.text
    assert "Diplom" in page.text  # the school speaks Danish
    assert (await town.events())[-1] == "certificate"


async def test_the_certificate_says_what_was_done_and_names_nobody(town: Town) -> None:
    phone = await live_to_the_last_week(town, "da")
    await town.skip(days=5)

    await phone.tap(phone.last, "certificate")

    text = page_of(phone).text
    assert "36 uger med snak og leg" in text
    assert "Jeg tænker på noget" in text  # what was done in the week before
    assert "Tegn jer selv her" not in text
    assert "Amina" not in text


async def test_who_tapped_nothing_has_room_to_draw_and_no_reproach(town: Town) -> None:
    phone = await join(town, "da")
    await come_to(town, 35)
    await town.skip(days=12)

    await phone.tap(phone.last, "certificate")

    text = page_of(phone).text
    assert "Tegn jer selv her" in text
    assert "Det har vi gjort sammen" not in text


@LANGUAGES
async def test_the_last_week_has_three_messages_and_the_pair_ends(
    town: Town, language: str
) -> None:
    phone = await live_to_the_last_week(town, language)
    before = len(phone.from_bot)

    await town.skip(days=28)

    assert len(phone.from_bot) == before + 3
    assert [row for row in await town.deliveries() if row.ended_at is None] == []
    assert await town.examine() == []


@LANGUAGES
async def test_an_answer_under_the_last_touch_keeps_the_certificates_button(
    town: Town, language: str
) -> None:
    phone = await live_to_the_last_week(town, language)
    await town.skip(days=5)
    last = phone.last

    await phone.tap(last, "did-it")
    await phone.tap(last, "certificate")

    assert LAST_GAME[language] in last.text
    assert len(documents(phone)) == 1


@LANGUAGES
async def test_who_has_one_day_a_week_is_offered_it_where_the_activity_was_done(
    town: Town, language: str
) -> None:
    phone = await live_to_the_last_week(town, language)
    menu = await phone.write("/menu")
    for action in ("menu:settings", "menu:often", "often:1"):
        await phone.tap(menu, action)
    await town.skip(days=6)
    game = phone.last
    assert not any("certificate" in each for each in game.actions())

    await phone.tap(game, "did-it")
    await phone.tap(game, "certificate")

    assert len(documents(phone)) == 1


@LANGUAGES
async def test_our_weeks_offers_it_for_good_once_the_last_week_has_come(
    town: Town, language: str
) -> None:
    phone = await live_to_the_last_week(town, language)
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:weeks")
    assert not any("certificate" in each for each in menu.actions())
    await town.skip(days=60)

    await phone.tap(menu, "menu:home")
    await phone.tap(menu, "menu:weeks")
    text = menu.text
    await phone.tap(menu, "certificate")

    assert len(documents(phone)) == 1
    assert menu.text == text


async def test_an_impatient_second_tap_brings_it_once_and_a_later_one_again(town: Town) -> None:
    phone = await live_to_the_last_week(town, "da")
    await town.skip(days=5)
    last = phone.last

    await phone.tap(last, "certificate")
    await phone.tap(last, "certificate")
    assert len(documents(phone)) == 1
    await town.skip(minutes=2)
    await phone.tap(last, "certificate")

    first, second = documents(phone)
    assert first.media == second.media  # uploaded once


@LANGUAGES
async def test_it_cannot_be_had_before_the_last_week_has_come(town: Town, language: str) -> None:
    phone = await live_to_the_last_week(town, language)
    (child,) = await town.rows(Child)
    note = town.runtime.shelf.current.words_in(language).plain("note-sent-before")

    await phone.tap_stale(phone.last, f"certificate:{child.id}")

    assert documents(phone) == []
    assert town.sandbox.answers[-1].text == note
    assert "certificate" not in await town.events()


async def test_one_that_cannot_be_drawn_comes_as_soon_as_it_can(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = await live_to_the_last_week(town, "da")
    await town.skip(days=5)
    count, draw = len(phone.from_bot), keepsakes.draw_page
    failures = [DrawingFailed("no room on the disk")]

    def draw_at_last(*content: object, **more: object) -> bytes:
        """Draw, but for the first time."""
        if failures:
            raise failures.pop()
        return draw(*content, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(keepsakes, "draw_page", draw_at_last)

    callback_id = town.sandbox.tap(
        phone.person.id, phone.last.id, find_action(phone.last, "certificate")
    )
    with anyio.fail_after(PATIENCE):
        while not any(row.attempts for row in await town.rows(StoredUpdate)):
            await anyio.lowlevel.checkpoint()
    assert len(phone.from_bot) == count  # its words without it would be none
    town.clock.move_to(town.clock.now() + timedelta(seconds=10))
    await phone.answered(callback_id)

    assert len(phone.from_bot) == count + 1
    assert len(documents(phone)) == 1


async def test_no_other_family_can_have_it(town: Town) -> None:
    phone = await live_to_the_last_week(town, "da")
    await town.skip(days=5)
    other = await join(town, "da")
    (child, *_others) = await town.rows(Child)

    await other.tap_stale(other.last, f"certificate:{child.id}")

    assert documents(other) == []
    assert town.sandbox.answers[-1].text == FROM_BEFORE
    await phone.tap(phone.last, "certificate")
    assert len(documents(phone)) == 1


@pytest.mark.parametrize("number", ["999", "0", "-1", "x", "99999999999999999999999"])
async def test_a_button_for_no_child_is_answered_and_does_nothing(town: Town, number: str) -> None:
    phone = await live_to_the_last_week(town, "da")
    await town.skip(days=5)

    await phone.tap_stale(phone.last, f"certificate:{number}")

    assert documents(phone) == []
    assert town.sandbox.answers[-1].text == FROM_BEFORE


async def test_there_is_none_for_a_child_who_is_gone(town: Town) -> None:
    phone = await live_to_the_last_week(town, "da")
    await town.skip(days=5)
    async with town.store.database.writing() as session:
        (child,) = (await session.exec(select(Child))).all()
        reason = LeftReason(Leaving.DIED)
        await centres.record_left(session, child, reason, now=town.clock.now())

    await phone.tap_stale(phone.last, f"certificate:{child.id}")

    assert documents(phone) == []


@LANGUAGES
async def test_each_guardian_of_a_child_can_have_it(town: Town, language: str) -> None:
    code = await town.card(language)
    father = await join(town, language, code=code)
    mother = await live_to_the_last_week(town, language, code=code)
    await town.skip(days=5)

    for phone in (mother, father):
        assert LAST_GAME[language] in phone.last.text
        await phone.tap(phone.last, "certificate")

    assert [len(documents(phone)) for phone in (mother, father)] == [1, 1]
    assert documents(mother)[0].media == documents(father)[0].media


@LANGUAGES
async def test_siblings_each_have_their_own_last_week_and_certificate(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    await phone.start(await town.card(language, months=67))
    await town.settle()
    older = (await town.rows(Child))[1]
    async with town.store.database.writing() as session:
        week = (await session.exec(select(ChildWeek).where(ChildWeek.child_id == older.id))).one()
        week.week = 36

    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:weeks")
    offered = {each for each in menu.actions() if each.startswith("certificate")}
    await phone.tap(menu, "certificate")

    assert offered == {f"certificate:{older.id}"}
    label = phone.last.text.split("\n\n")[0]
    assert label.startswith("🧒")
    assert label in menu.text
    (guardian,) = await town.rows(Guardian)
    assert guardian.language == language
    assert len(documents(phone)) == 1


async def test_the_last_week_brings_back_what_was_done_most_often(town: Town) -> None:
    shelf = town.runtime.shelf
    order = ("VOC", "NAR", "VOC", "repeat")
    programme = shelf.current.programme.model_copy(update={"order": order, "level_checks": ()})
    shelf.current = replace(shelf.current, programme=programme)
    phone = await join(town, "da")
    await town.skip(days=12)
    sent = {each.id: each for each in phone.from_bot}
    second = [
        sent[each.message_id]
        for each in await town.deliveries()
        if each.week == 2 and each.message_id
    ]
    games = [each for each in second if any("did-it" in action for action in each.actions())]
    assert len(games) == 2

    for each in [game_of(phone), *games]:
        await phone.tap(each, "did-it")
    await town.skip(days=10)

    async with town.store.database.reading() as session:
        found = (await session.exec(select(ChildWeek))).all()
    weeks = {each.week: each.activity_id for each in found}
    assert len({weeks[1], weeks[2], weeks[3]}) == 3
    assert weeks[4] == weeks[2]
