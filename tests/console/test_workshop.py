"""The pages of those who write content: what they give is what the commands write, or nothing."""

import html
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from multiprocessing import active_children

import pytest
from openpyxl import load_workbook

from bot.app.rehearsing.staging import rehearse
from bot.app.rehearsing.transcript import render_html, render_text
from bot.catalogue.desk.exchange import Format, list_wanted, take_in, write_exchange
from bot.catalogue.desk.importing import import_story
from bot.catalogue.desk.items import Group
from bot.catalogue.desk.measuring import measure_languages
from bot.catalogue.desk.personas import parse_personas
from bot.catalogue.desk.signing import read_signature, sign
from bot.catalogue.desk.starting import Wish, begin
from bot.catalogue.files import unpack
from bot.catalogue.reading.loading import read_catalogue
from bot.catalogue.reading.parsing import Findings
from bot.store.console_tables import Work
from bot.store.states import StaffRole, WorkStatus
from tests.catalogue.test_importing_stories import WHOLE
from tests.console.conftest import Browser, Open
from tests.shipped import LANGUAGES, ROOT, shipped_catalogue, shipped_files

pytestmark = pytest.mark.anyio
FETCH = re.compile(r'href="(/work/\d+/file)"')
PERSONAS = ROOT / "content" / "personas"
ARABIC = "content/activities/bean-for-every-sound/ar.md"
FORM = {"language": "da", "months": "48", "answers": "always", "do": "did-it"}
HTML = "<script>alert(1)</script>"
HOSTILE = f'">{HTML}../../etc/passwd'


async def fetch(browser: Browser, page: str) -> dict[str, bytes]:
    """Fetch the archive that a page offers."""
    found = FETCH.search(page)
    assert found
    answer = await browser.get(found[1])
    assert answer.headers["content-type"] == "application/zip"
    return unpack(answer.content)


def list_errors(files: Mapping[str, bytes]) -> list[str]:
    findings = Findings()
    read_catalogue(files, findings)
    return [str(each) for each in findings.errors]


def make_archive(files: Mapping[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return body.getvalue()


def read_rows(workbook: bytes) -> list[tuple[object, ...]]:
    return list(load_workbook(io.BytesIO(workbook))["Texts"].values)


def edit(workbook: bytes, id_: str, change: str) -> bytes:
    """Write behind the translation of one row."""
    book = load_workbook(io.BytesIO(workbook))
    row = next(each for each in book["Texts"].iter_rows(min_row=2) if each[0].value == id_)
    row[2].value = f"{row[2].value}{change}"
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


# Translations


async def test_a_translators_file_is_what_the_command_writes(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    shown = await browser.get("/content/translations")
    wanted = {"language": "ar", "wanted": "not done"}

    texts = await browser.post("/content/translations/out", {**wanted, "format": "po"}, status=200)
    sheet = await browser.post(
        "/content/translations/out", {**wanted, "format": "xlsx"}, status=200
    )

    pieces = list_wanted(shipped_files(), "ar")
    assert "Arabic" in shown.text
    assert texts.content == write_exchange(pieces, "ar", Format.PO)
    written = write_exchange(pieces, "ar", Format.XLSX)  # which holds the moment that it was made
    assert read_rows(sheet.content) == read_rows(written)
    assert sheet.headers["content-disposition"].endswith("''ar.xlsx")
    assert ("texts handed out", f"ar po: {len(pieces)} not done") in await opened.trail()


async def test_one_row_that_was_translated_comes_back_as_one_file_that_the_check_passes(
    opened: Open,
) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/translations")
    wanted = {"language": "ar", "wanted": "all", "format": "xlsx"}
    sheet = await browser.post("/content/translations/out", wanted, status=200)
    back = edit(sheet.content, "activities/bean-for-every-sound#why", " نعم.")

    answer = await browser.post(
        "/content/translations/in", files={"file": ("ar.xlsx", back)}, status=200
    )

    files = await fetch(browser, answer.text)
    assert files == dict(take_in(shipped_files(), back, "ar.xlsx").files)
    assert set(files) == {ARABIC}
    assert " نعم." in files[ARABIC].decode()
    assert "texts that change: 1" in answer.text
    assert list_errors({**shipped_files(), **files}) == []
    assert (await opened.trail())[-2:] == [
        ("texts taken in", "ar.xlsx: 1 ar"),
        ("file fetched", "translations translations-ar.zip"),
    ]
    assert "translations-ar.zip" in (await browser.get("/content/translations")).text


async def test_each_wrong_row_is_named_and_nothing_is_given(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/translations")
    sheet = write_exchange(list_wanted(shipped_files(), "ar"), "ar", Format.XLSX)
    broken = edit(sheet, "activities/bean-for-every-sound#why", "\n## do\n<b>x</b>")
    broken = edit(broken, "activities/because-chain#grow", " {{ child }}")

    answer = await browser.post(
        "/content/translations/in", files={"file": ("ar.xlsx", broken)}, status=400
    )

    told = html.unescape(answer.text)
    assert '"activities/bean-for-every-sound#why": "## do" would begin another section' in told
    assert "Write no ## there." in told
    assert '"activities/because-chain#grow": {{ child }} is no placeholder of this text' in told
    assert not FETCH.search(answer.text)
    assert await opened.town.rows(Work) == []


async def test_a_file_that_changes_nothing_says_so(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/translations")
    same = write_exchange(list_wanted(shipped_files(), "ar"), "ar", Format.PO)

    await browser.post("/content/translations/in", files={"file": ("ar.po", same)})

    assert "Nothing to change" in (await browser.get("/content/translations")).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"language": "en"}, "Choose one of those that are offered."),
        ({"language": "../da"}, "Choose one of those that are offered."),
        ({"format": "exe"}, "Choose one of those that are offered."),
        ({"wanted": HOSTILE}, "Choose one of those that are offered."),
        ({"wanted": "missing"}, "There is nothing of that to translate in this language."),
    ],
)
async def test_what_is_not_offered_is_not_handed_out(
    opened: Open, form: dict[str, str], said: str
) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/translations")
    wanted = {"language": "da", "format": "po", "wanted": "all", **form}

    answer = await browser.post("/content/translations/out", wanted, status=400)

    assert said in answer.text
    assert "<script>" not in answer.text


async def test_a_hostile_file_is_refused_in_words(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/translations")
    bomb = make_archive({"xl/worksheets/sheet1.xml": bytes(101_000_000)})

    for name, content in (
        ("bomb.xlsx", bomb),
        (f"../{HOSTILE}.po", b"\xff\xfe"),
        ("empty.po", b""),
        ("own.po", b'msgid ""\nmsgstr "Language: da\\n"\n'),
    ):
        answer = await browser.post(
            "/content/translations/in", files={"file": (name, content)}, status=400
        )
        assert "The file was not taken in." in answer.text
        assert "<script>" not in answer.text
    large = bytes(6_000_000)
    answer = await browser.post(
        "/content/translations/in", files={"file": ("large.po", large)}, status=400
    )
    assert "larger" in answer.text


async def test_what_does_not_run_yet_is_handed_out_and_taken_in_too(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/translations")
    values = {"skill": "VOC", "band": "4-5", "minutes": 5}
    begun = dict(begin(shipped_files(), Wish(Group.ACTIVITIES, "tea-time", None, values)).files)
    source = (ROOT / "content/activities/because-chain/en.md").read_bytes()
    begun["content/activities/tea-time/en.md"] = source
    escaping = {"content/activities/../../../x/en.md": b"x", "/content/x.md": b"x"}
    ahead = {"ahead": ("tea.zip", make_archive(begun | escaping))}
    wanted = {"language": "da", "wanted": "missing", "format": "xlsx"}

    sheet = await browser.post("/content/translations/out", wanted, files=ahead, status=200)
    book = load_workbook(io.BytesIO(sheet.content))
    for row in book["Texts"].iter_rows(min_row=2):
        row[2].value = "Te på dansk. Sig hvorfor."
    body = io.BytesIO()
    book.save(body)
    answer = await browser.post(
        "/content/translations/in",
        files={"file": ("da.xlsx", body.getvalue()), **ahead},
        status=200,
    )

    ids = {row[0] for row in read_rows(sheet.content)[1:]}
    assert "activities/tea-time#why" in ids
    assert all(str(each).startswith("activities/tea-time#") for each in ids)
    assert set(await fetch(browser, answer.text)) == {"content/activities/tea-time/da.md"}
    nothing = {"ahead": ("tea.zip", make_archive(escaping))}
    await browser.post("/content/translations/out", wanted, files=nothing, status=400)


# Reviews


async def test_a_review_is_signed_as_the_command_signs_it(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    shown = await browser.get("/content/review?language=ar")
    form = {"language": "ar", "path": ARABIC, "by": 'Amina "A" <Ali>', "on": "2026-08-20"}

    answer = await browser.post("/content/review", form, status=200)

    files = await fetch(browser, answer.text)
    signature = read_signature(form["by"], date(2026, 8, 20), is_still_right=False)
    assert f'value="{ARABIC}"' in shown.text
    assert files == sign(shipped_files(), [ARABIC], signature).files
    assert list_errors({**shipped_files(), **files}) == []
    assert "<Ali>" not in answer.text
    about = '1 ar, Amina "A" <Ali> 2026-08-20'
    assert ("review signed", about) in await opened.trail()


async def test_all_texts_of_a_language_are_signed_at_once(opened: Open) -> None:
    browser = await opened.browser(StaffRole.ADMIN)
    await browser.get("/content/review?language=ar")
    form = {"language": "ar", "all": "yes", "by": "Amina Ali"}

    answer = await browser.post("/content/review", form, status=200)

    files = await fetch(browser, answer.text)
    assert len(files) > 50
    assert all(re.search(r"/ar(\.md|\.yaml|/)", path) for path in files)
    assert list_errors({**shipped_files(), **files}) == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"by": "1"}, "Write who read the text, first and last name."),
        ({"path": "content"}, "Choose at least one text."),
        ({"path": "../../etc/passwd"}, "Choose at least one text."),
        ({"language": "xx"}, "Choose at least one text."),
        ({"on": "2999-01-01"}, "2999-01-01 is still to come."),
        ({"on": HOSTILE}, "is no date."),
    ],
)
async def test_a_signature_that_cannot_be_is_refused(
    opened: Open, form: dict[str, str], said: str
) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/review?language=ar")
    usual = {"language": "ar", "path": ARABIC, "by": "Amina Ali"}

    answer = await browser.post("/content/review", {**usual, **form}, status=400)

    assert said in answer.text
    assert "<script>" not in answer.text
    assert await opened.town.rows(Work) == []


# Something new


async def test_what_is_begun_is_what_the_command_begins(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    shown = await browser.get("/content/new")
    form = {"group": "activities", "name": "tea-time", "skill": "VOC", "band": "4-5"}

    answer = await browser.post("/content/new", {**form, "minutes": "5"}, status=200)

    values = {"skill": "VOC", "band": "4-5", "minutes": 5}
    begun = begin(shipped_files(), Wish(Group.ACTIVITIES, "tea-time", None, values))
    assert "because-chain" in shown.text
    assert await fetch(browser, answer.text) == dict(begun.files)
    assert all(each in html.unescape(answer.text) for each in begun.writing)
    assert ("content begun", "content/activities/tea-time") in await opened.trail()


@pytest.mark.parametrize(
    ("form", "group"),
    [
        ({"group": "stories", "pages": "3", "band": "3-4"}, "stories"),
        ({"group": "printables", "kind": "cards"}, "printables"),
        ({"group": "activities", "like": "because-chain"}, "activities"),
    ],
)
async def test_stories_pages_and_models_are_begun_too(
    opened: Open, form: dict[str, str], group: str
) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/new")

    answer = await browser.post("/content/new", {**form, "name": "new-one"}, status=200)

    files = await fetch(browser, answer.text)
    assert all(path.startswith(f"content/{group}/new-one/") for path in files)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "../../etc"}, "cannot be a name"),
        ({"name": HOSTILE}, "cannot be a name"),
        ({"name": "because-chain"}, "is there already"),
        ({"group": "programme"}, "Choose one of those that are offered."),
        ({"skill": HOSTILE}, "cannot be"),
        ({"band": "90-99"}, "cannot be"),
        ({"minutes": "9" * 5000}, "cannot be"),
        ({"like": "../stories/red-suitcase"}, "There is no"),
        ({"id": "A1;"}, "is no id"),
        ({"skill": ""}, "Choose a model, or all that it would decide."),
    ],
)
async def test_what_cannot_be_begun_is_refused(
    opened: Open, form: dict[str, str], said: str
) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/new")
    usual = {"group": "activities", "name": "new-one", "skill": "VOC", "band": "4-5"}

    answer = await browser.post("/content/new", {**usual, "minutes": "5", **form}, status=400)

    assert said in answer.text
    assert "<script>" not in answer.text
    assert await opened.town.rows(Work) == []


async def test_a_story_of_others_is_taken_in_as_the_command_takes_it_in(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/new")
    sent = make_archive(WHOLE)

    answer = await browser.post(
        "/content/new/story",
        {"name": "my-cat", "band": "3-4"},
        files={"file": ("cat.zip", sent)},
        status=200,
    )

    begun = import_story(shipped_files(), WHOLE, name="my-cat", band="3-4")
    assert await fetch(browser, answer.text) == dict(begun.files)
    assert ("story taken in", "content/stories/my-cat") in await opened.trail()


async def test_paths_in_an_archive_lead_nowhere(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/new")
    hostile = {f"../../../{path}": content for path, content in WHOLE.items()}
    hostile |= {"/etc/passwd": b"root", "..\\..\\x.png": b"\x89PNG"}

    answer = await browser.post(
        "/content/new/story",
        {"name": "my-cat", "band": "3-4"},
        files={"file": ("cat.zip", make_archive(hostile))},
        status=200,
    )

    files = await fetch(browser, answer.text)
    assert all(path.startswith("content/stories/my-cat/") for path in files)
    assert not any(".." in path for path in files)


def make_lying() -> bytes:
    """Make an archive whose file unpacks to more than it says."""
    lying = bytearray(make_archive({"en.md": bytes(1000)}))
    place = lying.index(b"PK\x01\x02") + 24
    lying[place : place + 4] = (10).to_bytes(4, "little")
    return bytes(lying)


def make_cut() -> bytes:
    """Make an archive that lacks its middle."""
    whole = make_archive({"en.md": bytes(100_000)})
    return whole[: len(whole) // 2] + whole[-60:]


ARCHIVES: Mapping[str, Callable[[], bytes]] = {
    "large": lambda: make_archive({"en.md": bytes(60_000_000)}),
    "many": lambda: make_archive({f"{n}.md": b"" for n in range(2_001)}),
    "lying": make_lying,
    "cut": make_cut,
    "none": lambda: b"no archive",
    "long": lambda: make_archive({"en.md": b"# t\n" + b"![" * 20_000}),
    "empty": lambda: make_archive({}),
}


@pytest.mark.parametrize("name", ARCHIVES)
async def test_a_hostile_archive_is_refused(opened: Open, name: str) -> None:
    sent = ARCHIVES[name]()
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/new")

    answer = await browser.post(
        "/content/new/story",
        {"name": "my-cat", "band": "3-4"},
        files={"file": ("cat.zip", sent)},
        status=400,
    )

    assert "This cannot be done" in answer.text
    assert await opened.town.rows(Work) == []


# Rehearsals


async def wait_for_work(opened: Open, browser: Browser) -> Work:
    """Ask for the part of the page that shows progress until the latest work has ended."""
    while True:
        await browser.get("/content/works")
        row: Work = (await opened.town.rows(Work))[-1]
        if row.status not in (WorkStatus.WAITING, WorkStatus.RUNNING):
            return row


async def test_a_rehearsal_is_read_in_the_page_and_is_what_the_command_writes(
    opened: Open,
) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    shown = await browser.get("/content/rehearsal")
    form = {"family": "never-taps", "weeks": "1"}

    await browser.post("/content/rehearsal", form)
    row = await wait_for_work(opened, browser)
    read = await browser.get(f"/content/rehearsal/{row.id}")
    page = await browser.get(f"/content/rehearsal/{row.id}/page?family=never-taps")
    files = unpack((await browser.get(f"/work/{row.id}/file")).content)

    content = {"never-taps.yaml": (PERSONAS / "never-taps.yaml").read_bytes()}
    persona = parse_personas(content, LANGUAGES)["never-taps"]
    played = await rehearse(persona, shipped_files(), weeks=1, catalogue=shipped_catalogue())
    assert row.status is WorkStatus.DONE, row.said
    assert persona.title in html.unescape(shown.text)
    assert f'src="/content/rehearsal/{row.id}/page?family=never-taps"' in read.text
    assert page.text == render_html("never-taps", played)
    assert page.headers["content-security-policy"].endswith("sandbox")
    assert files == {
        "rehearsal/never-taps.html": render_html("never-taps", played).encode(),
        "rehearsal/never-taps.txt": render_text("never-taps", played).encode(),
    }
    assert [action for action, _ in await opened.trail()][-3:] == [
        "rehearsal begun",
        "rehearsal read",
        "file fetched",
    ]


async def test_two_rehearsals_of_a_family_are_compared(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/rehearsal")
    for answers in ("never", "always"):
        form = {**FORM, "own": "yes", "weeks": "1", "answers": answers}
        await browser.post("/content/rehearsal", form)
        last = await wait_for_work(opened, browser)
    first = (await opened.town.rows(Work))[0]

    differs = await browser.get(f"/content/rehearsal/{last.id}?against={first.id}")
    plain = await browser.get(f"/content/rehearsal/{last.id}?against=999")

    assert "own-family" in differs.text
    assert re.search(r"^\+.*Family", differs.text, re.M)
    assert "<pre" not in plain.text


async def test_a_rehearsal_that_is_cancelled_ends_with_its_process(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/rehearsal")
    form = {**FORM, "own": "yes", "weeks": "52"}

    await browser.post("/content/rehearsal", form)
    (row,) = await opened.town.rows(Work)
    while not active_children():
        await browser.get("/content/works")
    answer = await browser.post(f"/work/{row.id}/cancel")
    ended = await wait_for_work(opened, browser)

    assert answer.headers["location"] == "/content/rehearsal#made"
    assert ended.status is WorkStatus.CANCELLED
    assert not ended.file_name
    assert active_children() == []
    await browser.get(f"/content/rehearsal/{row.id}", status=400)
    assert ("rehearsal cancelled", str(row.id)) in await opened.trail()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Choose at least one family."),
        ({"family": "../programme"}, "Choose at least one family."),
        ({"family": "never-taps", "weeks": "53"}, "Write for how many weeks, from 1 to 52."),
        ({"family": "never-taps", "weeks": "²"}, "Write for how many weeks, from 1 to 52."),
        ({"family": "never-taps", "version": "../../x"}, "There is no such version."),
        ({"own": "yes", **FORM, "language": HOSTILE}, "Choose one of those that are offered."),
        ({"own": "yes", **FORM, "months": "1"}, "Choose one of those that are offered."),
        ({"own": "yes", **FORM, "do": "did-it\nseed: 2"}, "Choose one of those"),
    ],
)
async def test_a_rehearsal_that_cannot_be_is_refused(
    opened: Open, form: dict[str, str], said: str
) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/rehearsal")

    answer = await browser.post("/content/rehearsal", {"weeks": "1", **form}, status=400)

    assert said in answer.text
    assert "<script>" not in answer.text
    assert await opened.town.rows(Work) == []


async def test_a_familys_file_that_is_wrong_is_told_line_by_line(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)
    await browser.get("/content/rehearsal")
    wrong = f"title: Wrong\nlanguage: xx\nchildren: [{{months: 50}}]\ndo: {HTML}\n".encode()
    nested = b"a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ntitle: *c\n"

    answers = [
        await browser.post(
            "/content/rehearsal", {"weeks": "1"}, files={"file": (name, body)}, status=400
        )
        for name, body in (
            (f"../../{HTML}.yaml", wrong),
            ("nested.yaml", nested),
            ("binary.yaml", b"\xff\xfe\x00"),
        )
    ]

    assert "family.yaml:4" in answers[0].text
    assert all("The file was not taken in." in each.text for each in answers)
    assert all("<script>" not in each.text for each in answers)
    assert await opened.town.rows(Work) == []


async def test_what_one_made_nobody_else_reads(opened: Open) -> None:
    staff, admin = [await opened.browser(each) for each in (StaffRole.STAFF, StaffRole.ADMIN)]
    await staff.get("/content/new")
    form = {"group": "printables", "name": "my-page", "kind": "sheet"}
    answer = await staff.post("/content/new", form, status=200)
    found = FETCH.search(answer.text)
    assert found

    await admin.get(found[1], status=400)
    await admin.get("/content/rehearsal/1", status=400)
    await admin.get("/content/rehearsal/1/page", status=400)
    await staff.get("/content/rehearsal/1/page", status=400)

    assert "my-page.zip" not in (await admin.get("/content/works")).text
    assert "my-page.zip" in (await staff.get("/content/works")).text


# What the check says, and what texts measure


async def test_the_way_to_every_page_stands_on_the_content_page(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    while "things to know: …" in (page := (await browser.get("/content")).text):
        pass

    findings = Findings()
    read_catalogue(shipped_files(), findings)
    assert f"things to know: {len(findings.warnings):,}" in page
    for name in ("rehearsal", "translations", "review", "new", "measures"):
        assert f'href="/content/{name}"' in page
        await browser.get(f"/content/{name}")
    await browser.get("/content/running/preview/problems")


async def test_the_measures_are_those_of_the_command(opened: Open) -> None:
    browser = await opened.browser(StaffRole.STAFF)

    page = html.unescape((await browser.get("/content/measures")).text)

    for each in measure_languages(shipped_catalogue()):
        row = next(line for line in page.split("<tr>") if f">{each.longest_word}<" in line)
        assert f"<td>{each.sentences:,}</td><td>{each.sentence_words}</td>" in row


async def test_educators_and_evaluators_are_refused(opened: Open) -> None:
    for role in (StaffRole.EDUCATOR, StaffRole.EVALUATOR):
        browser = await opened.browser(role)
        for name in ("rehearsal", "translations", "review", "new", "measures", "works"):
            await browser.get(f"/content/{name}", status=403)
        for path in ("rehearsal", "translations/out", "translations/in", "review", "new"):
            await browser.post(f"/content/{path}", {"all": "yes"}, status=403)
    assert await opened.town.rows(Work) == []
