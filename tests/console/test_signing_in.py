"""Signing in: one answer for whatever is wrong, a limit to guessing, sessions that end."""

from datetime import timedelta

import anyio
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.app import staff
from bot.errors import BotError
from bot.store.console_tables import Account, SignIn, SignInAttempt, Work
from bot.store.states import StaffRole
from tests.console.conftest import PASSPHRASE, Open
from tests.town import PATIENCE

pytestmark = pytest.mark.anyio
WRONG = "This did not work."


async def test_unknown_wrong_and_ended_get_the_same_answer(opened: Open) -> None:
    email = await opened.person(StaffRole.STAFF)
    gone = await opened.person(StaffRole.EVALUATOR)
    await staff.end_account(opened.town.settings, gone, clock=opened.town.clock)
    browser = await opened.browser()

    tried = [(email, "not the one at all"), ("nobody@example.org", PASSPHRASE), (gone, PASSPHRASE)]
    answers = [await browser.sign_in(who, passphrase) for who, passphrase in tried]

    assert {each.status_code for each in answers} == {401}
    shown = {each.text.replace(who, "…") for each, (who, _) in zip(answers, tried, strict=True)}
    assert len(shown) == 1
    assert WRONG in shown.pop()


async def test_after_five_wrong_passphrases_the_right_one_waits_a_quarter_of_an_hour(
    opened: Open,
) -> None:
    email = await opened.person(StaffRole.STAFF)
    browser = await opened.browser()
    for _ in range(5):
        await browser.sign_in(email, "not the one at all")

    assert (await browser.sign_in(email)).status_code == 401
    opened.town.clock.move_to(opened.town.clock.now() + timedelta(minutes=16))
    assert (await browser.sign_in(email)).status_code == 303


async def test_guesses_from_elsewhere_keep_nobody_out(opened: Open) -> None:
    email = await opened.person(StaffRole.STAFF)
    elsewhere = await opened.browser(address="127.0.0.9")
    for _ in range(9):
        await elsewhere.sign_in(email, "not the one at all")

    assert (await elsewhere.sign_in(email)).status_code == 401
    for _ in range(9):  # a right one is no attempt that counts
        here = await opened.browser()
        assert (await here.sign_in(email)).status_code == 303


async def test_a_session_ends_by_itself_and_by_a_tap(opened: Open) -> None:
    here, there = [await opened.browser(StaffRole.STAFF) for _ in range(2)]
    (account,) = await opened.town.rows(Account)
    assert PASSPHRASE not in account.passphrase_hash
    assert account.passphrase_hash.startswith("$argon2id$")

    await here.post("/account/browsers", {"number": "2"})
    await there.get("/account", status=303)
    await here.get("/account")
    opened.town.clock.move_to(opened.town.clock.now() + timedelta(hours=2))
    await here.get("/account", status=303)

    assert len(await opened.town.rows(SignIn)) == 2


async def test_a_page_is_answered_while_an_import_holds_the_writer(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    later = opened.town.clock.now() + timedelta(minutes=5)
    opened.town.clock.move_to(later)

    async with opened.town.store.database.writing():
        await browser.get("/account")

    with anyio.fail_after(PATIENCE):  # noted as soon as that can be
        while [each.seen_at for each in await opened.town.rows(SignIn)] != [later]:
            await anyio.lowlevel.checkpoint()


async def test_a_session_lasts_no_longer_than_half_a_day(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    for _ in range(23):
        opened.town.clock.move_to(opened.town.clock.now() + timedelta(minutes=30))
        await browser.get("/account")
    opened.town.clock.move_to(opened.town.clock.now() + timedelta(minutes=40))

    await browser.get("/account", status=303)


async def test_another_passphrase_signs_out_everywhere(opened: Open) -> None:
    browser, other = [await opened.browser(StaffRole.STAFF) for _ in range(2)]
    new = "quite another four words"

    weak = await browser.post(
        "/account/passphrase", {"old": PASSPHRASE, "new": "short"}, status=400
    )
    assert "at least 12" in weak.text
    await browser.post("/account/passphrase", {"old": "wrong", "new": new}, status=400)
    await browser.post("/account/passphrase", {"old": PASSPHRASE, "new": new})

    await other.get("/account", status=303)
    assert (await browser.sign_in("staff@example.org")).status_code == 401
    assert (await browser.sign_in("staff@example.org", new)).status_code == 303


@pytest.mark.parametrize(
    "away", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_signing_in_never_leads_to_another_site(opened: Open, away: str) -> None:
    email, browser = await opened.person(StaffRole.STAFF), await opened.browser()
    form = {"email": email, "passphrase": PASSPHRASE, "next": away}

    answer = await browser.client.post("/sign-in", data=form)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_form_without_its_key_or_from_another_site_is_refused(opened: Open) -> None:
    browser = await opened.browser(StaffRole.ADMIN)
    form = {"to": "stop"}

    bare = await browser.client.post("/today/sending", data=form)
    wrong = await browser.client.post("/today/sending", data={**form, "form_key": "x" * 43})
    keyed = {**form, "form_key": browser.key}
    foreign = [
        await browser.client.post("/today/sending", data=keyed, headers=headers)
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://evil.example"},
        )
    ]

    assert [each.status_code for each in (bare, wrong, *foreign)] == [403] * 4
    assert "sending stopped" not in dict(await opened.trail())
    await browser.post("/today/sending", form)
    assert "sending stopped" in dict(await opened.trail())


async def test_a_forged_cookie_opens_nothing(opened: Open) -> None:
    await opened.person(StaffRole.ADMIN)
    for forged in ("x", "x" * 43, "' OR 1=1 --", "%C3%A6"):
        async with httpx.AsyncClient(base_url=opened.base) as client:
            cookie = {"Cookie": f"kuffert_sign_in={forged}"}
            answer = await client.get("/today", headers=cookie)

        assert answer.status_code == 303


async def test_the_headers_let_nothing_in_from_elsewhere(opened: Open) -> None:
    browser = await opened.browser()

    answer = await browser.get("/sign-in")

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert " style=" not in answer.text
    assert " onclick=" not in answer.text


async def test_by_https_the_cookie_goes_by_https_alone(opened: Open) -> None:
    form = {"email": await opened.person(StaffRole.STAFF), "passphrase": PASSPHRASE}
    here, there = await opened.browser(), await opened.browser()

    plain = await here.client.post("/sign-in", data=form)
    proxied = await there.client.post("/sign-in", data=form, headers={"X-Forwarded-Proto": "https"})

    cookies = [each.headers["set-cookie"] for each in (plain, proxied)]
    assert ["Secure" in each for each in cookies] == [False, True]
    assert all("HttpOnly" in each and "SameSite=lax" in each for each in cookies)


async def test_what_is_over_is_tidied_away(opened: Open) -> None:
    town, browser = opened.town, await opened.browser(StaffRole.EVALUATOR)
    await (await opened.browser()).sign_in("nobody@example.org", "not the one at all")
    await browser.get("/centres/solsikken")
    roster = (
        b"study_code,birth_month,home_language,level,baseline,disadvantage\n,2022-05,ar,,1,low\n"
    )
    await browser.post("/centres/solsikken/roster", files={"file": ("a.csv", roster)}, status=200)

    await town.runtime.housekeeper.tidy()
    assert [len(await town.rows(each)) for each in (SignInAttempt, SignIn)] == [3, 1]
    town.clock.move_to(town.clock.now() + timedelta(days=31))
    await town.runtime.housekeeper.tidy()

    assert [len(await town.rows(each)) for each in (SignInAttempt, SignIn)] == [0, 0]
    (kept,) = await town.rows(Work)
    assert kept.file_name == ""


async def test_the_audit_trail_can_only_be_added_to(opened: Open) -> None:
    await opened.browser(StaffRole.ADMIN)

    for statement in ("UPDATE audit_entry SET who = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="can only be added to"):
            async with opened.town.store.database.engine.begin() as connection:
                await connection.execute(text(statement))

    assert ("signed in", "") in await opened.trail()


async def test_an_account_that_cannot_be_is_refused_in_a_sentence(opened: Open) -> None:
    settings, clock = opened.town.settings, opened.town.clock

    async def add(email: str, role: StaffRole, passphrase: str, centre: str | None = None) -> None:
        await staff.add_account(
            settings, email, role=role, centre_code=centre, passphrase=passphrase, clock=clock
        )

    with pytest.raises(BotError, match="is not an e-mail address"):
        await add("nobody", StaffRole.ADMIN, PASSPHRASE)
    with pytest.raises(BotError, match="at least 12 characters"):
        await add("a@example.org", StaffRole.ADMIN, "short")
    with pytest.raises(BotError, match="easily guessed"):
        await add("a@example.org", StaffRole.ADMIN, "aaaaaaaaaaaaaaaa")
    with pytest.raises(BotError, match="needs a centre"):
        await add("a@example.org", StaffRole.EDUCATOR, PASSPHRASE)
    await add("a@example.org", StaffRole.ADMIN, PASSPHRASE)
    with pytest.raises(BotError, match="There is an account"):
        await add("A@example.org", StaffRole.ADMIN, PASSPHRASE)
