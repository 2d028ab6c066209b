"""What taps do: each is written down once, and shown where it belongs."""

import pytest

from bot.store.tables import Child, EngagementEvent
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio


@pytest.fixture
async def phone(town: Town) -> Phone:
    phone = town.phone()
    await phone.join(await town.card("en"))
    return phone


async def test_each_tap_edits_its_message_and_is_answered(town: Town, phone: Phone) -> None:
    first = next(each for each in phone.from_bot if each.media)

    await phone.tap(first, "did-it")

    assert "Well done, both of you!" in first.text
    assert first.edited_at is not None
    assert town.sandbox.answers[-1].text == "Saved"


async def test_a_second_tap_counts_once_and_does_not_fail(town: Town, phone: Phone) -> None:
    first = next(each for each in phone.from_bot if each.media)
    await phone.tap(first, "did-it")

    await phone.tap(first, "did-it")

    assert (await town.events()).count("did-it") == 1


async def test_two_taps_at_once_count_once(town: Town, phone: Phone) -> None:
    first = next(each for each in phone.from_bot if each.media)
    action = next(each for each in first.actions() if each.endswith("did-it"))

    taps = [town.sandbox.tap(phone.person.id, first.id, action) for _ in range(5)]
    for callback_id in taps:
        await phone.answered(callback_id)

    assert (await town.events()).count("did-it") == 1


async def test_a_later_tap_changes_the_answer_and_both_are_kept(town: Town, phone: Phone) -> None:
    first = next(each for each in phone.from_bot if each.media)
    await phone.tap(first, "did-it")

    await phone.tap(first, "not-for-us")

    assert "Not every game fits every family." in first.text
    assert "Well done" not in first.text
    assert (await town.events())[-2:] == ["did-it", "not-for-us"]


async def test_too_hard_brings_the_easier_way_at_once(town: Town, phone: Phone) -> None:
    first = next(each for each in phone.from_bot if each.media)

    await phone.tap(first, "too-hard")

    assert "An easier one comes right away." in first.text
    assert first.actions() >= {"wish:1:easier", "wish:1:harder"}
    assert "An easier way: Choose a thing that you both can see." in phone.last.text
    assert phone.last.text.startswith("I Am Thinking of Something")


async def test_easier_twice_goes_one_step_down(town: Town, phone: Phone) -> None:
    first = next(each for each in phone.from_bot if each.media)
    await phone.tap(first, "too-hard")
    await phone.tap(first, "easier")

    await phone.tap_stale(first, "wish:1:easier")

    assert [str(child.level) for child in await town.rows(Child)] == ["easier"]
    assert (await town.events()).count("easier") == 1


async def test_harder_makes_the_next_activity_harder(town: Town, phone: Phone) -> None:
    first = next(each for each in phone.from_bot if each.media)
    await phone.tap(first, "did-it")
    await phone.tap(first, "harder")

    await town.skip(days=10)

    later = [each for each in phone.from_bot if each.media][-1]
    assert "A harder way:" in later.text


@pytest.mark.parametrize("action", ["answer:999:did-it", "nonsense", "consent:linking:perhaps"])
async def test_a_tap_that_means_nothing_is_answered_and_changes_nothing(
    town: Town, phone: Phone, action: str
) -> None:
    before = await town.events()

    await phone.tap_stale(phone.from_bot[1], action)

    assert await town.events() == before
    assert town.sandbox.answers[-1].text == "This message is from before. Nothing has changed."


async def test_nobody_answers_for_somebody_else(town: Town, phone: Phone) -> None:
    other = town.phone("Bashir")
    await other.join(await town.card("en"))

    await other.tap_stale(other.from_bot[1], "answer:1:did-it")

    assert "did-it" not in await town.events()


async def test_a_tap_on_a_message_from_weeks_ago_still_counts(town: Town, phone: Phone) -> None:
    first = next(each for each in phone.from_bot if each.media)
    await town.skip(days=21)

    await phone.tap(first, "did-it")

    assert "Well done" in first.text
    (event,) = [each for each in await town.rows(EngagementEvent) if str(each.kind) == "did-it"]
    assert event.delivery_id == 1


async def test_a_tap_shows_the_words_that_were_sent_even_after_a_change_of_language(
    town: Town, phone: Phone
) -> None:
    first = next(each for each in phone.from_bot if each.media)
    menu = await phone.write("/language")
    await phone.tap(menu, "language:da")

    await phone.tap(first, "did-it")

    assert "Well done" in first.text
    await town.skip(days=7)
    assert (await town.deliveries())[1].language == "da"


async def test_what_a_newcomer_writes_is_answered_kindly(town: Town) -> None:
    newcomer = town.phone("Chen", "en")
    await newcomer.start(await town.card("en"))

    written = await newcomer.write("hello there")
    spoken = await newcomer.attach("voice", b"OggS" + bytes(20))

    assert "/help" in written.text
    assert "/help" in spoken.text


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"message": {"chat": {"id": "x", "type": "private"}}},
        {"message": {"message_id": 1, "date": 0, "chat": {"id": -5, "type": "group"}}},
        {"poll": {"id": "1"}},
        {"callback_query": {"id": 5}},
        {"message": {"message_id": 1, "chat": {"id": 500001, "type": "private"}}},
    ],
)
async def test_a_malformed_or_unknown_update_never_stops_the_bot(
    town: Town, phone: Phone, update: dict[str, object]
) -> None:
    town.sandbox.push_raw(update)

    answer = await phone.write("/help")

    assert "three small messages a week" in answer.text


async def test_an_update_that_arrives_twice_counts_once(town: Town, phone: Phone) -> None:
    count = len(phone.from_bot)
    update_id = town.sandbox.write(phone.person.id, "/help")
    await phone.next_message(count)
    await town.settle()

    town.sandbox.repeat_update(update_id)
    await phone.write("/language")

    helped = [each for each in phone.from_bot if "three small messages" in each.text]
    assert len(helped) == 1
