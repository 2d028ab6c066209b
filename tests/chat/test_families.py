"""Second phones and second people: who gets what, and what becomes of an old phone."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.cadence import Rhythm
from bot.delivery.planning import change_rhythm
from bot.sandbox.records import ChatMessage
from bot.store import cards, guardians, posters
from bot.store.states import DeliveryKind, FamilyRole, GuardianState
from bot.store.tables import Child, Consent, Delivery, Guardian, Pair
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
BOTH = pytest.mark.parametrize("language", ["da", "ar"])
NEW = {"da": "Er det en ny telefon", "ar": "هل هذا هاتف جديد"}
SAVED = {"da": "Alt fortsætter her som før", "ar": "كل شيء يستمر هنا كما كان"}
MOVED = {"da": "hører nu til en anden telefon", "ar": "أصبحت الآن لهاتف آخر"}
ANOTHER = {"da": "I får alle de samme lege", "ar": "تصلكم جميعًا الألعاب نفسها"}


def question(phone: Phone) -> ChatMessage:
    """Find the question whether the phone is new."""
    return next(each for each in phone.from_bot if "new-phone" in each.actions())


def games(phone: Phone) -> list[str]:
    return [each.text for each in phone.from_bot if each.media]


async def states(town: Town) -> list[str]:
    return [str(each.state) for each in await town.rows(Guardian)]


async def set_role(town: Town, guardian_id: int, role: FamilyRole) -> None:
    async with town.store.database.writing() as session:
        guardian = await guardians.get_guardian(session, guardian_id)
        guardian.role = role


async def move(town: Town, code: str, *, language: str = "da") -> Phone:
    """Join on a new phone, and say that it is one."""
    phone = town.phone("New phone", language=language)
    await phone.join(code)
    await phone.tap(question(phone), "new-phone")
    return phone


async def test_a_first_guardian_is_not_asked_whether_the_phone_is_new(town: Town) -> None:
    phone = town.phone()

    await phone.join(await town.card())

    assert not [each for each in phone.from_bot if "new-phone" in each.actions()]


@BOTH
async def test_another_person_joins_in_three_taps_and_nothing_changes_for_the_first(
    town: Town, language: str
) -> None:
    code = await town.card(language)
    mother, father = town.phone("Amina"), town.phone("Bashir")
    await mother.join(code)
    before = len(mother.from_bot)

    await father.join(code)
    asked = question(father)
    assert NEW[language] in asked.text
    assert father.from_bot.index(asked) > father.from_bot.index(
        next(each for each in father.from_bot if each.media)
    )
    await father.tap(asked, "another-person")

    assert ANOTHER[language] in asked.text
    assert asked.buttons == []
    await town.skip(days=7)
    assert len(mother.from_bot) > before
    assert games(mother) == games(father)
    assert await states(town) == ["active", "active"]
    assert await town.examine() == []


async def test_whoever_said_to_be_another_person_takes_nobodys_place(town: Town) -> None:
    code = await town.card()
    await town.phone("Amina").join(code)
    father = town.phone("Bashir")
    await father.join(code)
    asked = question(father)
    await father.tap(asked, "another-person")

    await father.tap_stale(asked, "new-phone")
    await father.tap_stale(asked, "old-phone:1")

    assert await states(town) == ["active", "active"]


@BOTH
async def test_a_new_phone_lets_the_old_chat_go_and_tells_it_in_its_language(
    town: Town, language: str
) -> None:
    code = await town.card(language)
    old = town.phone("Amina", language=language)
    await old.join(code)
    await town.skip(days=2, hours=1)

    new = await move(town, code)
    await town.settle()

    assert SAVED[language] in question_after(new).text
    assert MOVED[language] in old.last.text
    assert await states(town) == ["moved", "active"]
    count = len(old.from_bot)
    await town.skip(days=21)
    assert len(old.from_bot) == count
    assert len(new.from_bot) > 5
    assert await town.examine() == []


def question_after(phone: Phone) -> ChatMessage:
    """Find what the question about the phone has become."""
    return next(each for each in reversed(phone.from_bot) if each.text.startswith("📱"))


async def test_at_night_the_old_chat_is_told_in_the_morning(town: Town) -> None:
    code = await town.card()
    old = town.phone("Amina")
    await old.join(code)
    await town.skip(hours=12)  # 23:00
    count = len(old.from_bot)

    await move(town, code)
    await town.settle()
    assert len(old.from_bot) == count
    assert await town.examine() == []
    await town.skip(hours=10)

    assert MOVED["da"] in old.last.text
    assert await town.examine() == []


async def test_language_rhythm_role_children_and_consents_move(town: Town) -> None:
    code = await town.card("ar", months=40)
    old = town.phone("Amina")
    await old.join(code)
    await old.start(await town.card("ar", months=70))
    linking = await old.tap(old.asking("linking:yes"), "linking:yes")
    await old.tap(linking, "research:no")
    await set_role(town, 1, FamilyRole.MOTHER)
    await set_rhythm(town, 1)
    await town.skip(days=1)

    new = town.phone("Amina's new phone", language="da")
    await new.start(code)
    await new.tap(new.last, "hello:da")
    await new.tap(new.last, "join")
    await town.settle()
    await new.tap(question(new), "new-phone")

    before, after = await town.rows(Guardian)
    for name in ("language", "role", "zone", "days", "hour", "quiet_from", "quiet_until"):
        assert getattr(after, name) == getattr(before, name)
    assert (after.language, after.role, after.hour) == ("ar", FamilyRole.MOTHER, 9)
    mine = [each.child_id for each in await town.rows(Pair) if each.guardian_id == after.id]
    assert sorted(mine) == [1, 2]
    said = [
        (str(each.purpose), str(each.answer), each.version, each.language)
        for each in await town.rows(Consent)
        if each.guardian_id == after.id
    ]
    assert said[1:] == [("linking", "given", "1", "ar"), ("research", "refused", "1", "ar")]
    await town.skip(days=28)
    assert await town.examine() == []
    assert {each.child_id for each in await sent_to(town, after)} == {1, 2}


async def set_rhythm(town: Town, guardian_id: int) -> None:
    """Choose other days and another hour, as a guardian may."""
    async with town.store.database.writing() as session:
        guardian = await guardians.lock_guardian(session, guardian_id)
        rhythm = Rhythm("Asia/Karachi", (1, 3), 9, 22, 7)
        await change_rhythm(session, guardian, rhythm, weeks=36, now=town.clock.now())


async def sent_to(town: Town, guardian: Guardian) -> Sequence[Delivery]:
    return [
        each
        for each in await town.deliveries()
        if each.guardian_id == guardian.id
        and str(each.status) == "sent"
        and each.kind is DeliveryKind.PROGRAMME
    ]


async def test_moving_brings_one_activity_at_once_and_not_one_for_each_child(town: Town) -> None:
    code = await town.card("da", months=40)
    old = town.phone("Amina")
    await old.join(code)
    await old.start(await town.card("da", months=70))
    await town.settle()
    await town.skip(days=1)

    new = await move(town, code)
    await town.settle()

    assert len(games(new)) == 1


async def test_what_the_new_phone_was_asked_and_answered_itself_stays(town: Town) -> None:
    code = await town.card()
    old, new = town.phone("Amina"), town.phone("New phone")
    await old.join(code)
    await old.tap(old.last, "linking:yes")
    await new.join(code)
    await new.tap(new.asking("linking:no"), "linking:no")

    await new.tap(question(new), "new-phone")

    said = [(each.guardian_id, str(each.answer)) for each in await town.rows(Consent)]
    assert (2, "refused") in said
    assert said.count((2, "given")) == 1  # to messages


@BOTH
async def test_of_several_earlier_guardians_one_is_chosen_by_role_or_day(
    town: Town, language: str
) -> None:
    code = await town.card(language)
    mother, grandmother = town.phone("Amina"), town.phone("Dina")
    await mother.join(code)
    await town.skip(days=2)
    await grandmother.join(code)
    await set_role(town, 1, FamilyRole.MOTHER)

    new = town.phone("New phone")
    await new.join(code)
    asked = question(new)
    await new.tap(asked, "new-phone")
    labels = [row[0]["text"] for row in asked.buttons[:2]]
    await new.tap(asked, "old-phone:2")

    assert (
        labels
        == {
            "da": ["Mor", "Med siden 9. september"],
            "ar": ["الأم", "معنا منذ \u20689 سبتمبر\u2069"],
        }[language]
    )
    assert await states(town) == ["active", "moved", "active"]
    assert await town.examine() == []


async def test_nobody_takes_the_place_of_a_stranger_or_of_somebody_who_came_later(
    town: Town,
) -> None:
    code = await town.card()
    await town.phone("Chen").join(await town.card())
    mother, father = town.phone("Amina"), town.phone("Bashir")
    await mother.join(code)
    await father.join(code)

    await father.tap_stale(father.last, "old-phone:1")
    await mother.tap_stale(mother.last, "old-phone:3")
    await mother.tap_stale(mother.last, "new-phone")

    assert await states(town) == ["active", "active", "active"]


@BOTH
async def test_a_chat_that_was_let_go_stays_quiet_whatever_it_taps_or_writes(
    town: Town, language: str
) -> None:
    code = await town.card(language)
    old = town.phone("Amina")
    first = await old.join(code)
    await move(town, code)
    await town.settle()

    for command in ("/menu", "/resume", "/pause", "/stop", "/start"):
        answer = await old.write(command)
        assert {"da": "på en anden telefon", "ar": "إلى هاتف آخر"}[language] in answer.text
        assert answer.buttons == []
    await old.tap(first, "too-hard")
    for action in ("menu:home", "day:0", "resume", "snooze:1", "stop"):
        await old.tap_stale(first, action)
    count = len(old.from_bot)
    await town.skip(days=14)

    assert len(old.from_bot) == count
    assert await states(town) == ["moved", "active"]


async def test_a_chat_that_was_let_go_can_come_back_with_the_card(town: Town) -> None:
    code = await town.card("en")
    old = town.phone("Amina")
    await old.join(code)
    await town.skip(hours=12)
    new = await move(town, code)

    await old.start(code)
    await old.tap(old.last, "join")
    await town.skip(days=8)

    assert await states(town) == ["active", "active"]
    assert not [each for each in old.from_bot if "belongs to another phone" in each.text]
    assert games(old)[-1] == games(new)[-1]
    assert await town.examine() == []


async def test_an_old_phone_that_cannot_be_reached_is_let_go_all_the_same(town: Town) -> None:
    code = await town.card()
    old = town.phone("Amina")
    await old.join(code)
    town.sandbox.block(old.person.id)
    await town.settle()
    await town.skip(days=2)

    await move(town, code)
    await town.settle()
    town.sandbox.unblock(old.person.id)
    await town.settle()

    assert await states(town) == ["moved", "active"]
    assert await town.examine() == []


async def test_two_new_phones_at_once_take_one_place_once(town: Town) -> None:
    code = await town.card()
    await town.phone("Amina").join(code)
    news = [town.phone("One"), town.phone("Two")]
    for phone in news:
        await phone.join(code)
    await set_state(town, 2, GuardianState.STOPPED)

    taps = [town.sandbox.tap(each.person.id, question(each).id, "new-phone") for each in news]
    for phone, tap in zip(news, taps, strict=True):
        await phone.answered(tap)

    farewells = [each for each in await town.deliveries() if each.notice == "moved"]
    assert [each.guardian_id for each in farewells] == [1]


async def set_state(town: Town, guardian_id: int, state: GuardianState) -> None:
    """Change a state alone."""
    async with town.store.database.writing() as session:
        guardian = await guardians.get_guardian(session, guardian_id)
        guardian.state = state


# Open enrolment


@BOTH
async def test_a_poster_brings_a_child_of_its_own_whose_age_is_asked_after_the_first_activity(
    town: Town, language: str
) -> None:
    phone = town.phone(language=language)

    await phone.join(await town.poster())
    (child,) = await town.rows(Child)
    assert (child.is_open, child.birth_month) == (True, None)
    asked = phone.from_bot[2]
    labels = [button["text"] for button in asked.buttons[0]]
    await phone.tap(asked, "age:1:5-6")

    (child,) = await town.rows(Child)
    assert (
        labels
        == {
            "da": ["3 år", "4 år", "5–6 år"],
            "ar": [
                "\u20683\u2069 سنوات",
                "\u20684\u2069 سنوات",
                "\u20685\u2069–\u20686\u2069 سنوات",
            ],
        }[language]
    )
    assert str(child.birth_month) == "2020-09-01"  # six years: the middle of 60 to 84 months
    await town.skip(days=8)
    later = [each.activity_id for each in await town.deliveries() if each.week == 2]
    activities = town.runtime.shelf.current.activities
    assert {activities[each].card.band for each in later if each} == {"5-6"}
    assert await town.examine() == []


async def test_the_age_can_be_corrected_and_only_by_the_childs_own_guardian(town: Town) -> None:
    code = await town.poster()
    phone, other = town.phone("Amina"), town.phone("Bashir")
    await phone.join(code)
    await other.join(code)
    asked = phone.from_bot[2]
    await phone.tap(asked, "age:1:5-6")

    await phone.tap_stale(asked, "age:1:3-4")
    await other.tap_stale(other.last, "age:1:4-5")
    await phone.tap_stale(asked, "age:1:9-10")

    assert str((await town.rows(Child))[0].birth_month) == "2023-03-01"


async def test_a_roster_child_is_not_asked_how_old_it_is(town: Town) -> None:
    phone = town.phone()
    await phone.join(await town.card())

    assert not [each for each in phone.from_bot if any("age:" in a for a in each.actions())]
    await phone.tap_stale(phone.last, "age:1:3-4")
    assert str((await town.rows(Child))[0].birth_month) != "2023-03-01"


async def test_each_newcomer_of_a_poster_is_a_family_of_its_own(town: Town) -> None:
    code = await town.poster()
    first, second = town.phone("Amina"), town.phone("Bashir")
    await first.join(code)
    await second.join(code)

    answer = await first.start(code)

    children = await town.rows(Child)
    assert len({each.study_code for each in children}) == 2
    assert answer.text.startswith("Du er allerede med")
    assert not [each for each in second.from_bot if "new-phone" in each.actions()]


@BOTH
@pytest.mark.parametrize("why", ["revoked", "off"])
async def test_a_poster_that_lets_nobody_in_says_so_kindly(
    town: Town, language: str, why: str
) -> None:
    phone, late = town.phone(language=language), town.phone("Bashir", language=language)
    code = await town.poster()
    await late.start(code)
    await close(town, why)

    answer = await phone.start(code)
    await late.tap(late.last, "join")

    said = {"da": "Bed børnehaven om jeres eget kort", "ar": "اطلبوا من الروضة بطاقة خاصة بكم"}
    assert said[language] in answer.text
    assert said[language] in late.last.text
    assert await town.rows(Guardian) == []


async def close(town: Town, why: str) -> None:
    """Take a poster back, or end open enrolment."""
    shelf = town.runtime.shelf
    if why == "off":
        programme = shelf.current.programme.model_copy(update={"open_enrolment": False})
        shelf.current = replace(shelf.current, programme=programme)
        return
    async with town.store.database.writing() as session:
        poster = await posters.get_poster(session, 1)
        poster.revoked_at = town.clock.now()


async def test_a_card_that_was_revoked_before_the_yes_lets_nobody_in(town: Town) -> None:
    phone = town.phone(language="en")
    await phone.start(await town.card("en"))
    async with town.store.database.writing() as session:
        (await cards.get_card(session, 1)).revoked_at = town.clock.now()

    await phone.tap(phone.last, "join")

    assert phone.last.text.startswith("This card is no longer valid.")
    assert await town.rows(Guardian) == []
