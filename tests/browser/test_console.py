"""The console in a browser: each role's way in, a phone's width, and nothing that is blocked."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import ConsoleMessage, Page, expect

from bot.app import staff
from bot.app.console import console
from bot.app.serving import serving
from bot.store.states import StaffRole
from tests.conftest import MONDAY_MORNING
from tests.town import Town, open_town

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
PASSPHRASE = "four words of nobody"
FIRST = {
    StaffRole.EDUCATOR: "Centres",
    StaffRole.STAFF: "Today",
    StaffRole.EVALUATOR: "Evaluation",
    StaffRole.ADMIN: "Today",
}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
async def base(tmp_path: Path) -> AsyncIterator[tuple[Town, str]]:
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'kuffert.db'}"
        town = await stack.enter_async_context(open_town(url, tmp_path, now=MONDAY_MORNING))
        phone = town.phone(language="ar")
        await phone.join(await town.card("ar"))
        await phone.write("هل يمكنني أن أسأل؟")
        for role in StaffRole:
            await staff.add_account(
                town.settings,
                f"{role}@example.org",
                role=role,
                centre_code="solsikken" if role is StaffRole.EDUCATOR else None,
                passphrase=PASSPHRASE,
                clock=town.clock,
            )
        pages = await stack.enter_async_context(
            console(
                town.store,
                town.settings,
                shelf=town.runtime.shelf,
                clock=town.clock,
                api=lambda: town.server.url,
            )
        )
        port = await stack.enter_async_context(serving(pages, host="127.0.0.1", port=0))
        yield town, f"http://127.0.0.1:{port}"


async def sign_in(page: Page, base: str, role: StaffRole) -> list[str]:
    """Sign in; give the list that fills with what the browser complains of."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(base)
    await page.get_by_label("E-mail").fill(f"{role}@example.org")
    await page.get_by_label("Passphrase").fill(PASSPHRASE)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(FIRST[role])
    return complaints


@pytest.mark.parametrize("role", list(StaffRole))
async def test_each_role_comes_in_and_finds_its_pages_on_a_phone_too(
    base: tuple[Town, str], page: Page, role: StaffRole
) -> None:
    complaints = await sign_in(page, base[1], role)
    await page.set_viewport_size(PHONE)

    links = await page.locator("nav .pages a").evaluate_all("all => all.map(each => each.href)")
    for link in links:
        await page.goto(link)
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        await expect(page.locator('nav [aria-current="page"]')).to_have_count(1)

    assert len(links) == {"educator": 1, "staff": 5, "evaluator": 3, "admin": 9}[role]
    assert complaints == []


async def test_a_question_in_arabic_is_read_and_answered(
    base: tuple[Town, str], page: Page
) -> None:
    town, address = base
    await sign_in(page, address, StaffRole.STAFF)

    await page.get_by_role("link", name="Inbox").click()
    await page.get_by_role("link", name="Open 1").click()
    words = page.locator("blockquote.words")
    await expect(words).to_have_text("هل يمكنني أن أسأل؟")
    assert await words.evaluate("each => getComputedStyle(each).direction") == "rtl"
    await page.locator("textarea").fill("نعم، تفضّلوا.")
    await page.get_by_role("button", name="Send the answer").click()
    await expect(page.get_by_role("status")).to_have_text("The answer is on its way.")
    await town.settle()

    (person,) = town.sandbox.persons
    assert "نعم، تفضّلوا." in town.sandbox.messages(person)[-1].text


async def test_an_export_shows_that_it_goes_on_and_can_be_fetched(
    base: tuple[Town, str], page: Page
) -> None:
    await sign_in(page, base[1], StaffRole.EVALUATOR)

    await page.get_by_role("button", name="Make the export").click()
    link = page.get_by_role("link", name="export.zip")
    await expect(link).to_be_visible(timeout=30_000)
    async with page.expect_download() as fetched:
        await link.click()

    assert (await fetched.value).suggested_filename == "export.zip"


async def test_what_cannot_easily_be_taken_back_is_asked_about(
    base: tuple[Town, str], page: Page
) -> None:
    await sign_in(page, base[1], StaffRole.STAFF)

    page.once("dialog", lambda dialog: dialog.dismiss())
    await page.get_by_role("button", name="Stop sending").click()
    await expect(page.get_by_text("Sending is stopped")).to_have_count(0)
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Stop sending").click()

    await expect(page.get_by_text("Sending is stopped").first).to_be_visible()
