"""The commands for schools' files of results, from a messy workbook to the linkage."""

import asyncio
import csv
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bot.store import centres, open_database
from bot.store.migrating import prepare
from tests.intake.school import CODES, swap, write_book
from tests.processes import kuffert

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


async def enrol(folder: Path) -> None:
    """Put six children on the roster of one centre."""
    database = open_database(f"sqlite:///{folder / 'kuffert.db'}")
    await prepare(database)
    async with database.writing() as session:
        centre = await centres.add_centre(
            session, "sun", name="Sun", zone="Europe/Copenhagen", language="da", now=NOW
        )
        for code in CODES[:6]:
            await centres.enrol_child(session, centre, study_code=code, birth_month=None, now=NOW)
    await database.close()


def write_school_file(folder: Path) -> None:
    """Write a workbook with a title, a merged header, and one swapped code."""
    top = [["Language tests"], ["Kode", "Ord", None], [None, "før", "efter"]]
    rows = [[code, "12,5", "syg"] for code in [swap(CODES[0]), *CODES[1:6]]]
    (folder / "school.xlsx").write_bytes(write_book({"Ark1": [*top, *rows]}, "B2:C2"))


def fill_in(folder: Path) -> None:
    """Copy each suggestion to where it is confirmed."""
    with (folder / "q.csv").open() as file:
        rows = list(csv.DictReader(file))
    with (folder / "confirmed.csv").open("w") as file:
        file.write("sheet,line,study_code\n")
        file.writelines(f"{each['sheet']},{each['line']},{each['suggestion']}\n" for each in rows)


def test_a_school_file_goes_from_check_to_linkage_by_commands(tmp_path: Path) -> None:
    asyncio.run(enrol(tmp_path))
    write_school_file(tmp_path)
    mapped = ("--mapping", "school.xlsx.mapping.yaml")

    def run(*arguments: str) -> CompletedProcess[str]:
        return kuffert(tmp_path, "outcomes", *arguments)

    checked = run("check", "school.xlsx")
    first = run("import", "school.xlsx", *mapped, "--quarantined", "q.csv")
    fill_in(tmp_path)
    told = run("import", "school.xlsx", *mapped, "--confirm", "confirmed.csv")
    linked = run("linkage")
    undone = run("undo", "school.xlsx")
    nothing = run("linkage")

    assert checked.stdout.splitlines()[0] == "wrote school.xlsx.mapping.yaml"
    assert checked.stdout.splitlines()[-1] == "Nothing has been written to the database."
    assert first.stdout.splitlines()[-3:] == [
        "2 quarantined",
        "  2 wrong study code",
        "wrote q.csv (2 rows)",
    ]
    assert "2 corrected by confirmation" in told.stdout
    assert "│ all        │             6 │       6 │              0 │        0 │" in linked.stdout
    assert undone.stdout.startswith("school.xlsx is taken back: 12 results are out.")
    assert nothing.stdout == "There are no results yet.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("undo", "gone.csv"), 'No file in use is called "gone.csv", and no hash begins so.\n'),
        (("check", "gone.csv"), "gone.csv cannot be read: No such file or directory.\n"),
        (("check", "there.csv"), "There is a there.csv.mapping.yaml already; it is left as it is. Use it with --mapping there.csv.mapping.yaml, or name another place with --out.\n"),
        (("import", "there.csv", "--mapping", "gone.yaml"), "gone.yaml cannot be read: No such file or directory.\n"),
        (("import", "there.csv", "--confirm", "there.csv"), 'there.csv, line 1: there is no column "line". Fill in study_code in the file that --quarantined wrote.\n'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "there.csv").write_text(f"study_code,Words\n{CODES[0]},1\n")
    (tmp_path / "there.csv.mapping.yaml").write_text("sheets: []\n")

    done = kuffert(tmp_path, "outcomes", *arguments)

    assert (done.returncode, done.stderr) == (1, said)


def test_an_ambiguous_file_with_our_columns_gets_a_mapping_that_asks(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(f"study_code;instrument;wave;score\n{CODES[0]};a;b;1.234\n")

    done = kuffert(tmp_path, "outcomes", "check", "r.csv")

    assert done.returncode == 1
    assert "The mapping has to be completed before r.csv can be read:" in done.stdout
    assert "decimal:  # ASK" in (tmp_path / "r.csv.mapping.yaml").read_text()
