"""Staff's commands about questions: what they print, and their one line to bad input."""

import asyncio
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app.inbox import QUESTION, clean
from bot.core.asked import Asked, format_asked
from bot.core.sealing import Sealer, parse_key
from bot.sandbox import Sandbox, serve
from bot.store import centres, guardians, histories, open_database, questions
from bot.store.migrating import prepare
from bot.store.states import GuardianState, QuestionKind
from tests.delivery.world import USUAL
from tests.processes import KEY, kuffert
from tests.town import SettableClock

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
SEALER = Sealer(parse_key(KEY))
WORDS = "Hvornår kommer\nden næste?\x1b[2J"
VOICE = b"OggS" + bytes(40)


async def ask(folder: Path, *asked: tuple[QuestionKind, Asked, bool], state: GuardianState) -> None:
    """Write questions into the folder's database, as the chat does."""
    database = open_database(f"sqlite:///{folder / 'kuffert.db'}")
    await prepare(database)
    async with database.writing() as session:
        centre = await centres.add_centre(
            session, "sun", name="Sun", zone="Europe/Copenhagen", language="da", now=NOW
        )
        child = await centres.enrol_child(
            session, centre, study_code="STUDY-1", birth_month=None, now=NOW
        )
        guardian = await guardians.add_guardian(
            session,
            "key",
            chat_sealed=SEALER.seal("1", bound_to="chat"),
            language="ar",
            rhythm=USUAL,
            now=NOW,
        )
        guardian.state = state
        await histories.record_setting(session, guardian, now=NOW)
        await guardians.add_pair(session, guardian, child, now=NOW)
        for kind, each, is_urgent in asked:
            body = SEALER.seal(format_asked(each), bound_to=QUESTION)
            await questions.record_question(
                session, guardian, kind, body_sealed=body, is_urgent=is_urgent, now=NOW
            )
    await database.close()


def fill(
    folder: Path, *, file_id: str = "gone", state: GuardianState = GuardianState.ACTIVE
) -> None:
    asyncio.run(
        ask(
            folder,
            (QuestionKind.TEXT, Asked(WORDS), False),
            (QuestionKind.VOICE, Asked(file_id=file_id), False),
            (QuestionKind.PHOTO, Asked("أريد أن أموت", "x", is_forwarded=True), True),
            state=state,
        )
    )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    fill(tmp_path)
    (tmp_path / "answer.txt").write_text("Fredag.\n", encoding="utf-8")
    (tmp_path / "latin.txt").write_bytes("Lørdag".encode("latin-1"))
    (tmp_path / "empty.txt").write_text(" \n")
    return tmp_path


def test_the_list_is_urgent_first_then_voices_and_never_shows_words(folder: Path) -> None:
    listed = kuffert(folder, "inbox", "list")

    assert listed.stdout.splitlines() == [
        "3\t2026-09-07 09:00 UTC\tar\tsun\tphoto\turgent",
        "2\t2026-09-07 09:00 UTC\tar\tsun\tvoice",
        "1\t2026-09-07 09:00 UTC\tar\tsun\ttext",
    ]


def test_an_empty_list_says_so_beside_its_lines(folder: Path) -> None:
    for number in ("1", "2", "3"):
        kuffert(folder, "inbox", "close", number)

    listed = kuffert(folder, "inbox", "list")

    assert (listed.returncode, listed.stdout) == (0, "")
    assert listed.stderr == "No question is open.\n"


def test_show_opens_one_question_and_nothing_in_it_steers_the_terminal(folder: Path) -> None:
    text = kuffert(folder, "inbox", "show", "1")
    photo = kuffert(folder, "inbox", "show", "3")

    assert text.stdout.splitlines() == [
        "language: ar",
        "kind: text",
        "",
        "Hvornår kommer",
        "den næste?[2J",
    ]
    assert photo.stdout.splitlines() == [
        "language: ar",
        "kind: photo",
        "forwarded from somebody else",
        "",
        "أريد أن أموت",
        "",
        "To fetch the photo: kuffert inbox show 3 --save DIR",
    ]


def test_an_answer_closes_its_question_and_a_second_one_is_allowed(folder: Path) -> None:
    first = kuffert(folder, "inbox", "answer", "1", "Onsdag.")
    second = kuffert(folder, "inbox", "answer", "1", "--file", "answer.txt")

    said = "The answer to question 1 goes out, outside the parent's quiet hours.\n"
    assert (first.stdout, second.stdout) == (said, said)
    assert [line[0] for line in kuffert(folder, "inbox", "list").stdout.splitlines()] == ["3", "2"]
    assert b"Onsdag" not in (folder / "kuffert.db").read_bytes()


def test_a_question_is_closed_once(folder: Path) -> None:
    said = [kuffert(folder, "inbox", "close", "2").stdout for _ in range(2)]

    assert said == ["Question 2 is closed.\n", "Question 2 was closed already.\n"]
    assert len(kuffert(folder, "inbox", "list").stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "9"), "There is no question 9. To see those there are: inbox list."),
        (("close", "9"), "There is no question 9. To see those there are: inbox list."),
        (("answer", "9", "Ja"), "There is no question 9. To see those there are: inbox list."),
        (
            ("answer", "1"),
            "Write the answer behind the number, or name a file with --file.",
        ),
        (
            ("answer", "1", "Ja", "--file", "answer.txt"),
            "Write the answer behind the number, or name a file with --file.",
        ),
        (("answer", "1", " "), "The answer is empty."),
        (("answer", "1", "--file", "empty.txt"), "The answer is empty."),
        (
            ("answer", "1", "--file", "gone.txt"),
            "gone.txt cannot be read: No such file or directory.",
        ),
        (
            ("answer", "1", "--file", "latin.txt"),
            "latin.txt is not UTF-8 text. Save it as UTF-8.",
        ),
        (
            ("answer", "1", "x" * 4090),
            "With its frame the answer has 4133 characters, and Telegram shows 4096. "
            "Shorten it, or send it as two answers.",
        ),
        (
            ("show", "1", "--save", "files"),
            "Question 1 holds words alone: there is no file to save.",
        ),
        (
            ("show", "2", "--save", "files"),
            "There is no bot token. Ask @BotFather in Telegram for one and set "
            "KUFFERT_TELEGRAM_TOKEN in kuffert.env. To look around without one: kuffert demo.",
        ),
        (
            ("list", "--demo"),
            "There is no demo yet. Start one with `kuffert demo`.",
        ),
    ],
)
def test_bad_input_gets_one_clear_line_and_changes_nothing(
    folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    ended = kuffert(folder, "inbox", *arguments)

    assert (ended.returncode, ended.stderr.strip()) == (1, said)
    assert len(kuffert(folder, "inbox", "list").stdout.splitlines()) == 3


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (GuardianState.STOPPED, "Question 1: this parent has stopped all messages."),
        (GuardianState.UNREACHABLE, "Question 1: this parent has blocked the bot, or is gone."),
    ],
)
def test_an_answer_to_somebody_out_of_reach_is_refused(
    tmp_path: Path, state: GuardianState, said: str
) -> None:
    fill(tmp_path, state=state)

    ended = kuffert(tmp_path, "inbox", "answer", "1", "Ja")

    assert (ended.returncode, ended.stderr.strip()) == (1, said)


@pytest.mark.anyio
async def test_a_voice_message_is_saved_for_its_reader_alone(tmp_path: Path) -> None:
    sandbox = Sandbox(SettableClock(NOW))
    person = sandbox.add_person("Amina")
    sandbox.attach(person.id, "voice", VOICE, "v.ogg")
    voice = sandbox.messages(person.id)[0].media
    assert voice
    body = (QuestionKind.VOICE, Asked(file_id=voice.file_id), False)
    await ask(
        tmp_path, body, (*body[:1], Asked(file_id="unknown"), False), state=GuardianState.ACTIVE
    )
    server = await serve(sandbox)
    online = {"KUFFERT_TELEGRAM_API": server.url, "KUFFERT_TELEGRAM_TOKEN": sandbox.token}

    async def show(number: str) -> tuple[str, str]:
        arguments = ("inbox", "show", number, "--save", "files")
        ended = await asyncio.to_thread(kuffert, tmp_path, *arguments, **online)
        return ended.stdout, ended.stderr.strip()

    saved, unknown, again = await show("1"), await show("2"), await show("1")
    await server.stop()

    path = tmp_path / "files" / "question-1.oga"
    assert "wrote files/question-1.oga, readable by you alone" in saved[0]
    assert path.read_bytes() == VOICE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert unknown[1].startswith("Telegram does not give the file: Wrong file_id or the file is")
    assert again[1] == "files/question-1.oga is there already. It is left as it is."


def test_lines_and_tabs_stay_when_a_text_is_cleaned() -> None:
    assert clean("a\tb\nc\x07\x9b") == "a\tb\nc"
