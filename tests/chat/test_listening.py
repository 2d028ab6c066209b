"""An activity that is recorded can be heard: the button is there only where a recording is."""

import pytest

from bot.catalogue.files import pack
from bot.catalogue.reading.loading import load_catalogue
from bot.store import snapshots
from tests.shipped import shipped_files
from tests.sounds import make_ogg
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
RECORDED = ("en", "ar")
FOLDER = "content/activities/thinking-of-something/audio"
TITLE = {"en": "I Am Thinking of Something", "ar": "أفكّر في شيء"}


def sound(language: str) -> bytes:
    return make_ogg(language.encode() * 50)


@pytest.fixture
async def town(town: Town) -> Town:
    """Record the first activity, in English and Arabic."""
    files = shipped_files()
    files |= {f"{FOLDER}/{language}.ogg": sound(language) for language in RECORDED}
    await accept(town, files)
    return town


async def accept(town: Town, files: dict[str, bytes]) -> None:
    catalogue = load_catalogue(files)
    async with town.store.database.writing() as session:
        await snapshots.accept_snapshot(
            session, catalogue.version, body=pack(files), now=town.clock.now()
        )
    town.runtime.shelf.current = catalogue


async def join(town: Town, language: str) -> Phone:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))
    return phone


def voices(phone: Phone) -> list[str]:
    return [
        each.media.file_id for each in phone.from_bot if each.media and each.media.kind == "voice"
    ]


@pytest.mark.parametrize("language", RECORDED)
async def test_listen_brings_the_recording_once_and_uploads_it_once(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    first = next(each for each in phone.from_bot if each.media)

    await phone.tap(first, "listen:1")
    await phone.tap(first, "listen:1")
    assert len(voices(phone)) == 1
    assert phone.last.text == TITLE[language]
    await town.skip(minutes=2)
    await phone.tap(first, "listen:1")

    assert len(voices(phone)) == 2
    assert len(set(voices(phone))) == 1
    assert first.media is not None
    assert first.media.kind == "photo"


async def test_where_nothing_is_recorded_there_is_no_button(town: Town) -> None:
    phone = await join(town, "da")
    first = next(each for each in phone.from_bot if each.media)

    assert not any(each.startswith("listen") for each in first.actions())
    await phone.tap_stale(first, "listen:1")

    assert voices(phone) == []
    assert town.sandbox.answers[-1].text == "Denne besked er fra før. Intet er ændret."


@pytest.mark.parametrize("language", RECORDED)
async def test_an_answered_touch_and_the_menu_keep_the_button(town: Town, language: str) -> None:
    phone = await join(town, language)
    first = next(each for each in phone.from_bot if each.media)
    await phone.tap(first, "did-it")
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:week")

    await phone.tap(menu, "listen:1")

    assert len(voices(phone)) == 1
    assert "listen:1" in first.actions()


async def test_what_was_sent_with_a_recording_keeps_it_when_the_catalogue_changes(
    town: Town,
) -> None:
    phone = await join(town, "ar")
    first = next(each for each in phone.from_bot if each.media)
    await accept(town, shipped_files())

    await phone.tap(first, "listen:1")

    assert len(voices(phone)) == 1


async def test_nobody_hears_what_was_sent_to_somebody_else(town: Town) -> None:
    await join(town, "en")
    other = await join(town, "en")

    await other.tap_stale(other.last, "listen:1")

    assert voices(other) == []
