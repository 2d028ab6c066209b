"""The five personas of the shipped content, played on a small frozen catalogue, word for word."""

import difflib
import shutil
from collections import Counter
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app import looping
from bot.app.rehearsing.playing import Played
from bot.app.rehearsing.staging import rehearse
from bot.app.rehearsing.transcript import render_html, render_text
from bot.catalogue.desk.personas import Persona, read_personas
from bot.catalogue.files import read_folder
from bot.core.cadence import is_within, monday_of
from bot.errors import FileRefused
from bot.store.states import DeliveryKind, DeliveryStatus
from tests.processes import kuffert
from tests.shipped import LANGUAGES, ROOT, shipped_catalogue, shipped_files

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
NAMES = (
    "changes-language",
    "joins-late-abroad",
    "never-taps",
    "too-hard",
    "two-children-arabic",
)
ACCEPT = (
    "If this is meant, accept it: ./kuffert content rehearse --content tests/rehearsals/content "
    "--out tests/rehearsals/golden --text-only"
)


@cache
def personas() -> dict[str, Persona]:
    paths = sorted((ROOT / "content" / "personas").glob("*.yaml"))
    return read_personas(paths, ("en", "da", "ar"))


LONG = ("joins-late-abroad", "too-hard")  # twelve weeks of these with --long, four otherwise
SHORT_WEEKS = 4
TWELVE_WEEKS = [
    pytest.param(name, marks=pytest.mark.long if name in LONG else ()) for name in NAMES
]


@cache
def played(name: str, weeks: int = 12) -> Played:
    files = read_folder(HERE / "content", ROOT / "locales")
    return looping.run(rehearse(personas()[name], files, weeks=weeks))


def test_the_shipped_personas_are_the_five() -> None:
    assert tuple(sorted(personas())) == NAMES


@pytest.mark.parametrize("name", TWELVE_WEEKS)
def test_a_family_sees_what_it_saw_before(name: str) -> None:
    before = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")

    now = render_text(name, played(name))

    lines = difflib.unified_diff(
        before.splitlines(), now.splitlines(), "before", "now", lineterm=""
    )
    assert now == before, "\n".join([f"{name} has changed.", *lines, ACCEPT])


@pytest.mark.parametrize("name", TWELVE_WEEKS)
def test_a_family_is_never_sent_too_much_nor_at_night(name: str) -> None:
    check_promises(played(name))


@pytest.mark.parametrize("name", LONG)
def test_the_first_four_weeks_are_as_before_and_keep_the_promises(name: str) -> None:
    before = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8").split("\nWeek 5 (")[0]

    found = played(name, SHORT_WEEKS)
    now = render_text(name, found).split("\nSummary\n")[0]

    lines = difflib.unified_diff(before.splitlines(), now.splitlines(), "before", "now")
    assert now == before, "\n".join([f"{name} has changed.", *lines, ACCEPT])
    check_promises(found)


def check_promises(found: Played) -> None:
    """See that the cap, the night, one a day and the record hold."""
    zone = ZoneInfo(found.persona.home_zone)
    unasked = [
        each.ended_at.astimezone(zone)
        for each in found.deliveries
        if each.status is DeliveryStatus.SENT and not each.asked and each.ended_at
        if each.kind is not DeliveryKind.CHECK
    ]
    assert unasked
    assert found.breaches == []
    assert max(Counter(monday_of(each.date()) for each in unasked).values()) <= 3
    assert max(Counter(each.date() for each in unasked).values()) == 1
    assert not [each for each in unasked if is_within(each.hour, 21, 8)]


def test_children_take_turns_week_by_week() -> None:
    found = played("two-children-arabic")

    turns = {}
    for each in found.deliveries:
        if each.status is DeliveryStatus.SENT and not each.asked and each.slot_on:
            turns.setdefault(monday_of(each.slot_on), set()).add(each.child_id)
    weeks = [turns[monday] for monday in sorted(turns)][1:]  # in the first one both joined
    assert all(len(each) == 1 for each in weeks)
    assert all(one != other for one, other in pairwise(weeks))


def test_another_language_counts_from_the_next_message_on() -> None:
    found = played("changes-language")
    changed_at = found.persona.joined_at + timedelta(weeks=2, days=1, hours=4)

    sent = [each for each in found.deliveries if each.status is DeliveryStatus.SENT]
    assert {each.language for each in sent if each.ended_at < changed_at} == {"da"}
    assert {each.language for each in sent if each.ended_at > changed_at} == {"ar"}


def test_the_page_holds_its_pictures_and_names_no_address() -> None:
    page = render_html("two-children-arabic", played("two-children-arabic"))

    assert 'dir="rtl"' in page
    assert page.count('<div class="row"') == page.count('<div class="row" dir="ltr">') > 10
    assert "data:image/png;base64," in page
    assert "http://" not in page
    assert "https://" not in page


def test_the_shipped_content_keeps_the_promises() -> None:
    persona = personas()["two-children-arabic"]

    found = looping.run(rehearse(persona, shipped_files(), weeks=3, catalogue=shipped_catalogue()))

    check_promises(found)


@pytest.mark.parametrize("weeks", [2, pytest.param(36, marks=pytest.mark.long)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_family_of_every_language_goes_through_the_shipped_content(
    tmp_path: Path, language: str, weeks: int
) -> None:
    path = tmp_path / "family.yaml"
    told = f"title: Answers all\nlanguage: {language}\ncentre_language: da\nanswers: 100 %\n"
    path.write_text(f"{told}children: [{{months: 57}}]\n")
    persona = read_personas([path], LANGUAGES)["family"]

    played = rehearse(persona, shipped_files(), weeks=weeks, catalogue=shipped_catalogue())
    found = looping.run(played)

    check_promises(found)
    sent = [each for each in found.deliveries if each.status is DeliveryStatus.SENT]
    assert {each.language for each in sent} == {language}
    assert len(sent) >= 3 * weeks - 2


def test_three_lines_make_a_persona(tmp_path: Path) -> None:
    path = tmp_path / "short.yaml"
    path.write_text("title: Reads everything\nlanguage: da\nchildren: [{months: 50}]\n")

    assert read_personas([path], ("en", "da"))["short"].home_zone == "Europe/Copenhagen"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("answers: often", 'line 4: "answers": "often" is no share. Write always, never or 60 %.'),
        ("dö: none", 'line 4: unknown key "dö". Use: title, language'),
        (
            "zone: Asia/Urumqi",
            'line 4: "zone": no family can choose the zone "Asia/Urumqi" by taps',
        ),
        ("weeks: {0: {do: none}}", 'line 4: "weeks": "0" is no week; write 3 or 3-5'),
        ("weeks: {3: {do: dance}}", 'in week 3 "do" is wrong: input should be'),
        ("weeks: {3: {language: de}}", '"weeks": the programme has no language "de"'),
        ("joins: {date: 2026-09-01}", '"joins": that is before the kindergarten begins'),
    ],
)
def test_a_wrong_persona_is_named_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(f"title: Wrong\nlanguage: da\nchildren: [{{months: 50}}]\n{line}\n")

    with pytest.raises(FileRefused) as refused:
        read_personas([path], ("en", "da"))

    assert said in str(refused.value)
    assert str(path) in str(refused.value)


def test_an_edit_is_shown_as_what_it_changes_for_families(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(HERE / "content", content)
    persona = str(ROOT / "content" / "personas" / "never-taps.yaml")
    command = ("content", "rehearse", "--persona", persona, "--weeks", "1", "--text-only")
    there = {"KUFFERT_CONTENT": str(content)}

    before = kuffert(tmp_path, *command, "--out", "before", **there)
    for page in content.glob("activities/*/da.md"):
        page.write_text(page.read_text().replace("## do\n\n", "## do\n\nSæt jer ned. "))
    edited = kuffert(tmp_path, *command, "--out", "now", "--against", "before", **there)

    assert (before.returncode, edited.returncode) == (0, 1)
    changed = [line for line in edited.stdout.splitlines() if line.startswith(("+ ", "- "))]
    assert changed
    assert all(line.startswith("- ") or "Sæt jer ned." in line for line in changed)
