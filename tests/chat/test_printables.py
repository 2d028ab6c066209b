"""Pages to print: chosen in the menu, they come as a PDF in the family's language."""

import logging
from dataclasses import replace

import pytest

from bot.sandbox.records import ChatMessage
from bot.store.tables import EngagementEvent
from tests.printing.paper import A4, read
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
LANGUAGES = pytest.mark.parametrize("language", ["da", "ar"])
CARDS = "memory-cards"
TITLE = {"da": "Find to ens", "ar": "الصور المتشابهة"}


async def join(town: Town, language: str) -> Phone:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))
    return phone


async def choose_cards(phone: Phone) -> ChatMessage:
    """Choose the cards in the menu; give the last message that came."""
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:print")
    await phone.tap(menu, f"print:{CARDS}")
    return phone.last


def documents(phone: Phone) -> list[ChatMessage]:
    return [each for each in phone.from_bot if each.media and each.media.kind == "document"]


@LANGUAGES
async def test_a_page_to_print_comes_as_a_pdf_in_the_familys_language(
    town: Town, language: str
) -> None:
    phone = await join(town, language)

    sent = await choose_cards(phone)

    assert sent.media
    assert (sent.media.kind, sent.media.name) == ("document", f"{CARDS}-{language}.pdf")
    assert TITLE[language] in sent.text
    (sheet,) = read(town.sandbox.contents[sent.media.digest])
    assert sheet.size == A4
    assert sheet.language().startswith(language)
    if language == "da":
        assert sheet.text.startswith(TITLE["da"])
        assert sheet.text.count("kuffert") == 2
    (event,) = [each for each in await town.rows(EngagementEvent) if each.material]
    assert (str(event.kind), event.material, event.child_id) == ("printed", CARDS, 1)


@LANGUAGES
async def test_a_page_to_print_is_uploaded_once_for_all_families(town: Town, language: str) -> None:
    for _ in range(2):
        await choose_cards(await join(town, language))

    calls = [each for each in town.sandbox.calls if each.method == "sendDocument"]
    assert len(calls) == 2
    assert len([each for each in town.sandbox.files.values() if each.kind == "document"]) == 1


async def test_the_list_stays_and_an_impatient_second_tap_brings_the_page_once(town: Town) -> None:
    phone = await join(town, "da")
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:print")

    await phone.tap(menu, f"print:{CARDS}")
    await phone.tap(menu, f"print:{CARDS}")
    assert len(documents(phone)) == 1
    await town.skip(minutes=1)
    await phone.tap(menu, f"print:{CARDS}")

    assert len(documents(phone)) == 2
    assert "menu:home" in menu.actions()


async def test_a_page_that_cannot_be_set_is_left_out_and_the_bot_goes_on(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    phone = await join(town, "da")
    shelf = town.runtime.shelf
    broken = replace(shelf.current.printables[CARDS], page="#image(")
    shelf.current = replace(shelf.current, printables={CARDS: broken})
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:print")

    with caplog.at_level(logging.ERROR, logger="bot"):
        await phone.tap(menu, f"print:{CARDS}")

    assert documents(phone) == []
    assert f"content/printables/{CARDS}/page.typ, line 1: this cannot be set" in caplog.text
    assert "menu:week" in (await phone.write("/menu")).actions()


async def test_a_page_comes_in_the_schools_language_where_that_is_another(town: Town) -> None:
    phone = await join(town, "ar")
    sent = await choose_cards(phone)

    await phone.tap(sent, f"print:{CARDS}:school")

    names = [each.media.name for each in documents(phone) if each.media]
    assert names == [f"{CARDS}-ar.pdf", f"{CARDS}-da.pdf"]
    materials = [each.material for each in await town.rows(EngagementEvent) if each.material]
    assert materials == [CARDS, f"{CARDS}/school"]


async def test_where_home_and_school_speak_alike_a_page_offers_no_other_language(
    town: Town,
) -> None:
    sent = await choose_cards(await join(town, "da"))

    assert not sent.buttons
