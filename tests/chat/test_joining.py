"""From a card to the first activity."""

import pytest
import yaml

from bot.store.tables import Consent, Guardian, Newcomer
from tests.town import ROOT, Town

pytestmark = pytest.mark.anyio
LANGUAGES = yaml.safe_load((ROOT / "content" / "programme.yaml").read_text())["languages"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", ["card", "poster"])
async def test_the_first_activity_comes_after_at_most_three_taps_and_no_typing(
    town: Town, language: str, way: str
) -> None:
    code = await town.card(language) if way == "card" else await town.poster()
    phone = town.phone(language=language)

    taps = 1
    welcome = await phone.start(code)
    taps += 1
    await phone.tap(welcome, "join")
    await town.wait_for(lambda: [each for each in phone.from_bot if each.media])

    assert taps <= 3
    assert phone.from_bot[1].media is not None
    assert (await town.deliveries())[0].language == language
    assert [each.text for each in phone.messages if not each.from_bot] == [f"/start {code}"]


async def test_the_first_message_is_in_the_cards_language_and_offers_the_others(
    town: Town,
) -> None:
    phone = town.phone(language="en")

    welcome = await phone.start(await town.card("ar"))

    assert welcome.text.startswith("مرحبًا")
    offered = [button["text"] for row in welcome.buttons[1:] for button in row]
    assert offered[:2] == ["English", "Dansk"]
    assert len(offered) == len(LANGUAGES) - 1
    assert max(len(row) for row in welcome.buttons) <= 3  # more would be too narrow on a phone


async def test_another_language_is_one_tap_and_stays(town: Town) -> None:
    phone = town.phone()
    welcome = await phone.start(await town.card("da"))

    await phone.tap(welcome, "hello:en")
    assert welcome.text.startswith("Hello!")
    await phone.tap(welcome, "join")
    await town.wait_for(lambda: len(phone.from_bot) >= 3)

    assert "About 5 minutes" in phone.from_bot[1].text


async def test_linking_and_research_are_asked_after_the_first_activity(town: Town) -> None:
    phone = town.phone()
    await phone.join(await town.card("en"))

    question = phone.from_bot[2]
    assert "results from kindergarten and school" in question.text
    await phone.tap(question, "linking:yes")
    assert "researchers" in question.text
    await phone.tap(question, "research:no")

    assert "Results from kindergarten and school: yes" in question.text
    assert "Research: no" in question.text
    answers = [(str(row.purpose), str(row.answer)) for row in await town.rows(Consent)]
    assert answers == [("messages", "given"), ("linking", "given"), ("research", "refused")]


async def test_a_yes_that_is_taken_back_is_a_withdrawal(town: Town) -> None:
    phone = town.phone()
    await phone.join(await town.card("en"))
    question = phone.from_bot[2]
    await phone.tap(question, "linking:yes")
    await phone.tap(question, "research:yes")

    await phone.tap(question, "consents")
    await phone.tap(question, "linking:no")

    assert [str(row.answer) for row in await town.rows(Consent)][-1] == "withdrawn"


async def test_no_answer_to_linking_means_no(town: Town) -> None:
    phone = town.phone()
    await phone.join(await town.card("en"))

    assert [str(row.purpose) for row in await town.rows(Consent)] == ["messages"]


async def test_a_second_yes_changes_nothing(town: Town) -> None:
    phone = town.phone()
    await phone.join(await town.card())
    welcome = phone.from_bot[0]

    await phone.tap_stale(welcome, "join")

    assert len(await town.rows(Guardian)) == 1
    assert len([each for each in phone.from_bot if each.media]) == 1


async def test_a_newcomer_leaves_no_chat_id_and_is_forgotten_after_a_week(town: Town) -> None:
    phone = town.phone()
    await phone.start(await town.card())
    (newcomer,) = await town.rows(Newcomer)
    assert str(phone.person.id) not in newcomer.model_dump_json()

    await town.skip(days=7, minutes=1)
    await town.runtime.housekeeper.tidy()

    assert await town.rows(Newcomer) == []


async def test_the_same_card_brings_a_second_guardian_who_gets_the_same_activity(
    town: Town,
) -> None:
    code = await town.card("da")
    mother, father = town.phone("Amina"), town.phone("Bashir")

    first = await mother.join(code)
    second = await father.join(code)

    assert second.text == first.text


async def test_a_second_childs_card_adds_the_child_at_once(town: Town) -> None:
    phone = town.phone()
    await phone.join(await town.card("en", months=40))

    answer = await phone.start(await town.card("en", months=70))
    await town.wait_for(lambda: len([each for each in phone.from_bot if each.media]) == 2)

    assert answer.text == "✅ One more child is with us. Here comes the first game!"


async def test_the_chat_id_is_sealed_and_found_by_its_keyed_hash(town: Town) -> None:
    phone = town.phone()
    await phone.join(await town.card())

    (guardian,) = await town.rows(Guardian)

    address = str(phone.person.id)
    assert address.encode() not in guardian.chat_sealed
    assert town.store.sealer.unseal(guardian.chat_sealed, bound_to="chat") == address
    assert guardian.chat_key == town.store.sealer.keyed_hash(address, purpose="chat")
