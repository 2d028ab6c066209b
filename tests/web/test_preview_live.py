"""The preview while somebody writes: it follows each save, and outlives what is broken."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from bot.app.previewing import open_loopback, previewing
from bot.cli.content import content_app
from bot.errors import BotError
from tests.sounds import make_ogg
from tests.web.conftest import LONGEST_WAIT, Open, opening

pytestmark = pytest.mark.anyio
TEXT = "content/activities/because-chain/da.md"
OTHER = "content/activities/tell-me-why/da.md"
PAGE = "content/printables/memory-cards/page.typ"
SHOWN = "/activity/C03?language=da"


def break_it(text: str) -> str:
    return text.replace("## grow", "## gror")


async def next_event(lines: AsyncIterator[str]) -> str:
    async with asyncio.timeout(LONGEST_WAIT):
        async for line in lines:
            if line.startswith("data: "):
                return line
    raise AssertionError("the stream has ended")


async def test_a_save_is_told_to_the_page_that_is_open_and_is_in_it_then(edited: Open) -> None:
    async with edited.client.stream("GET", "/events") as stream:
        lines = stream.aiter_lines()
        before = await next_event(lines)
        await edited.save(TEXT, lambda text: text.replace("Fordi-kæden", "Hvorfor-kæden"))
        after = await next_event(lines)

    page = await edited.get(SHOWN)
    assert before != after
    assert page.said[0].startswith("Hvorfor-kæden\n")


async def test_broken_content_leaves_the_last_good_page_and_says_what_is_wrong(
    edited: Open,
) -> None:
    good = (await edited.get(SHOWN)).said
    await edited.save(OTHER, break_it)
    look = await edited.save(TEXT, break_it)

    page = await edited.get(SHOWN)
    errors = [str(each.path) for each in look.errors]
    assert page.said == good
    assert f"{len(errors)} errors in what was saved last" in page.text
    assert "Parents still get the earlier one" in page.text
    assert page.text.index(TEXT) < page.text.index(OTHER)  # what is shown here comes first
    assert {TEXT, OTHER} <= set(errors)


async def test_what_is_mended_is_shown_at_once(edited: Open) -> None:
    await edited.save(TEXT, break_it)
    look = await edited.save(TEXT, lambda text: text.replace("## gror", "## grow"))

    page = await edited.get(SHOWN)
    assert look.is_whole
    assert "in what was saved last" not in page.text


async def test_a_page_to_print_that_cannot_be_set_is_named_with_its_line(edited: Open) -> None:
    look = await edited.save(PAGE, lambda text: f"#elephant()\n{text}")

    page = await edited.get("/printable/memory-cards?language=da")
    assert [(each.path, each.line) for each in look.errors] == [(PAGE, 1)]
    assert f"{PAGE}, line 1" in page.text


async def test_a_translation_whose_source_has_changed_is_marked_in_the_list(edited: Open) -> None:
    before = await edited.client.get("/")
    await edited.save(TEXT.replace("da.md", "en.md"), lambda text: text.replace("ask", "beg"))

    after = await edited.client.get("/")
    stale = 'aria-label="Because-Chain: Dansk, not reviewed, stale'
    assert stale not in before.text
    assert stale in after.text


async def test_content_that_never_was_good_shows_its_problems_alone_until_it_is(
    copied: Path,
) -> None:
    text = (copied / TEXT).read_text(encoding="utf-8")
    (copied / TEXT).write_text(break_it(text), encoding="utf-8")
    async with opening(copied) as opened:
        broken = await opened.get(SHOWN)
        await opened.save(TEXT, lambda text: text.replace("## gror", "## grow"))
        mended = await opened.get(SHOWN)

    assert broken.said == []
    assert TEXT in broken.text
    assert len(mended.said) == 3


async def test_a_folder_that_is_not_there_is_a_problem_and_no_end(tmp_path: Path) -> None:
    (tmp_path / "locales").mkdir()
    async with opening(tmp_path) as opened:
        page = await opened.get("/")

    assert "there is no such folder" in page.text


async def test_a_recording_can_be_heard(copied: Path) -> None:
    folder = copied / "content/activities/because-chain/audio"
    folder.mkdir()
    (folder / "da.ogg").write_bytes(make_ogg())
    async with opening(copied) as opened:
        page = await opened.get(SHOWN)
        (sound,) = [each for each in page.links if each.endswith(".ogg")]
        answer = await opened.client.get(sound)

    assert answer.content == make_ogg()
    assert answer.headers["content-type"] == "audio/ogg"


async def test_a_page_that_is_open_does_not_keep_the_preview_from_stopping(copied: Path) -> None:
    async with asyncio.timeout(LONGEST_WAIT), httpx.AsyncClient(timeout=LONGEST_WAIT) as client:
        async with previewing(copied / "content", copied / "locales", port=0) as preview:
            asked = client.build_request("GET", f"{preview.url}/events")
            lines = (await client.send(asked, stream=True)).aiter_lines()
            await next_event(lines)

        assert [each async for each in lines if each] == []  # it ended, and was not cut off


def test_a_busy_port_is_refused_in_one_sentence() -> None:
    with open_loopback(0) as busy:
        port = busy.getsockname()[1]
        said = CliRunner().invoke(content_app, ["preview", "--no-browser", "--port", str(port)])

    assert isinstance(said.exception, BotError)
    assert str(said.exception).endswith("Choose another with --port.")
    assert str(port) in str(said.exception)
