"""What evaluators do for a trial on the pages: its power, the draw of arms, the funnel, options."""

import asyncio
import csv
import hashlib
import io
import json
import re
from datetime import date
from pathlib import Path
from random import Random

import pytest

from bot.app import assigning
from bot.app.funnel_table import write_csv
from bot.core.codes import draw_study_code
from bot.report.drawing import AlreadyDrawn, Wish, draw_once
from bot.report.funnel import By, count_funnel
from bot.store import arms, centres
from bot.store.console_tables import Work
from bot.store.evaluation_tables import Allocation, Allotment, Arm, RosterEntry
from bot.store.states import AllocationUnit, Disadvantage, StaffRole
from tests.console.conftest import Browser, Open
from tests.console.test_pages import wait_for_work
from tests.kinds import on_sqlite

pytestmark = pytest.mark.anyio
HTML = "<script>alert(1)</script>"
PAGE = "/evaluation/arms"
TWO = {"arm1": "now", "arm2": "later", "control": "2", "starts2": "2027-02-01", "by": "language"}
SAME = "These arms were drawn already, in the same way; nothing has changed."
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
TAGS = re.compile(r"<[^>]+>")


async def add_centres(opened: Open, number: int, *, children: int = 0, first: int = 0) -> None:
    """Add centres of two languages, each with children."""
    now = opened.town.clock.now()
    async with opened.town.store.database.writing() as session:
        for n in range(first, first + number):
            centre = await centres.add_centre(
                session,
                f"c{n}",
                name=f"Centre {n}",
                zone="Europe/Copenhagen",
                language=("da", "sv")[n % 2],
                now=now,
            )
            for each in range(children):
                code = draw_study_code(Random(f"{n} {each}"))
                child = await centres.enrol_child(
                    session, centre, study_code=code, birth_month=None, now=now
                )
                flag = (Disadvantage.LOW, Disadvantage.OTHER)[each % 2]
                session.add(RosterEntry(child_id=child.id, disadvantage=flag, imported_at=now))


async def look(browser: Browser, asked: dict[str, str], *, status: int = 200) -> dict[str, str]:
    """Look at a draw; give the fields that the button would send."""
    answer = await browser.client.get(PAGE, params=asked)
    assert answer.status_code == status, answer.text[-600:]
    form = answer.text.partition('<form method="post" action="/evaluation/arms">')[2]
    return dict(HIDDEN.findall(form.partition("</form>")[0]))


async def draw(browser: Browser, asked: dict[str, str]) -> None:
    """Look, and draw."""
    carried = await look(browser, asked)
    await browser.post(PAGE, carried)


def text_of(page: str) -> str:
    return " ".join(TAGS.sub(" ", page).split())


def wish_of(*, seed: int | None = 7, **more: object) -> Wish:
    given = {"by": ("language",), "starts": {"later": date(2027, 2, 1)}, **more}
    return Wish(("now", "later"), "later", AllocationUnit.CENTRE, seed=seed, **given)  # type: ignore[arg-type]


# The draw


async def test_looking_tells_how_many_and_draws_nothing(opened: Open) -> None:
    await add_centres(opened, 8, children=1)
    browser = await opened.browser(StaffRole.EVALUATOR)

    page = text_of((await browser.client.get(PAGE, params={**TWO, "seed": "7"})).text)

    assert "Centres: 9 · children on their rosters: 8 · arms: 2 · strata: 2" in page
    assert "possible draws: 120" in page  # 10 of five in twos or threes, twice, by 6 of four
    assert "da 5 2 or 3" in page
    assert "sv 4 2" in page
    assert "Drawn by the seed 7 ." in page
    for table in (Allocation, Arm, Allotment):
        assert await opened.town.rows(table) == []
    assert [each for each, _about in await opened.trail() if "drawn" in each] == []


async def test_no_look_tells_which_arm_anybody_falls_into_nor_differs_by_the_seed(
    opened: Open,
) -> None:
    await add_centres(opened, 8)
    browser = await opened.browser(StaffRole.EVALUATOR)

    pages = [
        (await browser.client.get(PAGE, params={**TWO, "seed": seed})).text.replace(seed, "N")
        for seed in ("111111", "222222", "333333")
    ]

    assert pages[0] == pages[1] == pages[2]
    assert "seed" not in await look(browser, TWO)


async def test_the_page_draws_what_the_command_draws_by_the_same_seed(opened: Open) -> None:
    await add_centres(opened, 8, children=1)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get(PAGE)

    await draw(browser, {**TWO, "seed": "7"})

    now = opened.town.clock.now()
    said = await assigning.assign(opened.town.settings, wish_of(), out=None, now=now)
    assert said[0] == SAME
    page = text_of((await browser.get(PAGE)).text)
    (allocation,) = await opened.town.rows(Allocation)
    assert f"SHA-256 of the list {allocation.digest}" in page
    assert "Seed 7 " in page
    told = re.search(r"stratum da: (\d) now, (\d) later", "\n".join(said))
    assert told
    assert f"da {told[1]} {told[2]} sv" in page
    assert "later (control group)" in page
    assert "1 Feb 2027" in page
    assert ("arms drawn", f"seed 7, SHA-256 {allocation.digest}") in await opened.trail()


async def test_without_a_seed_one_is_drawn_with_the_arms_and_told(opened: Open) -> None:
    await add_centres(opened, 8)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get(PAGE)

    await draw(browser, TWO)

    (allocation,) = await opened.town.rows(Allocation)
    assert f"<code>{allocation.seed}</code>" in (await browser.get(PAGE)).text
    now = opened.town.clock.now()
    same = wish_of(seed=allocation.seed)
    assert (await assigning.assign(opened.town.settings, same, out=None, now=now))[0] == SAME


async def test_the_list_that_is_fetched_has_the_hash_that_is_shown(opened: Open) -> None:
    await add_centres(opened, 8)
    browser = await opened.browser(StaffRole.EVALUATOR)
    assert "No arms have been drawn yet." in (await browser.get(f"{PAGE}/file", status=400)).text
    await browser.get(PAGE)
    await draw(browser, TWO)

    fetched = await browser.get(f"{PAGE}/file")

    digest = hashlib.sha256(fetched.content).hexdigest()
    assert digest in (await browser.get(PAGE)).text
    rows = list(csv.DictReader(io.StringIO(fetched.text)))
    assert [row["code"] for row in rows] == [*(f"c{n}" for n in range(8)), "solsikken"]
    assert ("file fetched", f"arms.csv {digest}") in await opened.trail()


async def test_a_second_draw_is_refused_in_a_sentence_beside_the_first(opened: Open) -> None:
    await add_centres(opened, 8)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get(PAGE)
    carried = await look(browser, {**TWO, "seed": "7"})
    now = opened.town.clock.now()
    await assigning.assign(opened.town.settings, wish_of(seed=8), out=None, now=now)

    refused = await browser.post(PAGE, carried, status=409)

    sentence = (
        "Arms were drawn on 2026-09-07 with the seed 8; they are never drawn again, nor changed."
    )
    assert refused.text.count(sentence) == 1
    assert "SHA-256" in refused.text
    assert "Look first" not in (await browser.client.get(PAGE, params=TWO)).text
    assert len(await opened.town.rows(Allocation)) == 1


async def test_the_same_draw_twice_changes_nothing(opened: Open) -> None:
    await add_centres(opened, 8)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get(PAGE)
    carried = await look(browser, TWO)
    await browser.post(PAGE, carried)

    await browser.post(PAGE, carried)

    assert SAME in (await browser.get(PAGE)).text
    assert len(await opened.town.rows(Allotment)) == 9
    assert [each for each, _about in await opened.trail()].count("arms drawn") == 1


async def test_two_who_draw_at_once_get_one_draw(opened: Open) -> None:
    await add_centres(opened, 8)

    async def draw_by(seed: int) -> object:
        try:
            async with opened.town.store.database.writing() as session:
                return await draw_once(session, wish_of(seed=seed), now=opened.town.clock.now())
        except AlreadyDrawn as error:
            return error

    came = await asyncio.gather(*(draw_by(seed) for seed in range(1, 5)))

    assert len([each for each in came if isinstance(each, AlreadyDrawn)]) == 3
    assert len(await opened.town.rows(Allocation)) == 1


async def test_what_was_not_seen_is_not_drawn(opened: Open) -> None:
    await add_centres(opened, 8)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get(PAGE)
    carried = await look(browser, TWO)
    await add_centres(opened, 1, first=8)

    again = await browser.post(PAGE, carried, status=409)

    assert "Since you looked, other centres are there. Look again." in again.text
    assert "Centres: 10" in text_of(again.text)
    assert await opened.town.rows(Allocation) == []
    await browser.post(PAGE, {**carried, "seen": ""}, status=409)
    await draw(browser, TWO)
    assert len(await opened.town.rows(Allotment)) == 10


async def test_few_children_are_told_neither_before_the_draw_nor_after_it(opened: Open) -> None:
    await add_centres(opened, 2, children=6)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get(PAGE)
    asked = {"arm1": "now", "arm2": "later", "unit": "child", "by": "centre"}
    hidden = "The counts of the strata are suppressed, for some are of a few children."

    before = text_of((await browser.client.get(PAGE, params=asked)).text)
    whole = text_of((await browser.client.get(PAGE, params={**asked, "by": ""})).text)
    await draw(browser, asked)
    after = text_of((await browser.get(PAGE)).text)

    assert "Children: 12 · arms: 2 · strata: 2 · possible draws: –" in before
    assert hidden in before
    assert not re.search(r"\bc0\b", before)
    assert "possible draws: 924" in whole
    assert hidden in after
    assert "now 6 at once later 6 at once" in after
    assert not re.search(r"\bc0\b", after)  # a hash may hold its letters


async def test_an_arm_of_a_few_children_is_not_told(opened: Open) -> None:
    await add_centres(opened, 1, children=9)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get(PAGE)
    asked = {"arm1": "now", "arm2": "later", "unit": "child"}

    before = text_of((await browser.client.get(PAGE, params=asked)).text)
    await draw(browser, asked)
    after = text_of((await browser.get(PAGE)).text)

    assert "Children: – · arms: 2 · strata: 1 · possible draws: –" in before
    assert "now – at once later – at once" in after


async def test_what_came_after_the_draw_is_told(opened: Open) -> None:
    await add_centres(opened, 8, children=2)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get(PAGE)
    await draw(browser, TWO)
    await add_centres(opened, 2, first=8)

    page = text_of((await browser.get(PAGE)).text)

    assert "Centres without an arm: 2 c8, c9" in page
    assert "No guardian has children in two arms." in page


WRONG = [
    ({"arm1": "now"}, "Name two arms or more, each by another name."),
    ({"arm1": "now", "arm2": "now"}, "Name two arms or more, each by another name."),
    ({**TWO, "arm3": "x" * 41}, "An arm&#39;s name has 1 to 40 characters."),
    ({**TWO, "arm3": "a\u202eb"}, "An arm&#39;s name has 1 to 40 characters."),
    ({**TWO, "control": "3"}, "An arm with a first day, and the control group, need a name."),
    ({**TWO, "starts5": "2027-01-01"}, "and the control group, need a name."),
    ({**TWO, "starts1": "soon"}, "&#34;soon&#34; is no day."),
    ({**TWO, "starts1": HTML}, "&#34;&lt;script&gt;alert(1)&lt;/script&gt;&#34; is no day."),
    ({**TWO, "seed": "-1"}, "A seed is a number from 0 to 2147483647."),
    ({**TWO, "seed": "2147483648"}, "A seed is a number from 0 to 2147483647."),
    ({**TWO, "seed": "9" * 5000}, "A seed is a number from 0 to 2147483647."),
    ({**TWO, "seed": "NaN"}, "A seed is a number from 0 to 2147483647."),
    ({**TWO, "seed": "٣"}, "A seed is a number from 0 to 2147483647."),
    ({**TWO, "unit": "town"}, "Choose what is drawn: centres or children."),
    ({**TWO, "by": "level"}, "Centres cannot be told apart by &#34;level&#34;."),
    ({**TWO, "by": HTML}, "Centres cannot be told apart by &#34;&lt;script&gt;"),
    ({**TWO, "by": "", "unit": "child"}, "There is no child yet that could be drawn."),
]


async def test_what_cannot_be_drawn_is_told_in_a_sentence_with_the_form_as_it_was(
    opened: Open,
) -> None:
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get(PAGE)

    for asked, said in WRONG:
        looked = await browser.client.get(PAGE, params=asked)
        assert looked.status_code == 400, asked
        assert said in looked.text, (asked, text_of(looked.text))
        assert 'value="now"' in looked.text
        assert HTML not in looked.text
        sent = await browser.client.post(PAGE, data={**asked, "form_key": browser.key})
        assert sent.status_code in (400, 409), asked
    assert await opened.town.rows(Allocation) == []


async def test_what_somebody_called_an_arm_is_only_ever_text(opened: Open) -> None:
    await add_centres(opened, 8)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get(PAGE)
    asked = {"arm1": HTML, "arm2": '" onclick="alert(1)'}

    looked = (await browser.client.get(PAGE, params=asked)).text
    async with opened.town.store.database.writing() as session:
        wish = Wish((HTML, asked["arm2"]), None, AllocationUnit.CENTRE, (), None, {})
        await draw_once(session, wish, now=opened.town.clock.now())
    drawn = (await browser.get(PAGE)).text
    offered = (await browser.get("/evaluation")).text

    for page in (looked, drawn, offered):
        assert "&lt;script&gt;" in page
        assert HTML not in page
        assert '" onclick="' not in page


async def test_a_draw_without_the_key_of_the_form_is_refused(opened: Open) -> None:
    await add_centres(opened, 8)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get(PAGE)
    carried = await look(browser, TWO)

    await browser.post(PAGE, {**carried, "form_key": "another"}, status=403)

    assert await opened.town.rows(Allocation) == []


async def test_the_draw_is_read_in_danish(opened: Open) -> None:
    await add_centres(opened, 8)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.post("/account/language", {"language": "da", "zone": "Europe/Copenhagen"})

    wrong = (await browser.client.get(PAGE, params={**TWO, "by": "level"})).text
    carried = await look(browser, TWO)
    await browser.post(PAGE, carried)
    drawn = (await browser.get(PAGE)).text
    again = (await browser.post(PAGE, {**carried, "seed": "5"}, status=409)).text

    assert "Børnehaver kan ikke inddeles efter niveau. Brug: sprog, zone." in wrong
    assert "Der er trukket lod." in drawn
    assert "Der blev trukket lod den 2026-09-07 med starttallet" in again


# Power


async def test_the_smallest_effect_is_that_of_the_command(opened: Open) -> None:
    browser = await opened.browser(StaffRole.EVALUATOR)
    asked = {"clusters": "61", "size": "5", "icc": "0.1"}
    with_baseline = {**asked, "r2_between": "0,5", "r2_within": "0.4"}

    empty = text_of((await browser.get("/evaluation/power")).text)
    plain = text_of((await browser.client.get("/evaluation/power", params=asked)).text)
    better = text_of((await browser.client.get("/evaluation/power", params=with_baseline)).text)

    assert "standard deviations" not in empty
    assert "0.39 standard deviations" in plain
    assert "Degrees of freedom of t 59 Design effect 1.4 Children, all arms together 305" in plain
    assert "drawn one by one 218" in plain
    assert "0.29 standard deviations Degrees of freedom of t 58" in better


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"icc": "1.1"}, "ICC is a share from 0 up to, and without, 1; 1.1 is not."),
        ({"icc": "nan"}, "ICC is a number, such as 0.05; &#34;nan&#34; is not."),
        ({"size": "inf"}, "Children a centre is a number, such as 0.05; &#34;inf&#34; is not."),
        ({"size": "1e9"}, "&#34;1e9&#34; is not."),
        ({"size": "0"}, "Children a centre is at least 1 child a cluster; 0 is not."),
        ({"clusters": "61.5"}, "Centres is a whole number; &#34;61.5&#34; is not."),
        ({"clusters": "2"}, "2 clusters are too few. Use at least 3."),
        ({"clusters": "999999999"}, "999999999 clusters are too many. Use at most 10000."),
        ({"clusters": "9" * 5000}, "is a whole number"),
        ({"clusters": HTML}, "&#34;&lt;script&gt;alert(1)&lt;/script&gt;&#34; is not."),
        ({"covariates": "-1"}, "Covariates of centres is a number from 0 to 10000."),
        ({"alpha": "0"}, "Level lies between 0 and 1; 0 does not."),
        ({"power": "1"}, "Power lies between 0 and 1; 1 does not."),
        ({"share": "0.001"}, "one is to be treated, and one not: see Share treated."),
    ],
)
@on_sqlite
async def test_what_no_trial_can_be_like_is_told_beside_the_form(
    opened: Open, wrong: dict[str, str], said: str
) -> None:
    browser = await opened.browser(StaffRole.EVALUATOR)
    asked = {"clusters": "61", "size": "5", "icc": "0.1", **wrong}

    page = await browser.client.get("/evaluation/power", params=asked)

    assert page.status_code == 400
    assert said in page.text, text_of(page.text)
    assert page.text.count('role="alert"') == 1
    assert HTML not in page.text


# The funnel


async def join(opened: Open, language: str) -> None:
    phone = opened.town.phone(language=language)
    await phone.join(await opened.town.card(language))


async def test_a_centre_without_cards_has_none_and_is_not_said_to_have_a_few(
    opened: Open,
) -> None:
    await add_centres(opened, 1, children=2)
    await opened.town.card()  # of Solsikken: a few
    browser = await opened.browser(StaffRole.STAFF)

    listed = text_of((await browser.get("/centres")).text)
    without = text_of((await browser.get("/centres/c0")).text)
    few = text_of((await browser.get("/centres/solsikken")).text)

    assert "Centre 0 0 0 0 0 Solsikken – " in listed
    assert "first tap 0 0 0 0 Counted at" in without
    assert "first tap – " in few


async def test_a_centre_to_try_things_out_at_is_said_not_to_be_counted(opened: Open) -> None:
    async with opened.town.store.database.writing() as session:
        await centres.add_centre(
            session,
            "trial",
            name="Trial",
            zone="Europe/Copenhagen",
            language="da",
            is_test=True,
            now=opened.town.clock.now(),
        )
    browser = await opened.browser(StaffRole.STAFF)

    listed = text_of((await browser.get("/centres")).text)
    shown = text_of((await browser.get("/centres/trial")).text)

    assert "Trial (for trying out) not counted" in listed
    assert "Here things are tried out: its families are not counted." in shown


async def test_the_funnel_is_shown_by_language_and_fetched_as_the_command_writes_it(
    opened: Open, tmp_path: Path
) -> None:
    for _ in range(6):
        await opened.town.card("da")
    for _ in range(5):
        await opened.town.card("ar")
    await join(opened, "ar")
    browser = await opened.browser(StaffRole.STAFF)

    page = text_of((await browser.get("/funnel?by=language")).text)
    fetched = await browser.get("/funnel/file?by=language")

    rows = {
        (row["group"], row["step"]): (row["children"], row["suppressed"])
        for row in csv.DictReader(io.StringIO(fetched.text))
    }
    assert fetched.text.startswith("by,group,step,month,children,of,suppressed\n")
    assert rows["ar", "cards"] == ("6", "no")
    assert rows["ar", "opened"] == ("", "yes")
    assert rows["all", "cards"] == ("12", "no")
    assert "ar 6 – – 0 (0 %)" in page
    assert "all 12 – – 0 (0 %)" in page
    async with opened.town.store.database.reading() as session:
        counted = await count_funnel(session, by=By.LANGUAGE, now=opened.town.clock.now())
    write_csv(tmp_path / "funnel.csv", counted)
    assert (tmp_path / "funnel.csv").read_bytes() == fetched.content
    assert ("file fetched", "funnel-by-language.csv") in await opened.trail()


@on_sqlite
async def test_the_funnel_is_counted_by_what_children_can_be_told_apart_by_alone(
    opened: Open,
) -> None:
    browser = await opened.browser(StaffRole.EVALUATOR)

    for by in ("", "centre", "language", "disadvantage"):
        await browser.get(f"/funnel?by={by}")
        await browser.get(f"/funnel/file?by={by}")
    for path in ("/funnel", "/funnel/file"):
        page = await browser.client.get(path, params={"by": HTML})
        assert page.status_code == 400
        assert HTML not in page.text


# The report's options


async def test_a_report_takes_the_options_of_the_command(opened: Open) -> None:
    await add_centres(opened, 8, children=2)
    async with opened.town.store.database.writing() as session:
        await draw_once(session, wish_of(), now=opened.town.clock.now())
    browser = await opened.browser(StaffRole.EVALUATOR)
    assert "<option>now</option>" in (await browser.get("/evaluation")).text
    form = {"language": "en", "control": "now", "smallest": "3", "seed": "11"}

    await browser.post("/evaluation/report", form)
    row = await wait_for_work(opened, browser)

    assert row.said == ""
    told = text_of((await browser.get(f"/evaluation/report/{row.id}")).text)
    assert "compared with arm now · fewest children: 3 · seed 11" in told
    page = (await browser.get(f"/work/{row.id}/page")).text
    assert "fewer than 3 children" in page
    assert ("report begun", "en control: now smallest: 3 seed: 11") in await opened.trail()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"control": "never"}, "There is no arm &#34;never&#34;. There are: now, later."),
        ({"smallest": "2"}, "Figures that rest on 2 children would tell of them."),
        ({"smallest": "-5"}, "Figures that rest on -5 children would tell of them."),
        ({"smallest": "1001"}, "The fewest children are a number from 3 to 1000."),
        ({"smallest": "nan"}, "The fewest children are a number from 3 to 1000."),
        ({"smallest": "9" * 5000}, "The fewest children are a number from 3 to 1000."),
        ({"seed": "-1"}, "A seed is a number from 0 to 2147483647."),
        ({"seed": "2147483648"}, "A seed is a number from 0 to 2147483647."),
    ],
)
@on_sqlite
async def test_a_wrong_option_is_told_at_once_and_nothing_is_begun(
    opened: Open, wrong: dict[str, str], said: str
) -> None:
    await add_centres(opened, 8)
    async with opened.town.store.database.writing() as session:
        await draw_once(session, wish_of(), now=opened.town.clock.now())
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get("/evaluation")

    refused = await browser.post("/evaluation/report", {"language": "en", **wrong}, status=400)

    assert said in refused.text, text_of(refused.text)
    assert await opened.town.rows(Work) == []


@on_sqlite
async def test_a_report_without_options_asks_for_none(opened: Open) -> None:
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get("/evaluation")

    await browser.post("/evaluation/report", {"language": "en", "control": "", "seed": ""})

    (row,) = await opened.town.rows(Work)
    wanted = json.loads(row.wanted)
    assert [wanted[each] for each in ("control", "smallest", "seed")] == [None, None, None]
    await wait_for_work(opened, browser)


# Who may, and the trail


@pytest.mark.parametrize("role", [StaffRole.EDUCATOR, StaffRole.STAFF])
async def test_neither_educators_nor_staff_draw_arms(opened: Open, role: StaffRole) -> None:
    await add_centres(opened, 8)
    evaluator = await opened.browser(StaffRole.EVALUATOR)
    carried = await look(evaluator, TWO)
    browser = await opened.browser(role)

    for path in (PAGE, f"{PAGE}/file", "/evaluation/power"):
        await browser.get(path, status=403)
    await browser.post(PAGE, carried, status=403)

    async with opened.town.store.database.reading() as session:
        assert await arms.find_allocation(session) is None


async def test_the_trail_is_searched_by_what_stands_on_the_page(opened: Open) -> None:
    browser = await opened.browser(StaffRole.ADMIN)
    await browser.post("/account/language", {"language": "da", "zone": "Europe/Copenhagen"})
    await browser.get("/funnel/file")

    page = (await browser.get("/audit")).text
    offered = dict(re.findall(r'<option value="([^"]+)">([^<]+)</option>', page))
    found = text_of((await browser.client.get("/audit", params={"action": "file fetched"})).text)
    nobody = await browser.client.get("/audit", params={"action": HTML, "who": HTML})

    assert offered["file fetched"] == "fil hentet"
    assert offered["account added"] == "konto tilføjet"
    assert "arms drawn" not in offered
    assert '<option value="admin@example.org"></option>' in page
    assert "fil hentet funnel.csv" in found
    assert "konto tilføjet admin@example.org" not in found
    assert nobody.status_code == 200
    assert HTML not in nobody.text
