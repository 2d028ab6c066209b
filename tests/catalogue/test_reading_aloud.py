"""What there is to read aloud, in which order, and where recordings are kept."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from bot.catalogue.files import read_folder
from bot.catalogue.reading import recording_folder
from bot.catalogue.reading.loading import load_catalogue
from bot.catalogue.reading.parsing import Findings, parse_page
from bot.catalogue.reading.recording_folder import RecordingFolder
from bot.catalogue.reading.recordings import spoken_hash, spoken_parts
from bot.catalogue.shown.reading_aloud import list_lacking, list_passages
from bot.errors import BotError
from tests.shipped import shipped_catalogue, shipped_files
from tests.voice_notes import make_voice_note

SOCKS, STORY = "content/activities/sock-pairs", "content/stories/sock"
ON = date(2026, 9, 7)
HASH = "0000000000000e12"  # which YAML would take for a number
VOICE = make_voice_note("first")


@pytest.fixture
def recordings(folder: Path) -> RecordingFolder:
    """Give the recordings of the small catalogue."""
    return RecordingFolder(folder / "content")


def test_every_text_of_a_language_is_read_activities_in_order_of_use_then_stories() -> None:
    passages = list_passages(shipped_catalogue(), "da")

    catalogue = shipped_catalogue()
    activities = [each.folder for each in passages[: len(catalogue.activities)]]
    pages = [each.key for each in passages[len(catalogue.activities) :]]
    assert sorted(activities) == sorted(each.folder for each in catalogue.activities.values())
    skills = {each.folder: each.card.skill for each in catalogue.activities.values()}
    bands = {each.folder: each.card.band for each in catalogue.activities.values()}
    first = activities[:9]  # what the first three weeks bring, in each band
    assert [skills[each] for each in first] == ["VOC"] * 3 + ["NAR"] * 3 + ["BIL"] * 3
    assert [bands[each] for each in first] == ["3-4", "4-5", "5-6"] * 3
    assert pages == [
        f"da/{number}"
        for story in catalogue.stories.values()
        for number in range(1, len(story.pages) + 1)
    ]


def test_a_passage_has_the_hash_that_the_check_compares() -> None:
    (passage, *_rest) = list_passages(shipped_catalogue(), "ar")
    path = f"{passage.folder}/ar.md"
    keys = ("title", "things", "alt", "reviewed", "source", "reviewer", "reviewed_on")
    sections = ("why", "do", "grow", "easier", "harder")

    page = parse_page(
        shipped_files()[path].decode(), path, Findings(), keys=keys, sections=sections
    )

    assert page
    assert passage.hash == spoken_hash(spoken_parts(page))


def test_a_text_lacks_a_recording_until_one_of_its_words_is_there(
    files: dict[str, bytes],
) -> None:
    passages = list_passages(load_catalogue(files), "en")
    activity, page, last = passages
    recorded = {SOCKS: {"en": activity.hash}, STORY: {"en/1": "of earlier words", "en/2": None}}

    assert list_lacking(passages, {}) == passages
    assert list_lacking(passages, recorded) == [page]
    assert (last.name, last.page) == (f"{STORY}/en/2", 2)


def test_a_recording_is_kept_beside_its_note_and_comments_and_others_stay(
    recordings: RecordingFolder, folder: Path
) -> None:
    sounds = folder / SOCKS / "audio"
    sounds.mkdir()
    (sounds / "en.ogg").write_bytes(VOICE)
    noted = "# read by Bashir\nen: {text: 0123456789abcdef, on: 2026-01-05}  # in the kitchen\n"
    (sounds / "recorded.yaml").write_text(noted)

    recordings.keep(SOCKS, "ar", VOICE, text=HASH, on=ON)
    recordings.keep(STORY, "ar/2", VOICE, text=HASH, on=ON)

    assert (sounds / "ar.ogg").read_bytes() == VOICE
    assert stat.S_IMODE((sounds / "ar.ogg").stat().st_mode) & 0o444 == 0o444
    written = f'ar: {{text: "{HASH}", on: 2026-09-07}}\n'
    assert (sounds / "recorded.yaml").read_text() == noted + written
    assert sorted(each.name for each in sounds.iterdir()) == ["ar.ogg", "en.ogg", "recorded.yaml"]
    assert recordings.read() == {
        SOCKS: {"ar": HASH, "en": "0123456789abcdef"},
        STORY: {"ar/2": HASH},
    }


def test_only_the_recording_of_the_named_words_is_thrown_away(
    recordings: RecordingFolder, folder: Path
) -> None:
    recordings.keep(SOCKS, "ar", VOICE, text=HASH, on=ON)

    recordings.discard(SOCKS, "ar", text="f" * 16)
    assert recordings.read() == {SOCKS: {"ar": HASH}}
    for _twice in range(2):
        recordings.discard(SOCKS, "ar", text=HASH)

    assert recordings.read() == {SOCKS: {}}
    assert [each.name for each in (folder / SOCKS / "audio").iterdir()] == ["recorded.yaml"]


def test_a_crash_between_sound_and_note_is_seen_and_mended_by_a_repeat(
    recordings: RecordingFolder, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings.keep(SOCKS, "en", VOICE, text=HASH, on=ON)
    files = read_folder(folder / "content", folder / "locales")
    (passage, *_rest) = list_passages(load_catalogue(files), "en")
    second = make_voice_note("second")

    def crash(notes: object) -> bytes:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(recording_folder, "format_notes", crash)
        recordings.keep(SOCKS, "en", second, text=passage.hash, on=ON)

    assert (folder / SOCKS / "audio/en.ogg").read_bytes() == second
    assert list_lacking([passage], recordings.read()) == [passage]
    recordings.keep(SOCKS, "en", second, text=passage.hash, on=ON)
    assert list_lacking([passage], recordings.read()) == []


def test_many_who_record_in_one_folder_at_once_lose_nothing(recordings: RecordingFolder) -> None:
    keys = [f"en/{number}" for number in range(1, 21)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: recordings.keep(STORY, key, VOICE, text=HASH, on=ON), keys))

    assert recordings.read() == {STORY: dict.fromkeys(keys, HASH)}


@pytest.mark.parametrize("notes", ["- a list\n", "en: [\n"])
def test_notes_that_cannot_be_read_are_named_and_nothing_is_written(
    recordings: RecordingFolder, folder: Path, notes: str
) -> None:
    sounds = folder / SOCKS / "audio"
    sounds.mkdir()
    (sounds / "recorded.yaml").write_text(notes)

    with pytest.raises(BotError) as refused:
        recordings.keep(SOCKS, "en", VOICE, text=HASH, on=ON)

    assert f"{sounds}/recorded.yaml" in str(refused.value)
    assert [each.name for each in sounds.iterdir()] == ["recorded.yaml"]


def test_a_folder_that_is_gone_is_not_made_anew(recordings: RecordingFolder) -> None:
    with pytest.raises(BotError) as refused:
        recordings.keep("content/activities/gone", "en", VOICE, text=HASH, on=ON)

    assert "content/activities/gone/audio cannot be written: No such file" in str(refused.value)
