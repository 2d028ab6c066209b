"""Stories: chosen in the menu, told page by page in one message, in one language or two."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.catalogue.files import pack
from bot.catalogue.reading.loading import load_catalogue
from bot.sandbox.records import ChatMessage
from bot.store import snapshots
from bot.store.tables import EngagementEvent
from tests.printing.paper import read
from tests.shipped import shipped_catalogue, shipped_files
from tests.sounds import make_ogg
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
LANGUAGES = pytest.mark.parametrize("language", ["da", "ar"])
STORY, FOLDER = "red-suitcase", "content/stories/red-suitcase"
PAGES = len(shipped_catalogue().stories[STORY].pages)
TITLE = {"da": "Den røde kuffert", "ar": "الحقيبة الحمراء"}
NUMBERED = {"da": "Side 3 af 8", "ar": "الصفحة \u20683\u2069 من \u20688\u2069"}
FIRST = {"da": "Godmorgen!", "ar": "صباح الخير!"}
NEXT = {"da": "Næste ➡️", "ar": "التالي ⬅️"}
STALE = "Denne besked er fra før. Intet er ændret."


async def join(town: Town, language: str, *, months: int = 50) -> Phone:
    phone = town.phone(language=language)
    await phone.join(await town.card(language, months=months))
    return phone


async def open_story(phone: Phone) -> ChatMessage:
    """Choose the story in the menu; give the message that it is told in."""
    menu = await phone.write("/menu")
    await phone.tap(menu, "menu:stories")
    await phone.tap(menu, f"story:{STORY}")
    return phone.last


async def accept(town: Town, files: Mapping[str, bytes]) -> None:
    catalogue = load_catalogue(files)
    async with town.store.database.writing() as session:
        await snapshots.accept_snapshot(
            session, catalogue.version, body=pack(files), now=town.clock.now()
        )
    town.runtime.shelf.current = catalogue


def sound(language: str) -> bytes:
    return make_ogg(language.encode() * 50)


def with_stories(count: int) -> dict[str, bytes]:
    """Give the shipped files with one story, and so many more for younger children."""
    shipped = {
        name: content
        for name, content in shipped_files().items()
        if not name.startswith("content/stories/") or name.startswith(FOLDER)
    }
    story = {name: each for name, each in shipped.items() if name.startswith(FOLDER)}
    more = {}
    for number in range(count):
        for name, content in story.items():
            path = name.replace(STORY, f"other-{number:02}")
            if path.endswith(".yaml"):
                content = content.replace(b'band: "4-5"', b'band: "3-4"')
            if path.endswith(".md"):
                content = content.replace(b'title: "', f'title: "{number:02} '.encode())
            more[path] = content
    return {**shipped, **more}


def digests(phone: Phone) -> list[str]:
    return [each.media.digest for each in phone.from_bot if each.media]


async def used(town: Town) -> list[tuple[str, str | None]]:
    rows = await town.rows(EngagementEvent)
    return [(str(each.kind), each.material) for each in rows if each.material]


@LANGUAGES
async def test_a_story_is_told_page_by_page_in_one_message_to_its_end(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    story = await open_story(phone)
    count, pages = len(phone.from_bot), shipped_catalogue().stories[STORY].pages
    assert story.text.startswith(TITLE[language])
    assert FIRST[language] in story.text
    assert f"page:{STORY}:0:home" not in story.actions()

    for number in range(2, PAGES + 1):
        await phone.tap(story, f"page:{STORY}:{number}:home")

        assert story.media
        assert story.media.digest == pages[number - 1].picture.digest
        if number == 3:
            assert NUMBERED[language] in story.text
    assert f"page:{STORY}:{PAGES + 1}:home" not in story.actions()
    await phone.tap(story, f"page:{STORY}:{PAGES - 1}:home")

    assert len(phone.from_bot) == count
    assert story.media.digest == pages[PAGES - 2].picture.digest


@LANGUAGES
async def test_a_story_that_was_opened_and_read_is_written_down_once_each_time(
    town: Town, language: str
) -> None:
    phone = await join(town, language)
    story = await open_story(phone)
    assert await used(town) == [("story-opened", STORY)]

    for number in (PAGES, PAGES - 1, PAGES):
        await phone.tap_stale(story, f"page:{STORY}:{number}:home")
    assert await used(town) == [("story-opened", STORY), ("story-read", STORY)]
    await phone.tap(story, "other-stories")
    await phone.tap(story, f"page:{STORY}:1:home")

    assert (await used(town))[2:] == [("story-opened", STORY)]
    events = [each for each in await town.rows(EngagementEvent) if each.material]
    assert {each.child_id for each in events} == {1}


@LANGUAGES
async def test_the_next_page_is_where_the_reading_goes(town: Town, language: str) -> None:
    phone = await join(town, language)
    story = await open_story(phone)
    await phone.tap(story, f"page:{STORY}:2:home")

    row = [button["text"] for button in story.buttons[0]]

    assert row.index(NEXT[language]) == (0 if language == "ar" else 1)


async def test_a_story_is_read_in_the_schools_language_or_in_both(town: Town) -> None:
    phone = await join(town, "ar")
    story = await open_story(phone)
    chosen = [each["text"] for row in story.buttons for each in row if "✅" in each["text"]]
    assert chosen == ["✅ العربية"]

    await phone.tap(story, f"page:{STORY}:1:school")
    assert FIRST["da"] in story.text
    assert FIRST["ar"] not in story.text
    await phone.tap(story, f"page:{STORY}:1:both")
    await phone.tap(story, f"page:{STORY}:2:both")
    await phone.tap(story, f"page:{STORY}:1:both")

    assert story.text.index(FIRST["ar"]) < story.text.index(FIRST["da"])
    paragraphs = [each for each in story.text.split("\n\n")[1:] if each]
    framed = [each[:2] for each in paragraphs]
    assert framed == ["\u200f\u2067"] * 3 + ["\u200e\u2066"] * 3
    assert all(each.endswith("\u2069") for each in paragraphs)


async def test_where_home_and_school_speak_alike_no_language_is_offered(town: Town) -> None:
    phone = await join(town, "da")

    story = await open_story(phone)

    assert not any("both" in each or "school" in each for each in story.actions())
    await phone.tap_stale(story, f"page:{STORY}:2:both")
    assert "Her kommer en kat." in story.text
    assert len(story.text.split("\n\n")) == 4


@LANGUAGES
async def test_another_story_takes_the_place_of_the_one_that_was_read(
    town: Town, language: str
) -> None:
    await accept(town, with_stories(1))
    phone = await join(town, language)
    story = await open_story(phone)
    count = len(phone.from_bot)
    await phone.tap_stale(story, f"page:{STORY}:{PAGES}:home")

    await phone.tap(story, "other-stories")
    await phone.tap(story, "page:other-00:1:home")

    assert story.text.startswith(f"00 {TITLE[language]}")
    assert len(phone.from_bot) == count


@LANGUAGES
async def test_from_a_story_the_menu_comes_as_a_new_message(town: Town, language: str) -> None:
    phone = await join(town, language)
    story = await open_story(phone)

    await phone.tap(story, "menu-below")

    assert phone.last.id > story.id
    assert "menu:stories" in phone.last.actions()
    assert story.media


@LANGUAGES
async def test_stories_for_the_childs_age_come_first_and_the_rest_on_more_screens(
    town: Town, language: str
) -> None:
    await accept(town, with_stories(10))
    phone = await join(town, language, months=50)
    menu = await phone.write("/menu")

    await phone.tap(menu, "menu:stories")
    first = [row[0]["callback_data"] for row in menu.buttons]
    await phone.tap(menu, "shelf:stories:8")
    second = [row[0]["callback_data"] for row in menu.buttons]

    assert first[:2] == [f"story:{STORY}", "story:other-00"]
    assert len([each for each in first if each.startswith("story:")]) == 8
    assert second[:3] == ["story:other-07", "story:other-08", "story:other-09"]
    assert menu.actions() >= {"shelf:stories:0", "menu:home"}


async def test_the_ages_of_all_children_come_first(town: Town) -> None:
    await accept(town, with_stories(2))
    phone = await join(town, "da", months=40)
    await phone.start(await town.card("da", months=75))
    await town.settle()
    menu = await phone.write("/menu")

    await phone.tap(menu, "menu:stories")

    shown = [row[0]["callback_data"] for row in menu.buttons[:3]]
    assert shown == ["story:other-00", "story:other-01", f"story:{STORY}"]


async def test_each_picture_is_uploaded_once_however_many_read(town: Town) -> None:
    for language in ("da", "ar"):
        phone = await join(town, language)
        story = await open_story(phone)
        for number in (2, 3, 2, 1):
            await phone.tap_stale(story, f"page:{STORY}:{number}:home")

    turned = [each for each in town.sandbox.calls if each.method == "editMessageMedia"]
    uploads = [each for each in turned if "file" in each.parameters]
    assert len(turned) == 8
    assert len(uploads) == 2
    assert len({json.loads(each.parameters["media"])["media"] for each in turned}) == 4


async def test_a_picture_that_the_network_has_lost_is_uploaded_again(town: Town) -> None:
    phone = await join(town, "da")
    story = await open_story(phone)
    await phone.tap(story, f"page:{STORY}:2:home")
    await phone.tap(story, f"page:{STORY}:1:home")
    town.sandbox.files.clear()

    await phone.tap(story, f"page:{STORY}:2:home")

    assert "Her kommer en kat." in story.text


@LANGUAGES
async def test_an_impatient_second_tap_opens_a_story_once_and_does_no_harm(
    town: Town, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    phone = await join(town, language)
    story = await open_story(phone)
    menu, count = phone.from_bot[-2], len(phone.from_bot)

    await phone.tap(menu, f"story:{STORY}")
    await phone.tap_stale(story, f"page:{STORY}:1:home")
    assert len(phone.from_bot) == count
    await town.skip(minutes=1)
    await phone.tap(menu, f"story:{STORY}")

    assert len(phone.from_bot) == count + 1
    assert not [each.message for each in caplog.records if each.name.startswith("bot")]


@LANGUAGES
async def test_a_recorded_page_can_be_heard_once_for_each_tap(town: Town, language: str) -> None:
    audio = {f"{FOLDER}/audio/{each}/2.ogg": sound(each) for each in ("da", "ar")}
    await accept(town, {**shipped_files(), **audio})
    phone = await join(town, language)
    story = await open_story(phone)
    heard = f"hear:{STORY}:2:{language}"
    assert not any(each.startswith("hear") for each in story.actions())
    await phone.tap(story, f"page:{STORY}:2:home")

    await phone.tap(story, heard)
    await phone.tap(story, heard)

    voices = [each for each in phone.from_bot if each.media and each.media.kind == "voice"]
    assert len(voices) == 1
    assert voices[0].text.startswith(TITLE[language])
    assert ("story-heard", f"{STORY}/2/{language}") in await used(town)


async def test_a_page_in_two_languages_is_heard_in_either(town: Town) -> None:
    audio = {f"{FOLDER}/audio/{each}/1.ogg": sound(each) for each in ("da", "ar")}
    await accept(town, {**shipped_files(), **audio})
    phone = await join(town, "ar")
    story = await open_story(phone)
    await phone.tap(story, f"page:{STORY}:1:both")

    for each in ("ar", "da"):
        await phone.tap(story, f"hear:{STORY}:1:{each}")

    voices = [each for each in phone.from_bot if each.media and each.media.kind == "voice"]
    assert [each.text.split("\n")[0] for each in voices] == [TITLE["ar"], TITLE["da"]]


async def test_a_story_that_has_left_the_catalogue_says_so_and_stays_as_it_is(town: Town) -> None:
    phone = await join(town, "da")
    story = await open_story(phone)
    before, text, events = digests(phone), story.text, await used(town)
    town.runtime.shelf.current = replace(town.runtime.shelf.current, stories={})

    for action in (f"page:{STORY}:2:home", "other-stories:home:0", f"story:{STORY}"):
        await phone.tap_stale(story, action)

        assert town.sandbox.answers[-1].text == STALE
    assert (digests(phone), story.text, await used(town)) == (before, text, events)


async def test_nobody_reads_a_story_before_they_have_said_yes(town: Town) -> None:
    phone = town.phone(language="da")
    welcome = await phone.start(await town.card("da"))

    for action in (f"story:{STORY}", f"page:{STORY}:1:home", "print:memory-cards", "menu-below"):
        await phone.tap_stale(welcome, action)

        assert town.sandbox.answers[-1].text == STALE
    assert phone.from_bot == [welcome]
    assert await used(town) == []


async def test_each_family_turns_its_own_pages(town: Town) -> None:
    amina, bashir = await join(town, "da"), await join(town, "ar")
    ours, theirs = await open_story(amina), await open_story(bashir)
    text, picture = ours.text, ours.media

    await bashir.tap(theirs, f"page:{STORY}:2:home")

    assert (ours.text, ours.media) == (text, picture)
    assert theirs.media != picture


@pytest.mark.parametrize("form", ["fold", "pages"])
async def test_a_story_comes_on_paper_when_it_is_asked_for_once_for_each_tap(
    town: Town, form: str
) -> None:
    phone = await join(town, "ar")
    story = await open_story(phone)
    assert {f"book:{STORY}:fold:home", f"book:{STORY}:pages:home"} <= story.actions()
    await phone.tap(story, f"page:{STORY}:2:home")
    assert not any(each.startswith("book:") for each in story.actions())
    await phone.tap_stale(story, f"page:{STORY}:{PAGES}:both")

    await phone.tap(story, f"book:{STORY}:{form}:both")
    await phone.tap(story, f"book:{STORY}:{form}:both")

    papers = [each for each in phone.from_bot if each.media and each.media.kind == "document"]
    assert [each.media.name for each in papers if each.media] == [f"{STORY}-ar-da.pdf"]
    assert TITLE["ar"] in papers[0].text
    sheets = read(town.sandbox.contents[papers[0].media.digest])  # type: ignore[union-attr]
    assert len(sheets) == (2 if form == "fold" else PAGES + 1)
    assert "kuffert" in " ".join(sheet.text for sheet in sheets)
    assert ("printed", f"{STORY}/{form}/both") in await used(town)


async def test_who_asks_for_the_same_story_on_paper_gets_the_same_file(town: Town) -> None:
    for _ in range(2):
        phone = await join(town, "da")
        await phone.tap(await open_story(phone), f"book:{STORY}:fold:home")

    assert len([each for each in town.sandbox.files.values() if each.kind == "document"]) == 1
