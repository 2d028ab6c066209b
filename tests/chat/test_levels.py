"""Three taps in the first weeks set a child's level, unless the roster or a wish has."""

import pytest

from bot.core.actions import Able
from bot.core.cadence import Touch
from bot.core.choosing import Variant
from bot.core.levels import find_level
from bot.sandbox.records import ChatMessage
from bot.store import centres
from bot.store.states import LevelSource
from bot.store.tables import Child
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
BOTH = pytest.mark.parametrize("language", ["en", "ar"])
ASKED = {
    "en": ["two or three sentences?", "like cat and hat?", "its own name in writing?"],
    "ar": ["بجملتين أو ثلاث؟", "مثل «باب» و«كتاب»؟", "أو اسمه مكتوبًا؟"],
}
SAID = {"en": "You said: 🌿 A little", "ar": "جوابكم: \u2068🌿 قليلًا\u2069"}


def asking(phone: Phone) -> list[ChatMessage]:
    """List the messages that carry a question about what the child can do."""
    return [each for each in phone.from_bot if any(a.startswith("able:") for a in each.actions())]


async def level(town: Town, child: int = 0) -> tuple[str, str | None]:
    row = (await town.rows(Child))[child]
    return str(row.level), row.level_source and str(row.level_source)


async def answer_all(town: Town, phone: Phone, *endings: str) -> None:
    """Answer the three questions as they come."""
    for place, ending in enumerate(endings):
        await phone.tap(asking(phone)[place], f":{ending}")
        await town.skip_to_next()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((0, 0, 0), "easier"),
        ((2, 0, 0), "easier"),
        ((1, 1, 1), "plain"),
        ((2, 2, 0), "plain"),
        ((2, 2, 1), "harder"),
        ((2, 2, 2), "harder"),
    ],
)
def test_two_points_call_for_easier_four_for_plain_and_more_for_harder(
    said: tuple[int, ...], expected: str
) -> None:
    answers = (Able.NOT_YET, Able.A_LITTLE, Able.YES)

    told = dict(zip(Touch, (answers[points] for points in said), strict=True))

    assert find_level(told) == Variant(expected)
    assert find_level({Touch.WHY: Able.YES, Touch.DO: Able.YES}) is None


@BOTH
async def test_each_of_the_first_touches_asks_one_question_and_shows_what_was_said(
    town: Town, language: str
) -> None:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))
    for place in range(3):
        message = asking(phone)[place]
        rows = message.buttons
        assert len(rows[-1]) == 3
        assert ASKED[language][place] in message.text

        await phone.tap(message, ":can-a-little")

        assert SAID[language] in message.text
        assert message.buttons == rows
        await town.skip_to_next()
    await town.skip(days=7)

    assert len(asking(phone)) == 3
    assert await level(town) == ("plain", "check")
    assert (await town.events()).count("can-a-little") == 3


@pytest.mark.parametrize(
    ("endings", "expected"),
    [
        (("can-not-yet", "can-a-little", "can-a-little"), "easier"),
        (("can", "can-a-little", "can"), "harder"),
    ],
)
async def test_the_third_answer_sets_the_level_and_the_next_activity_follows_it(
    town: Town, endings: tuple[str, ...], expected: str
) -> None:
    phone = town.phone()
    await phone.join(await town.card("en"))

    await answer_all(town, phone, *endings[:2])
    assert await level(town) == ("plain", None)
    await answer_all(town, phone, *endings)

    assert await level(town) == (expected, "check")
    await town.skip(days=7)
    new = [each for each in await town.deliveries() if each.week == 3]
    assert {str(each.variant) for each in new} == {expected}


async def test_the_last_tap_on_a_question_counts(town: Town) -> None:
    phone = town.phone()
    await phone.join(await town.card("en"))
    await answer_all(town, phone, "can", "can", "can")

    for message in asking(phone)[:2]:
        await phone.tap(message, ":can-not-yet")

    assert await level(town) == ("easier", "check")
    assert [each for each in await town.events() if each.startswith("can")] == [
        *["can"] * 3,
        *["can-not-yet"] * 2,
    ]


async def test_whichever_guardian_answers_last_counts_and_a_question_is_put_once(
    town: Town,
) -> None:
    code = await town.card("en")
    mother, father = town.phone("Amina"), town.phone("Bashir")
    await mother.join(code)
    await father.join(code)
    await mother.tap(asking(mother)[0], ":can")
    await father.tap(asking(father)[0], ":can-not-yet")
    await town.skip_to_next()
    await father.tap(asking(father)[1], ":can-not-yet")
    await town.skip_to_next()

    await mother.tap(asking(mother)[2], ":can-not-yet")

    assert await level(town) == ("easier", "check")


async def test_a_wish_that_was_tapped_is_never_overruled(town: Town) -> None:
    phone = town.phone()
    first = await phone.join(await town.card("en"))
    await phone.tap(first, ":can-not-yet")
    await phone.tap(first, "did-it")
    await town.skip_to_next()
    second = asking(phone)[1]
    question = next(each for each in second.actions() if each.endswith(":can-not-yet"))
    await town.skip_to_next()
    await phone.tap(asking(phone)[2], ":can-not-yet")
    await phone.tap(second, ":harder")

    await phone.tap_stale(second, question)

    assert (await town.events()).count("can-not-yet") == 3
    assert await level(town) == ("harder", "wish")


async def test_a_level_from_the_roster_is_left_alone_and_nothing_is_asked(town: Town) -> None:
    code = await town.card("en")
    async with town.store.database.writing() as session:
        child = await centres.get_child(session, 1)
        await centres.record_level(session, child, Variant.EASIER, source=LevelSource.ROSTER)
    phone = town.phone()
    first = await phone.join(code)

    await phone.tap_stale(first, "able:1:can")
    await town.skip(days=8)

    assert asking(phone) == []
    assert await level(town) == ("easier", "roster")


async def test_a_question_that_nobody_answers_is_gone_after_the_second_week(town: Town) -> None:
    phone = town.phone()
    first = await phone.join(await town.card("en"))
    await town.skip(days=14)
    count = len(asking(phone))
    await phone.tap(first, "did-it")

    await town.skip(days=14)

    assert len(asking(phone)) == count
    assert await level(town) == ("plain", None)


async def test_the_question_is_no_message_of_its_own(town: Town) -> None:
    phone = town.phone()
    await phone.join(await town.card("en"))
    await town.skip(days=5)

    sent = [each for each in await town.deliveries() if str(each.status) == "sent"]
    assert sorted(str(each.kind) for each in sent) == ["notice", "programme", "programme"]
    assert len(phone.from_bot) == 4  # and the first message
