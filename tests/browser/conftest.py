"""A page in headless Chromium; a complaint in its console fails the test."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.app import staff
from bot.app.console import console
from bot.app.serving import serving
from bot.store.states import StaffRole
from tests.browser.signing_in import PASSPHRASE
from tests.town import PATIENCE, Town

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(CHROMIUM)
        )
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        page.set_default_timeout(PATIENCE * 1000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console", lambda said: problems.append(said.text) if said.type == "error" else None
        )
        yield page
        await browser.close()
        assert problems == []


@pytest.fixture
async def base(town: Town) -> AsyncIterator[tuple[Town, str]]:
    """Serve the console beside a bot, on each kind of database, with an Arabic family."""
    async with AsyncExitStack() as stack:
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
