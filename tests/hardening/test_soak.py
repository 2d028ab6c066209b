"""Two months in minutes: families tap, staff read, content changes; nothing is left behind."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random

import httpx
import pytest

from bot.app import staff
from bot.catalogue.files import pack
from bot.catalogue.reading.loading import load_catalogue
from bot.printing.printables import render_printable
from bot.store import snapshots
from bot.store.states import StaffRole
from bot.web.console.doors import Door
from tests.console.conftest import PASSPHRASE, Browser
from tests.console.served import served_console
from tests.hardening.crowd import clear, settle
from tests.hardening.measuring import Held, measure
from tests.hardening.test_updates import see_that_nothing_grew
from tests.shipped import shipped_catalogue, shipped_files
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
PROGRAMME = "content/programme.yaml"
ADMIN = "admin@example.org"
STEP = timedelta(hours=6)
WROTE = ("/help", "/menu", "she liked it", "/privacy", "/mydata", "/language", "/pause", "/resume")
WRITERS = 5  # families that do something in a round
MOST_FAMILIES = 30
STAFF_EVERY, CLEAR_EVERY = 5, 10  # rounds
FEW_ROUNDS = 8  # which show no growth
IN_USE = ("blocks", "files", "tasks")  # of malloc Typst and SQLite hold what they need to be quick


async def change_content(town: Town, number: int) -> None:
    """Let content of which a word has changed be accepted, as staff do."""
    files: Mapping[str, bytes] = dict(shipped_files())
    files = {**files, PROGRAMME: files[PROGRAMME] + b"# edited %d\n" % (number % 4)}
    catalogue, now = load_catalogue(files), town.clock.now()
    async with town.store.database.writing() as session:
        await snapshots.accept_snapshot(session, catalogue.version, body=pack(files), now=now)
    town.runtime.shelf.replace(catalogue)


async def join(town: Town, language: str) -> Phone:
    """Let one more family join."""
    phone = town.phone("Parent", language=language)
    await phone.join(await town.card(language))
    return phone


def act(town: Town, phone: Phone, rng: Random) -> None:
    """Let a family write something, or tap what it was sent lately."""
    tapped = [each for each in phone.from_bot if each.buttons]
    if not tapped or rng.random() < 0.4:
        town.sandbox.write(phone.person.id, rng.choice(WROTE))
        return
    message = rng.choice(tapped[-5:])
    actions = [each for each in sorted(message.actions()) if "surely" not in each]
    town.sandbox.tap_stale(phone.person.id, message.id, rng.choice(actions or ["x"]))


@asynccontextmanager
async def open_console(town: Town) -> AsyncIterator[tuple[Browser, list[str]]]:
    """Serve the console; give a browser, and every address that needs no more than itself."""
    await staff.add_account(
        town.settings,
        ADMIN,
        role=StaffRole.ADMIN,
        centre_code=None,
        passphrase=PASSPHRASE,
        clock=town.clock,
    )
    async with (
        served_console(town) as (pages, port),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        paths = {each.path for each in pages.routes if isinstance(each, Door)}
        plain = sorted(each for each in paths if "{" not in each and "sign" not in each)
        yield Browser(client), plain


async def work(town: Town, browser: Browser, paths: list[str]) -> None:
    """Let staff sign in and read every page."""
    await browser.sign_in(ADMIN)
    for path in paths:
        assert (await browser.client.get(path)).status_code < 500, path
    await town.runtime.housekeeper.tidy()


def fill_typst() -> None:
    """Let Typst keep as much as it ever does: what it has laid out, for some dozens of pages."""
    catalogue = shipped_catalogue()
    for name in catalogue.printables:
        for language in catalogue.languages:
            render_printable(catalogue, name, language)


@pytest.mark.parametrize("rounds", [FEW_ROUNDS, pytest.param(240, marks=pytest.mark.long)])
async def test_two_months_of_families_staff_and_changed_content_leave_nothing_behind(
    town: Town, rounds: int
) -> None:
    if rounds > FEW_ROUNDS:
        fill_typst()
    rng = Random(1)
    phones: list[Phone] = []
    held: list[Held] = []

    async with open_console(town) as (browser, paths):
        for number in range(1, rounds + 1):
            if len(phones) < MOST_FAMILIES:
                phones.append(await join(town, rng.choice(("en", "da", "ar"))))
            for phone in rng.choices(phones, k=WRITERS):
                act(town, phone, rng)
            await settle(town)
            await town.skip(hours=STEP.total_seconds() / 3600)
            if number % STAFF_EVERY == 0:
                await work(town, browser, paths)
                await change_content(town, number // STAFF_EVERY)
            if number % CLEAR_EVERY == 0:
                clear(town)
            held.append(measure(town))

    assert await town.examine() == []
    see_that_nothing_grew(held, in_use=IN_USE)
