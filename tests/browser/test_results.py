"""A school's file in a real browser: sent, mapped, looked at, taken in, and a code put right."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from bot.core.codes import format_code
from bot.store.evaluation_tables import Outcome
from bot.store.states import OutcomeEnd, StaffRole
from bot.store.tables import Child
from tests.browser.signing_in import sign_in
from tests.intake.school import mistype
from tests.town import Town

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
SIZES = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


async def check_page(page: Page, name: str, folder: Path) -> None:
    """See that nothing serious stands in anybody's way, and that the page fits; take pictures."""
    found = await Axe().run(page)
    serious = [
        f"{each['id']}: {node['html'][:120]}"
        for each in found.response["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
    assert serious == []
    for size, viewport in SIZES.items():
        await page.set_viewport_size(viewport)  # type: ignore[arg-type]
        fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert await page.evaluate(fits), (name, size)
        await page.screenshot(path=folder / f"{name}-{size}.png", full_page=True)


async def test_a_file_is_mapped_taken_in_and_a_code_is_put_right(
    base: tuple[Town, str], page: Page, tmp_path: Path
) -> None:
    town, address = base
    for _ in range(5):
        await town.card("da")
    codes = [each.study_code for each in await town.rows(Child)]
    rows = [f"{code};{10 + n},5;rød" for n, code in enumerate([mistype(codes[0]), *codes[1:]])]
    rows = [*rows, "NOBODY-1;7,5;blå"]
    content = "\n".join(["Elev;Ordforråd;Stue", *rows]).encode()
    await page.set_viewport_size(SIZES["wide"])  # type: ignore[arg-type]
    await sign_in(page, address, StaffRole.EVALUATOR)

    file = {"name": "skole.csv", "mimeType": "text/csv", "buffer": content}
    await page.get_by_label("File (CSV or XLSX)").set_input_files(file)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Look at it").click()
    # the first code is mistyped, so its line was taken for a part of the header
    await page.get_by_label("Lines that it has").select_option("1")
    await page.get_by_role("button", name="Read the header again").click()
    await expect(page.get_by_text("The columns are named by the header")).to_be_visible()
    await check_page(page, "form", tmp_path)
    await page.get_by_label("Ordforråd: Instrument").fill("Words")
    await page.get_by_label("Ordforråd: Wave").fill("after")
    await page.get_by_role("button", name="Look", exact=True).last.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("What would happen")
    await check_page(page, "seen", tmp_path)
    await page.get_by_label("Right study code of line 2").select_option(format_code(codes[0]))
    await page.get_by_role("button", name="Take in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("The results are in")
    await check_page(page, "done", tmp_path)
    await expect(page.get_by_label("Another study code for line 8")).to_be_visible()
    await page.get_by_role("link", name="Evaluation").last.click()
    await page.get_by_role("link", name="1", exact=True).click()
    await check_page(page, "quarantined", tmp_path)
    await expect(page.get_by_role("button", name="Put study codes right")).to_be_visible()

    ends = [each.ended for each in await town.rows(Outcome)]
    assert ends.count(OutcomeEnd.CORRECTED) == 1
    assert ends.count(OutcomeEnd.QUARANTINED) == 1
