"""The demo in a real browser, as a visitor plays it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from bot.app.demo import Demo, demo_settings
from tests.town import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    folder = tmp_path / "demo"
    settings = demo_settings(folder, content=ROOT / "content", locales=ROOT / "locales")
    async with Demo(folder, settings, 0, has_families=False) as demo:
        running = asyncio.create_task(demo.run())
        yield demo
        running.cancel()
        await asyncio.wait([running])


async def open_card(page: Page, demo: Demo, number: int) -> None:
    assert demo.server is not None
    await page.goto(demo.server.url)
    await page.wait_for_selector("body[data-ready]")
    await page.click("#menu")
    await page.click(f"#cards li:nth-child({number}) button")
    await page.click("#start")


async def test_a_danish_parent_joins_answers_and_lives_through_three_weeks(
    demo: Demo, page: Page
) -> None:
    await open_card(page, demo, 1)
    await page.click("text=Ja, send mig aktiviteter")
    await page.click("text=Vi gjorde det")
    await expect(page.locator(".message").filter(has_text="Godt gået")).to_have_count(1)
    await expect(page.locator(".theirs")).to_have_count(3)  # a second later: linking

    await page.click("#menu")
    for number in range(8):
        async with page.expect_response(lambda answer: answer.url.endswith("/api/time")):
            await page.click("[data-skip=next]")
        await expect(page.locator("[data-skip=next]")).to_be_enabled()
        await expect(page.locator(".theirs")).to_have_count(4 + number)
    await page.click("#menu")

    overflow = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert overflow is False


async def test_a_list_that_arrives_late_hides_no_message(demo: Demo, page: Page) -> None:
    is_asked_for, has_come = asyncio.Event(), asyncio.Event()

    async def give_late(route: Route) -> None:
        earlier = await route.fetch()  # the chat as it is when its list is asked for
        is_asked_for.set()
        await has_come.wait()
        await route.fulfill(response=earlier)

    assert demo.server is not None
    await page.goto(demo.server.url)
    await page.wait_for_selector("body[data-ready]")
    await page.route("**/messages", give_late, times=1)
    await page.click("#menu")
    await page.click("#cards li:nth-child(2) button")
    await is_asked_for.wait()
    await page.click("#start")
    await expect(page.locator(".theirs")).to_have_count(1)
    async with page.expect_response("**/messages"):
        has_come.set()
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")

    await expect(page.locator(".theirs")).to_have_count(1, timeout=1000)


async def test_an_arabic_chat_runs_from_right_to_left(demo: Demo, page: Page) -> None:
    await open_card(page, demo, 2)
    await page.click("text=نعم، أرسلوا لنا الأنشطة")
    await page.click("text=جرّبناها")

    chat = page.locator("#chat")
    await expect(chat).to_have_attribute("dir", "rtl")
    mine, theirs = page.locator(".mine").first, page.locator(".theirs").first
    left, right = await mine.bounding_box(), await theirs.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] < right["x"]


async def test_a_story_turns_its_pages_in_one_message_and_the_next_is_at_the_left_in_arabic(
    demo: Demo, page: Page
) -> None:
    await open_card(page, demo, 2)
    await page.click("text=نعم، أرسلوا لنا الأنشطة")
    await expect(page.locator(".message img")).to_have_count(1)
    await page.fill("#text", "/menu")
    await page.press("#text", "Enter")
    await page.click('[data-action="menu:stories"]')
    await page.click('[data-action="story:red-suitcase"]')
    pictures = page.locator(".message img")
    await expect(pictures).to_have_count(2)
    before = await pictures.last.get_attribute("src")

    await page.click('[data-action="page:red-suitcase:2:home"]')
    back = page.locator('[data-action="page:red-suitcase:1:home"]').first
    following = page.locator('[data-action="page:red-suitcase:3:home"]')
    await expect(following).to_have_count(1)

    assert await pictures.last.get_attribute("src") != before
    await expect(pictures).to_have_count(2)
    left, right = await following.bounding_box(), await back.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] < right["x"]


async def test_a_demo_that_is_stopped_goes_on_where_it_was(tmp_path: Path, page: Page) -> None:
    folder = tmp_path / "demo"
    settings = demo_settings(folder, content=ROOT / "content", locales=ROOT / "locales")
    async with Demo(folder, settings, 0, has_families=False) as first:
        running = asyncio.create_task(first.run())
        await open_card(page, first, 1)
        await page.click("text=Ja, send mig aktiviteter")
        await expect(page.locator(".message img")).to_have_count(1)
        running.cancel()
        await asyncio.wait([running])
        await page.goto("about:blank")

    async with Demo(folder, settings, 0, has_families=False) as second:
        running = asyncio.create_task(second.run())
        assert second.server is not None
        await page.goto(second.server.url)
        await page.click("text=Vi gjorde det")
        await expect(page.locator(".message").filter(has_text="Godt gået")).to_have_count(1)
        running.cancel()
        await asyncio.wait([running])


async def test_the_console_is_one_click_away_and_shows_who_was_played(
    demo: Demo, page: Page
) -> None:
    await open_card(page, demo, 1)
    await page.click("text=Ja, send mig aktiviteter")
    await expect(page.locator(".message img")).to_have_count(1)
    await page.click("#menu")

    async with page.context.expect_page() as opened:
        await page.click("text=What staff see: the console")
    staff = await opened.value

    await expect(staff.get_by_role("heading", level=1)).to_have_text("Today")
    await expect(staff.get_by_text("This is the demo: nobody here exists.")).to_be_visible()
    await expect(staff.locator(".big").first).not_to_have_text("0")
