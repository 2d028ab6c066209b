"""`kuffert content check` as staff and their continuous integration use it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from bot.app.content import SCHEMAS, ContentChecker, make_schemas
from tests.processes import environment, kuffert
from tests.shipped import ROOT

LONGEST_SECONDS = 120
PAGE = "content/activities/because-chain/da.md"
SAID = 'unknown section "Hvorfor". Use one of: why, do, grow, easier, harder.'
KINDS = {
    "programme": "programme.yaml",
    "activity": "activities/*/activity.yaml",
    "story": "stories/*/story.yaml",
    "printable": "printables/*/printable.yaml",
    "distress": "distress/*.yaml",
    "language": "languages/*.yaml",
    "persona": "personas/*.yaml",
    "recorded": "*/*/audio/recorded.yaml",
}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Copy the content, as somebody who works on it has it."""
    for name in ("content", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def spoil(folder: Path) -> None:
    """Misspell a section's name."""
    page = folder / PAGE
    page.write_text(page.read_text().replace("## why", "## Hvorfor"))


def test_github_is_told_file_line_and_sentence(copied: Path) -> None:
    spoil(copied)

    ended = kuffert(
        copied, "content", "check", "--format", "github", KUFFERT_CONTENT="", KUFFERT_LOCALES=""
    )

    assert ended.returncode == 1
    assert f"::error file={PAGE},line=9::{SAID}" in ended.stdout.splitlines()
    assert "::warning file=" in ended.stdout


def test_warnings_alone_fail_only_where_that_is_asked_for(copied: Path) -> None:
    there = {"KUFFERT_CONTENT": "content", "KUFFERT_LOCALES": "locales"}

    plain = kuffert(copied, "content", "check", **there)
    strict = kuffert(copied, "content", "check", "--strict", **there)

    assert (plain.returncode, strict.returncode) == (0, 1)
    assert plain.stdout == strict.stdout
    assert plain.stdout.splitlines()[-1].startswith("0 errors, ")


def test_a_folder_elsewhere_is_named_as_it_is_opened_from_here(copied: Path) -> None:
    spoil(copied)
    elsewhere = copied / "desk"
    elsewhere.mkdir()

    ended = kuffert(elsewhere, "content", "check", KUFFERT_CONTENT=str(copied / "content"))

    assert f"error: {copied / PAGE}, line 9: {SAID}" in ended.stdout.splitlines()


def test_whoever_watches_sees_a_mistake_come_and_go(copied: Path) -> None:
    command = [sys.executable, "-u", "-m", "bot.cli", "content", "check", "--watch"]
    there = {"KUFFERT_CONTENT": "content", "KUFFERT_LOCALES": "locales"}
    sound = (copied / PAGE).read_text()

    with subprocess.Popen(
        command, cwd=copied, env=environment(copied, **there), stdout=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stdout is not None
        try:
            first = read_round(watching.stdout)
            spoil(copied)
            second = read_round(watching.stdout)
            (copied / PAGE).write_text(sound)
            third = read_round(watching.stdout)
        finally:
            watching.terminate()

    assert first[-2].startswith("0 errors")
    assert f"error: {PAGE}, line 9: {SAID}" in second
    assert third[-2] == first[-2]


def read_round(lines: "subprocess.IO[str]") -> list[str]:  # type: ignore[name-defined]
    """Read what one check writes, to its last line."""
    read = []
    while not read or not read[-1].startswith("checked in"):
        read.append(lines.readline().rstrip())
    return read


def test_a_page_to_print_is_set_again_only_where_something_of_it_changed(copied: Path) -> None:
    checker = ContentChecker(copied / "content", copied / "locales")
    checker.check()
    page = copied / "content/printables/memory-cards/page.typ"
    whole = page.read_text()

    page.write_text(f"{whole}\n#elephant()\n")
    broken = checker.check()
    page.write_text(whole)
    mended = checker.check()

    assert [each.what for each in broken.errors] == [
        "this cannot be set: unknown variable: elephant"
    ]
    assert mended.errors == []


def test_the_schemas_beside_the_content_are_those_of_the_code() -> None:
    folder = ROOT / "content" / "schemas"

    written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}

    assert written == make_schemas()
    assert set(KINDS) == set(SCHEMAS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_project_ships_fits_its_schemas_as_an_editor_reads_it(kind: str) -> None:
    schema = json.loads(make_schemas()[f"{kind}.json"])
    validator = Draft202012Validator(schema)
    files = sorted((ROOT / "content").glob(KINDS[kind]))

    found = {
        str(path): [each.message for each in validator.iter_errors(read_as_editors_do(path))]
        for path in files
    }

    Draft202012Validator.check_schema(schema)
    assert {path: said for path, said in found.items() if said} == {}
    for path in files:
        named = (
            path.read_text(encoding="utf-8")
            .splitlines()[0]
            .removeprefix("# yaml-language-server: $schema=")
        )
        assert (path.parent / named).resolve() == ROOT / "content" / "schemas" / f"{kind}.json"


def read_as_editors_do(path: Path) -> object:
    """Read YAML 1.2, where yes and no are words, as JSON."""
    read = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return json.loads(json.dumps(read, default=str))


def test_a_schema_underlines_what_the_check_refuses() -> None:
    validator = Draft202012Validator(json.loads(make_schemas()["activity.json"]))
    card = {
        "id": "A1",
        "skill": "VOX",
        "band": "3-4",
        "minutes": 90,
        "localise": "copy",
        "reading": "none",
        "picture": "picture.png",
    }

    wrong = {
        "/".join(map(str, each.path)) or each.validator for each in validator.iter_errors(card)
    }

    assert wrong == {"id", "skill", "minutes", "localise", "required"}


def test_nobody_else_is_asked_to_load_what_lies_beside_the_content(copied: Path) -> None:
    before = ContentChecker(copied / "content", copied / "locales").bench.check().version
    (copied / "content/personas").mkdir(exist_ok=True)
    (copied / "content/personas/some.yaml").write_text("language: da")
    os.utime(copied / "content/schemas")

    after = ContentChecker(copied / "content", copied / "locales").bench.check().version

    assert after == before
