"""The preview in a real browser, beside an editor."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.app.previewing import Preview, previewing
from tests.town import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
TEXT = "content/activities/because-chain/ar.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("content", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
async def preview(folder: Path) -> AsyncIterator[Preview]:
    async with previewing(folder / "content", folder / "locales", port=0) as preview:
        running = asyncio.create_task(preview.run())
        yield preview
        running.cancel()
        await asyncio.wait([running])


def save(path: Path, before: str, after: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


async def test_what_is_saved_appears_where_the_page_was_scrolled_to(
    folder: Path,
    preview: Preview,
    page: Page,
) -> None:
    await page.goto(f"{preview.url}/activity/C03?language=ar&state=did-it")
    await page.wait_for_selector("body[data-ready]")
    phone = page.locator(".phone")
    await expect(phone).to_have_attribute("dir", "rtl")
    await page.evaluate("scrollTo(0, 700)")

    save(folder / TEXT, "سلسلة", "حلقة")
    await expect(page.locator(".words b").first).to_contain_text("حلقة")

    assert await page.evaluate("scrollY") == 700
    save(folder / TEXT, "## grow", "## gror")
    await expect(page.locator(".banner")).to_contain_text(f"{TEXT}, line")
    await expect(page.locator(".words b").first).to_contain_text("حلقة")
    save(folder / TEXT, "## gror", "## grow")
    await expect(page.locator(".banner")).to_have_count(0)


async def test_a_choice_is_shown_at_once_and_stands_in_the_address(
    preview: Preview,
    page: Page,
) -> None:
    await page.goto(f"{preview.url}/activity/C03?language=en")
    await page.wait_for_selector("body[data-ready]")

    await page.select_option("#choose-variant", "easier")
    await expect(page.locator(".words").nth(1)).to_contain_text("You say the first “because”.")
    assert "variant=easier" in page.url
    await page.click("a.key:has-text('We did it') >> nth=0")

    await expect(page.locator(".words").nth(1)).to_contain_text("You say the first “because”.")
    assert "state=did-it" in page.url
    await page.go_back()
    await page.go_back()
    await expect(page.locator("#choose-variant")).to_have_value("plain")


async def test_the_list_is_searched_while_typing(
    preview: Preview,
    page: Page,
) -> None:
    await page.goto(preview.url)
    await page.wait_for_selector("body[data-ready]")

    await page.fill("#find", "fordi")

    await expect(page.locator("[data-find]:visible")).to_have_count(1)
    await expect(page.locator("#found")).to_have_text("1 found")


PATHS = (
    "/",
    "/activity/C03?language=all",
    "/story/red-suitcase?language=ar&page=all",
    "/week/1",
    "/weeks",
    "/strings?language=ar",
    "/problems",
    "/printable/memory-cards?language=da",
)


async def test_no_page_is_wider_than_a_phone_or_a_screen(preview: Preview, page: Page) -> None:
    wider = []
    for width in (360, 1200):
        await page.set_viewport_size({"width": width, "height": 800})
        for path in PATHS:
            await page.goto(f"{preview.url}{path}")
            if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wider.append((path, width))

    assert wider == []
