"""The command that takes rosters in: nothing by half, and the wrong rows back as a file."""

from pathlib import Path

from tests.processes import kuffert

ZONE = ("--zone", "Europe/Copenhagen", "--language", "da")
LIST = "birth_month,level\n2022-05,=hard\n2021-11,plain\n"


def test_one_wrong_row_keeps_all_out_until_the_good_ones_are_asked_for(tmp_path: Path) -> None:
    kuffert(tmp_path, "centre", "add", "sun", "Sun", *ZONE)
    (tmp_path / "list.csv").write_text(LIST)
    arguments = ("roster", "import", "list.csv", "--centre", "sun", "--rejected", "bad.csv")

    refused = kuffert(tmp_path, *arguments, "--out", "out.csv")
    without_out = kuffert(tmp_path, *arguments, "--good-rows")
    taken = kuffert(tmp_path, *arguments, "--good-rows", "--out", "out.csv")

    wrong = 'list.csv, line 2: "level" is not known. Use one of: easier, plain, harder.'
    assert (refused.returncode, refused.stderr.strip()) == (1, wrong)
    assert without_out.returncode == 1
    assert "say with --out where" in without_out.stderr
    assert taken.stderr.strip() == wrong
    assert taken.stdout.strip() == ("list.csv: 1 new, 0 changed, 0 as they were. Rows left out: 1.")
    assert "2022-05,'=hard," in (tmp_path / "bad.csv").read_text(encoding="utf-8-sig")
    out = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert out[0] == "study_code,birth_month,level"
    assert len(out) == 2
