"""The preview within the console: all of it, below its path, for those who may see it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app.reloading import Reloader
from bot.catalogue.files import pack, version_of
from bot.store import snapshots
from bot.store.states import StaffRole
from tests.console.conftest import Browser, Open
from tests.console.served import served_console
from tests.kinds import on_sqlite
from tests.shipped import shipped_catalogue, shipped_files
from tests.web.conftest import Page, read

pytestmark = pytest.mark.anyio
BASE = "/content/running/preview"
CHAIN = f"{BASE}/activity/C03?language=all"
TEXT = "content/activities/because-chain/da.md"
CATALOGUE = shipped_catalogue()
RESTS = (
    "",
    "activity/C03",
    "problems",
    "events",
    "static/preview.css",
    "static/none.css",
    "file/0/picture.png",
    "nowhere",
)
COLUMN = re.compile(r'<div class="phone" lang="([^"]+)" dir="([^"]+)">')


async def look(browser: Browser, path: str) -> Page:
    return read((await browser.get(path)).text)


async def accept(opened: Open, before: str, after: str) -> str:
    """Accept an edit of a text on another machine; give its version."""
    town = opened.town
    changed = {**shipped_files()}
    changed[TEXT] = changed[TEXT].replace(before.encode(), after.encode())
    version, now = version_of(changed), town.clock.now() + timedelta(minutes=1)
    async with town.store.database.writing() as session:
        await snapshots.accept_snapshot(session, version, body=pack(changed), now=now)
    reloader = Reloader.of(town.store.database, town.settings, clock=town.clock)
    await reloader.look(town.runtime.shelf)
    return version


# Who sees it


@pytest.mark.parametrize("role", list(StaffRole))
async def test_every_part_of_it_is_for_staff_and_admins_alone(
    opened: Open, role: StaffRole
) -> None:
    browser = await opened.browser(role)
    may = role in (StaffRole.STAFF, StaffRole.ADMIN)

    for rest in RESTS:
        answer = await browser.client.get(f"{BASE}/{rest}")
        assert (answer.status_code != 403) == may, rest
        assert ("Because" in answer.text) == (may and rest in RESTS[:2]), rest


async def test_who_is_signed_out_is_sent_to_sign_in(opened: Open) -> None:
    browser = await opened.browser()

    for rest in RESTS:
        answer = await browser.client.get(f"{BASE}/{rest}")
        assert answer.status_code == 303, rest
        assert answer.headers["location"] == f"/sign-in?next={BASE}/{rest}"


async def test_nothing_of_it_is_changed_by_a_form(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    answer = await browser.client.post(f"{BASE}/activity/C03", data={"form_key": browser.key})

    assert answer.status_code == 405


# All of it is there


@on_sqlite
async def test_every_link_stays_below_its_path_and_answers(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    index = await look(browser, f"{BASE}/")
    of_each_kind = {
        each.split("/")[4].partition("?")[0]: each for each in index.links if BASE in each
    }
    within = [BASE + each for each in ("/week/1", "/strings?language=ar", "/nowhere")]

    links = list(index.links)
    for path in [*of_each_kind.values(), *within, f"{BASE}/static/none.css"]:
        answer = await browser.client.get(path)
        assert answer.status_code == (404 if "/no" in path else 200), path
        if "text/html" in answer.headers["content-type"]:
            links += read(answer.text).links
    assert {each for each in links if not each.startswith(f"{BASE}/")} == {"/content"}
    for link in dict.fromkeys(index.links):
        assert (await browser.client.get(link)).status_code == 200, link

    assert {"activity", "story", "printable", "print", "screens"} <= of_each_kind.keys()
    assert len(set(index.links)) > len(CATALOGUE.activities) * len(CATALOGUE.languages)


async def test_a_whole_activity_stands_in_all_languages_side_by_side(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    page = (await browser.get(CHAIN)).text

    wanted = [(each, CATALOGUE.words_in(each).direction) for each in CATALOGUE.languages]
    assert COLUMN.findall(page) == wanted
    assert ("ar", "rtl") in wanted
    assert len(read(page).said) == 3 * len(wanted)
    for language in CATALOGUE.languages:
        assert CATALOGUE.activities["C03"].texts[language].title in page


@pytest.mark.parametrize(
    ("path", "ending", "begins"),
    [
        ("activity/C03?language=ar", ".png", b"\x89PNG"),
        ("story/red-suitcase?language=ar", ".png", b"\x89PNG"),
        ("week/1", ".png", b"\x89PNG"),
        ("print/letter?language=ar", ".png", b"\x89PNG"),
        ("print/letter?language=ar", ".pdf", b"%PDF"),
    ],
)
async def test_a_file_is_given_by_any_process(
    opened: Open, path: str, ending: str, begins: bytes
) -> None:
    town, browser = opened.town, await opened.browser(StaffRole.STAFF)
    page = await look(browser, f"{BASE}/{path}")
    link = next(each for each in page.links if each.partition("?")[0].endswith(ending))

    own = await browser.client.get(link)
    async with served_console(town) as (_pages, port):
        other = await browser.client.get(f"http://127.0.0.1:{port}{link}")
        lost = await browser.client.get(f"http://127.0.0.1:{port}{BASE}/file/0/x.png?of=/file/0/x")

    assert own.content.startswith(begins)
    assert other.content == own.content
    assert lost.status_code == 404
    assert own.headers["x-frame-options"] == "DENY"
    assert ("content-security-policy" in own.headers) == (ending != ".pdf")


async def test_it_is_sent_with_the_headers_of_the_console_and_for_any_host(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    own = await browser.get("/content")
    answer = await browser.client.get(CHAIN, headers={"Host": "kuffert.example.org"})

    assert answer.status_code == 200
    for name in ("content-security-policy", "x-frame-options", "referrer-policy", "cache-control"):
        assert answer.headers[name] == own.headers[name]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert re.search(r'\son\w+=|style="|data-events', answer.text) is None
    assert re.findall(r"<script[^>]*>([^<]*)<", answer.text) == [""]


async def test_what_the_check_says_stands_beside_what_it_is_about(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    one, all_of_it = await look(browser, CHAIN), await look(browser, f"{BASE}/problems")

    assert f"{CATALOGUE.activities['C03'].folder}/ar.md" in one.text
    assert re.search(r"0 errors, [1-9]\d* warnings", all_of_it.text)
    assert "saved last" not in all_of_it.text  # nobody saves anything here


async def test_content_that_was_never_accepted_is_shown_and_not_called_sound(opened: Open) -> None:
    browser, shelf = await opened.browser(StaffRole.STAFF), opened.town.runtime.shelf
    changed = {**shipped_files(), "content/note.txt": b"here alone"}
    shelf.replace(replace(CATALOGUE, version=version_of(changed)))

    page = await look(browser, f"{BASE}/problems")

    assert "0 errors, 1 warning" in page.text
    assert "what the check says of it is not known here" in page.text


# Which content


async def test_an_edit_that_is_accepted_shows_at_the_next_page_and_the_earlier_one_stays(
    opened: Open,
) -> None:
    browser, first = await opened.browser(StaffRole.STAFF), CATALOGUE.version
    before = await look(browser, CHAIN)
    second = await accept(opened, "Fordi-kæden", "Hvorfor-kæden")

    after = await look(browser, CHAIN)
    earlier = await look(browser, f"/content/{first}/preview/activity/C03?language=all")
    by_name = await look(browser, f"/content/{second}/preview/activity/C03?language=all")

    assert "Fordi-kæden" in before.text
    assert "Hvorfor-kæden" in after.text
    assert "Fordi-kæden" not in after.text
    assert earlier.said == before.said
    assert f"Version {first[:12]}: does not run" in earlier.text
    assert by_name.said == after.said
    assert f"Version {second[:12]}: runs" in by_name.text


async def test_a_version_that_is_refused_today_says_why(opened: Open) -> None:
    broken = {**shipped_files()}
    broken[TEXT] = broken[TEXT].replace(b"## grow", b"## gror")
    version, now = version_of(broken), opened.town.clock.now() - timedelta(days=1)
    async with opened.town.store.database.writing() as session:
        await snapshots.accept_snapshot(session, version, body=pack(broken), now=now)
    browser = await opened.browser(StaffRole.STAFF)

    page = await look(browser, f"/content/{version}/preview/activity/C03")

    assert "This version can be shown no more" in page.text
    assert TEXT in page.text
    assert page.said == []


async def test_a_version_that_there_is_not_is_refused(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    for _ in range(3):
        answer = await browser.get(f"/content/{'0' * 64}/preview/", status=400)
        assert "There is no such version." in answer.text
    await browser.get(CHAIN)


# The way there and back


async def test_the_content_page_leads_to_each_activity_side_by_side(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    await browser.get("/content/standing")  # which the page would fetch by itself
    page = await browser.get("/content")

    links = {each for each in read(page.text).links if each.startswith(BASE)}
    kinds = (
        ("activity", CATALOGUE.activities),
        ("story", CATALOGUE.stories),
        ("printable", CATALOGUE.printables),
    )
    wanted = {f"{BASE}/{kind}/{name}?language=all" for kind, things in kinds for name in things}
    assert links == {f"{BASE}/", f"{BASE}/problems", *wanted}
    assert f'<a href="{CHAIN}"><code>activities/because-chain</code></a>' in page.text
    assert "Look at it as families see it" in page.text


async def test_the_page_of_a_version_leads_to_what_families_saw(opened: Open) -> None:
    first, second = CATALOGUE.version, await accept(opened, "Fordi-kæden", "Hvorfor-kæden")
    browser = await opened.browser(StaffRole.STAFF)

    earlier = await look(browser, f"/content/{first}")
    running = await look(browser, f"/content/{second}")

    assert f"/content/{first}/preview/" in earlier.links
    assert f"{BASE}/" in running.links


async def test_the_way_back_is_said_in_the_language_of_whoever_asks(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.post("/account/language", {"language": "da", "zone": "Europe/Oslo"})

    page = (await browser.get(CHAIN)).text
    await browser.get("/content/standing")  # which the page would fetch by itself
    listed = (await browser.get("/content")).text

    assert '<nav class="back" lang="da"' in page
    assert "Kufferts konsol" in page
    assert f"Version {CATALOGUE.version[:12]}: kører" in page
    assert "Se det, som familierne ser det" in listed
