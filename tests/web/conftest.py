"""A preview that is served over real HTTP, from the shipped content and from a copy of it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from bot.app.previewing import Preview, previewing
from bot.web.preview.desk import Look
from tests.town import ROOT

LONGEST_WAIT = 20.0
KEPT = ("because-chain", "kitchen-word-hunt", "tell-me-why")  # one for each age band
VOID = ("img", "input", "meta", "link")


@dataclass
class Open:
    """A preview and a client of it; `folder` holds content and strings."""

    preview: Preview
    client: httpx.AsyncClient
    folder: Path

    async def get(self, path: str) -> "Page":
        """Get a page that must be there."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, path
        return read(answer.text)

    async def save(self, name: str, change: Callable[[str], str]) -> Look:
        """Change a file as an editor does, and wait for the look that sees it."""
        number, path = self.preview.desk.latest.number, self.folder / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
        look = await asyncio.wait_for(self.preview.desk.wait_past(number), LONGEST_WAIT)
        assert look is not None
        return look


@asynccontextmanager
async def opening(folder: Path) -> AsyncIterator[Open]:
    """Serve the preview of a folder; close it when the test is over."""
    async with (
        previewing(folder / "content", folder / "locales", port=0) as preview,
        httpx.AsyncClient(base_url=preview.url, timeout=LONGEST_WAIT) as client,
    ):
        running = asyncio.create_task(preview.run())
        yield Open(preview, client, folder)
        running.cancel()
        await asyncio.wait([running])


@pytest.fixture(scope="module")
async def shipped() -> AsyncIterator[Open]:
    """Preview what the project ships; nothing is changed there."""
    async with opening(ROOT) as opened:
        yield opened


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Copy what the project ships, of its activities a few."""
    for name in ("content", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=leave_out)
    return tmp_path


def leave_out(folder: str, names: list[str]) -> list[str]:
    """Name the activities that are not copied."""
    return [each for each in names if each not in KEPT] if folder.endswith("activities") else []


@pytest.fixture
async def edited(copied: Path) -> AsyncIterator[Open]:
    """Preview a copy, which may be changed."""
    async with opening(copied) as opened:
        yield opened


class Page(HTMLParser):
    """What a page shows: its links, its files, its messages line by line, its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.messages: list[list[str]] = []
        self.directions: list[str] = []
        self.keys: list[str] = []
        self.lengths: list[str] = []
        self.text = ""
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        found = given.get("href") or given.get("src")
        if found and not found.startswith("#"):
            self.links.append(found)
        if tag not in VOID:
            self._open.append((tag, given.get("class") or ""))
        if given.get("class") == "words":
            self.messages.append([])
        elif tag == "p" and self._within("words"):
            self.messages[-1].append("")
            self.directions.append(given.get("dir") or "")
        elif given.get("class") == "key":
            self.keys.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._within("words") and self._open[-1][0] in ("p", "b", "i"):
            self.messages[-1][-1] += data
        elif self._within("key"):
            self.keys[-1] += data
        elif self._open and self._open[-1][1].startswith("length"):
            self.lengths.append(data.strip())

    def _within(self, kind: str) -> bool:
        return any(name == kind for _tag, name in self._open)

    @property
    def said(self) -> list[str]:
        return ["\n".join(lines) for lines in self.messages]


def read(html: str) -> Page:
    """Read a page."""
    page = Page()
    page.feed(html)
    page.close()
    return page
