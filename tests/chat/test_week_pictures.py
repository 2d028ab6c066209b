"""What a family did in a week comes as a picture, with the week's last touch: never one more."""

import pytest

from bot.printing import keepsakes
from bot.sandbox.records import ChatMessage, StoredFile
from bot.store.tables import Delivery
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
LANGUAGES = pytest.mark.parametrize("language", ["da", "ar"])


async def join(town: Town, language: str, code: str = "") -> Phone:
    """Join on a Monday morning, with the first activity."""
    phone = town.phone(language=language)
    await phone.join(code or await town.card(language))
    return phone


def first_of(phone: Phone) -> ChatMessage:
    return next(each for each in phone.from_bot if each.media)


def last_touch(phone: Phone) -> ChatMessage:
    """Give the last message that is the last touch of a week: it alone has this one answer."""

    def answers(message: ChatMessage) -> list[str]:
        actions = [each.split(":") for each in message.actions()]
        return [what for name, *_number, what in actions if name == "answer"]

    return next(each for each in reversed(phone.from_bot) if answers(each) == ["did-it"])


def words_of(touch: ChatMessage) -> list[str]:
    """Give the title and the activity's own words, which stand before all that is said to taps."""
    return touch.text.split("\n\n")[:2]


async def row_of_last_touch(town: Town) -> Delivery:
    rows = [row for row in await town.deliveries() if row.status == "sent"]
    return [row for row in rows if row.touch == "grow"][-1]


def drawn(town: Town) -> list[StoredFile]:
    return [each for each in town.sandbox.files.values() if each.name.startswith("together")]


async def sent_in_second_week(town: Town) -> list[Delivery]:
    rows = await town.deliveries()
    return [row for row in rows if row.status == "sent" and row.week == 2]


@LANGUAGES
async def test_who_did_the_activity_gets_its_picture_with_the_weeks_last_touch(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    await phone.tap(first_of(phone), "did-it")

    await town.skip(days=5)

    touch = last_touch(phone)
    (picture,) = drawn(town)
    first = (await town.deliveries())[0]
    assert touch.media == picture
    assert picture.name == f"together-{first.activity_id}-{language}.png"
    assert (picture.kind, picture.width) == ("photo", 600)
    assert picture.size <= 100_000
    assert len(touch.text) > 20  # the words are there as before


@LANGUAGES
async def test_a_week_with_a_picture_has_three_messages(town: Town, language: str) -> None:
    phone = await join(town, language)
    await town.skip(days=7)
    before = len(phone.from_bot)

    await town.skip(days=2, hours=8)
    await phone.tap(phone.last, "did-it")
    await town.skip(days=4)

    by_itself = [m for m in phone.from_bot[before:] if "menu:nobody" not in m.actions()]
    assert len(by_itself) == 3  # besides, to the tap: whom to invite
    assert [str(row.kind) for row in await sent_in_second_week(town)] == ["programme"] * 3
    assert by_itself[-1].media == drawn(town)[0]


@LANGUAGES
@pytest.mark.parametrize("answer", ["", ":not-yet", "too-hard"])
async def test_who_did_nothing_gets_no_picture_and_hears_nothing_of_it(
    town: Town, language: str, answer: str
) -> None:
    phone = await join(town, language)
    quiet = await join(town, language)
    if answer:
        await phone.tap(first_of(phone), answer)

    await town.skip(days=5)

    assert last_touch(phone).media is None
    assert last_touch(phone).text == last_touch(quiet).text
    assert drawn(town) == []


@LANGUAGES
async def test_an_answer_that_was_taken_back_is_not_shown(town: Town, language: str) -> None:
    phone = await join(town, language)
    await phone.tap(first_of(phone), "did-it")
    await phone.tap(first_of(phone), ":not-yet")

    await town.skip(days=5)

    assert last_touch(phone).media is None


@LANGUAGES
async def test_what_was_done_of_another_week_is_not_shown(town: Town, language: str) -> None:
    phone = await join(town, language)
    await town.skip(days=7)
    await phone.tap(first_of(phone), "did-it")

    await town.skip(days=5)

    assert last_touch(phone).media is None
    assert (await sent_in_second_week(town))[-1].touch == "grow"


async def keep_days(phone: Phone, *taken_out: str) -> None:
    """Take days out of Monday, Wednesday, Friday."""
    menu = await phone.write("/menu")
    for action in ("menu:settings", "menu:days", *taken_out):
        await phone.tap(menu, action)


@LANGUAGES
async def test_with_two_days_a_week_the_picture_comes_with_the_next_weeks_first_touch(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    await keep_days(phone, "day:4")
    await phone.tap(first_of(phone), "did-it")

    await town.skip(days=7, hours=8)

    why = (await sent_in_second_week(town))[0]
    touch = phone.from_bot[-1]
    (picture,) = drawn(town)
    assert why.touch == "why"
    assert touch.media == picture
    assert picture.name == f"together-{(await town.deliveries())[0].activity_id}-{language}.png"

    await town.skip(days=7)  # nothing was done in the second week
    assert [each.media for each in phone.from_bot if each.media == picture] == [picture]


@LANGUAGES
async def test_with_one_day_a_week_the_activity_keeps_its_own_picture(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    await keep_days(phone, "day:4", "day:0")
    await phone.tap(first_of(phone), "did-it")

    await town.skip(days=10)

    assert [row.touch for row in await sent_in_second_week(town)] == ["do"]
    assert phone.from_bot[-1].media is not None
    assert drawn(town) == []


@LANGUAGES
async def test_an_answer_keeps_the_picture_and_changes_the_words(town: Town, language: str) -> None:
    phone = await join(town, language)
    await phone.tap(first_of(phone), "did-it")
    await town.skip(days=5)
    touch = last_touch(phone)
    picture, words = touch.media, words_of(touch)

    await phone.tap(touch, "did-it")
    await phone.tap(touch, "harder")

    assert touch.media == picture
    assert words_of(touch) == words
    assert all(sign in touch.text for sign in "✅➕")


@LANGUAGES
async def test_a_touch_without_a_picture_stays_without_whatever_is_answered(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    await town.skip(days=5)
    touch = last_touch(phone)
    words, text = words_of(touch), touch.text

    await phone.tap(first_of(phone), "did-it")
    await phone.tap(touch, "did-it")

    assert touch.media is None
    assert words_of(touch) == words
    assert touch.text != text


@LANGUAGES
async def test_in_the_menu_the_week_is_words_alone_and_counts(town: Town, language: str) -> None:
    phone = await join(town, language)
    await phone.tap(first_of(phone), "did-it")
    await town.skip(days=5)
    grow = await row_of_last_touch(town)
    menu = await phone.write("/menu")

    await phone.tap(menu, "menu:week")
    await phone.tap(menu, f"again:{grow.id}:harder")

    assert menu.media is None
    assert (await town.events())[-1] == "harder"


@LANGUAGES
async def test_an_activity_that_took_anothers_place_is_shown(town: Town, language: str) -> None:
    phone = await join(town, language)
    await phone.tap(first_of(phone), "not-for-us")
    await town.settle()
    other = phone.last
    await phone.tap(other, "did-it")

    await town.skip(days=5)

    swapped = next(row for row in await town.deliveries() if row.kind == "answer")
    (picture,) = drawn(town)
    assert picture.name == f"together-{swapped.activity_id}-{language}.png"
    assert last_touch(phone).media == picture


@LANGUAGES
async def test_two_activities_stand_side_by_side_in_the_order_that_they_came(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    first = first_of(phone)
    await phone.tap(first, "not-for-us")
    await town.settle()
    other = phone.last
    await phone.tap(other, "did-it")
    await phone.tap(first, "did-it")

    await town.skip(days=5)

    rows = await town.deliveries()
    swapped = next(row for row in rows if row.kind == "answer")
    (picture,) = drawn(town)
    names = f"{rows[0].activity_id}-{swapped.activity_id}"
    assert picture.name == f"together-{names}-{language}.png"


@LANGUAGES
async def test_what_one_guardian_did_is_shown_to_the_other_too(town: Town, language: str) -> None:
    code = await town.card(language)
    mother, father = await join(town, language, code), await join(town, language, code)
    await mother.tap(first_of(mother), "did-it")

    await town.skip(days=5)

    (picture,) = drawn(town)
    assert last_touch(mother).media == last_touch(father).media == picture


async def test_a_picture_is_drawn_and_uploaded_once_for_all_who_did_the_same(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings = count_drawings(monkeypatch)
    phones = [await join(town, language) for language in ("da", "da", "da", "ar")]
    for phone in phones:
        await phone.tap(first_of(phone), "did-it")

    await town.skip(days=5)

    assert len(drawings) == 2  # one in each language
    danish = {last_touch(phone).media.file_id for phone in phones[:3]}  # type: ignore[union-attr]
    assert len(danish) == 1
    assert len(drawn(town)) == 2


async def test_a_child_does_not_get_what_its_sibling_did(town: Town) -> None:
    phone = await join(town, "da")
    await phone.start(await town.card("da", months=67))
    await town.settle()
    first, second = [each for each in phone.from_bot if each.media]
    await phone.tap(first, "did-it")
    await phone.tap(second, "did-it")

    await town.skip(days=5)

    touch = last_touch(phone)
    child = (await row_of_last_touch(town)).child_id
    done = next(row for row in await town.deliveries() if row.child_id == child)
    assert touch.media is not None
    assert touch.media.name == f"together-{done.activity_id}-da.png"


async def test_the_picture_is_in_the_language_that_the_guardian_has_now(town: Town) -> None:
    phone = await join(town, "da")
    await phone.tap(first_of(phone), "did-it")
    menu = await phone.write("/language")
    await phone.tap(menu, "language:ar")

    await town.skip(days=5)

    (picture,) = drawn(town)
    assert picture.name.endswith("-ar.png")


@LANGUAGES
async def test_a_picture_that_cannot_be_drawn_is_left_out_and_the_log_says_so(
    town: Town, language: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    phone = await join(town, language)
    await phone.tap(first_of(phone), "did-it")
    monkeypatch.setattr(keepsakes, "show_activity", lambda *_: {"picture": "none.png"})

    await town.skip(days=5)
    touch = last_touch(phone)
    await phone.tap(touch, "did-it")

    assert touch.media is None
    assert "✅" in touch.text
    (said,) = [each for each in caplog.messages if "is left out" in each]
    assert said.startswith("together-")
    assert (await row_of_last_touch(town)).attempts == 1


def count_drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count how often something is drawn, on the way to the real drawing."""
    drawings: list[str] = []
    draw = keepsakes.draw_picture

    def count(template: str, content: dict[str, object], **more: object) -> bytes:
        drawings.append(template)
        return draw(template, content, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(keepsakes, "draw_picture", count)
    return drawings
