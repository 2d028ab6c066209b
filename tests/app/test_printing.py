"""Printing as staff do it: cards, letters, posters, starter packs; taking cards back."""

import csv
import io
import shutil
import sqlite3
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.core.codes import draw_card_code, format_code
from tests.printing.paper import read
from tests.processes import kuffert
from tests.town import ROOT

ZONE = ("--zone", "Europe/Copenhagen", "--language", "da")
AT_SUN = ("--centre", "sun")


def ask(folder: Path, statement: str) -> list[Any]:
    """Read, or change, what the commands keep."""
    with sqlite3.connect(folder / "kuffert.db") as connection:
        rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a centre, and a bot whose name is known."""
    kuffert(tmp_path, "centre", "add", "sun", "Sun", *ZONE)
    ask(tmp_path, "INSERT INTO deployment VALUES ('bot_username', 'a_bot')")
    return tmp_path


def issue(folder: Path, count: int, *options: str) -> list[dict[str, str]]:
    """Issue cards; give them as the command wrote them."""
    ended = kuffert(folder, "cards", "issue", *AT_SUN, "--count", str(count), *options)
    return list(csv.DictReader(io.StringIO(ended.stdout)))


def open_enrolment(folder: Path) -> str:
    """Copy the content, and let anybody join; say where it is."""
    shutil.copytree(ROOT / "content", folder / "content")
    path = folder / "content" / "programme.yaml"
    path.write_text(path.read_text().replace("open_enrolment: no", "open_enrolment: yes"))
    return str(folder / "content")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cards", "print", "--centre", "moon", "--out", "x"), 'There is no centre "moon".'),
        (
            ("cards", "print", *AT_SUN, "--out", "x"),
            'The centre "sun" has no valid cards. Make some: kuffert cards issue --centre sun '
            "--count N.",
        ),
        (
            ("cards", "print", *AT_SUN, "--out", "x", "--language", "ar"),
            'The centre "sun" has no valid cards in "ar". Make some: kuffert cards issue '
            "--centre sun --count N --language ar.",
        ),
        (
            ("cards", "print", *AT_SUN, "--out", "x", "--language", "xx"),
            '"xx" is not a language of the programme. Use one of: en, da, ar',
        ),
        (
            ("cards", "revoke", "7K3M"),
            "\"7K3M\" is not a card's code: it has 4 letters and digits, and a card's has 11.",
        ),
        (
            ("cards", "revoke", "1234-5678-9AB"),
            '"1234-5678-9AB" has a slip in it: its last character does not fit the others. '
            "Read the card once more.",
        ),
        (("cards", "reissue", "12345678"), 'No child has the study code "12345678".'),
        (
            ("poster", "print", *AT_SUN, "--out", "x"),
            "The programme has no open enrolment, so there are no posters. To allow it, write "
            "open_enrolment: yes in content/programme.yaml.",
        ),
        (("poster", "revoke", "--centre", "moon"), 'There is no centre "moon". There are: sun.'),
        (
            ("starter-pack", *AT_SUN, "--language", "xx", "--out", "x"),
            '"xx" is not a language of the programme. Use one of: en, da, ar',
        ),
        (
            ("starter-pack", "--centre", "moon", "--language", "da", "--out", "x"),
            'There is no centre "moon". There are: sun.',
        ),
        (
            ("starter-pack", *AT_SUN, "--language", "da", "--out", "kuffert.db/x"),
            "kuffert.db/x/starter-pack-da.pdf cannot be written: Not a directory.",
        ),
    ],
)
def test_bad_input_gets_one_clear_line_and_a_nonzero_exit(
    folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    ended = kuffert(folder, *arguments)

    assert ended.returncode == 1
    assert ended.stderr.startswith(said)
    assert len(ended.stderr.strip().splitlines()) == 1
    assert not (folder / "x").exists()


def test_a_folder_that_cannot_be_written_is_named_and_no_card_counts_as_printed(
    folder: Path,
) -> None:
    issue(folder, 1)

    ended = kuffert(folder, "cards", "print", *AT_SUN, "--out", "kuffert.db/x")

    said = "kuffert.db/x/cards-1.pdf cannot be written: Not a directory."
    assert (ended.returncode, ended.stderr.strip()) == (1, said)
    assert ask(folder, "SELECT printed_at FROM card") == [(None,)]


def test_a_bot_whose_name_nobody_knows_is_said_in_one_line(folder: Path) -> None:
    issue(folder, 1)
    ask(folder, "DELETE FROM deployment WHERE key = 'bot_username'")

    ended = kuffert(folder, "cards", "print", *AT_SUN, "--out", "x")

    assert ended.returncode == 1
    assert ended.stderr.startswith("There is no bot token. Ask @BotFather in Telegram for one")
    assert len(ended.stderr.strip().splitlines()) == 1


def test_cards_are_printed_as_sheets_and_letters_and_keep_their_first_time(folder: Path) -> None:
    cards = issue(folder, 2) + issue(folder, 1, "--language", "ar")

    ended = kuffert(folder, "cards", "print", *AT_SUN, "--out", "paper/new")
    first = ask(folder, "SELECT printed_at FROM card ORDER BY id")
    kuffert(folder, "cards", "print", *AT_SUN, "--out", "paper/new")

    (sheet,) = read((folder / "paper/new/cards-1.pdf").read_bytes())
    letters = read((folder / "paper/new/letters-1.pdf").read_bytes())
    assert ended.stdout == "wrote paper/new/cards-1.pdf\nwrote paper/new/letters-1.pdf\n"
    assert {text for text, _at in sheet.codes()} == {card["link"] for card in cards}
    assert [each.codes()[0][0] for each in letters] == [card["link"] for card in cards]
    assert "Lege til jer og jeres barn" in letters[0].text
    assert all(moment for (moment,) in first)
    assert ask(folder, "SELECT printed_at FROM card ORDER BY id") == first


def test_one_language_alone_can_be_printed(folder: Path) -> None:
    issue(folder, 2)
    arabic = issue(folder, 1, "--language", "ar")

    kuffert(folder, "cards", "print", *AT_SUN, "--out", "paper", "--language", "ar")

    (letter,) = read((folder / "paper/letters-1.pdf").read_bytes())
    assert [text for text, _at in letter.codes()] == [arabic[0]["link"]]


def test_many_cards_go_into_several_files(folder: Path) -> None:
    issue(folder, 81)

    ended = kuffert(folder, "cards", "print", *AT_SUN, "--out", "paper")

    counts = [
        len(read((folder / line.removeprefix("wrote ")).read_bytes()))
        for line in ended.stdout.splitlines()
    ]
    assert counts == [10, 80, 1, 1]


@pytest.mark.parametrize("typed", ["as printed", "small, without dashes", "with spaces"])
def test_a_card_is_revoked_however_its_code_is_typed(folder: Path, typed: str) -> None:
    (card, other) = issue(folder, 2)
    printed = format_code(card["card"])
    forms = {
        "as printed": printed,
        "small, without dashes": card["card"].lower(),
        "with spaces": printed.replace("-", " "),
    }

    ended = kuffert(folder, "cards", "revoke", forms[typed])
    again = kuffert(folder, "cards", "revoke", printed)

    kuffert(folder, "cards", "print", *AT_SUN, "--out", "paper")
    (letter,) = read((folder / "paper/letters-1.pdf").read_bytes())
    assert ended.stdout == f"{printed} is revoked. Who joined with it stays.\n"
    assert again.stdout.startswith(f"{printed} was revoked already, on 20")
    assert (ended.returncode, again.returncode) == (0, 0)
    assert letter.codes()[0][0] == other["link"]


def test_a_code_that_no_card_has_is_said(folder: Path) -> None:
    code = draw_card_code(Random(1))

    ended = kuffert(folder, "cards", "revoke", code)

    assert (ended.returncode, ended.stderr.strip()) == (
        1,
        f"There is no card {format_code(code)}.",
    )


def test_a_child_gets_a_new_card_and_its_others_are_revoked(folder: Path) -> None:
    (card,) = issue(folder, 1, "--language", "ar")

    ended = kuffert(folder, "cards", "reissue", card["study_code"].lower())

    (new,) = csv.DictReader(io.StringIO(ended.stdout))
    assert ended.stderr == "Other cards that are revoked now: 1.\n"
    assert new["study_code"] == card["study_code"]
    assert new["card"] != card["card"]
    assert ask(folder, "SELECT language, revoked_at IS NULL FROM card ORDER BY id") == [
        ("ar", 0),
        ("ar", 1),
    ]
    assert ask(folder, "SELECT count(*) FROM child") == [(1,)]


def test_a_poster_is_the_same_until_it_is_revoked(folder: Path) -> None:
    content = open_enrolment(folder)
    arguments = ("poster", "print", *AT_SUN, "--out", "paper")

    ended = kuffert(folder, *arguments, KUFFERT_CONTENT=content)
    first = (folder / "paper/poster.pdf").read_bytes()
    kuffert(folder, *arguments, KUFFERT_CONTENT=content)
    same = (folder / "paper/poster.pdf").read_bytes()
    revoked = kuffert(folder, "poster", "revoke", *AT_SUN)
    kuffert(folder, *arguments, KUFFERT_CONTENT=content)
    new = (folder / "paper/poster.pdf").read_bytes()

    assert ended.stdout == "wrote paper/poster.pdf\n"
    assert first == same
    assert read(new)[0].codes() != read(first)[0].codes()
    assert (
        revoked.stdout == 'The poster of "sun" is revoked. Take it down; who joined by it stays.\n'
    )
    assert ask(folder, "SELECT revoked_at IS NULL FROM poster ORDER BY id") == [(0,), (1,)]


def test_a_posters_code_is_not_taken_for_a_cards(folder: Path) -> None:
    content = open_enrolment(folder)
    kuffert(folder, "poster", "print", *AT_SUN, "--out", "paper", KUFFERT_CONTENT=content)
    ((link, _at),) = read((folder / "paper/poster.pdf").read_bytes())[0].codes()
    code = link.removeprefix("https://t.me/a_bot?start=")

    ended = kuffert(folder, "cards", "revoke", code)

    assert (ended.returncode, ended.stderr.strip()) == (
        1,
        f"{format_code(code)} is a poster's code. Revoke it with kuffert poster revoke "
        "--centre CODE.",
    )


def test_a_centre_without_a_poster_has_none_to_revoke(folder: Path) -> None:
    ended = kuffert(folder, "poster", "revoke", *AT_SUN)

    assert (ended.returncode, ended.stdout) == (0, 'The centre "sun" has no valid poster.\n')


def test_a_starter_pack_needs_no_bot(folder: Path) -> None:
    ask(folder, "DELETE FROM deployment WHERE key = 'bot_username'")

    ended = kuffert(folder, "starter-pack", *AT_SUN, "--language", "ar", "--out", "paper")

    assert ended.stdout == "wrote paper/starter-pack-ar.pdf\n"
    assert len(read((folder / "paper/starter-pack-ar.pdf").read_bytes())) == 7
