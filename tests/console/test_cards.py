"""What staff hand out from the pages: centres opened, cards made, printed, replaced, revoked."""

import csv
import io
import zipfile

import pytest

from bot.app import handing_out
from bot.core.codes import format_code, has_right_check, parse_code
from bot.errors import BotError
from bot.store import Session
from bot.store.states import StaffRole
from bot.store.tables import Card, Centre, Child, Guardian, StaffChat, StaffInvitation
from tests.console.conftest import Browser, Open
from tests.kinds import on_sqlite
from tests.printing.paper import read

pytestmark = pytest.mark.anyio
HERE = "/centres/solsikken/cards"
ROSES = {"code": "roses", "name": "Roses", "zone": "Europe/Copenhagen", "language": "da"}
HTML = "<script>alert(1)</script>"


async def list_handed_out(browser: Browser) -> list[dict[str, str]]:
    """Fetch the centre's list of cards."""
    listed = await browser.post(f"{HERE}/list", status=200)
    return list(csv.DictReader(io.StringIO(listed.content.decode("utf-8-sig"))))


async def make_cards(browser: Browser, centre: str = "solsikken", **wish: str) -> None:
    """Make three cards at the centre, in Arabic if nothing else is wished."""
    path = f"/centres/{centre}/cards"
    await browser.get(path)
    await browser.post(f"{path}/new", {"count": "3", "language": "ar", **wish})


# Centres


async def test_a_centre_is_added_and_families_join_it(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    await browser.get("/centres")
    await browser.post("/centres", ROSES)
    page = await browser.get("/centres/roses")

    assert "Roses" in page.text
    assert ("centre added", "roses") in await opened.trail()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": "a/b"}, "is no code for a centre"),
        ({"code": ".."}, "is no code for a centre"),
        ({"code": "x" * 41}, "is no code for a centre"),
        ({"code": HTML}, "is no code for a centre"),
        ({"code": "solsikken"}, "There is a centre &#34;solsikken&#34; already."),
        ({"name": " "}, "A centre has a name of 1 to 120 characters."),
        ({"name": "x" * 121}, "A centre has a name of 1 to 120 characters."),
        ({"zone": "Mars/Olympus"}, "There is no time zone &#34;Mars/Olympus&#34;."),
        ({"language": "xx"}, "&#34;xx&#34; is not a language of the programme."),
    ],
)
async def test_what_no_centre_can_have_is_told(
    opened: Open, wrong: dict[str, str], said: str
) -> None:
    browser = await opened.browser(StaffRole.ADMIN)
    before = len(await opened.town.rows(Centre))

    refused = await browser.post("/centres", {**ROSES, **wrong}, status=400)

    assert said in refused.text
    assert HTML not in refused.text
    assert len(await opened.town.rows(Centre)) == before


async def test_a_name_that_is_html_is_shown_as_it_is_written(opened: Open) -> None:
    browser = await opened.browser(StaffRole.ADMIN)

    await browser.post("/centres", {**ROSES, "name": HTML})

    for path in ("/centres", "/centres/roses", "/centres/roses/cards", "/people"):
        page = await browser.get(path)
        assert HTML not in page.text
        assert "&lt;script&gt;" in page.text or path == "/people"


# Cards


async def test_cards_are_made_listed_and_open_the_bot(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    await make_cards(browser, birth_month="2022-05")
    listed = await list_handed_out(browser)
    phone = opened.town.phone(language="ar")
    await phone.join(listed[0]["card"])

    assert len(listed) == 3
    assert all(has_right_check(each["card"]) for each in listed)
    assert all(each["link"].endswith(f"?start={each['card']}") for each in listed)
    children = {each.study_code: each for each in await opened.town.rows(Child)}
    assert {str(children[each["study_code"]].birth_month) for each in listed} == {"2022-05-01"}
    assert len(await opened.town.rows(Guardian)) == 1
    trail = await opened.trail()
    assert ("cards made", "solsikken 3") in trail
    assert ("cards listed", "solsikken") in trail


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file hold four cards instead of eighty."""
    monkeypatch.setattr(handing_out, "BATCH", 4)


@pytest.mark.usefixtures("small_batches")
async def test_many_cards_come_as_one_archive_that_grows_batch_by_batch(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await make_cards(browser, count="5")

    async with browser.client.stream("POST", HERE, data={"form_key": browser.key}) as answer:
        pieces = [piece async for piece in answer.aiter_raw()]
        assert "content-length" not in answer.headers

    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as made:
        assert made.testzip() is None
        assert sorted(made.namelist()) == [
            f"{kind}-{number}.pdf" for kind in ("cards", "letters") for number in (1, 2)
        ]
        assert len(read(made.read("letters-1.pdf"))) == 4
        assert len(read(made.read("letters-2.pdf"))) == 1
    assert all(each.printed_at for each in await opened.town.rows(Card))
    page = await browser.get(HERE)
    assert "of these not printed yet: <strong>0</strong>" in page.text


@on_sqlite
@pytest.mark.usefixtures("small_batches")
async def test_whoever_stops_waiting_for_the_archive_stops_the_printing(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await make_cards(browser, count="40")
    await browser.post("/centres", ROSES)
    await make_cards(browser, count="60", centre="roses")

    async with browser.client.stream("POST", HERE, data={"form_key": browser.key}) as answer:
        await anext(answer.aiter_raw())
    # more than what was left there is printed meanwhile, side by side
    await browser.post("/centres/roses/cards", status=200)

    printed = [each for each in await opened.town.rows(Card) if each.printed_at]
    assert 60 <= len(printed) < 100


@pytest.mark.parametrize(
    ("path", "wrong", "said"),
    [
        ("/new", {"count": "0"}, "Write how many cards there are to be, from 1 to 500."),
        ("/new", {"count": "501"}, "Write how many cards there are to be, from 1 to 500."),
        ("/new", {"count": "9" * 50}, "Write how many cards there are to be, from 1 to 500."),
        ("/new", {"count": "³"}, "Write how many cards there are to be, from 1 to 500."),
        ("/new", {"count": "1", "language": "xx"}, "is not a language of the programme"),
        ("/new", {"count": "1", "birth_month": HTML}, "Write year and month, such as 2022-05."),
        ("", {"language": "pl"}, "has no valid cards in"),
        ("", {"study_code": "NOBODY"}, "has no valid cards"),
        ("/again", {"study_code": HTML}, "No child has the study code"),
        ("/revoke", {"card": HTML}, "is not a card&#39;s code"),
        ("/revoke", {"card": "1234-5678-9AB"}, "has a slip in it"),
    ],
)
async def test_what_cannot_be_made_or_printed_is_told(
    opened: Open, path: str, wrong: dict[str, str], said: str
) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    before = len(await opened.town.rows(Card))

    refused = await browser.post(f"{HERE}{path}", {"language": "da", **wrong}, status=400)

    assert said in refused.text
    assert HTML not in refused.text
    assert len(await opened.town.rows(Card)) == before


async def test_a_lost_card_is_replaced_by_one_that_is_shown_once(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await make_cards(browser, count="2")
    lost, other = await list_handed_out(browser)

    shown = await browser.post(f"{HERE}/again", {"study_code": lost["study_code"]}, status=200)
    (fresh,) = [
        each for each in await list_handed_out(browser) if each["study_code"] == lost["study_code"]
    ]
    made = await browser.post(HERE, {"study_code": lost["study_code"]}, status=200)
    again = await browser.get(HERE)

    assert fresh["card"] != lost["card"]
    assert format_code(fresh["card"]) in shown.text
    assert format_code(fresh["card"]) not in again.text
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        (letter,) = read(archive.read("letters-1.pdf"))
    assert [text for text, _at in letter.codes()] == [fresh["link"]]
    assert other in await list_handed_out(browser)
    refusal = await opened.town.phone(language="ar").start(lost["card"])
    assert not refusal.buttons
    assert (await opened.town.phone(language="ar").start(fresh["card"])).buttons


async def test_a_card_of_another_centre_is_not_replaced_from_here(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await make_cards(browser)
    (first, *_) = await list_handed_out(browser)
    await browser.post("/centres", ROSES)

    refused = await browser.post(
        "/centres/roses/cards/again", {"study_code": first["study_code"]}, status=400
    )

    assert "This study code is of another centre." in refused.text
    assert (await list_handed_out(browser))[0] == first


async def test_a_card_is_revoked_by_the_code_on_it(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await make_cards(browser)
    (first, *others) = await list_handed_out(browser)

    await browser.post(f"{HERE}/revoke", {"card": format_code(first["card"]).lower()})
    page = await browser.get(HERE)

    assert "is revoked. Who joined with it stays." in page.text
    assert await list_handed_out(browser) == others
    assert ("card revoked", "on the page of solsikken") in await opened.trail()


async def test_what_cannot_be_noted_is_not_done(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await make_cards(browser)
    (first, *_) = await list_handed_out(browser)

    async def fail(_session: Session) -> None:
        raise BotError("The trail is full.")

    store, now = opened.town.store, opened.town.clock.now()
    with pytest.raises(BotError, match="The trail is full"):
        await handing_out.revoke_card(store, first["card"], now=now, note=fail)

    assert first in await list_handed_out(browser)


async def test_what_changes_nothing_is_not_noted(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await make_cards(browser)
    (first, *_) = await list_handed_out(browser)

    for _ in range(2):
        await browser.post(f"{HERE}/revoke", {"card": first["card"]})

    assert [action for action, _ in await opened.trail()].count("card revoked") == 1


async def test_what_is_told_of_cards_is_told_in_danish(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.post("/account/language", {"language": "da", "zone": "Europe/Copenhagen"})

    refused = await browser.post(f"{HERE}/revoke", {"card": "1234-5678-9AB"}, status=400)
    empty = await browser.get("/centres")

    assert "Der er en slåfejl i" in refused.text
    assert "Tilføj en børnehave" in empty.text


# Posters and booklets


async def test_without_open_enrolment_there_is_no_poster(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    page = await browser.get(HERE)
    refused = await browser.post("/centres/solsikken/poster", status=400)

    assert "so there are no posters" in page.text
    assert "The programme has no open enrolment" in refused.text


async def test_a_poster_is_the_same_one_each_time_until_it_is_revoked(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await opened.town.poster()  # by which the programme lets anybody join

    first, second = [await browser.post("/centres/solsikken/poster", status=200) for _ in range(2)]
    assert "Revoke the poster" in (await browser.get(HERE)).text
    await browser.post("/centres/solsikken/poster/revoke")
    page = await browser.get(HERE)
    third = await browser.post("/centres/solsikken/poster", status=200)

    assert "The poster of &#34;solsikken&#34; is revoked." in page.text
    links = [read(each.content)[0].codes()[0][0] for each in (first, second, third)]
    assert links[0] == links[1] != links[2]
    trail = await opened.trail()
    assert trail.count(("poster printed", "solsikken")) == 3
    assert ("poster revoked", "solsikken") in trail


async def test_a_booklet_is_set_in_a_familys_language(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    made = await browser.post("/centres/solsikken/pack", {"language": "ar"}, status=200)
    refused = await browser.post("/centres/solsikken/pack", {"language": "xx"}, status=400)

    assert made.content.startswith(b"%PDF")
    assert "solsikken-starter-pack-ar.pdf" in made.headers["content-disposition"]
    assert "is not a language of the programme" in refused.text
    assert ("booklet printed", "solsikken ar") in await opened.trail()


# Who reads aloud


async def test_a_colleague_is_invited_registers_and_is_removed(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/readers")

    shown = await browser.post("/readers", {"days": "7"}, status=200)
    code = shown.text.split('<code class="secret">')[2].split("<")[0]
    await opened.town.phone().start(parse_code(code))
    (colleague,) = await opened.town.rows(StaffChat)
    listed = await browser.get("/readers")
    assert code not in listed.text
    assert f'<th scope="row">{colleague.id}</th>' in listed.text
    await browser.post("/readers/remove", {"number": str(colleague.id)})

    assert await opened.town.rows(StaffChat) == []
    trail = await opened.trail()
    assert ("reader invited", "7") in trail
    assert ("reader removed", str(colleague.id)) in trail


@pytest.mark.parametrize("days", ["0", "61", "", "9" * 40, "-1", HTML])
async def test_an_invitation_for_no_number_of_days_is_refused(opened: Open, days: str) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    refused = await browser.post("/readers", {"days": days}, status=400)

    assert "from 1 to 60" in refused.text
    assert await opened.town.rows(StaffInvitation) == []
