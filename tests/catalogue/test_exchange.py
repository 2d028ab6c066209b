"""Texts go out to translators and come back: lossless, or refused whole with every broken row."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.catalogue.desk.exchange import (
    Format,
    Imported,
    Only,
    check_characters,
    list_wanted,
    normal,
    read_exchange,
    take_in,
    write_exchange,
)
from bot.catalogue.desk.items import read_outline
from bot.catalogue.desk.pieces import list_pieces, read_pieces
from bot.catalogue.desk.rows import BREAKS, ILLEGAL, takes_lines
from bot.catalogue.desk.writing import Change, apply
from bot.catalogue.reading.loading import check_catalogue
from bot.catalogue.reading.parsing import Findings, parse_page, source_hash
from bot.errors import BotError, FileRefused
from tests.catalogue.conftest import ACTIVITY, ARABIC, ENGLISH, SMALL

ARABIC_FILE = "content/activities/sock-pairs/ar.md"
STORY_FILE = "content/stories/sock/story.yaml"
WORDS_FILE = "locales/ar/LC_MESSAGES/bot.po"
BOTH = pytest.mark.parametrize("kind", list(Format))
SECTIONS = ("why", "do", "grow", "easier", "harder")


def export(kind: Format, files: dict[str, bytes] = SMALL, only: Only | None = Only.ALL) -> bytes:
    if files is SMALL and only is Only.ALL:
        return export_small(kind)
    return write_exchange(list_wanted(files, "ar", only), "ar", kind)


@cache
def export_small(kind: Format) -> bytes:
    return write_exchange(list_wanted(SMALL, "ar", Only.ALL), "ar", kind)


def fill(body: bytes, texts: dict[str, str | int]) -> bytes:
    """Write translations as a translator would, by id: in a spreadsheet, or in a gettext tool."""
    if body.startswith(b"PK"):
        return edit(body, lambda sheet: [put(sheet, id_, text) for id_, text in texts.items()])
    text = body.decode()
    for id_, value in texts.items():
        key, _bracket, form = id_.partition("[")
        is_arabic = "Language: ar" in text
        names = ("zero]", "one]", "two]", "few]", "many]", "other]")
        names = names if is_arabic else ("one]", "other]")
        field = f"msgstr[{names.index(form)}]" if form else "msgstr"
        start = text.index(field, text.index(f'msgctxt "{key}"'))
        end = re.compile(r"\n(?!\")").search(text, start).start()
        lines = [quoted(line) for line in str(value).splitlines(keepends=True)] or ['""']
        text = text[:start] + f"{field} " + "\n".join(lines) + text[end:]
    return text.encode()


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r") + '"'


def edit(body: bytes, change: Callable[[Worksheet], object]) -> bytes:
    book = load_workbook(io.BytesIO(body))
    change(book["Texts"])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def row_of(sheet: Worksheet, id_: str) -> int:
    return next(row[0].row for row in sheet.iter_rows(min_row=2) if row[0].value == id_)


def put(sheet: Worksheet, id_: str, text: str | int) -> None:
    cell = sheet.cell(row_of(sheet, id_), 3)
    cell.value = text
    if isinstance(text, str):
        cell.data_type = "s"


def back(kind: Format, texts: dict[str, str | int], files: dict[str, bytes] = SMALL) -> Imported:
    return take_in(files, fill(export(kind, files), texts), f"ar.{kind}")


def refusals(body: bytes, files: dict[str, bytes] = SMALL) -> list[str]:
    with pytest.raises(FileRefused) as refused:
        take_in(files, body, "ar.file")
    return [str(each) for each in refused.value.problems]


@BOTH
def test_what_comes_back_as_it_went_out_changes_not_one_byte(kind: Format) -> None:
    for ending in ("\n", "\r\n"):
        files = {
            name: b"\xef\xbb\xbf" + body.replace(b"\n", ending.encode())
            if name.endswith((".md", ".po", ".yaml"))
            else body
            for name, body in SMALL.items()
        }

        imported = take_in(files, export(kind, files), "ar")

        assert imported.files == {}


@BOTH
def test_only_the_changed_text_changes_and_the_review_is_open_again(kind: Format) -> None:
    changed = ARABIC.replace("نظرت جيدًا.", "رأيت كل شيء!").replace("reviewed: yes", "reviewed: no")

    imported = back(kind, {"activities/sock-pairs#grow": "رأيت كل شيء!"})

    assert imported.files == {ARABIC_FILE: changed.encode()}
    assert imported.stale == []


def test_line_ends_comments_and_byte_order_marks_stay() -> None:
    before = "\ufeff" + ARABIC.replace("alt:", "# a note\nalt:").replace("\n", "\r\n")
    files = {**SMALL, ARABIC_FILE: before.encode()}

    imported = back(Format.PO, {"activities/sock-pairs#title": "أزواج: «جديد» # لا"}, files)

    changed = before.replace("أزواج الجوارب", '"أزواج: «جديد» # لا"', 1)
    assert imported.files == {
        ARABIC_FILE: changed.replace("reviewed: yes", "reviewed: no").encode()
    }


@BOTH
def test_a_string_changes_in_one_form_and_its_neighbours_stay(kind: Format) -> None:
    before = SMALL[WORDS_FILE].decode()

    imported = back(kind, {"strings#about-minutes[two]": "دقيقتان اثنتان"})

    changed = before.replace('msgstr[2] "دقيقتان"', 'msgstr[2] "دقيقتان اثنتان"')
    assert imported.files == {WORDS_FILE: changed.encode()}


def test_what_a_picture_shows_changes_in_the_card_of_its_story() -> None:
    imported = back(Format.PO, {"stories/sock#alt-2": "جوربان، معًا"})

    card = imported.files[STORY_FILE].decode()
    assert card == SMALL[STORY_FILE].decode().replace("جوربان", '"جوربان، معًا"') or (
        card == SMALL[STORY_FILE].decode().replace("جوربان", "جوربان، معًا")
    )
    assert b"reviewed: no" in imported.files["content/stories/sock/ar.md"]


def test_help_changes_and_the_comments_beside_it_stay() -> None:
    path = "content/distress/ar.yaml"
    body = SMALL[path].replace(b"grief:", "# تعليق\ngrief:".encode())

    imported = back(Format.PO, {"distress#help.DK": "اتصلوا: 112"}, {**SMALL, path: body})

    text = imported.files[path].decode()
    assert '  DK: "اتصلوا: 112"\n# تعليق\n' in text
    assert text.startswith("reviewed: no\n")


def test_taking_in_twice_changes_nothing() -> None:
    body = fill(
        export(Format.PO),
        {"activities/sock-pairs#do": "ابحثا معًا. {{ school_language }} {{ script_direction }}"},
    )
    after = {**SMALL, **take_in(SMALL, body, "ar").files}

    again = take_in(after, body, "ar")

    assert again.files == {}


@BOTH
def test_a_stale_text_that_is_brought_up_to_date_is_stale_no_more(kind: Format) -> None:
    files = {
        **SMALL,
        "content/activities/sock-pairs/en.md": ENGLISH.replace("ten", "twelve").encode(),
    }
    body = export(kind, files, only=Only.STALE).replace(b"#, fuzzy\n", b"")

    imported = take_in(files, fill(body, {"activities/sock-pairs#harder": "خذا ١٢ جوربًا."}), "ar")

    after = {**files, **imported.files}
    assert imported.stale == []
    assert not any("stale" in each.what for each in check_catalogue(after).warnings)


def test_a_source_that_changed_since_the_export_leaves_its_translation_stale() -> None:
    body = fill(export(Format.PO), {"activities/sock-pairs#harder": "خذا عشرة أو أكثر."})
    files = {
        **SMALL,
        "content/activities/sock-pairs/en.md": ENGLISH.replace("ten", "twelve").encode(),
    }

    imported = take_in(files, body, "ar")

    assert imported.stale == [ARABIC_FILE]
    assert "خذا عشرة أو أكثر.".encode() in imported.files[ARABIC_FILE]


def test_a_text_that_stays_fuzzy_stays_stale() -> None:
    files = {
        **SMALL,
        "content/activities/sock-pairs/en.md": ENGLISH.replace("ten", "twelve").encode(),
    }
    body = fill(export(Format.PO, files), {"activities/sock-pairs#harder": "خذا ١٢ جوربًا."})

    imported = take_in(files, body, "ar")

    assert b"fuzzy" in body
    assert imported.stale == [ARABIC_FILE]


@BOTH
def test_a_missing_text_is_written_in_the_manner_of_its_source(kind: Format) -> None:
    files = {name: body for name, body in SMALL.items() if name != ARABIC_FILE}
    texts = {"title": "ج", "things": "جوارب", "alt": "صورة", **dict.fromkeys(SECTIONS, "جيد جدًا")}
    texts["do"] = "ابحثا {{ school_language }}.\n\n{{ script_direction }}"

    named = {f"activities/sock-pairs#{name}": text for name, text in texts.items()}
    imported = back(kind, named, files)

    page = parse_page(
        imported.files[ARABIC_FILE].decode(),
        ARABIC_FILE,
        Findings(),
        keys=("title", "things", "alt", "reviewed", "source"),
        sections=SECTIONS,
    )
    assert {**page.front, **page.sections} == {
        **texts,
        "reviewed": False,
        "source": re.search("source: (.*)", ARABIC)[1],
    }
    assert check_catalogue({**files, **imported.files}).errors == []


def test_a_missing_text_is_not_half_imported() -> None:
    files = {name: body for name, body in SMALL.items() if name != ARABIC_FILE}

    said = refusals(fill(export(Format.PO, files), {"activities/sock-pairs#why": "جيد"}), files)

    assert len(said) == 1
    assert "not the rest of content/activities/sock-pairs/ar.md: title, things, alt, do" in said[0]


BROKEN = [
    ("activities/sock-pairs#title", "جيد\nreviewed: yes", "there is a line break"),
    ("activities/sock-pairs#things", "", "the translation was emptied"),
    ("activities/sock-pairs#alt", "TODO: later", 'there is a "TODO:"'),
    ("activities/sock-pairs#why", "جيد " * 80, '"why" has 319 characters'),
    ("activities/sock-pairs#do", "ابحثا معًا.", "{{ school_language }} is missing. Keep"),
    ("activities/sock-pairs#grow", "جيد\n## harder\n", '"## harder" would begin another section'),
    ("activities/sock-pairs#easier", "[رابط](http://a.b)", "link cannot be shown in a chat"),
    ("activities/sock-pairs#harder", "جيد {{ script_direction }}", "no placeholder of this text"),
    ("consent/1#messages", "جيد\n---\nrole: x", "cannot be shown in a chat"),
    ("consent/1#linking", "جيد\u2028جيد", "a character that cannot be shown"),
    ("print#scan", "ج" * 33, '"scan" has 33 characters'),
    ("strings#things-needed", "نحتاج {thing}", "{thing} is no placeholder of this text"),
    ("strings#about-minutes[few]", "", "the translation was emptied"),
    ("stories/sock#1", "كلمة " * 46, '"1" has 46 words'),
    ("printables/socks#sock", "{{ x }}", "{{ x }} is no placeholder of this text"),
    ("distress#help.elsewhere", "٧" * 901, "is longer than 900"),
]


@BOTH
def test_every_broken_row_is_named_at_once_and_nothing_is_imported(kind: Format) -> None:
    body = fill(export(kind), {id_: text for id_, text, _sentence in BROKEN})

    said = refusals(body)

    for id_, _text, sentence in BROKEN:
        (of_row,) = [each for each in said if f'"{id_}": ' in each]
        assert re.match(r"ar\.file, (row|line) [1-9]\d*: ", of_row)
        assert sentence in of_row
    assert len(said) == len(BROKEN)


@BOTH
def test_a_language_that_is_new_is_taken_in_whole_but_for_the_words_of_distress(
    kind: Format,
) -> None:
    programme = SMALL["content/programme.yaml"].replace(b"[en, ar]", b"[en, ar, da]")
    files = {**SMALL, "content/programme.yaml": programme}
    pieces = list_wanted(files, "da", Only.MISSING)
    texts = {piece.id: piece.source.partition(" / ")[0] for piece in pieces}

    imported = take_in(files, fill(write_exchange(pieces, "da", kind), texts), "da")

    after = {**files, **imported.files}
    assert list_wanted(after, "da", Only.MISSING) == []
    assert [str(each) for each in check_catalogue(after).errors] == [
        "content/distress/da.yaml: there is no such file. "
        "Write the words of distress in this language."
    ]


def test_two_translators_do_not_overwrite_each_other() -> None:
    first = fill(export(Format.PO), {"activities/sock-pairs#grow": "الأول"})
    second = fill(export(Format.PO), {"activities/sock-pairs#grow": "الثاني"})
    after = {**SMALL, **take_in(SMALL, first, "ar").files}

    (said,) = refusals(second, after)

    assert "this text changed in the files since the export" in said


def swap_source(sheet: Worksheet) -> None:
    sheet.cell(2, 2).value = "Other"


def repeat_id(sheet: Worksheet) -> None:
    sheet.cell(3, 1).value = sheet.cell(2, 1).value


def invent_id(sheet: Worksheet) -> None:
    sheet.cell(2, 1).value = "activities/none#do"


def compute(sheet: Worksheet) -> None:
    sheet.cell(2, 3).value = '=HYPERLINK("http://a.b")'


def count(sheet: Worksheet) -> None:
    sheet.cell(2, 3).value = 7


def mix_languages(sheet: Worksheet) -> None:
    sheet.cell(2, 7).value = "da"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (swap_source, 'row 2: "activities/sock-pairs#title": the source was altered'),
        (repeat_id, 'row 3: "activities/sock-pairs#title" stands twice, first in row 2'),
        (invent_id, 'row 2: unknown id "activities/none#do"'),
        (compute, 'row 2: the translation is a formula, "=HYPERLINK("http://a.b")"'),
        (count, 'row 2: the translation is no text but "7"'),
        (mix_languages, 'row 2: "activities/sock-pairs#title" is of the language "da"'),
    ],
)
def test_a_sheet_that_was_tampered_with_is_refused(
    change: Callable[[Worksheet], object], sentence: str
) -> None:
    (said,) = refusals(edit(export(Format.XLSX), change))

    assert sentence in said


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('msgid "Sock Pairs"', 'msgid "Other"', "the source was altered"),
        ('"activities/sock-pairs#alt"', '"activities/sock-pairs#title"', "stands twice"),
        (
            '"activities/sock-pairs#alt"',
            '"activities/none#alt"',
            'unknown id "activities/none#alt"',
        ),
        ('msgctxt "activities/sock-pairs#alt"\n', "", "this text has no msgctxt"),
        ("#. kuffert:", "#. ", "has lost its comment"),
        ("Language: ar", "Language: sv", '"sv" is no language that is translated into'),
        ("Language: ar", "Language: xx", 'unknown language "xx"'),
        ("X-Kuffert-Texts", "X-Other", "this is no file of texts that Kuffert wrote"),
        (
            'msgstr[5] "{minutes} دقيقة تقريبًا"\n',
            "",
            'about-minutes[other]": the translation was emptied',
        ),
    ],
)
def test_a_gettext_file_that_was_tampered_with_is_refused(
    old: str, new: str, sentence: str
) -> None:
    body = export(Format.PO).decode()
    assert old in body

    said = refusals(body.replace(old, new, 1).encode())

    assert any(sentence in each for each in said)


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"\xff\xfe", b"id,text\n1,a\n", b"msgid 3"])
def test_a_file_that_is_no_such_thing_is_refused_in_a_sentence(body: bytes) -> None:
    assert refusals(body)


def test_only_a_language_that_is_translated_into_is_handed_out() -> None:
    with pytest.raises(BotError, match="Texts are written in en first"):
        list_wanted(SMALL, "en")
    with pytest.raises(BotError, match='"xx" is no language of the programme'):
        list_wanted(SMALL, "xx")


def test_what_is_done_is_not_handed_out_unless_all_is_asked_for() -> None:
    wanted = list_wanted(SMALL, "ar")

    assert {each.state.value for each in wanted} == {"missing", "unreviewed"}
    assert len(list_wanted(SMALL, "ar", Only.ALL)) > len(wanted)


def test_only_the_translation_can_be_written_into() -> None:
    book = load_workbook(io.BytesIO(export(Format.XLSX)))
    sheet = book["Texts"]

    opened = {cell.column_letter for row in sheet for cell in row if not cell.protection.locked}

    assert sheet.protection.sheet
    assert opened == {"C"}
    assert sheet["C2"].alignment.readingOrder == 2
    assert sheet.column_dimensions["G"].hidden


PLAIN = st.text(
    st.one_of(
        st.sampled_from("=+-@\"'\\#:|>&%{}[]*_`~<! \t\n0179أبّ٧👨‍👩‍👧é\u200f\u2066"),
        st.characters(exclude_categories=("Cs",)),
    ),
    min_size=1,
    max_size=200,
).filter(lambda text: text.strip() and not ILLEGAL.search(text) and not BREAKS.search(text))


PIECES = [
    piece
    for piece in list_wanted(SMALL, "ar", Only.ALL)
    if piece.id
    in ("activities/sock-pairs#title", "activities/sock-pairs#easier", "distress#help.DK")
]


def plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@BOTH
@settings(max_examples=10, deadline=None, database=None)
@given(texts=st.lists(PLAIN, min_size=3, max_size=3))
def test_any_text_survives_the_journey_there_and_back(kind: Format, texts: list[str]) -> None:
    pieces = [replace(piece, text=text) for piece, text in zip(PIECES, texts, strict=True)]

    received = read_exchange(write_exchange(pieces, "ar", kind), "ar")

    assert received.problems == []
    assert [(row.id, plain(row.text)) for row in received.rows] == [
        (piece.id, plain(piece.text)) for piece in pieces
    ]


@settings(max_examples=12, deadline=None, database=None)
@given(text=PLAIN)
def test_any_text_stands_in_the_files_as_it_was_written(text: str) -> None:
    text = plain(text)
    outline = read_outline(SMALL)
    for piece in PIECES:
        told = normal(piece, text if takes_lines(piece) else text.replace("\n", " "))
        if check_characters(piece, told):
            continue

        written = apply(SMALL, [Change(piece, told)], language="ar", outline=outline, origins={})

        of_item = read_pieces({**SMALL, **written}, piece.item, "ar", outline=outline)
        assert [each.text for each in of_item] == [
            told if each.id == piece.id else each.text
            for each in read_pieces(SMALL, piece.item, "ar", outline=outline)
        ]


@BOTH
def test_texts_that_look_like_something_else_come_through_whole(kind: Format) -> None:
    texts = {
        "activities/sock-pairs#title": "  =SUM(A1) \"' # : - ",
        "activities/sock-pairs#things": "0012",
        "activities/sock-pairs#alt": "yes",
        "activities/sock-pairs#do": "أبّ 👨‍👩‍👧\n\n*ب* {{ school_language }} {{script_direction}}\\",
        "activities/sock-pairs#grow": "'قال'  \"نعم\"\t#",
        "stories/sock#alt-1": "a, b}: {c",
        "distress#help.DK": "one\n\ntwo:  three",
        "strings#things-needed": '  {things}\\n "',
    }

    filled = {**SMALL, **back(kind, texts).files}

    found = {piece.id: piece.text for piece in list_pieces(filled, "ar")}
    assert {id_: found[id_] for id_ in texts} == texts
    assert take_in(filled, export(kind, filled), "ar").files == {}


def test_a_text_that_is_written_anew_need_not_keep_placeholders() -> None:
    card = ACTIVITY.replace("localise: translate", "localise: author").encode()
    files = {**SMALL, "content/activities/sock-pairs/activity.yaml": card}

    imported = back(Format.XLSX, {"activities/sock-pairs#do": "العبا معًا."}, files)

    assert ARABIC_FILE in imported.files


def test_a_source_hash_is_the_one_that_the_check_asks_for() -> None:
    page = parse_page(ENGLISH, "", Findings(), keys=("title",), sections=SECTIONS)

    assert list_wanted(SMALL, "ar", Only.ALL)[0].origin == source_hash(page)
