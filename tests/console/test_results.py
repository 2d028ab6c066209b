"""A school's file on the pages: mapped in a form, looked at, taken in, put right, taken back."""

import io
import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape

import httpx
import pytest
from openpyxl import Workbook

from bot.core.codes import format_code
from bot.intake.importing import Arrival, import_apart
from bot.intake.outcome_files import read_file, undo_outcomes
from bot.store.console_tables import Work
from bot.store.evaluation_tables import Outcome
from bot.store.states import OutcomeEnd, StaffRole, WorkStatus
from bot.store.tables import Child
from tests.console.conftest import Browser, Open
from tests.intake.school import mistype

pytestmark = pytest.mark.anyio
HTML = "<script>alert(1)</script>"
RESULTS = "/evaluation/results"
TAG = re.compile(r"<(input|select|option|textarea)\b([^>]*)>([^<]*)")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


def fields_of(page: str) -> dict[str, str]:
    """Give what the fields of a mapping's form say, as a browser would send them."""
    form = page.split('class="mapping"')[1].split("</form>")[0]
    found: dict[str, str] = {}
    select = ""
    for tag, attributes, text in TAG.findall(form):
        said = {name: unescape(value) for name, value in ATTRIBUTE.findall(attributes)}
        name = said.get("name", "")
        if tag == "select":
            select = name
        elif tag == "option":
            value = said.get("value", unescape(text))
            if "selected" in said or select not in found:
                found[select] = value
        elif tag == "textarea":
            found[name] = unescape(text)
        elif said.get("type") != "checkbox" or "checked" in said:
            found[name] = said.get("value", "")
    return {name: value for name, value in found.items() if name != "form_key"}


def columns_of(page: str, sheet: int = 0) -> dict[str, str]:
    """Give the beginning of the names of each column's fields, by the column."""
    pattern = (
        rf'<th scope="row">([^<]*)</th><td>[^<]*</td><td>\s*<select name="(s{sheet}_c\d+_)role"'
    )
    return {unescape(name): start for name, start in re.findall(pattern, page)}


async def enrol(opened: Open, count: int = 6) -> list[str]:
    for _ in range(count):
        await opened.town.card("da")
    return [each.study_code for each in await opened.town.rows(Child)]


async def send(browser: Browser, name: str, content: bytes, *, status: int = 200) -> httpx.Response:
    await browser.get("/evaluation")
    return await browser.post(RESULTS, files={"file": (name, content)}, status=status)


async def follow(browser: Browser, answer: httpx.Response) -> httpx.Response:
    return await browser.get(answer.headers["location"])


async def look(browser: Browser, fields: Mapping[str, str]) -> httpx.Response:
    """Press Look, and follow to the page that tells what would happen."""
    return await follow(browser, await browser.post(RESULTS, {**fields, "do": "look"}))


async def import_seen(
    browser: Browser, seen: httpx.Response, more: Mapping[str, str] | None = None
) -> httpx.Response:
    """Press Take in, and follow to the page that tells what happened."""
    return await follow(browser, await browser.post(seen.url.path, more))


async def scores(opened: Open) -> list[float | None]:
    found = await opened.town.rows(Outcome)
    return sorted(each.score for each in found if each.ended is not OutcomeEnd.QUARANTINED)


def wide(codes: list[str], name: str = "Ordforråd") -> bytes:
    rows = [f"{code};{10 + place},5" for place, code in enumerate(codes)]
    return "\n".join([f"Elev;{name}", *rows]).encode()


def tidy(codes: list[str]) -> bytes:
    rows = [f"{code},Sprog,after,{20 + place},2027-05-01" for place, code in enumerate(codes)]
    return "\n".join(["study_code,instrument,wave,score,assessed_on", *rows]).encode()


# The form


async def test_a_wide_file_is_mapped_in_a_form_and_taken_in_once(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    asked = await send(browser, "skole.csv", wide(codes))
    fields = fields_of(asked.text)
    columns = columns_of(asked.text)
    assert fields[f"{columns['Elev']}role"] == "code"
    assert fields[f"{columns['Ordforråd']}test"] == "Ordforråd"
    assert "10,5 · 11,5 · 12,5" in asked.text

    start = columns["Ordforråd"]
    typed = {
        f"{start}test": "Ord",
        f"{start}wave": "after",
        f"{start}low": "0",
        f"{start}high": "40,5",
    }
    seen = await look(browser, {**fields, **typed})
    assert "What would happen" in seen.text
    first = re.sub(r"<[^>]+>", " ", seen.text.split('class="first"')[1]).split()
    assert {codes[0], "Ord", "after", "10.5"} <= set(first)
    assert await opened.town.rows(Outcome) == []
    done = await import_seen(browser, seen)
    await browser.get(done.url.path)

    assert "The results are in" in done.text
    assert await scores(opened) == [10.5 + place for place in range(6)]
    assert [action for action, _ in await opened.trail()].count("results taken in") == 1


async def test_a_long_file_without_waves_is_mapped_in_a_form(opened: Open) -> None:
    codes = await enrol(opened)
    rows = [f"{code};Sprog;{50 if n else 7}" for n, code in enumerate(codes)]
    content = "\n".join(["Studiekode;Test;Point", *rows]).encode()
    browser = await opened.browser(StaffRole.EVALUATOR)
    asked = await send(browser, "lang.csv", content)
    fields = fields_of(asked.text)
    assert fields["s0_layout"] == "long"

    open_wave = await browser.post(RESULTS, {**fields, "do": "look"}, status=400)
    said = {"s0_only_wave": "before", "s0_ranges": "Sprog 0 40"}
    seen = await look(browser, {**fields, **said})
    await import_seen(browser, seen)

    assert "no wave is named" in open_wave.text
    assert await scores(opened) == [7.0]
    found = await opened.town.rows(Outcome)
    assert {each.wave for each in found} == {"before"}
    assert len([each for each in found if each.ended is OutcomeEnd.QUARANTINED]) == 5


async def test_a_workbook_of_two_sheets_and_a_note_takes_in_what_is_used(opened: Open) -> None:
    codes = await enrol(opened)
    book = Workbook()
    for name, wave in (("Forår", "before"), ("Efterår", "after")):
        sheet = book.create_sheet(name)
        sheet.append(["study_code", f"Ord {wave}"])
        for n, code in enumerate(codes):
            sheet.append([code, n])
    book.create_sheet("Noter").append(["Tak for hjælpen"])
    book.remove(book.worksheets[0])
    body = io.BytesIO()
    book.save(body)
    browser = await opened.browser(StaffRole.EVALUATOR)

    asked = await send(browser, "bog.xlsx", body.getvalue())
    fields = fields_of(asked.text)
    used = [name for name in fields if name.endswith("_use")]
    await import_seen(browser, await look(browser, fields))

    assert used == ["s0_use", "s1_use"]
    found = await opened.town.rows(Outcome)
    assert {(each.instrument, each.wave) for each in found} == {("Ord", "before"), ("Ord", "after")}
    assert len(found) == 12


async def test_a_header_further_down_is_read_when_its_line_is_typed(opened: Open) -> None:
    codes = await enrol(opened)
    rows = [f"{code};{n}" for n, code in enumerate(codes)]
    content = "\n".join(["Solsikken;", "Elev;Ord", "barn;point efter", *rows]).encode()
    browser = await opened.browser(StaffRole.EVALUATOR)
    asked = await send(browser, "dyb.csv", content)
    fields = {**fields_of(asked.text), "s0_header_row": "3", "s0_header_rows": "1"}

    again = await browser.post(RESULTS, {**fields, "do": "header"}, status=200)
    fields = fields_of(again.text)
    columns = columns_of(again.text)
    start = columns["point efter"]
    seen = await look(browser, {**fields, f"{start}test": "Ord", f"{start}wave": "after"})
    await import_seen(browser, seen)

    assert list(columns) == ["barn", "point efter"]
    assert fields[f"{columns['barn']}role"] == "code"
    assert await scores(opened) == [0, 1, 2, 3, 4, 5]


async def test_nothing_typed_is_lost_on_an_error(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    fields = fields_of((await send(browser, "skole.csv", wide(codes))).text)
    typed = {
        **fields,
        "s0_c1_role": "score",
        "s0_c1_test": f'"Ord" {HTML}',
        "s0_c1_low": "none",
        "s0_c1_high": "40",
        "s0_missing": "væk, syg",
        "s0_ranges": "Ord 0",
        "s0_decimal": "comma",
        "s0_date_order": "month",
        "mapping": "sheets: [broken",
    }

    wrong = await browser.post(RESULTS, {**typed, "do": "look"}, status=400)
    by_text = await browser.post(RESULTS, {**typed, "do": "text"}, status=400)

    for page in (wrong, by_text):
        again = fields_of(page.text)
        assert {name: again[name] for name in typed if name != "do"} == typed
        assert HTML not in page.text
    assert "has no wave" in wrong.text
    assert "are not two numbers" in wrong.text
    assert "this is not YAML" in by_text.text


async def test_the_way_back_from_a_look_has_everything_filled_in(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    fields = fields_of((await send(browser, "skole.csv", wide(codes))).text)
    typed = {"s0_c1_test": "Ord", "s0_c1_wave": "after", "s0_c1_low": "0", "s0_c1_high": "40"}

    seen = await look(browser, {**fields, **typed})
    back = fields_of((await browser.get(f"{seen.url.path}/form")).text)

    assert {name: back[name] for name in typed} == typed
    assert back["kept"] == fields["kept"]


async def test_column_names_and_cells_are_escaped(opened: Open) -> None:
    codes = await enrol(opened)
    content = wide(codes, name=HTML).replace(b"10,5", HTML.encode())
    browser = await opened.browser(StaffRole.EVALUATOR)

    asked = await send(browser, "skole.csv", content)
    seen = await look(browser, {**fields_of(asked.text), "s0_c1_wave": "after"})

    for page in (asked, seen):
        assert HTML not in page.text
        assert "&lt;script&gt;" in page.text


async def test_a_file_with_many_columns_has_them_all_in_the_form(opened: Open) -> None:
    codes = await enrol(opened)
    heads = ";".join(f"Ord{n} after" for n in range(150))
    rows = [";".join([code, *(str(n % 9) for n in range(150))]) for code in codes]
    content = "\n".join([f"Elev;{heads}", *rows]).encode()
    browser = await opened.browser(StaffRole.EVALUATOR)

    fields = fields_of((await send(browser, "bred.csv", content)).text)
    await import_seen(browser, await look(browser, fields))

    assert len(fields) > 700
    assert len(await opened.town.rows(Outcome)) == 900


# Mappings that are saved


async def test_a_mapping_is_saved_and_used_for_the_next_file(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    fields = fields_of((await send(browser, "forår.csv", wide(codes[:3]))).text)
    typed = {**fields, "s0_c1_test": "Ord", "s0_c1_wave": "after"}

    saved = await browser.post(RESULTS, {**typed, "do": "save"}, status=200)
    await browser.get("/evaluation")
    files = {"file": ("næste.csv", wide(codes[3:])), "saved": ("mapping.yaml", saved.content)}
    seen = await follow(browser, await browser.post(RESULTS, files=files))
    await import_seen(browser, seen)

    assert "attachment" in saved.headers["content-disposition"]
    assert ("mapping saved", "forår.csv") in await opened.trail()
    assert await scores(opened) == [10.5, 11.5, 12.5]


async def test_a_broken_mapping_file_is_refused_and_the_file_is_not_kept(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.get("/evaluation")

    for broken in (b"sheets: [", b"\xff\xfe\x00", b"sheets: []\nmore: 1\n"):
        files = {"file": ("a.csv", wide(codes)), "saved": ("old.yaml", broken)}
        page = await browser.post(RESULTS, files=files, status=400)
        assert "old.yaml" in page.text

    assert await opened.town.rows(Work) == []


async def test_a_file_that_is_in_already_needs_no_mapping(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    fields = fields_of((await send(browser, "skole.csv", wide(codes))).text)
    typed = {
        **fields,
        "s0_c1_test": "Ord",
        "s0_c1_wave": "after",
        "s0_c1_high": "40",
        "s0_c1_low": "0",
    }
    await import_seen(browser, await look(browser, {**fields, **typed}))

    known = await send(browser, "skole.csv", wide(codes), status=303)
    done = await import_seen(browser, await follow(browser, known))

    assert "Nothing has changed." in done.text
    assert len(await opened.town.rows(Outcome)) == 6


# Quarantine


async def test_a_study_code_is_put_right_by_its_suggestion_or_by_typing(opened: Open) -> None:
    codes = await enrol(opened)
    written = [mistype(codes[0]), "NOBODY-1", "NOBODY-2", *codes[3:]]
    browser = await opened.browser(StaffRole.EVALUATOR)
    seen = await follow(browser, await send(browser, "skole.csv", tidy(written), status=303))
    assert f"<option>{format_code(codes[0])}</option>" in seen.text

    right = {"q0_choice": format_code(codes[0]), "q1_code": codes[1].lower()}
    wrong = await browser.post(seen.url.path, {**right, "q2_code": "ABCD-EFG"}, status=400)
    assert "no child has the study code that is typed for this line" in wrong.text
    assert 'value="ABCD-EFG"' in wrong.text
    assert f"<option selected>{format_code(codes[0])}</option>" in wrong.text
    assert await opened.town.rows(Outcome) == []
    done = await import_seen(browser, seen, right)
    assert await scores(opened) == [20, 21, 23, 24, 25]
    await import_seen(browser, done, {"q0_code": codes[2]})

    assert await scores(opened) == [20, 21, 22, 23, 24, 25]
    ends = [each.ended for each in await opened.town.rows(Outcome)]
    assert ends.count(OutcomeEnd.CORRECTED) == 3


async def test_what_is_quarantined_is_put_right_later(opened: Open) -> None:
    codes = await enrol(opened)
    content = tidy(["NOBODY-1", *codes[1:]])
    browser = await opened.browser(StaffRole.EVALUATOR)
    seen = await follow(browser, await send(browser, "skole.csv", content, status=303))
    await import_seen(browser, seen)
    path = re.findall(r"/evaluation/files/\w{64}", (await browser.get("/evaluation")).text)[0]

    listed = await browser.get(path)
    assert "NOBODY-1" in listed.text
    kept = re.findall(r'name="kept" value="(\d+)"', listed.text)[0]
    again = await browser.post(RESULTS, {"kept": kept, "do": "again"})
    await import_seen(browser, await follow(browser, again), {"q0_code": codes[0]})
    assert "Nothing of this file is quarantined." in (await browser.get(path)).text
    other = await opened.browser(StaffRole.ADMIN)

    assert len(await scores(opened)) == 6
    assert 'name="kept"' not in (await other.get(path)).text
    await other.get(f"/evaluation/files/{'0' * 64}", status=400)


async def test_whoever_has_not_sent_the_file_puts_it_right_by_sending_it_again(
    opened: Open,
) -> None:
    codes = await enrol(opened)
    content = tidy(["NOBODY-1", *codes[1:]])
    browser = await opened.browser(StaffRole.EVALUATOR)
    seen = await follow(browser, await send(browser, "skole.csv", content, status=303))
    await import_seen(browser, seen)
    path = re.findall(r"/evaluation/files/\w{64}", (await browser.get("/evaluation")).text)[0]
    other = await opened.browser(StaffRole.ADMIN)

    assert 'type="file" name="file"' in (await other.get(path)).text
    sent = await send(other, "skole.csv", content, status=303)
    await import_seen(other, await follow(other, sent), {"q0_code": codes[0]})

    assert len(await scores(opened)) == 6


async def test_codes_are_confirmed_by_the_file_of_all_that_is_quarantined(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    content = tidy(["NOBODY-1", *codes[1:]])
    seen = await follow(browser, await send(browser, "skole.csv", content, status=303))

    quarantined = await browser.get(f"{seen.url.path}/quarantined")
    head, row = quarantined.text.removeprefix("\ufeff").splitlines()[:2]
    answered = f"{head}\n{row}{codes[0]}\n".encode()
    files = {"confirmed": ("answers.csv", answered)}
    await browser.post(seen.url.path, files=files)

    assert len(await scores(opened)) == 6
    assert ("file fetched", "quarantined skole.csv") in await opened.trail()


async def test_a_written_name_in_the_place_of_a_code_is_never_shown(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)

    content = tidy(["Jens Vejmand", *codes[1:]])
    seen = await follow(browser, await send(browser, "skole.csv", content, status=303))

    assert "Quarantined" in seen.text
    assert "Jens" not in seen.text


async def test_many_quarantined_lines_are_shown_a_hundred_a_page(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    content = tidy([*(f"NOBODY-{n}" for n in range(150)), *codes])
    seen = await follow(browser, await send(browser, "skole.csv", content, status=303))

    second = await browser.get(f"{seen.url.path}?page=2")
    right = {"page": "2", "q149_code": codes[0]}

    assert "q99_code" in seen.text
    assert "q100_code" not in seen.text
    assert "q149_code" in second.text
    wrong = await browser.post(seen.url.path, {**right, "q149_code": "NONE-1"}, status=400)
    assert 'name="q149_code" value="NONE-1"' in wrong.text


async def test_what_is_chosen_on_one_page_of_lines_is_kept_on_the_others_until_it_is_taken_in(
    opened: Open,
) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    content = tidy([mistype(codes[0]), *(f"NOBODY-{n}" for n in range(220))])
    seen = await follow(browser, await send(browser, "skole.csv", content, status=303))
    first = {"q0_choice": format_code(codes[0]), "q7_code": HTML, "page": "1"}

    second = await browser.post(seen.url.path, {**first, "turn": "2"}, status=200)
    carried = carried_of(second.text)
    third = await browser.post(
        seen.url.path, {**carried, "q150_code": codes[1], "page": "2", "turn": "3"}, status=200
    )
    carried_on = carried_of(third.text)
    back = await browser.post(
        seen.url.path, {**carried_on, "q220_code": codes[2], "page": "3", "turn": "1"}, status=200
    )

    assert 'aria-current="page">2<' in second.text
    assert carried == {"q0_choice": first["q0_choice"], "q7_code": HTML}
    assert HTML not in second.text + third.text + back.text
    assert carried_on == {**carried, "q150_code": codes[1]}
    assert f"<option selected>{format_code(codes[0])}</option>" in back.text
    assert carried_of(back.text) == {"q150_code": codes[1], "q220_code": codes[2]}
    assert await opened.town.rows(Outcome) == []
    kept = {**carried_of(back.text), "q0_choice": first["q0_choice"], "page": "1"}
    await import_seen(browser, seen, kept)
    assert await scores(opened) == [20, 170, 240]


def carried_of(page: str) -> dict[str, str]:
    """Give what a page carries of the others."""
    found = re.findall(r'<input type="hidden" name="(q\d+_\w+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


async def test_counts_and_reasons_are_told_in_the_visitors_language(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await browser.post("/account/language", {"language": "da", "zone": "Europe/Copenhagen"})
    content = tidy(["NOBODY-1", codes[1], codes[1], *codes[2:]])
    content = content.replace(
        f"{codes[5]},Sprog,after,26".encode(), b"%s,Sprog,after,{x}" % codes[5].encode()
    )

    seen = await follow(browser, await send(browser, "skole.csv", content, status=303))

    assert "<li>7 rækker</li>" in seen.text
    assert "<li>3 godtagne</li>" in seen.text
    assert "<li>4 i karantæne</li>" in seen.text
    assert "<li>to værdier i filen: 2</li>" in seen.text
    assert "to værdier i filen: linje 4 har en anden værdi" in seen.text
    assert "ikke et tal: &#34;{x}&#34; er ikke et resultat" in seen.text
    assert "a character of the study code" not in seen.text
    await import_seen(browser, seen)
    files = re.search(r"/evaluation/files/\w+", (await browser.get("/evaluation")).text)
    assert files
    kept = await browser.get(files[0])
    assert "to værdier i filen: linje 4 har en anden værdi" in kept.text
    assert "ikke et tal: &#34;{x}&#34; er ikke et resultat" in kept.text


async def test_results_are_taken_back_and_their_mapping_is_offered_again(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    fields = fields_of((await send(browser, "skole.csv", wide(codes))).text)
    typed = {**fields, "s0_c1_test": "Ord", "s0_c1_wave": "after"}
    await import_seen(browser, await look(browser, typed))
    page = await browser.get("/evaluation")
    assert "Ord, after" in page.text
    digest = page.text.split('name="digest" value="')[1][:64]

    await browser.post("/evaluation/undo", {"digest": digest})
    again = await send(browser, "skole.csv", wide(codes))

    assert await opened.town.rows(Outcome) == []
    assert fields_of(again.text)["s0_c1_wave"] == "after"


async def test_evaluation_counts_at_once_what_another_process_takes_in_puts_right_or_takes_back(
    opened: Open,
) -> None:
    codes = await enrol(opened, 12)  # fewer would be suppressed
    lost = [f"NOBODY-{n}" for n in range(6)]
    database, content = opened.town.store.database, tidy([*lost, *codes[6:]])
    browser = await opened.browser(StaffRole.EVALUATOR)
    assert "There are no results yet." in (await browser.get("/evaluation")).text

    async def take_in(confirmed: dict[tuple[str, int], str]) -> list[str]:
        opened.town.clock.move_to(opened.town.clock.now() + timedelta(seconds=1))
        arrival = Arrival("skole.csv", content, read_file("skole.csv", content, None), confirmed)
        await import_apart(database, arrival, now=opened.town.clock.now())
        return counts_of((await browser.get("/evaluation")).text)

    taken_in = await take_in({})
    put_right = await take_in({("", 2 + n): codes[n] for n in range(6)})
    async with database.writing() as session:
        await undo_outcomes(session, "skole.csv", now=opened.town.clock.now())
    taken_back = await browser.get("/evaluation")

    assert taken_in == ["results without a child on the roster: 6"]
    assert put_right == ["results without a child on the roster: 0"]
    assert "There are no results yet." in taken_back.text


def counts_of(page: str) -> list[str]:
    return re.findall(r"results without a child on the roster: \d+", page)


async def test_nobody_uses_what_somebody_else_sent(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    fields = fields_of((await send(browser, "skole.csv", wide(codes))).text)
    seen = await look(browser, {**fields, "s0_c1_wave": "after"})
    other = await opened.browser(StaffRole.ADMIN)
    await other.get("/evaluation")

    for wished in ("look", "text", "header", "save", "again"):
        await other.post(RESULTS, {**fields, "s0_c1_wave": "after", "do": wished}, status=400)
    for path in ("", "/form", "/quarantined"):
        await other.get(seen.url.path + path, status=400)
    await other.post(seen.url.path, status=400)
    for number in ("²", "9" * 30, "-1", "0"):
        await browser.post(RESULTS, {**fields, "kept": number, "do": "look"}, status=400)

    assert await opened.town.rows(Outcome) == []


async def test_a_file_with_a_national_id_is_refused_and_not_kept(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)

    content = wide(codes) + b"\n010117-1234;4"
    await send(browser, "skole.csv", content, status=400)

    assert await opened.town.rows(Work) == []


# Large files


@pytest.mark.parametrize("large", [100])
async def test_a_large_file_is_read_and_taken_in_by_another_process(opened: Open) -> None:
    codes = await enrol(opened)
    content = tidy([mistype(codes[0]), *codes[1:]])
    browser = await opened.browser(StaffRole.EVALUATOR)
    sent = await send(browser, "stor.csv", content, status=303)
    begun = await follow(browser, sent)
    assert 'hx-trigger="every 2s"' in begun.text
    assert "The file is being read." in begun.text

    seen = await wait(opened, browser, sent.headers["location"])
    assert "What would happen" in seen.text
    assert await opened.town.rows(Outcome) == []
    right = {"q0_choice": format_code(codes[0])}
    taken = await browser.post(seen.url.path, right)
    done = await wait(opened, browser, taken.headers["location"])

    assert "The results are in" in done.text
    assert len(await scores(opened)) == 6
    kinds = [each.kind for each in await opened.town.rows(Work)]
    assert kinds == ["results", "results check", "results import"]
    trail = await opened.trail()
    assert ("results taken in", "stor.csv") in trail
    assert ("results import begun", "stor.csv") in trail


@pytest.mark.parametrize("large", [100])
async def test_what_is_wrong_with_a_large_file_is_told_with_the_way_back(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    fields = fields_of((await send(browser, "stor.csv", wide(codes) + b"\nX;1.234;9;9")).text)
    wrong = {**fields, "mapping": "sheets: [{layout: wide}]", "do": "text"}

    sent = await browser.post(RESULTS, wrong)
    told = await wait(opened, browser, sent.headers["location"])

    assert "study_code" in told.text
    back = await browser.get(f"{told.url.path}/form")
    assert "layout: wide" in back.text


@pytest.mark.parametrize("large", [100])
async def test_a_large_file_is_cancelled(opened: Open) -> None:
    codes = await enrol(opened)
    browser = await opened.browser(StaffRole.EVALUATOR)
    await send(browser, "først.csv", tidy(codes[1:]), status=303)  # has its turn first
    sent = await send(browser, "stor.csv", tidy(codes), status=303)
    path = sent.headers["location"]
    number = path.rpartition("/")[2]

    cancelled = await browser.post(f"/work/{number}/cancel")
    told = await wait(opened, browser, path)

    assert cancelled.headers["location"] == path
    assert (await opened.town.rows(Work))[-1].status is WorkStatus.CANCELLED
    assert "cancelled" in told.text
    await browser.post(path, status=400)
    assert await opened.town.rows(Outcome) == []


async def wait(opened: Open, browser: Browser, path: str) -> httpx.Response:
    """Ask for a page until its work has ended."""
    while True:
        answer = await browser.get(path)
        if "hx-trigger" not in answer.text:
            return answer
