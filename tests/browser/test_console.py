"""The console in a browser: each role's way in, a phone's width, and nothing that is blocked."""

import pytest
from playwright.async_api import Page, Request, expect

from bot.store.states import StaffRole
from tests.browser.signing_in import sign_in
from tests.town import Town

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
PHONE = {"width": 390, "height": 844}


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


def watch_requests(page: Page, complaints: list[str]) -> None:
    """Note what a page asks for in vain, but not what the browser gave up as it went on."""

    def note(asked: Request) -> None:
        if asked.failure != "net::ERR_ABORTED":
            complaints.append(asked.url)

    page.on("requestfailed", note)
    page.on("response", lambda got: complaints.append(got.url) if got.status >= 400 else None)


async def test_an_activity_is_looked_at_in_all_languages_side_by_side(
    base: tuple[Town, str], page: Page
) -> None:
    complaints = await sign_in(page, base[1], StaffRole.STAFF)
    watch_requests(page, complaints)
    await page.set_viewport_size({"width": 1280, "height": 900})

    await page.get_by_role("link", name="Content", exact=True).click()
    await page.get_by_role("link", name="activities/because-chain").click()
    await page.wait_for_load_state("networkidle")
    await expect(page.locator(".phone")).to_have_count(len(base[0].runtime.shelf.current.languages))
    arabic = page.locator(".phone[lang=ar]")
    await expect(arabic).to_have_attribute("dir", "rtl")
    words = arabic.locator(".words p").first
    assert await words.evaluate("each => getComputedStyle(each).direction") == "rtl"
    assert await page.locator("img").evaluate_all("all => all.every(each => each.naturalWidth > 0)")

    await page.select_option("#choose-variant", "easier")
    english = page.locator(".phone[lang=en] .words").nth(1)
    await expect(english).to_contain_text("You say the first “because”.")
    await page.get_by_role("link", name="العربية").click()
    await page.set_viewport_size(PHONE)
    await expect(page.locator(".phone")).to_have_count(1)
    address, _, query = page.url.partition("?")
    assert address == f"{base[1]}/content/running/preview/activity/C03"
    assert {"language=ar", "variant=easier"} <= set(query.split("&"))
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    await page.get_by_role("link", name="Kuffert console").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Content")
    assert complaints == []


async def test_a_choice_after_the_sign_in_has_ended_leads_to_signing_in(
    base: tuple[Town, str], page: Page
) -> None:
    await sign_in(page, base[1], StaffRole.STAFF)
    await page.goto(f"{base[1]}/content/running/preview/activity/C03?language=en")
    await page.wait_for_selector("body[data-ready]")

    await page.context.clear_cookies()
    await page.select_option("#choose-variant", "easier")

    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
