"""A catalogue loads whole, and gives what it was made from."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import SMALL, make_png

from bot.catalogue.files import version_of
from bot.catalogue.reading.loading import check_catalogue, load_catalogue, read_catalogue
from bot.catalogue.reading.memory import Memory
from bot.catalogue.reading.parsing import Findings
from bot.catalogue.records import Section
from bot.core.choosing import Outline
from bot.core.messages import MediaKind
from bot.errors import FileRefused


def test_a_catalogue_without_problems_has_no_warnings_either(files: dict[str, bytes]) -> None:
    findings = check_catalogue(files)

    assert (findings.errors, findings.warnings) == ([], [])


def test_a_catalogue_bears_the_version_of_its_files(files: dict[str, bytes]) -> None:
    catalogue = load_catalogue(files)

    assert catalogue.version == version_of(files)
    assert catalogue.languages == ("en", "ar")
    assert catalogue.outlines == (Outline("A01", "VOC", "3-4"),)


def test_an_activity_has_its_picture_and_a_text_in_each_language(files: dict[str, bytes]) -> None:
    activity = load_catalogue(files).activities["A01"]

    assert activity.picture.kind is MediaKind.PICTURE
    assert activity.picture.content == make_png()
    assert activity.picture.digest == hashlib.sha256(make_png()).hexdigest()
    assert activity.minutes == 5
    assert activity.text_in("ar", "en").sections[Section.EASIER] == "خذا جوربين."
    assert activity.text_in("en", "en").source is None


def test_a_language_without_texts_gets_those_of_the_programme(files: dict[str, bytes]) -> None:
    catalogue = load_catalogue(files)

    assert catalogue.words_in("fi").language == "en"
    assert catalogue.consent_in("fi").language == "en"
    assert catalogue.activities["A01"].text_in("fi", "en").title == "Sock Pairs"
    assert catalogue.words_in("ar").language == catalogue.consent_in("ar").language == "ar"


@pytest.mark.parametrize(
    ("months", "band"),
    [(None, "4-5"), (0, "3-4"), (36, "3-4"), (47, "3-4"), (48, "4-5"), (59, "4-5"), (99, "4-5")],
)
def test_an_age_finds_its_band_or_the_nearest(
    files: dict[str, bytes], months: int | None, band: str
) -> None:
    programme = files["content/programme.yaml"].decode()
    programme = programme.replace("bands:\n", 'bands:\n  "4-5": {from: 48, until: 60}\n')
    programme = programme.replace('default_band: "3-4"', 'default_band: "4-5"')
    other = SMALL["content/activities/sock-pairs/activity.yaml"].decode()
    other = other.replace("A01", "B01").replace('band: "3-4"', 'band: "4-5"')
    more = {
        name.replace("sock-pairs", "socks-again"): content
        for name, content in files.items()
        if "sock-pairs" in name
    }
    more["content/activities/socks-again/activity.yaml"] = other.encode()
    more["content/programme.yaml"] = programme.encode()

    catalogue = load_catalogue(files | more)

    assert catalogue.programme.band_at(months) == band


def test_weeks_are_counted_from_one_and_a_band_may_have_its_own(files: dict[str, bytes]) -> None:
    programme = load_catalogue(files).programme

    skills = [programme.skill_for(week, "3-4") for week in range(1, programme.weeks + 1)]

    assert skills == ["VOC", "VOC", "repeat"]
    assert programme.skill_for(2, "4-5") == "NAR"
    assert programme.days == (0, 2, 4)


def test_texts_from_windows_read_the_same(files: dict[str, bytes]) -> None:
    windows = {
        name: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n") if name.endswith(".md") else content
        for name, content in files.items()
    }

    assert check_catalogue(windows).warnings == []
    assert load_catalogue(windows).activities == load_catalogue(files).activities


def test_every_problem_is_told_at_once_in_the_order_of_the_files(files: dict[str, bytes]) -> None:
    files.pop("content/consent/1/ar.md")
    files.pop("content/activities/sock-pairs/ar.md")
    files.pop("content/activities/sock-pairs/picture.png")
    files.pop("locales/ar/LC_MESSAGES/bot.po")

    with pytest.raises(FileRefused) as refused:
        load_catalogue(files)

    assert [problem.path for problem in refused.value.problems] == [
        "content/activities/sock-pairs/ar.md",
        "content/activities/sock-pairs/picture.png",
        "content/consent/1/ar.md",
        "content/programme.yaml",
        "locales/ar/LC_MESSAGES/bot.po",
    ]


def test_what_did_not_change_is_not_read_again_and_what_did_is(files: dict[str, bytes]) -> None:
    first = load_catalogue(dict(files))
    text = "content/activities/sock-pairs/en.md"
    changed = files[text].replace(b"Sock Pairs", b"Sock Pairs Again")

    same = load_catalogue(dict(files))
    other = load_catalogue(files | {text: changed})

    assert same.activities["A01"] is first.activities["A01"]
    assert same == first
    assert other.activities["A01"].text_in("en", "en").title == "Sock Pairs Again"
    assert load_catalogue(files).activities["A01"].text_in("en", "en").title == "Sock Pairs"


def test_a_refusal_is_told_whole_each_time(files: dict[str, bytes]) -> None:
    load_catalogue(files)
    files["content/activities/sock-pairs/en.md"] = b""
    told = []
    for _ in range(2):
        with pytest.raises(FileRefused) as refused:
            load_catalogue(files)
        told.append(refused.value.problems)

    anew = Findings()
    read_catalogue(files, anew, Memory())
    assert told[0] == told[1] == sorted(anew.errors)


def test_threads_load_in_turn(files: dict[str, bytes]) -> None:
    text = "content/activities/sock-pairs/en.md"
    several = [files, files | {text: files[text].replace(b"Sock Pairs", b"Pairs of Socks")}] * 4

    with ThreadPoolExecutor(4) as threads:
        titles = [
            each.activities["A01"].text_in("en", "en").title
            for each in threads.map(load_catalogue, several)
        ]

    assert titles == ["Sock Pairs", "Pairs of Socks"] * 4
