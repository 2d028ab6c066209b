"""Cards and posters: which are printed, what is noted, what revoking takes away."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.store import Database, Session, cards, centres, posters
from bot.store.columns import id_of
from bot.store.tables import Card, Centre, Child

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def add_centre(session: Session, code: str = "sun") -> Centre:
    return await centres.add_centre(
        session, code, name=code, zone="Europe/Copenhagen", language="da", now=NOW
    )


async def add_card(
    session: Session, centre: Centre, name: str, *, language: str = "da"
) -> tuple[Card, Child]:
    child = await centres.enrol_child(session, centre, study_code=name, birth_month=None, now=NOW)
    card = await cards.issue_card(
        session, child, code_key=name, code_sealed=b"", language=language, now=NOW
    )
    return card, child


async def list_names(session: Session, centre: Centre, language: str | None = None) -> list[str]:
    found = await cards.list_cards_to_print(session, centre, language=language)
    return [card.code_key for card, _child in found]


async def test_a_centres_valid_cards_are_printed_and_no_others(database: Database) -> None:
    async with database.writing() as session:
        sun, moon = await add_centre(session), await add_centre(session, "moon")
        await add_card(session, sun, "first")
        await add_card(session, sun, "arabic", language="ar")
        await add_card(session, moon, "elsewhere")
        revoked, _child = await add_card(session, sun, "revoked")

        await cards.revoke_card(session, revoked, now=NOW)

        assert await list_names(session, sun) == ["first", "arabic"]
        assert await list_names(session, sun, "ar") == ["arabic"]


@pytest.mark.parametrize("moment", ["left_at", "withdrawn_at"])
async def test_a_card_from_before_its_child_left_is_not_printed_again(
    database: Database, moment: str
) -> None:
    async with database.writing() as session:
        sun = await add_centre(session)
        _old, child = await add_card(session, sun, "before")
        setattr(child, moment, NOW + HOUR)
        session.add(child)

        assert await list_names(session, sun) == []
        await cards.issue_card(
            session, child, code_key="after", code_sealed=b"", language="da", now=NOW + 2 * HOUR
        )
        assert await list_names(session, sun) == ["after"]


async def test_a_card_remembers_the_first_time_it_was_printed(database: Database) -> None:
    async with database.writing() as session:
        sun = await add_centre(session)
        first, _child = await add_card(session, sun, "first")
        other, _child = await add_card(session, sun, "other")
        numbers = [id_of(first), id_of(other)]
    async with database.writing() as session:
        await cards.record_printed(session, numbers[:1], now=NOW)
    async with database.writing() as session:
        await cards.record_printed(session, numbers, now=NOW + HOUR)

    async with database.reading() as session:
        found = [await cards.get_card(session, number) for number in numbers]
    assert [card.printed_at for card in found] == [NOW, NOW + HOUR]


async def test_a_card_that_is_revoked_twice_keeps_the_first_moment(database: Database) -> None:
    async with database.writing() as session:
        card, child = await add_card(session, await add_centre(session), "first")

        await cards.revoke_card(session, card, now=NOW)
        await cards.revoke_card(session, card, now=NOW + HOUR)

        assert [each.revoked_at for each in await cards.list_cards_of(session, child)] == [NOW]


async def test_a_poster_is_found_by_its_key_and_listed_until_it_is_revoked(
    database: Database,
) -> None:
    async with database.writing() as session:
        sun, moon = await add_centre(session), await add_centre(session, "moon")
        poster = await posters.issue_poster(
            session, sun, code_key="key", code_sealed=b"sealed", now=NOW
        )

        assert await posters.list_posters(session, sun) == [poster]
        assert await posters.list_posters(session, moon) == []
        await posters.revoke_poster(session, poster, now=NOW)
        await posters.revoke_poster(session, poster, now=NOW + HOUR)

        assert await posters.list_posters(session, sun) == []
        found = await posters.find_poster(session, "key")
        assert found is not None
        assert found.revoked_at == NOW
        assert await posters.find_poster(session, "other") is None
