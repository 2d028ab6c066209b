"""Replacing the key that seals: what is refused, what is counted, and what a second time does."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from bot.app import key_status, rotating
from bot.app.opening import Store, open_store
from bot.app.resealing import BOUND_TO
from bot.chat.codes import CARD
from bot.core.sealing import Sealer, draw_key, parse_keys
from bot.errors import BotError, KeyMissing
from bot.intake.enrolling import enrol
from bot.settings import Settings
from bot.store import Database, cards, centres, processes, sealed
from bot.store.operation_tables import RunningProcess
from bot.store.tables import Card
from tests.town import SettableClock, town_settings

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    path = tmp_path / "kuffert.key"
    path.write_text(draw_key())
    settings = town_settings(database_url)
    settings.secret_key, settings.secret_key_file = None, path
    return settings


async def rotate(settings: Settings, now: datetime = NOW) -> int:
    return await rotating.rotate(
        settings,
        clock=SettableClock(now),
        say=lambda words: None,
        show_progress=lambda done, total: None,
        patience=0,
    )


async def issue(store: Store, code: str, sealer: Sealer | None = None) -> None:
    """Issue a card, with a code of this text."""
    async with store.database.writing() as session:
        centre = await centres.find_centre(session, "sun") or await centres.add_centre(
            session, "sun", name="Sun", zone="UTC", language="en", now=NOW
        )
        child = await enrol(session, centre, birth_month=None, now=NOW)
        await cards.issue_card(
            session,
            child,
            code_key=store.sealer.keyed_hash(code, purpose=CARD),
            code_sealed=(sealer or store.sealer).seal(code, bound_to=CARD),
            language="en",
            now=NOW,
        )


async def read_codes(store: Store) -> set[str]:
    """Open all cards."""
    async with store.database.reading() as session:
        found = (await session.exec(select(Card))).all()
    return {store.sealer.unseal(each.code_sealed, bound_to=CARD) for each in found}


async def note_process(database: Database, keys: str, *, seen_at: datetime) -> None:
    """Note a process on another machine, that has these keys."""
    process = RunningProcess(
        name="c0ffee" * 5,
        role="web",
        host="elsewhere",
        keys=keys,
        started_at=seen_at,
        seen_at=seen_at,
    )
    async with database.writing() as session:
        await processes.record_alive(session, process)


def names(settings: Settings) -> list[str]:
    return settings.read_key().names


def test_every_column_that_is_sealed_is_sealed_anew() -> None:
    assert set(BOUND_TO) == set(sealed.list_columns())


async def test_rotating_time_and_again_everything_opens_and_is_found_by_the_same_hash(
    settings: Settings,
) -> None:
    async with open_store(settings) as store:
        await issue(store, "first")
    assert settings.secret_key_file
    copy, moved = settings.secret_key_file.read_text(), []
    for month in range(3):
        now = NOW + timedelta(days=30 * month)
        moved.append(await rotate(settings, now))
        moved.append(await rotate(settings, now))
        await rotating.retire(settings, now=now + timedelta(hours=1))
        async with open_store(settings) as store:
            await issue(store, f"after rotation {month}")

    async with open_store(settings) as store:
        assert len(await read_codes(store)) == 4
        assert store.sealer.fingerprint() == Sealer(parse_keys(copy)).fingerprint()
    assert moved == [1, 0, 2, 0, 3, 0]
    assert len(names(settings)) == 1
    assert copy.strip() not in settings.secret_key_file.read_text()


async def test_a_process_elsewhere_without_the_new_key_is_named_and_nothing_is_sealed_with_it(
    settings: Settings, database: Database
) -> None:
    async with open_store(settings) as store:
        await issue(store, "first")
    [old] = names(settings)
    await note_process(database, old, seen_at=NOW)

    with pytest.raises(BotError, match="Not every process has the new key yet: web on elsewhere"):
        await rotate(settings)
    async with open_store(settings) as store:
        assert store.sealer.names[0] == old
    drawn = names(settings)
    await note_process(database, " ".join(drawn), seen_at=NOW)
    with pytest.raises(BotError, match="Not every process has the new key yet: web on elsewhere"):
        await rotate(settings)  # it opens with the new key, and does not seal with it yet
    await note_process(database, " ".join(reversed(drawn)), seen_at=NOW)

    assert await rotate(settings) == 1
    assert names(settings) == drawn


async def test_a_process_that_was_killed_does_not_hold_up_a_rotation_but_letting_go(
    settings: Settings, database: Database
) -> None:
    async with open_store(settings):
        [old] = names(settings)
    await note_process(database, old, seen_at=NOW - timedelta(minutes=2))

    await rotate(settings)

    with pytest.raises(BotError, match="Not every process seals with the new key: web on else"):
        await rotating.retire(settings, now=LATER)
    await rotating.retire(settings, now=NOW + timedelta(days=2))  # it is gone for good


async def test_a_process_that_is_known_to_be_gone_can_be_left_out_by_its_name(
    settings: Settings, database: Database
) -> None:
    async with open_store(settings):
        [old] = names(settings)
    await note_process(database, old, seen_at=NOW - timedelta(minutes=2))
    await rotate(settings)
    with pytest.raises(BotError, match=r"web on elsewhere \((\w{8}), last heard of 07 Sep") as told:
        await rotating.retire(settings, now=LATER)
    digits = re.search(r"\((\w{8}),", str(told.value))[1]  # type: ignore[index]

    for wrong in (digits[:4], "ffffffff", ""):
        with pytest.raises(BotError, match=f'No process without the new key is called "{wrong}"'):
            await rotating.retire(settings, now=LATER, without=[wrong])
    with pytest.raises(BotError, match=r"still runs\. Stop it first"):
        await note_process(database, old, seen_at=LATER)
        await rotating.retire(settings, now=LATER, without=[digits])
    await note_process(database, old, seen_at=NOW)
    await rotating.retire(settings, now=LATER, without=[digits])

    assert len(names(settings)) == 1


async def test_the_old_key_is_kept_as_long_as_it_may_be_needed(settings: Settings) -> None:
    with pytest.raises(BotError, match="There is one key that seals"):
        await rotating.retire(settings, now=NOW)
    await rotating.draw(settings)
    with pytest.raises(BotError, match="The newest key seals nothing yet"):
        await rotating.retire(settings, now=NOW)
    await rotate(settings)
    with pytest.raises(BotError, match="Wait until 09:10 UTC"):
        await rotating.retire(settings, now=NOW + timedelta(minutes=9))
    async with open_store(settings) as store:
        old = Sealer(settings.read_key())  # a command from before that comes late
        await issue(store, "late", old)
    with pytest.raises(BotError, match=r"still needed: 1 of card\.code_sealed"):
        await rotating.retire(settings, now=LATER)

    assert await rotate(settings) == 1
    await rotating.retire(settings, now=LATER)
    assert len(names(settings)) == 1


async def test_what_no_key_opens_is_told_and_stops_nothing(settings: Settings) -> None:
    async with open_store(settings) as store:
        await issue(store, "lost", Sealer(b"x" * 32))
        await issue(store, "first")

    assert await rotate(settings) == 1

    said = await key_status.list_status(settings, now=NOW)
    assert "note: 1 rows of card.code_sealed open with no key" in said
    assert said[-1] == "next: kuffert key retire"


async def test_a_backup_from_before_opens_with_the_key_file_of_its_time_alone(
    settings: Settings,
) -> None:
    assert settings.secret_key_file
    copy = settings.secret_key_file.read_text()
    async with open_store(settings) as store:
        await issue(store, "first")
    await rotate(settings)
    await rotating.retire(settings, now=LATER)
    new = settings.secret_key_file.read_text()

    settings.secret_key_file.write_text(copy)
    with pytest.raises(KeyMissing, match="is sealed with a key that is not in the key file"):
        async with open_store(settings):
            pass
    settings.secret_key_file.write_text(new)
    async with open_store(settings) as store:
        assert await read_codes(store) == {"first"}


async def test_a_key_of_another_installation_is_refused_in_the_middle_of_a_rotation(
    settings: Settings,
) -> None:
    await rotate(settings)
    assert settings.secret_key_file
    settings.secret_key_file.write_text(draw_key())

    with pytest.raises(BotError, match="This key is not the one that the database was sealed"):
        await rotate(settings)


async def test_a_key_in_a_setting_cannot_be_rotated(settings: Settings) -> None:
    settings.secret_key = SecretStr(draw_key())

    with pytest.raises(BotError, match="The key stands in KUFFERT_SECRET_KEY"):
        await rotate(settings)
