"""Who may see what: every page by every role, and nobody without signing in."""

import pytest

from bot.store import centres
from bot.store.states import StaffRole
from tests.console.conftest import Open

pytestmark = pytest.mark.anyio
E, S, X, A = "educator", "staff", "evaluator", "admin"
ALL = {E, S, X, A}
# Every page: method and path, who may see it, and what stands in its path in this test.
TABLE = {
    "GET /": ALL,
    "GET /account": ALL,
    "POST /account/browsers": ALL,
    "POST /account/language": ALL,
    "POST /account/passphrase": ALL,
    "POST /sign-out": ALL,
    "GET /today": {S, A},
    "POST /today/sending": {S, A},
    "GET /silent": {S, A},
    "POST /silent": {S, A},
    "GET /centres": ALL,
    "GET /centres/{code}": ALL,
    "POST /centres/{code}/theme": {S, A},
    "POST /centres/{code}/zone": {S, A},
    "POST /centres/{code}/roster": {S, X, A},
    "POST /centres": {S, A},
    "GET /centres/{code}/cards": {S, A},
    "POST /centres/{code}/cards": {S, A},
    "POST /centres/{code}/cards/new": {S, A},
    "POST /centres/{code}/cards/list": {S, A},
    "POST /centres/{code}/cards/again": {S, A},
    "POST /centres/{code}/cards/revoke": {S, A},
    "POST /centres/{code}/poster": {S, A},
    "POST /centres/{code}/poster/revoke": {S, A},
    "POST /centres/{code}/pack": {S, A},
    "GET /readers": {S, A},
    "POST /readers": {S, A},
    "POST /readers/remove": {S, A},
    "GET /funnel": {S, X, A},
    "GET /funnel/file": {S, X, A},
    "GET /content": {S, A},
    "GET /content/standing": {S, A},
    "GET /content/works": {S, A},
    "GET /content/translations": {S, A},
    "POST /content/translations/out": {S, A},
    "POST /content/translations/in": {S, A},
    "GET /content/review": {S, A},
    "POST /content/review": {S, A},
    "GET /content/rehearsal": {S, A},
    "POST /content/rehearsal": {S, A},
    "GET /content/rehearsal/{number:int}": {S, A},
    "GET /content/rehearsal/{number:int}/page": {S, A},
    "GET /content/new": {S, A},
    "POST /content/new": {S, A},
    "POST /content/new/story": {S, A},
    "GET /content/measures": {S, A},
    "GET /content/{version}": {S, A},
    "POST /content/{version}/use": {S, A},
    "GET /content/{version}/preview/{rest:path}": {S, A},
    "GET /inbox": {S, A},
    "GET /inbox/{number:int}": {S, A},
    "GET /inbox/{number:int}/file": {S, A},
    "POST /inbox/{number:int}/answer": {S, A},
    "POST /inbox/{number:int}/close": {S, A},
    "POST /inbox/{number:int}/hand-over": {S, A},
    "GET /evaluation": {X, A},
    "GET /evaluation/works": {X, A},
    "POST /evaluation/export": {X, A},
    "POST /evaluation/report": {X, A},
    "GET /evaluation/report/{number:int}": {X, A},
    "GET /evaluation/power": {X, A},
    "GET /evaluation/arms": {X, A},
    "POST /evaluation/arms": {X, A},
    "GET /evaluation/arms/file": {X, A},
    "POST /evaluation/results": {X, A},
    "GET /evaluation/results/{number:int}": {X, A},
    "GET /evaluation/results/{number:int}/form": {X, A},
    "GET /evaluation/results/{number:int}/quarantined": {X, A},
    "POST /evaluation/results/{number:int}": {X, A},
    "GET /evaluation/files/{digest}": {X, A},
    "POST /evaluation/undo": {X, A},
    "POST /work/{number:int}/cancel": {S, X, A},
    "GET /work/{number:int}/file": {S, X, A},
    "GET /work/{number:int}/page": {X, A},
    "GET /tokens": {X, A},
    "POST /tokens": {X, A},
    "POST /tokens/revoke": {X, A},
    "GET /people": {A},
    "POST /people": {A},
    "POST /people/end": {A},
    "POST /people/renew": {A},
    "GET /audit": {A},
}
OPEN_TO_ALL = {"GET /sign-in", "POST /sign-in"}
WITHOUT_SIGNING_IN = {"/static", "/api/v1/exports/{name}"}  # the latter asks for a token
FILLED = {
    "{code}": "solsikken",
    "{version}": "0" * 64,
    "{digest}": "0" * 64,
    "{number:int}": "1",
    "{rest:path}": "",
}
REFUSED, SIGNED_OUT = 403, 401
ENDING = {"POST /sign-out", "POST /account/browsers", "POST /account/passphrase"}


def fill(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return path


async def test_no_page_is_missing_from_the_table(opened: Open) -> None:
    found = {
        f"{next(iter(door.methods - {'HEAD'}))} {door.path}"
        for door in opened.doors
        if door.methods
    }

    assert found == set(TABLE) | OPEN_TO_ALL
    assert set(opened.others) == WITHOUT_SIGNING_IN


@pytest.mark.parametrize("role", list(StaffRole))
async def test_each_role_sees_its_pages_and_is_refused_the_others(
    opened: Open, role: StaffRole
) -> None:
    browser = await opened.browser(role)
    for page, allowed in TABLE.items():
        method, path = page.split()
        if method == "POST":
            form = {"form_key": browser.key}
            answer = await browser.client.post(fill(path), data=form)
        else:
            answer = await browser.client.get(fill(path))

        assert (answer.status_code == REFUSED) == (role not in allowed), page
        assert answer.status_code < 500, page
        assert answer.status_code != SIGNED_OUT, page
        assert not answer.headers.get("location", "").startswith("/sign-in?"), page
        if page in ENDING:
            browser = await opened.browser(role)


async def test_nobody_sees_a_page_without_signing_in(opened: Open) -> None:
    browser = await opened.browser()

    for page in TABLE:
        method, path = page.split()
        answer = await browser.client.request(method, fill(path))

        if method == "GET":
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/sign-in?next=/")
        else:
            assert answer.status_code == 401
    assert (await browser.client.get("/nowhere")).status_code == 404


async def test_an_educator_sees_the_own_centre_alone(opened: Open) -> None:
    async with opened.town.store.database.writing() as session:
        await centres.add_centre(
            session,
            "regnbuen",
            name="Regnbuen",
            zone="Europe/Copenhagen",
            language="da",
            now=opened.town.clock.now(),
        )
    browser = await opened.browser(StaffRole.EDUCATOR)

    listed = await browser.get("/centres")
    own = await browser.get("/centres/solsikken")
    other = await browser.get("/centres/regnbuen", status=400)

    assert "Solsikken" in listed.text
    assert "Regnbuen" not in listed.text
    assert "There is no centre" in other.text
    for word in ("roster", "cards", "zone"):
        assert f'action="/centres/solsikken/{word}"' not in own.text
