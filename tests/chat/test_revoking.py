"""A card that was revoked opens nothing any more; who joined with it stays."""

import pytest

from bot.app.cards import issue_for
from bot.chat.codes import CARD
from bot.store import cards, centres
from bot.store.states import GuardianState
from bot.store.tables import Card, Child, Guardian, Newcomer
from tests.town import Town

pytestmark = pytest.mark.anyio
NO_LONGER_VALID = {
    "en": "This card is no longer valid. Please ask your kindergarten for a new one.",
    "da": "Det kort gælder ikke længere. Bed børnehaven om et nyt.",
    "ar": "هذه البطاقة لم تعد صالحة. اطلبوا بطاقة جديدة من الروضة.",
}


async def revoke(town: Town, code: str) -> Card:
    """Revoke a card by its code."""
    async with town.store.database.writing() as session:
        card = await cards.find_card(session, town.store.sealer.keyed_hash(code, purpose=CARD))
        assert card is not None
        await cards.revoke_card(session, card, now=town.clock.now())
    return card


@pytest.mark.parametrize("language", ["en", "da", "ar"])
async def test_a_revoked_card_is_explained_and_opens_nothing(town: Town, language: str) -> None:
    code = await town.card(language)
    await revoke(town, code)

    answer = await town.phone(language=language).start(code)

    assert answer.text == NO_LONGER_VALID[language]
    assert answer.buttons == []
    assert await town.rows(Newcomer) == []


@pytest.mark.parametrize("language", ["da", "ar"])
async def test_whoever_had_opened_a_card_cannot_say_yes_once_it_is_revoked(
    town: Town, language: str
) -> None:
    code = await town.card(language)
    phone = town.phone(language=language)
    welcome = await phone.start(code)
    await revoke(town, code)

    await phone.tap(welcome, "join")

    assert await town.rows(Guardian) == []
    assert [each for each in phone.from_bot if each.media] == []


@pytest.mark.parametrize("language", ["da", "ar"])
async def test_who_joined_with_an_old_card_stays_and_the_new_card_brings_the_same_child(
    town: Town, language: str
) -> None:
    old = await town.card(language)
    mother, father = town.phone("Amina"), town.phone("Bashir")
    first = await mother.join(old)
    await revoke(town, old)
    async with town.store.database.writing() as session:
        (row,) = await town.rows(Child)
        child = await centres.get_child_by_code(session, row.study_code)
        new, _card = await issue_for(
            session, child, language=language, sealer=town.store.sealer, now=town.clock.now()
        )

    second = await father.join(new)
    await town.skip_to_next()

    guardians = await town.rows(Guardian)
    assert [each.state for each in guardians] == [GuardianState.ACTIVE] * 2
    assert second.text == first.text
    assert len(mother.from_bot) > 3  # her programme went on
