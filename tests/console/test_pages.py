"""What staff and evaluators do on the pages, as they would, and what is noted of it."""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from bot.catalogue.files import pack
from bot.catalogue.reading.loading import load_catalogue
from bot.store import snapshots
from bot.store.console_tables import Work
from bot.store.evaluation_tables import RosterEntry
from bot.store.states import DeliveryKind, DeliveryStatus, StaffRole, WorkStatus
from bot.store.tables import Child, Delivery, Question
from tests.console.conftest import Browser, Open
from tests.kinds import on_sqlite
from tests.shipped import shipped_files

pytestmark = pytest.mark.anyio
ROSTER = "study_code,birth_month,home_language,level,baseline,disadvantage\n,2022-05,ar,,12,low\n"
HTML = "<script>alert(1)</script>"


async def join(opened: Open, language: str = "da") -> None:
    phone = opened.town.phone(language=language)
    await phone.join(await opened.town.card(language))


async def wait_for_work(opened: Open, browser: Browser) -> Work:
    """Ask for the part of the page that shows progress until the latest work has ended."""
    while True:
        await browser.get("/evaluation/works")
        row: Work = (await opened.town.rows(Work))[-1]
        if row.status not in (WorkStatus.WAITING, WorkStatus.RUNNING):
            return row


async def test_each_reads_times_in_a_zone_of_their_own(opened: Open) -> None:
    browser = await opened.browser(StaffRole.ADMIN)
    await browser.get("/account")
    before = (await browser.get("/audit")).text
    reading = {"language": "en", "zone": "Asia/Kathmandu"}
    await browser.post("/account/language", reading)
    after = (await browser.get("/audit")).text
    wrong = {"language": "en", "zone": "Mars/Olympus"}
    refused = await browser.post("/account/language", wrong, status=400)

    assert "7 Sep 2026, 11:00" in before
    assert "7 Sep 2026, 14:45" in after
    assert "Choose a time zone of the list." in refused.text


# Today, and who got nothing


async def test_today_tells_what_was_sent_and_the_switch_stops_it(opened: Open) -> None:
    await join(opened)
    browser = await opened.browser(StaffRole.STAFF)

    page = await browser.get("/today")
    assert '<p class="big">2</p>' in page.text  # the activity, and a question about consent
    before = len([each for each in await opened.town.deliveries() if each.message_id])
    await browser.post("/today/sending", {"to": "stop"})
    stopped = await browser.get("/today")
    assert "Sending is stopped" in stopped.text
    await opened.town.skip(days=7)
    assert len([each for each in await opened.town.deliveries() if each.message_id]) == before
    browser = await opened.browser(StaffRole.STAFF)  # signed out meanwhile
    await browser.post("/today/sending", {"to": "go"})

    trail = [action for action, _ in await opened.trail()]
    assert trail[-3:] == ["sending stopped", "signed in", "sending resumed"]


@on_sqlite
async def test_today_names_the_languages_whose_texts_are_stale_or_missing(opened: Open) -> None:
    path, edited = "content/activities/because-chain/en.md", dict(shipped_files())
    edited[path] = edited[path].replace(b'"Because-Chain"', b'"Because-Game"')
    whole = load_catalogue(edited)
    chain = whole.activities["C03"]
    texts = {language: text for language, text in chain.texts.items() if language != "pl"}
    opened.town.runtime.shelf.current = replace(
        whole, activities={**whole.activities, "C03": replace(chain, texts=texts)}
    )
    browser = await opened.browser(StaffRole.STAFF)

    page = (await browser.get("/today")).text

    rows = dict(re.findall(r'<bdi lang="(..)">[^<]+</bdi></th>(.*?)</tr>', page))
    told = {each: re.sub(r"<[^>]+>", " ", row).split() for each, row in rows.items()}
    count = len(whole.activities) + len(whole.stories)
    assert told["en"] == [str(count), "0", "0", str(count)]
    assert told["da"] == [str(count), "0", "1", str(count)]
    assert told["pl"] == [str(count - 1), "1", "0", str(count - 1)]


async def test_who_got_nothing_is_told_with_the_reason_and_gets_it_again_once(
    opened: Open,
) -> None:
    town = opened.town
    await join(opened)
    async with town.store.database.writing() as session:
        planned = (
            await session.exec(select(Delivery).where(Delivery.status == DeliveryStatus.PLANNED))
        ).one()
        touches = select(Delivery).where(Delivery.kind == DeliveryKind.PROGRAMME)
        sent = (await session.exec(touches.where(Delivery.status == DeliveryStatus.SENT))).one()
        sent.status, sent.reason, sent.message_id = DeliveryStatus.FAILED, "too late", None
        session.add(sent)
    browser = await opened.browser(StaffRole.STAFF)

    page = await browser.get("/silent")
    assert "too late" in page.text
    group = {"centre": "solsikken", "language": "da", "reason": "too late", "days": "7"}
    await browser.post("/silent", group)
    await browser.get("/silent")
    await browser.post("/silent", group)

    await town.settle()
    again = [
        each
        for each in await town.deliveries()
        if each.kind is DeliveryKind.ANSWER and each.about_id == sent.id
    ]
    assert [each.status for each in again] == [DeliveryStatus.SENT]
    assert again[0].activity_id == sent.activity_id
    assert [each.slot_on for each in await town.deliveries() if each.id == planned.id]
    counts = [about for action, about in await opened.trail() if action == "sent again"]
    assert [each.split()[2] for each in counts] == ["1:", "0:"]


# Centres


async def test_a_roster_is_taken_in_and_the_codes_come_back(opened: Open) -> None:
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get("/centres/solsikken")
    file = {"file": ("list.csv", ROSTER.encode())}

    page = await browser.post("/centres/solsikken/roster", files=file, status=200)

    assert "The roster is in" in page.text
    assert len(await opened.town.rows(Child)) == 1
    async with opened.town.store.database.reading() as session:
        assert (await session.exec(select(RosterEntry))).one().home_language == "ar"
    codes = await browser.get("/work/1/file")
    (child,) = await opened.town.rows(Child)
    assert child.study_code in codes.content.decode("utf-8-sig")
    assert ("roster taken in", "solsikken list.csv: 1 new") in await opened.trail()


async def test_a_wrong_roster_is_refused_row_by_row_and_nothing_is_taken_in(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/centres/solsikken")
    bad = ROSTER + f",2022-99,{HTML},,x,low\n"

    page = await browser.post(
        "/centres/solsikken/roster", files={"file": ("list.csv", bad.encode())}, status=400
    )

    assert "list.csv:3" in page.text
    assert HTML not in page.text
    assert await opened.town.rows(Child) == []


async def test_cards_and_letters_come_as_pdf_and_it_is_noted(opened: Open) -> None:
    await opened.town.card("ar")
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/centres/solsikken")

    made = await browser.post("/centres/solsikken/cards", {"language": "ar"}, status=200)

    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert sorted(archive.namelist()) == ["cards-1.pdf", "letters-1.pdf"]
        assert archive.read("cards-1.pdf").startswith(b"%PDF")
    assert ("cards printed", "solsikken ar") in await opened.trail()


async def test_what_was_done_is_said_once(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/centres/solsikken")

    await browser.post("/centres/solsikken/zone", {"zone": "Europe/Oslo"})
    first, second = [await browser.get("/centres/solsikken") for _ in range(2)]

    assert "The time zone is changed." in first.text
    assert "The time zone is changed." not in second.text


async def test_a_theme_and_a_zone_are_changed_and_stay_escaped(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/centres/solsikken")

    await browser.post("/centres/solsikken/theme", {"monday": "2026-09-07", "words": HTML})
    await browser.post("/centres/solsikken/zone", {"zone": "Europe/Kyiv"})
    page = await browser.get("/centres/solsikken")

    assert HTML not in page.text
    assert "&lt;script&gt;" in page.text
    assert "Europe/Kyiv" in page.text
    await browser.post("/centres/solsikken/zone", {"zone": "Mars/Base"}, status=400)


# Inbox


async def test_a_question_is_opened_answered_and_never_stands_beside_a_study_code(
    opened: Open,
) -> None:
    phone = opened.town.phone(language="ar")
    await phone.join(await opened.town.card("ar"))
    await phone.write(f"هل يمكنني؟ {HTML}")
    (child,) = await opened.town.rows(Child)
    browser = await opened.browser(StaffRole.STAFF)
    listed = await browser.get("/inbox")
    assert "هل" not in listed.text

    page = await browser.get("/inbox/1")
    assert "هل يمكنني؟ &lt;script&gt;" in page.text
    assert 'dir="rtl"' in page.text
    assert HTML not in page.text
    assert child.study_code not in page.text + listed.text
    empty = await browser.post("/inbox/1/answer", {"text": "  "}, status=200)
    assert "The answer is empty." in empty.text
    await browser.post("/inbox/1/answer", {"text": "نعم، طبعًا."})
    await opened.town.settle()

    assert "نعم، طبعًا." in phone.last.text
    assert [action for action, _ in await opened.trail()][-1] == "question answered"


async def test_distress_comes_first_and_a_question_is_handed_over_and_closed(opened: Open) -> None:
    phone = opened.town.phone(language="en")
    await phone.join(await opened.town.card("en"))
    await phone.write("What time is it?")
    await phone.write("I want to kill myself")
    other = await opened.person(StaffRole.ADMIN)
    browser = await opened.browser(StaffRole.STAFF)

    listed = await browser.get("/inbox")
    assert listed.text.index("/inbox/2") < listed.text.index("/inbox/1")
    assert "distress" in listed.text
    await browser.post("/inbox/1/hand-over", {"to": other})
    await browser.post("/inbox/1/hand-over", {"to": "nobody@example.org"}, status=400)
    admin = await opened.browser(StaffRole.ADMIN)
    assert "/inbox/1" in (await admin.get("/inbox?mine=yes")).text
    await admin.post("/inbox/1/close")

    first, _second = await opened.town.rows(Question)
    assert first.closed_at is not None
    assert "/inbox/1" not in (await admin.get("/inbox")).text


async def test_a_voice_message_is_played_through_the_console(opened: Open) -> None:
    phone = opened.town.phone(language="da")
    await phone.join(await opened.town.card("da"))
    await phone.attach("voice", b"OggS a voice")
    browser = await opened.browser(StaffRole.STAFF)

    page = await browser.get("/inbox/1")
    sound = await browser.client.get("/inbox/1/file")

    assert '<audio controls preload="none" src="/inbox/1/file">' in page.text
    assert sound.content == b"OggS a voice"
    assert sound.headers["content-type"] == "audio/ogg"
    assert ("question's file opened", "1") in await opened.trail()


# Content


async def test_versions_are_listed_with_what_they_changed_and_run_again(opened: Open) -> None:
    changed = dict(shipped_files())
    changed["content/consent/1/en.md"] += b"\n"
    first, second = "a" * 64, "b" * 64
    async with opened.town.store.database.writing() as session:
        for number, (version, files) in enumerate(((first, shipped_files()), (second, changed))):
            now = opened.town.clock.now() + timedelta(minutes=number)
            await snapshots.accept_snapshot(session, version, body=pack(files), now=now)
    browser = await opened.browser(StaffRole.STAFF)

    matrix = await browser.get("/content/standing")  # which the page fetches by itself
    listed = await browser.get("/content")  # and holds from now on
    shown = await browser.get(f"/content/{second}")
    await browser.post(f"/content/{first}/use")

    assert "activities/sock-pairs-talk" in matrix.text
    assert "activities/sock-pairs-talk" in listed.text
    assert "content/consent/1/en.md" in shown.text
    async with opened.town.store.database.reading() as session:
        assert await snapshots.find_accepted_version(session) == first
    assert ("content changed back", first[:12]) in await opened.trail()


# Evaluation


async def enrol(opened: Open, count: int) -> list[str]:
    for _ in range(count):
        await opened.town.card("da")
    return [each.study_code for each in await opened.town.rows(Child)]


def results_of(codes: list[str]) -> bytes:
    rows = [f"{code},Sprog,after,{20 + place},2027-05-01" for place, code in enumerate(codes)]
    return "\n".join(["study_code,instrument,wave,score,assessed_on", *rows]).encode()


async def test_an_export_is_made_behind_the_page_and_fetched_by_its_owner_alone(
    opened: Open,
) -> None:
    await join(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get("/evaluation")
    await browser.post("/evaluation/export", {}, status=400)
    for wrong in ({"since": "2026-11-02T08:00"}, {"series": "../panel"}, {"series": "x" * 41}):
        await browser.post("/evaluation/export", {"format_csv": "yes", **wrong}, status=400)

    await browser.post("/evaluation/export", {"format_csv": "yes"})
    row = await wait_for_work(opened, browser)

    assert (row.status, row.file_name) == (WorkStatus.DONE, "export.zip")
    made = await browser.get(f"/work/{row.id}/file")
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert {"export/dose.csv", "export/codebook.md"} <= set(archive.namelist())
    other = await opened.browser(StaffRole.ADMIN)
    await other.get(f"/work/{row.id}/file", status=400)
    assert ("file fetched", "export export.zip") in await opened.trail()


async def test_a_report_is_made_behind_the_page(opened: Open) -> None:
    codes = await enrol(opened, 6)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get("/evaluation")
    file = {"file": ("results.csv", results_of(codes))}
    looked = await browser.post("/evaluation/results", files=file)
    await browser.post(looked.headers["location"])

    await browser.post("/evaluation/report", {"language": "da"})
    row = await wait_for_work(opened, browser)

    assert (row.status, row.said) == (WorkStatus.DONE, "")
    made = await browser.get(f"/work/{row.id}/file")
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert {"report/report.html", "report/report.pdf"} <= set(archive.namelist())
    assert (
        f'<iframe class="report" src="/work/{row.id}/page"'
        in (await browser.get(f"/evaluation/report/{row.id}")).text
    )
    read = await browser.get(f"/work/{row.id}/page")
    assert '<html lang="da">' in read.text
    assert "frame-ancestors 'self'; sandbox" in read.headers["Content-Security-Policy"]
    assert "script-src" not in read.headers["Content-Security-Policy"]
    assert ("report read", str(row.id)) in await opened.trail()
    other = await opened.browser(StaffRole.ADMIN)
    for path in (f"/evaluation/report/{row.id}", f"/work/{row.id}/page"):
        await other.get(path, status=400)


@on_sqlite
async def test_a_report_follows_what_the_study_settled_on_and_what_it_cost(opened: Open) -> None:
    codes = await enrol(opened, 6)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get("/evaluation")
    file = {"file": ("results.csv", results_of(codes))}
    looked = await browser.post("/evaluation/results", files=file)
    await browser.post(looked.headers["location"])
    study = b"registration: Written down before the first family joined.\n"
    costs = b"currency: DKK\nmonths: 9\ncosts:\n  - {name: Singing lessons, amount: 300}\n"
    settled = {"study": ("study.yaml", study), "costs": ("costs.yaml", costs)}

    await browser.post("/evaluation/report", {"language": "en"}, files=settled)
    first = await wait_for_work(opened, browser)
    offered = (await browser.get("/evaluation")).text
    again = {"language": "en", "study_again": "yes"}
    await browser.post("/evaluation/report", again, files={"costs": ("", b"")})
    second = await wait_for_work(opened, browser)

    whole = (await browser.get(f"/work/{first.id}/page")).text
    assert "Written down before the first family joined." in whole
    assert "Singing lessons" in whole
    assert "study.yaml" in offered
    assert "costs.yaml" in offered
    without_costs = (await browser.get(f"/work/{second.id}/page")).text
    assert "Written down before the first family joined." in without_costs
    assert "Singing lessons" not in without_costs


async def test_a_wrong_study_file_is_refused_with_what_is_wrong(opened: Open) -> None:
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get("/evaluation")

    wrong = {"study": ("study.yaml", b"smallest: two\nfavourite: red\n")}
    page = await browser.post("/evaluation/report", {"language": "en"}, files=wrong, status=400)
    no_text = {"study": ("study.yaml", b"\xff\xfe\x00")}
    await browser.post("/evaluation/report", {"language": "en"}, files=no_text, status=400)

    assert "study.yaml" in page.text
    assert "favourite" in page.text
    assert await opened.town.rows(Work) == []


async def test_a_token_opens_one_file_until_it_is_revoked(opened: Open) -> None:
    await join(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get("/tokens")
    page = await browser.post("/tokens", {"name": "R", "scope": "dose", "days": "30"}, status=200)
    secret = page.text.split('class="secret">')[1].split("<")[0]
    program = httpx.AsyncClient(base_url=opened.base, timeout=20)

    async def fetch(name: str, token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return await program.get(f"/api/v1/exports/{name}.csv", headers=headers)

    async with program:
        found = await fetch("dose", secret)
        refused = [await fetch("events", secret), await fetch("dose", "kuffert-x")]
        assert found.text.startswith("child,")
        assert {each.status_code for each in refused} == {401}
        assert len({each.text for each in refused}) == 1
        await browser.get("/tokens")
        await browser.post("/tokens/revoke", {"number": "1"})
        assert (await fetch("dose", secret)).status_code == 401
    assert ("export by token", "R: dose") in await opened.trail()
    assert secret not in json.dumps(await opened.trail())


# People


async def test_an_administrator_adds_and_ends_accounts(opened: Open) -> None:
    browser = await opened.browser(StaffRole.ADMIN)
    await browser.get("/people")

    form = {"email": "New@Example.org", "role": "educator", "centre": "solsikken"}
    page = await browser.post("/people", form, status=200)
    drawn = page.text.split('class="secret">')[1].split("<")[0]
    new = await opened.browser()
    assert (await new.sign_in("new@example.org", drawn)).status_code == 303
    await browser.post("/people/end", {"email": "new@example.org"})

    await new.get("/centres", status=303)
    await browser.post("/people/end", {"email": "admin@example.org"}, status=400)
    shown = await browser.get("/audit")
    assert "account ended" in shown.text
    assert drawn not in shown.text


# What hostile or clumsy people send


async def test_too_much_is_refused_without_being_kept(opened: Open) -> None:
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get("/evaluation")

    form = await browser.client.post(
        "/account/language", data={"form_key": browser.key, "next": "x" * 100_000}
    )
    file = {"file": ("big.csv", b"x" * 61_000_000)}
    answer = await browser.client.post(
        "/evaluation/results", data={"form_key": browser.key}, files=file
    )

    assert (form.status_code, answer.status_code) == (413, 413)
    assert await opened.town.rows(Work) == []


async def test_a_workbook_that_swells_is_refused(opened: Open) -> None:
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get("/evaluation")
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 400_000_000)

    answer = await browser.client.post(
        "/evaluation/results",
        data={"form_key": browser.key},
        files={"file": ("bomb.xlsx", body.getvalue())},
    )

    assert answer.status_code == 400


async def test_no_path_leads_out_of_the_pages_folder(opened: Open) -> None:
    browser = await opened.browser(StaffRole.ADMIN)

    for path in (
        "/static/../pages.py",
        "/static/%2e%2e/%2e%2e/pages.py",
        "/static/..%2f..%2fpages.py",
        "/centres/..%2f..%2fetc%2fpasswd",
        "/api/v1/exports/..%2f..%2fkey",
    ):
        answer = await browser.client.get(path)

        assert answer.status_code in (400, 401, 404), path


async def test_the_language_is_changed_for_all_pages(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    await browser.post(
        "/account/language",
        {"language": "da", "zone": "Europe/Oslo", "next": "//evil.example"},
    )
    page = await browser.get("/today")

    assert '<html lang="da"' in page.text
