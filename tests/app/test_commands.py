"""Commands: what they do, and the one line that they say to bad input."""

import csv
import io
import shutil
import socket
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.processes import kuffert
from tests.town import ROOT

ZONE = ("--zone", "Europe/Copenhagen", "--language", "da")
TOKEN = "1000001:sandbox"


def copy_content(folder: Path) -> Path:
    """Copy the content to where it can be broken."""
    shutil.copytree(ROOT / "content", folder / "content")
    return folder / "content"


def spoil_database(folder: Path) -> None:
    (folder / "kuffert.db").write_text("this is not a database, whatever its name says" * 50)


def age_database(folder: Path) -> None:
    """Make a database of a later version."""
    kuffert(folder, "centre", "list")
    with sqlite3.connect(folder / "kuffert.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (("run",), {}, "There is no bot token. Ask @BotFather in Telegram for one"),
        (
            ("run",),
            {"KUFFERT_TELEGRAM_TOKEN": TOKEN, "KUFFERT_TELEGRAM_API": "http://127.0.0.1:9"},
            "The Bot API cannot be reached at http://127.0.0.1:9: not connected",
        ),
        (("centre", "list"), {"KUFFERT_COLOUR": "red"}, "Unknown setting: KUFFERT_COLOUR. There"),
        (
            ("centre", "list"),
            {"KUFFERT_PROXIES": "10.0.0.1,web"},
            "KUFFERT_PROXIES: write addresses and networks, such as 10.0.0.2.",
        ),
        (
            ("centre", "list"),
            {"KUFFERT_PROXIES": "0.0.0.0/0"},
            "KUFFERT_PROXIES: a network of everybody trusts everybody; write a smaller one.",
        ),
        (
            ("centre", "list"),
            {"KUFFERT_SEND_RATE": "fast"},
            "KUFFERT_SEND_RATE: Input should be a valid number",
        ),
        (
            ("centre", "list"),
            {"KUFFERT_SEND_RATE": "900"},
            "KUFFERT_SEND_RATE: above 30 a second each message costs; "
            "set KUFFERT_PAID_BROADCAST=yes as well.",
        ),
        (
            ("centre", "list"),
            {"KUFFERT_SEND_RATE": "1001", "KUFFERT_PAID_BROADCAST": "yes"},
            "KUFFERT_SEND_RATE: write a number of messages a second, up to 1000.",
        ),
        (
            ("run", "--role", "sender"),
            {"KUFFERT_TELEGRAM_TOKEN": TOKEN},
            "SQLite serves one process that does everything. Use PostgreSQL for more than one",
        ),
        (
            ("centre", "theme", "moon", "2026-W60", "bread"),
            {},
            '"2026-W60" is not a calendar week. Write year and week, such as 2026-W41',
        ),
        (
            ("centre", "theme", "mars", "this", "bread"),
            {},
            'There is no centre "mars".',
        ),
        (
            ("centre", "theme", "moon", "this", "b" * 81),
            {},
            "A theme has at most 80 characters; this has 81.",
        ),
        (("centre", "list"), {"KUFFERT_SECRET_KEY": ""}, "There is no key. Make a settings file"),
        (
            ("centre", "list"),
            {"KUFFERT_SECRET_KEY": "", "KUFFERT_SECRET_KEY_FILE": "gone.key"},
            "The key cannot be read: gone.key (No such file or directory).",
        ),
        (
            ("centre", "list"),
            {"KUFFERT_SECRET_KEY": "c2hvcnQ="},
            "The key must be 32 bytes; this one has 5.",
        ),
        (
            ("centre", "list"),
            {"KUFFERT_DATABASE_URL": "mysql://x/y"},
            'KUFFERT_DATABASE_URL: "mysql" is unknown. Use sqlite or postgresql.',
        ),
        *(
            (
                arguments,
                {"KUFFERT_DATABASE_URL": url, "KUFFERT_TELEGRAM_TOKEN": TOKEN},
                "KUFFERT_DATABASE_URL is not an address. Write sqlite:///kuffert.db or postgresql:",
            )
            for arguments in (("centre", "list"), ("run",))
            for url in ("secret", "postgresql://u:secret@host:54x/x", "sqlite://secret/x")
        ),
        (
            ("centre", "list"),
            {"KUFFERT_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x"},
            "The database cannot be opened:",
        ),
        (
            ("centre", "add", "sun", "Sun", "--zone", "Mars/Crater", "--language", "da"),
            {},
            'There is no time zone "Mars/Crater". Write one such as Europe/Copenhagen.',
        ),
        (
            ("cards", "issue", "--centre", "moon", "--count", "1"),
            {"KUFFERT_TELEGRAM_TOKEN": TOKEN, "KUFFERT_TELEGRAM_API": "http://127.0.0.1:9"},
            "The Bot API cannot be reached at http://127.0.0.1:9",
        ),
        (("outcomes", "import", "gone.csv"), {}, "gone.csv cannot be read: No such file"),
        (
            ("export", "out", "--series", "a b"),
            {},
            '"a b" cannot name a series. Use up to 40 letters, digits, dots, dashes: panel-2026.',
        ),
        (
            ("export", "out", "--series", "panel", "--since", "2026-11-02"),
            {},
            '"2026-11-02" is not a moment. Write it with its zone, such as 2026-11-02T08:00:00Z.',
        ),
        (("export", "out", "--demo"), {}, "There is no demo yet. Start one with `kuffert demo`."),
        (
            ("content", "check"),
            {"KUFFERT_CONTENT": "nowhere"},
            "nowhere: there is no such folder. Make it",
        ),
    ],
)
def test_bad_input_gets_one_clear_line_and_a_nonzero_exit(
    tmp_path: Path, arguments: tuple[str, ...], settings: dict[str, str], said: str
) -> None:
    ended = kuffert(tmp_path, *arguments, **settings)

    assert ended.returncode == 1
    assert ended.stderr.startswith(said)
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "secret" not in ended.stderr


def test_an_unreadable_database_is_named_in_one_line(tmp_path: Path) -> None:
    spoil_database(tmp_path)

    ended = kuffert(tmp_path, "centre", "list")

    assert (ended.returncode, ended.stderr.strip()) == (
        1,
        "The database cannot be opened: file is not a database",
    )


def test_a_database_from_the_future_is_refused(tmp_path: Path) -> None:
    age_database(tmp_path)

    ended = kuffert(tmp_path, "centre", "list")

    assert ended.returncode == 1
    assert ended.stderr.startswith("The database was made by a later version of Kuffert")


def test_a_key_that_is_not_the_databases_is_refused(tmp_path: Path) -> None:
    kuffert(tmp_path, "centre", "list")

    ended = kuffert(tmp_path, "centre", "list", KUFFERT_SECRET_KEY="b" * 43 + "=")

    assert ended.returncode == 1
    assert ended.stderr.startswith("This key is not the one that the database was sealed with.")


def test_malformed_content_names_file_line_what_and_instead(tmp_path: Path) -> None:
    content = copy_content(tmp_path)
    page = content / "activities" / "because-chain" / "da.md"
    page.write_text(page.read_text().replace("## why", "## Hvorfor"))

    ended = kuffert(tmp_path, "content", "check", KUFFERT_CONTENT=str(content))

    assert ended.returncode == 1
    assert (
        'error: content/activities/because-chain/da.md, line 9: unknown section "Hvorfor". '
        "Use one of: why, do, grow, easier, harder."
    ) in ended.stdout


def test_init_writes_settings_and_a_key_for_their_owner_alone(tmp_path: Path) -> None:
    ended = kuffert(tmp_path, "init")

    assert ended.returncode == 0
    for name in ("kuffert.env", "kuffert.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert "Keep a copy of kuffert.key apart" in ended.stdout
    key = (tmp_path / "kuffert.key").read_text()
    again = kuffert(tmp_path, "init")
    assert again.returncode == 1
    assert (tmp_path / "kuffert.key").read_text() == key


def test_what_init_wrote_is_what_the_other_commands_need(tmp_path: Path) -> None:
    kuffert(tmp_path, "init")

    own = {"KUFFERT_DATABASE_URL": "", "KUFFERT_SECRET_KEY": ""}
    added = kuffert(tmp_path, "centre", "add", "sun", "Sun", *ZONE, **own)

    assert added.returncode == 0, added.stderr
    assert (tmp_path / "kuffert.db").exists()


def test_an_unknown_centre_is_named_with_those_there_are(tmp_path: Path) -> None:
    kuffert(tmp_path, "centre", "add", "sun", "Sun", *ZONE)
    with sqlite3.connect(tmp_path / "kuffert.db") as connection:
        connection.execute("INSERT INTO deployment VALUES ('bot_username', 'a_bot')")
    connection.close()

    ended = kuffert(tmp_path, "cards", "issue", "--centre", "moon", "--count", "1")

    assert ended.stderr.strip() == 'There is no centre "moon". There are: sun.'


def test_cards_are_csv_with_a_code_a_study_code_and_a_link(tmp_path: Path) -> None:
    kuffert(tmp_path, "centre", "add", "sun", "Sun", *ZONE)
    with sqlite3.connect(tmp_path / "kuffert.db") as connection:
        connection.execute("INSERT INTO deployment VALUES ('bot_username', 'a_bot')")
    connection.close()

    arguments = ("--centre", "sun", "--count", "25", "--birth-month", "2022-05")
    ended = kuffert(tmp_path, "cards", "issue", *arguments)

    rows = list(csv.DictReader(io.StringIO(ended.stdout)))
    assert list(rows[0]) == ["card", "study_code", "link"]
    assert len({row["card"] for row in rows}) == len({row["study_code"] for row in rows}) == 25
    assert rows[0]["link"] == f"https://t.me/a_bot?start={rows[0]['card']}"


def test_a_busy_port_is_a_clear_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]

        ended = kuffert(tmp_path, "demo", "--no-browser", "--port", str(port))

    assert (ended.returncode, ended.stderr.strip()) == (
        1,
        f"Port {port} is in use. Choose another with --port.",
    )


def test_a_setting_with_nothing_after_its_sign_is_not_set(tmp_path: Path) -> None:
    empty = ("SECRET_KEY_FILE", "TOMBSTONES", "STAFF_CHAT", "PUBLIC_URL", "SEND_RATE")
    (tmp_path / "kuffert.env").write_text("".join(f"KUFFERT_{name}=\n" for name in empty))

    listed = kuffert(tmp_path, "centre", "list")
    backed_up = kuffert(tmp_path, "db", "backup", "kuffert.backup")

    assert (listed.returncode, listed.stderr) == (0, "")
    assert (backed_up.returncode, backed_up.stderr) == (0, "")
