"""The log: an error is told by where it arose, never in words that may be a parent's."""

import asyncio
import gc
import io
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from bot.app.logs import begin_log, log_stray
from bot.errors import BotError
from bot.settings import LogKind
from tests.town import ROOT

WORDS = "my child said this"


@pytest.fixture(params=LogKind)
def written(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[io.StringIO]:
    """Begin a log of each kind, and give what is written; put the earlier one back."""
    root, levels = logging.getLogger(), {}
    handlers, level = root.handlers[:], root.level
    for name in ("apscheduler", "alembic"):
        levels[name] = logging.getLogger(name).level
    root.handlers.clear()
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    begin_log(request.param)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def fail() -> None:
    raise ValueError(WORDS)


def fail_again() -> None:
    try:
        fail()
    except ValueError:
        raise KeyError(WORDS)  # noqa: B904  # the first is its context


def fail_on_purpose() -> None:
    try:
        fail()
    except ValueError as error:
        raise BotError("Put back your copy.") from error


def fail_together() -> None:
    raise ExceptionGroup(WORDS, [ValueError(WORDS), ExceptionGroup(WORDS, [OSError(WORDS)])])


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (fail, ["in fail", "ValueError"]),
        (fail_again, ["ValueError", "which led to:", "in fail_again", "KeyError"]),
        (fail_on_purpose, ["ValueError", "bot.errors.BotError: Put back your copy."]),
        (fail_together, ["ExceptionGroup", "one of several:", "ValueError", "OSError"]),
    ],
)
def test_an_error_is_told_without_its_words(
    written: io.StringIO, act: Callable[[], None], told: list[str]
) -> None:
    try:
        act()
    except Exception:
        logging.getLogger("a.library").exception("something went wrong")

    assert WORDS not in written.getvalue()
    assert all(each in written.getvalue() for each in told), written.getvalue()


def test_an_error_that_nobody_waited_for_is_told_without_its_words(written: io.StringIO) -> None:
    async def leave_alone() -> None:
        asyncio.get_running_loop().set_exception_handler(log_stray)
        task = asyncio.create_task(asyncio.to_thread(fail))
        await asyncio.wait([task])
        del task
        gc.collect()

    asyncio.run(leave_alone())

    assert "Task exception was never retrieved" in written.getvalue()
    assert "ValueError" in written.getvalue()
    assert WORDS not in written.getvalue()


def test_a_command_that_ends_by_a_bug_prints_where_and_not_what() -> None:
    code = f"import bot.cli as c; c.app = lambda: int({WORDS!r}); c.main()"

    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith("This is a bug. Please report it")
    assert ended.stderr.endswith("ValueError\n")
    assert "said this'" not in ended.stderr.replace(code, "")
