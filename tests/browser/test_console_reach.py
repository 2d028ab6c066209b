"""The console without a mouse, without sight, in the dark, in Danish and on paper."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from bot.store.states import StaffRole
from tests.browser.signing_in import PASSPHRASE, sign_in
from tests.kinds import on_sqlite
from tests.town import Town

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
SERIOUS = ("serious", "critical")
WHOLE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


WAYS = (  # pages beside each other, of which a list of links shows one alone
    "/content/rehearsal",
    "/content/translations",
    "/content/review",
    "/content/new",
    "/content/measures",
    "/evaluation/arms",
    "/evaluation/power",
    "/centres/solsikken/cards",
    "/funnel",
    "/readers",
)


async def find_barriers(page: Page, where: str) -> list[str]:
    """List what stands in the way of somebody who cannot see, or not well (axe)."""
    found = await Axe().run(page)
    return [
        f"{where}: {each['id']}: {node['html'][:120]}"
        for each in found.response["violations"]
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


async def list_pages(page: Page) -> list[str]:
    """List the pages of the navigation, and those that they lead to: one of each kind."""
    pages = await page.locator("nav .pages a").evaluate_all("all => all.map(each => each.href)")
    kinds: dict[str, str] = {}
    for each in list(pages):
        await page.goto(each)
        for link in await page.locator("main a").evaluate_all("all => all.map(each => each.href)"):
            path = link.split("?")[0].split("#")[0]
            kinds.setdefault(path.rpartition("/")[0], path)
    return [*pages, *(each for each in kinds.values() if each not in pages)]


@on_sqlite
@pytest.mark.parametrize("role", [StaffRole.ADMIN, StaffRole.EDUCATOR])
@pytest.mark.parametrize("size", [WHOLE, PHONE], ids=["wide", "phone"])
async def test_nothing_serious_stands_in_the_way_of_a_screen_reader(
    base: tuple[Town, str], page: Page, role: StaffRole, size: dict[str, int]
) -> None:
    _, address = base
    await page.set_viewport_size(size)  # type: ignore[arg-type]
    await page.goto(address)
    barriers = await find_barriers(page, "sign-in")
    await sign_in(page, address, role)

    ways = WAYS if role is StaffRole.ADMIN else ()
    for each in {*await list_pages(page), *(address + each for each in ("/account", *ways))}:
        answer = await page.goto(each)
        if answer and "text/html" in answer.headers["content-type"]:
            barriers += await find_barriers(page, each)
            await expect(page.get_by_role("heading", level=1)).to_have_count(1)
            await expect(page.get_by_role("main")).to_have_count(1)

    assert barriers == []


@on_sqlite
async def test_the_danish_pages_say_that_they_are_danish_and_have_no_barriers(
    base: tuple[Town, str], page: Page
) -> None:
    _, address = base
    await sign_in(page, address, StaffRole.ADMIN)
    await page.goto(f"{address}/account")
    await page.locator('select[name="language"]').select_option("da")
    await page.locator('form[action="/account/language"] button').click()

    barriers = []
    preview = "/content/running/preview"
    shown = ("/", "/problems", "/activity/A01?language=all", "/screens/joining?language=da")
    for path in (
        "/today",
        "/centres",
        "/evaluation",
        "/people",
        *WAYS,
        *(preview + each for each in shown),
    ):
        await page.goto(address + path)
        barriers += await find_barriers(page, path)
        assert await page.locator("html").get_attribute("lang") == "da"

    assert barriers == []
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "Fra kortet til den første aktivitet"
    )
    await page.goto(f"{address}/today")
    await expect(page.get_by_role("link", name="I dag")).to_be_visible()


async def test_sending_is_stopped_with_the_keyboard_alone(
    base: tuple[Town, str], page: Page
) -> None:
    _, address = base
    await page.goto(address)

    await tab_to(page, "email")
    await page.keyboard.type(f"{StaffRole.STAFF}@example.org")
    await tab_to(page, "passphrase")
    await page.keyboard.type(PASSPHRASE)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    page.once("dialog", lambda dialog: dialog.accept())
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_text("To the content of the page")
    await page.keyboard.press("Enter")
    for _ in range(10):  # past the whole navigation by one key
        await page.keyboard.press("Tab")
        assert await shows_focus(page)
        if await page.locator(":focus").text_content() == "Stop sending":
            break
    await page.keyboard.press("Enter")

    await expect(page.get_by_text("Sending is stopped").first).to_be_visible()


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until a field of this name has the focus."""
    for _ in range(10):
        if await page.locator(":focus").get_attribute("name") == name:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached by the keyboard")


async def shows_focus(page: Page) -> bool:
    """Say whether it can be seen where the focus is."""
    return bool(
        await page.evaluate(
            "() => { const style = getComputedStyle(document.activeElement);"
            " return style.outlineStyle !== 'none' || style.boxShadow !== 'none'"
            " || style.textDecorationLine !== 'none' }"
        )
    )


async def test_a_page_prints_what_it_tells_without_what_can_only_be_clicked(
    base: tuple[Town, str], page: Page, tmp_path: Path
) -> None:
    _, address = base
    await sign_in(page, address, StaffRole.ADMIN)
    await page.goto(f"{address}/centres/solsikken")
    await page.emulate_media(media="print")

    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator("main table").first).to_be_visible()
    for hidden in (".top", "form"):
        await expect(page.locator(hidden).first).to_be_hidden()
    assert (await page.pdf(path=tmp_path / "centre.pdf", format="A4")).startswith(b"%PDF")
