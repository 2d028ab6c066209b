"""Every word of the console is there in Danish, and none is said twice."""

import re
from pathlib import Path

from bot import intake
from bot.intake.readings import Fault
from bot.store.states import QuestionKind, StaffRole, WorkStatus
from bot.web.console import pages
from bot.web.console.wording import FOLDER, LANGUAGES, choose_language, wording_in

ROOM, INTAKE = Path(pages.__file__).parent, Path(intake.__file__).parent
IN_TEMPLATE = re.compile(r'_\("((?:[^"\\]|\\.)*)"\)')
IN_CODE = re.compile(r'(?:words\.say|phrase)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
NOTED = re.compile(r'visit\.note\(session, "([^"]+)"')
IN_REASON = re.compile(r'explain\(\s*Fault\.\w+,\s*"((?:[^"\\]|\\.)*)"')
COUNTED = re.compile(r'\bcount\(\s*"((?:[^"\\]|\\.)*)",\s*"')
PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"')


def list_said() -> set[str]:
    said = set()
    for path in (ROOM / "page").glob("*.jinja"):
        said |= set(IN_TEMPLATE.findall(path.read_text(encoding="utf-8")))
    for path in ROOM.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        said |= {"".join(PIECE.findall(each)) for each in IN_CODE.findall(text)}
        said |= set(NOTED.findall(text)) | set(COUNTED.findall(text))
    for path in INTAKE.glob("*.py"):
        said |= set(IN_REASON.findall(path.read_text(encoding="utf-8")))
    return said | {
        str(each) for words in (StaffRole, WorkStatus, QuestionKind, Fault) for each in words
    }


def test_everything_that_is_said_is_said_in_every_language() -> None:
    said = list_said()

    assert len(said) > 200
    for language in LANGUAGES.keys() - {"en"}:
        words = wording_in(language)._strings
        assert sorted(said - words.keys()) == []
        keys = re.findall(r'^msgid "(.+)"$', (FOLDER / f"{language}.po").read_text(), re.M)
        assert len(keys) == len(set(keys))


def test_a_browser_is_answered_in_a_language_that_it_accepts() -> None:
    assert choose_language("fr, da;q=0.8, en;q=0.5") == "da"
    assert choose_language("da-DK") == "da"
    assert choose_language("fr, *;q=0.1") == "en"
    assert choose_language("") == "en"
