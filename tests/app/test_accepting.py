"""A page to print that cannot be set is named, and never reaches a family."""

import shutil
from pathlib import Path

import pytest

from bot.app.content import ContentChecker
from bot.app.reloading import Reloader, place_of
from bot.catalogue.reading.workbench import Workbench
from bot.errors import FileRefused
from bot.store import Database, snapshots
from tests.conftest import MONDAY_MORNING
from tests.town import ROOT, SettableClock, town_settings

PAGE = "content/printables/memory-cards/page.typ"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Copy the content, and break the third line of a page to print."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    page = tmp_path / PAGE
    lines = page.read_text(encoding="utf-8").splitlines()
    page.write_text("\n".join([*lines[:2], "#elephant()", *lines[3:]]), encoding="utf-8")
    return tmp_path / "content"


def test_the_check_names_the_page_and_the_line(content: Path) -> None:
    findings = ContentChecker(content, ROOT / "locales").check()

    (problem,) = findings.errors
    assert str(problem) == (
        f"{PAGE}, line 3: this cannot be set: unknown variable: elephant. Mend it."
    )


@pytest.mark.anyio
async def test_a_catalogue_with_such_a_page_is_not_accepted(
    database: Database, content: Path
) -> None:
    settings = town_settings("").model_copy(update={"content": content})

    clock = SettableClock(MONDAY_MORNING)
    bench = Workbench(settings.content, settings.locales)
    reloader = Reloader(database, bench, place=place_of(settings), clock=clock, wall=clock)

    with pytest.raises(FileRefused, match="line 3: this cannot be set"):
        await reloader.open()

    async with database.reading() as session:
        assert await snapshots.find_accepted(session) is None
