"""What an operator reads who examines a database, or halts the schedule."""

import sqlite3
from pathlib import Path

from tests.processes import kuffert


def change_database(folder: Path, *statements: str) -> None:
    with sqlite3.connect(folder / "kuffert.db") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_doctor_finds_nothing_in_a_new_database(tmp_path: Path) -> None:
    ended = kuffert(tmp_path, "doctor")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.endswith("\n0 guardians examined: 0 breaches.\n")
    assert "note: " not in ended.stdout


def test_doctor_says_what_is_wrong_and_repair_mends_it(tmp_path: Path) -> None:
    kuffert(tmp_path, "centre", "add", "sun", "Sun", "--zone", "Asia/Kathmandu", "--language", "en")
    change_database(
        tmp_path,
        "INSERT INTO child (id, centre_id, study_code, level, enrolled_at) "
        "VALUES (1, 1, 'S1', 'plain', '2026-09-07 09:00:00')",
        "INSERT INTO guardian (id, chat_key, chat_sealed, language, zone, days, hour, quiet_from, "
        "quiet_until, state, pace, joined_at, settled_at, heard_at, ignored_weeks) VALUES (1, "
        "'key', 'sealed', 'en', 'Asia/Kathmandu', '024', 17, 21, 8, 'active', 'full', "
        "'2026-09-07 09:00:00', '2026-09-07 09:00:00', '2026-09-07 09:00:00', 0)",
        "INSERT INTO guardian_setting (guardian_id, from_at, zone, days, hour, quiet_from, "
        "quiet_until, state) VALUES (1, '2026-09-07 09:00:00', 'Asia/Kathmandu', '024', 17, 21, "
        "8, 'active')",
        "INSERT INTO pair (guardian_id, child_id, joined_at) VALUES (1, 1, '2026-09-07 09:00:00')",
    )

    found = kuffert(tmp_path, "doctor")
    mended = kuffert(tmp_path, "doctor", "--repair")
    again = kuffert(tmp_path, "doctor")

    assert found.returncode == 1
    assert found.stdout.splitlines()[-2:] == [
        "Guardian 1, child 1: the slot of 2026-09-07 14:45 (do) has no delivery.",
        "1 guardians examined: 1 breaches.",
    ]
    assert mended.returncode == 0
    assert mended.stdout.splitlines()[-1] == "1 guardians examined: 1 breaches, 1 mended."
    assert again.returncode == 0
    assert again.stdout.splitlines()[-1] == "1 guardians examined: 0 breaches."
    assert "note: 1 messages to families wait, the oldest since 2026-09-0" in again.stdout


def test_doctor_shows_on_one_page_what_runs_and_what_waits(tmp_path: Path) -> None:
    ended = kuffert(tmp_path, "doctor")

    kinds = [line.split()[0] for line in ended.stdout.splitlines()]
    assert kinds[:5] == ["content", "running", "queue", "updates", "questions"]
    assert kinds[5] == "disk"
    assert "running    nothing" in ended.stdout
    assert "0 due and not sent" in ended.stdout


def test_sending_is_stopped_and_resumed_and_each_is_said_once(tmp_path: Path) -> None:
    said = [
        kuffert(tmp_path, "sending", each).stdout.strip()
        for each in ("stop", "stop", "resume", "resume")
    ]

    assert said == [
        "Sending is stopped.",
        "Sending was stopped already.",
        "Sending goes on.",
        "Sending was not stopped.",
    ]


def test_doctor_notes_that_sending_is_stopped(tmp_path: Path) -> None:
    kuffert(tmp_path, "sending", "stop")

    ended = kuffert(tmp_path, "doctor")

    assert ended.returncode == 0
    assert "note: sending has been stopped since " in ended.stdout


def test_a_theme_is_set_and_taken_back(tmp_path: Path) -> None:
    kuffert(tmp_path, "centre", "add", "sun", "Sun", "--zone", "Asia/Kathmandu", "--language", "en")

    given = kuffert(tmp_path, "centre", "theme", "sun", "2026-W41", "  bread  and butter ")
    taken = kuffert(tmp_path, "centre", "theme", "sun", "2026-W41", "")

    assert given.stdout == 'In the week of 2026-10-05, sun works on "bread and butter".\n'
    assert taken.stdout == "In the week of 2026-10-05, sun has no theme.\n"
