"""Cards of a trial: those on a waiting list are told, those of a control group not printed."""

import sqlite3
from pathlib import Path

from tests.processes import kuffert

ZONE = ("--zone", "Europe/Copenhagen", "--language", "da")


def test_cards_of_a_waiting_list_are_printed_with_a_warning_and_of_a_control_group_not_at_all(
    tmp_path: Path,
) -> None:
    for code in ("sun", "moon"):
        kuffert(tmp_path, "centre", "add", code, code, *ZONE)
    with sqlite3.connect(tmp_path / "kuffert.db") as connection:
        connection.execute("INSERT INTO deployment VALUES ('bot_username', 'a_bot')")
    connection.close()
    kuffert(
        tmp_path,
        *("assign", "--arms", "never,later", "--control", "never", "--seed", "1"),
        *("--starts", "later=2099-02-01", "--out", "list.csv"),
    )
    rows = [row.split(",") for row in (tmp_path / "list.csv").read_text().splitlines()[1:]]
    centre_of = {arm: code for code, _stratum, arm in rows}
    for code in ("sun", "moon"):
        kuffert(tmp_path, "cards", "issue", "--centre", code, "--count", "2")

    later = kuffert(tmp_path, "cards", "print", "--centre", centre_of["later"], "--out", "out")
    never = kuffert(tmp_path, "cards", "print", "--centre", centre_of["never"], "--out", "none")

    assert later.returncode == 0
    assert later.stderr.strip() == (
        "2 of these cards are on a waiting list: whoever opens one can say yes, and gets "
        "the first message on 2099-02-01."
    )
    assert (never.returncode, never.stderr.strip()) == (
        1,
        f'All cards of "{centre_of["never"]}" are for the control group; none is printed.',
    )
    assert not (tmp_path / "none").exists()

    packs = {
        arm: kuffert(
            tmp_path, "starter-pack", "--centre", code, "--language", "da", "--out", "none"
        ).stderr.strip()
        for arm, code in centre_of.items()
    }

    assert packs == {
        "later": f'"{centre_of["later"]}" is on the waiting list: its families receive nothing '
        "before 2099-02-01. Print the booklet then.",
        "never": f'"{centre_of["never"]}" is in the control group, which receives nothing.',
    }
    assert not (tmp_path / "none").exists()
