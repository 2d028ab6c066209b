"""Staff's side of questions: list them, read one, fetch its file, answer, close."""

import asyncio
import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from bot.app.files import read_bytes, saying_why
from bot.app.opening import open_store
from bot.catalogue.files import read_folder
from bot.catalogue.reading.loading import load_catalogue
from bot.catalogue.shown.asking import TEXT_UNITS, measure_answer
from bot.chat.fetching import fetch_file
from bot.core.asked import QUESTION, Asked, parse_asked
from bot.core.clock import Clock
from bot.delivery.staff_answers import check_reach, plan_answer
from bot.errors import BotError
from bot.settings import Settings
from bot.store import deployment, questions
from bot.store.questions import OpenQuestion
from bot.store.states import QuestionKind

SUFFIXES = {QuestionKind.VOICE: ".oga", QuestionKind.PHOTO: ".jpg"}
CONTROL = "Cc"  # signs that would steer a terminal


@dataclass(frozen=True)
class Opened:
    """A question, opened for staff."""

    number: int
    kind: QuestionKind
    language: str
    asked: Asked


async def list_questions(settings: Settings) -> list[str]:
    """List open questions, each as a line without its words."""
    async with open_store(settings) as store, store.database.reading() as session:
        return [show(each) for each in await questions.list_open(session)]


def show(question: OpenQuestion) -> str:
    """Show what may be seen of a question without opening it."""
    parts = (
        str(question.id),
        f"{question.asked_at:%Y-%m-%d %H:%M} UTC",
        question.language,
        question.centres,
        str(question.kind),
        "urgent" if question.is_urgent else "",
    )
    return "\t".join(parts).rstrip()


async def open_question(settings: Settings, number: int) -> Opened:
    """Open one question."""
    async with open_store(settings) as store, store.database.reading() as session:
        question = await questions.get_question(session, number)
        sealed = store.sealer.unseal(question.body_sealed, bound_to=QUESTION)
        return Opened(number, question.kind, question.language, parse_asked(sealed))


def list_words(opened: Opened) -> list[str]:
    """Give the lines that show a question: its language, how it came, and the words alone."""
    asked = opened.asked
    lines = [f"language: {opened.language}", f"kind: {opened.kind}"]
    lines += ["forwarded from somebody else"] if asked.is_forwarded else []
    lines += ["", clean(asked.text)] if asked.text else []
    for earlier in reversed(asked.earlier):
        lines += ["", "before it was changed:", clean(earlier)]
    return lines


def clean(text: str) -> str:
    """Take out of a text whatever would steer a terminal."""
    return "".join(each for each in text if each in "\n\t" or unicodedata.category(each) != CONTROL)


async def save_file(settings: Settings, opened: Opened, folder: Path) -> Path:
    """Fetch a question's file into a folder, for its reader alone; raise BotError without one."""
    if opened.asked.file_id is None:
        raise BotError(f"Question {opened.number} holds words alone: there is no file to save.")
    api = settings.telegram_api or await find_demo_api(settings)
    fetched = await fetch_file(settings.read_token(), opened.asked.file_id, api=api)
    suffix = fetched.suffix or SUFFIXES.get(opened.kind, "")
    path = folder / f"question-{opened.number}{suffix}"
    await asyncio.to_thread(write_alone, path, fetched.content)
    return path


async def find_demo_api(settings: Settings) -> str:
    """Look up where the demo's stand-in for Telegram is served."""
    async with open_store(settings) as store, store.database.reading() as session:
        return await deployment.find_value(session, deployment.LINK_BASE) or ""


def write_alone(path: Path, content: bytes) -> None:
    """Write a new file, readable by its owner alone; raise BotError where that cannot be."""
    with saying_why(path, "written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise BotError(f"{path} is there already. It is left as it is.") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def read_answer(text: str | None, file: Path | None) -> str:
    """Give an answer's text, from the command line or from a file; raise BotError for none."""
    if (text is None) == (file is None):
        raise BotError("Write the answer behind the number, or name a file with --file.")
    if file is not None:
        try:
            text = read_bytes(file).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BotError(f"{file} is not UTF-8 text. Save it as UTF-8.") from None
    words = clean((text or "").replace("\r\n", "\n")).strip()
    if not words:
        raise BotError("The answer is empty.")
    return words


async def answer(settings: Settings, number: int, text: str, *, clock: Clock) -> None:
    """Queue an answer to whoever asked; raise BotError where it cannot reach anybody."""
    check_length(settings, text)
    async with open_store(settings) as store, store.database.writing() as session:
        question = await questions.get_question(session, number, is_to_change=True)
        await check_reach(session, question)
        await plan_answer(session, question, text, sealer=store.sealer, now=clock.now())


def check_length(settings: Settings, text: str) -> None:
    """Raise BotError for an answer that is longer than one message can be."""
    catalogue = load_catalogue(read_folder(settings.content, settings.locales))
    length = measure_answer(catalogue, text)
    if length > TEXT_UNITS:
        raise BotError(
            f"With its frame the answer has {length} characters, and Telegram shows {TEXT_UNITS}. "
            "Shorten it, or send it as two answers."
        )


async def close(settings: Settings, number: int, *, clock: Clock) -> bool:
    """Close a question without an answer; say whether it was open."""
    async with open_store(settings) as store, store.database.writing() as session:
        await questions.get_question(session, number)
        return await questions.close_question(session, number, now=clock.now())
