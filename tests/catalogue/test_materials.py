"""Stories and pages to print come out of a catalogue as they were written."""

import pytest
from conftest import SVG, make_png

from bot.catalogue.files import pack, unpack
from bot.catalogue.reading.loading import load_catalogue
from bot.core.actions import HearTapped, PageTapped, PrintTapped, Tongues, format_action
from bot.core.messages import MediaKind
from tests.sounds import make_ogg

FOLDER = "content/stories/sock"
SOUND = make_ogg()
MOST_BYTES = 64  # that a button carries


def test_a_story_has_a_picture_and_a_text_for_each_page(files: dict[str, bytes]) -> None:
    story = load_catalogue(files).stories["sock"]

    assert [each.picture.content for each in story.pages] == [make_png()] * 2
    assert [each.alt["ar"] for each in story.pages] == ["جورب", "جوربان"]
    assert story.text_in("en", "en").pages[1] == "Now there are two."
    assert story.text_in("fi", "en").title == "The Sock"


def test_a_story_keeps_its_recordings_by_language_and_page(files: dict[str, bytes]) -> None:
    story = load_catalogue(files | {f"{FOLDER}/audio/ar/2.ogg": SOUND}).stories["sock"]

    assert list(story.audio) == [("ar", 2)]
    assert story.audio["ar", 2].kind is MediaKind.VOICE


def test_a_page_to_print_has_its_own_pictures_and_those_of_others(
    files: dict[str, bytes],
) -> None:
    printable = load_catalogue(files).printables["socks"]

    assert printable.pictures == {"sock.svg": SVG.encode(), "socks.png": make_png()}
    assert printable.text_in("ar", "en").words["sock"] == "جورب"


def test_a_snapshot_carries_stories_and_pages_to_print(files: dict[str, bytes]) -> None:
    catalogue, again = load_catalogue(files), load_catalogue(unpack(pack(files)))

    assert (again.stories, again.printables) == (catalogue.stories, catalogue.printables)
    assert (again.has_stories, again.has_printables) == (True, True)


@pytest.mark.parametrize(
    "action",
    [
        PageTapped("x" * 24, 20, Tongues.SCHOOL),
        HearTapped("x" * 24, 20, "zh_Hant_TW"),
        PrintTapped("x" * 24),
    ],
)
def test_the_longest_name_fits_into_a_button(
    action: PageTapped | HearTapped | PrintTapped,
) -> None:
    assert len(format_action(action).encode()) <= MOST_BYTES
