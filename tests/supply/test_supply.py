"""The supply chain: all is locked, every licence fits, and the lists follow the lock files."""

import json
import re
from pathlib import Path

import pytest

from bot import VERSION
from tests.supply.licences import ALLOWED, LIST, VENDORED, is_allowed, list_rows, write_list
from tests.supply.locks import BOT, EVALUATION, LOCKED, ROOT, read_lock, read_rest
from tests.supply.sbom import make_sbom


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_line_of_a_lock_file_has_its_hashes_and_no_address(path: Path) -> None:
    locked, text = read_lock(path), path.read_text(encoding="utf-8")

    assert len(locked) > 15  # fewer than any has: a reading that finds none proves nothing
    assert read_rest(path) == []
    assert text.count("==") == len(locked) + sum(each.marker.count("==") for each in locked)
    assert text.count("--hash=") == sum(len(each.hashes) for each in locked)
    assert "://" not in text


def test_the_evaluation_is_the_bot_and_more() -> None:
    bot, evaluation = ({(each.name, each.version) for each in read_lock(p)} for p in LOCKED[:2])

    assert bot < evaluation


def test_every_locked_package_is_in_the_list_with_the_licence_that_it_has() -> None:
    assert LIST.read_text(encoding="utf-8") == write_list(), (
        "bot/LICENCES.md is not of these lock files: run python -m tests.supply.licences"
    )


def test_every_licence_may_be_part_of_a_work_under_the_eupl() -> None:
    found = {each.name: licence for each, licence, _ in list_rows()}

    assert found["python-telegram-bot"] == "LGPL-3.0-only"
    assert found["numpy"].count(" AND ") > 1
    assert [name for name, licence in found.items() if not is_allowed(licence)] == []


@pytest.mark.parametrize(
    "licence",
    ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "MIT OR (ISC AND SSPL-1.0)", "BSD License", ""],
)
def test_a_licence_that_nobody_looked_at_is_not_allowed(licence: str) -> None:
    assert not is_allowed(licence)


OPENINGS = {  # how a licence's own text names it
    "MIT": "MIT",
    "0BSD": "Zero-Clause BSD",
    "OFL-1.1": "SIL Open Font License, Version 1.1",
}


@pytest.mark.parametrize(("what", "licence", "where"), VENDORED)
def test_what_lies_in_this_folder_carries_its_licence(what: str, licence: str, where: str) -> None:
    beside = ROOT / where
    told = beside if "LICENSE" in beside.name else beside.with_name("LICENCES.txt")

    assert beside.exists()
    assert licence in ALLOWED
    assert OPENINGS[licence] in told.read_text(encoding="utf-8")
    if re.search(r"\d", what):
        assert what in told.read_text(encoding="utf-8")


def test_the_list_of_materials_names_each_package_once_and_is_the_same_each_time() -> None:
    made = make_sbom()
    told = json.dumps(made)

    references = [each["bom-ref"] for each in made["components"]]
    locked = {(each.name, each.version) for path in (BOT, EVALUATION) for each in read_lock(path)}
    assert len(references) == len(set(references)) == len(locked)
    assert made["metadata"]["component"]["version"] == VERSION
    assert set(made["dependencies"][0]["dependsOn"]) == set(references)
    assert json.dumps(make_sbom()) == told
    assert re.findall(r"https?://[^\"]*", told) == [
        "http://cyclonedx.org/schema/bom-1.6.schema.json"
    ]
    assert str(ROOT) not in told
