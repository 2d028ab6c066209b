"""Consent: to the words that were shown, and asked for once more when they change."""

from dataclasses import replace

import pytest

from bot.core.actions import Purpose
from bot.core.versions import is_newer
from bot.store.states import DeliveryKind, GuardianState
from bot.store.tables import Consent, Guardian
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
LANGUAGES = ["en", "ar"]
SAID = {
    "en": {"changed": "Our text has changed.", "new": "New words, in English.", "go": "Thank you."},
    "ar": {"changed": "تغيّر نصّنا.", "new": "كلمات جديدة.", "go": "شكرًا."},
}


def change_consent(town: Town, version: str = "2") -> None:
    """Let staff write a new version of the consent texts."""
    old = town.runtime.shelf.current
    texts = {
        (version, language): replace(text, version=version, messages=new_words(language))
        for (_, language), text in old.consent.items()
    }
    programme = old.programme.model_copy(update={"consent": version})
    town.runtime.shelf.current = replace(old, programme=programme, consent={**old.consent, **texts})


def new_words(language: str) -> str:
    return SAID[language]["new"] if language in SAID else "Nye ord."


async def said(town: Town) -> list[tuple[str, str, str, str]]:
    """Give what was consented to: purpose, answer, version, language."""
    return [
        (str(row.purpose), str(row.answer), row.version, row.language)
        for row in await town.rows(Consent)
    ]


async def join(town: Town, language: str) -> Phone:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))
    return phone


# To the words that were shown


@pytest.mark.parametrize(("first", "later"), [("en", "ar"), ("ar", "da")])
async def test_a_consent_is_to_the_language_that_was_shown_whatever_was_chosen_since(
    town: Town, first: str, later: str
) -> None:
    phone = await join(town, first)
    question = phone.from_bot[2]

    await phone.tap(await phone.write("/language"), f"language:{later}")
    await phone.tap(question, "linking:yes")
    await phone.tap(question, "research:no")

    assert (await said(town))[1:] == [
        ("linking", "given", "1", first),
        ("research", "refused", "1", later),  # this question was shown after the change
    ]


async def test_the_first_yes_is_to_the_message_that_was_tapped(town: Town) -> None:
    phone, code = town.phone(language="en"), await town.card("en")
    english = await phone.start(code)
    arabic = await phone.start(code)
    await phone.tap(arabic, "hello:ar")

    await phone.tap(english, "join")

    assert await said(town) == [("messages", "given", "1", "en")]
    assert (await town.rows(Guardian))[0].language == "en"


async def test_an_answer_to_an_old_question_is_an_answer_to_its_old_words(town: Town) -> None:
    phone = await join(town, "en")
    question = phone.from_bot[2]
    change_consent(town)

    await phone.tap(question, "linking:yes")

    assert (await said(town))[-1] == ("linking", "given", "1", "en")


# Asked once more


@pytest.mark.parametrize("language", LANGUAGES)
async def test_new_words_take_a_touchs_place_and_a_yes_goes_on(town: Town, language: str) -> None:
    phone = await join(town, language)
    change_consent(town)
    count = len(phone.from_bot)
    await town.skip_to_next()

    (question,) = phone.from_bot[count:]
    assert question.text.startswith(f"📄 {SAID[language]['changed']}")
    assert question.text.endswith(SAID[language]["new"])
    await phone.tap(question, "renew")
    assert SAID[language]["go"] in question.text
    assert (await said(town))[-1] == ("messages", "given", "2", language)
    count = len(phone.from_bot)
    await town.skip(days=7)

    touches = [each for each in await town.deliveries() if each.activity_id and each.ended_at]
    assert len(phone.from_bot) > count
    assert touches[-1].kind is DeliveryKind.PROGRAMME


@pytest.mark.parametrize("language", LANGUAGES)
async def test_without_an_answer_nothing_else_comes(town: Town, language: str) -> None:
    phone = await join(town, language)
    change_consent(town)
    await town.skip_to_next()
    count = len(phone.from_bot)

    await town.skip(days=35)

    assert len(phone.from_bot) == count
    assert (await town.rows(Guardian))[0].state is GuardianState.QUIET
    assert await town.examine() == []


async def test_a_check_that_was_planned_waits_for_no_new_words(town: Town) -> None:
    phone = await join(town, "en")
    first = phone.from_bot[1]
    await phone.tap(first, ":not-yet")
    await phone.tap(first, "today")
    change_consent(town)
    count = len(phone.from_bot)

    await town.skip(days=2)

    (check,) = [each for each in await town.deliveries() if each.kind is DeliveryKind.CHECK]
    assert (str(check.status), check.reason) == ("skipped", "consent is to be renewed")
    assert len(phone.from_bot) == count


async def test_another_tap_brings_the_question_again_and_no_game(town: Town) -> None:
    phone = await join(town, "en")
    first = phone.from_bot[1]
    change_consent(town)
    await town.skip_to_next()
    count = len(phone.from_bot)

    await phone.tap(first, "did-it")
    await town.skip(days=7)

    assert [each.text.split("\n")[0] for each in phone.from_bot[count:]] == [
        "📄 Our text has changed. Please read it, and tell me whether I may go on. "
        "Until you tap, I send nothing more."
    ]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_is_asked_about_a_child_that_is_gone(town: Town, language: str) -> None:
    phone = await join(town, language)
    change_consent(town)
    await phone.tap_stale(phone.from_bot[1], "child-gone:1:died")
    count = len(phone.from_bot)

    await town.skip(days=28)
    silence = len(phone.from_bot) - count
    replies = [await phone.write(each) for each in ("/resume", "/stop", "/resume")]

    assert silence == 0
    asking = ("renew", "why-stop")
    assert not [one for each in replies for one in each.actions() if one.startswith(asking)]
    assert SAID[language]["new"] not in "".join(each.text for each in replies)


async def test_going_on_after_a_break_asks_for_the_new_words_first(town: Town) -> None:
    phone = await join(town, "en")
    await phone.write("/pause")
    change_consent(town)

    answer = await phone.write("/resume")
    assert answer.text.startswith("📄 Our text has changed.")
    assert (await town.rows(Guardian))[0].state is GuardianState.PAUSED
    await phone.tap(answer, "renew")

    assert (await town.rows(Guardian))[0].state is GuardianState.ACTIVE


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_was_agreed_to_in_old_words_counts_until_it_is_asked_again(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    question = phone.from_bot[2]
    await phone.tap(question, "linking:yes")
    await phone.tap(question, "research:yes")
    change_consent(town)
    await town.skip_to_next()

    await phone.tap(phone.last, "renew")
    before = (await said(town))[-3:]
    again = phone.last
    await phone.tap(again, "linking:no")
    await phone.tap(again, "research:yes")

    assert [each[:3] for each in before] == [
        ("linking", "given", "1"),
        ("research", "given", "1"),
        ("messages", "given", "2"),
    ]
    assert [each[:3] for each in (await said(town))[-2:]] == [
        ("linking", "withdrawn", "2"),
        ("research", "given", "2"),
    ]


async def test_what_an_old_phone_agreed_to_in_old_words_is_asked_on_the_new_one(town: Town) -> None:
    code = await town.card("en")
    old, new = town.phone("Amina", language="en"), town.phone("New phone", language="en")
    await old.join(code)
    await old.tap(old.asking("linking:yes"), "linking:yes")
    change_consent(town)
    await new.join(code)
    count = len(new.from_bot)

    await new.tap(new.asking("new-phone"), "new-phone")

    (asked,) = [each for each in new.from_bot[count:] if "consent" in str(each.actions())]
    await new.tap(asked, "linking:yes")
    assert [each[:3] for each in await said(town)][-2:] == [
        ("linking", "given", "1"),
        ("linking", "given", "2"),
    ]


async def test_a_no_is_not_asked_again(town: Town) -> None:
    phone = await join(town, "en")
    question = phone.from_bot[2]
    await phone.tap(question, "linking:no")
    await phone.tap(question, "research:no")
    change_consent(town)
    await town.skip_to_next()
    count = len(phone.from_bot)

    await phone.tap(phone.last, "renew")

    assert len(phone.from_bot) == count


async def test_research_alone_is_asked_again_where_only_that_was_agreed_to(town: Town) -> None:
    phone = await join(town, "en")
    question = phone.from_bot[2]
    await phone.tap(question, "linking:no")
    await phone.tap(question, "research:yes")
    change_consent(town)
    await town.skip_to_next()

    await phone.tap(phone.last, "renew")

    assert {each.split(":", 3)[3] for each in phone.last.actions()} == {
        f"{Purpose.RESEARCH}:yes",
        f"{Purpose.RESEARCH}:no",
    }


async def test_going_back_to_older_words_asks_nobody(town: Town) -> None:
    change_consent(town, "2")
    phone = await join(town, "en")
    change_consent(town, "1")

    await town.skip_to_next()

    assert (await said(town))[0][2] == "2"
    assert "Our text has changed" not in phone.last.text


@pytest.mark.parametrize(
    ("version", "other", "newer"),
    [("2", "1", True), ("1", "1", False), ("10", "9", True), ("1.1", "1", True), ("1", "2", False)],
)
def test_versions_are_told_apart_by_their_numbers(version: str, other: str, newer: bool) -> None:
    assert is_newer(version, other) is newer


# Why a family stops


@pytest.mark.parametrize(
    ("language", "thanks"), [("en", "Thank you for telling me."), ("ar", "شكرًا على الجواب.")]
)
async def test_whoever_stops_is_asked_why_by_one_tap(
    town: Town, language: str, thanks: str
) -> None:
    phone = await join(town, language)

    answer = await phone.write("/stop")
    await phone.tap(answer, "too-many")
    await phone.tap_stale(answer, "why-stop:age")

    assert answer.text.startswith(thanks)
    assert answer.actions() == {"resume"}
    assert (await town.events())[-3:] == ["stopped", "asked-why", "stop-too-many"]
    assert (await town.rows(Guardian))[0].state is GuardianState.STOPPED


async def test_nobody_is_asked_why_twice_in_a_row(town: Town) -> None:
    phone = await join(town, "en")
    asked = []

    for _ in range(3):
        answer = await phone.write("/stop")
        asked.append("why-stop:age" in answer.actions())
        again = await phone.write("/stop")
        assert again.actions() == {"gone", "resume"}
        await phone.tap(answer, "resume")

    assert asked == [True, False, True]
