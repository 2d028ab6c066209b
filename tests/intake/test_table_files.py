"""What schools send, read as sheets of numbered rows of text."""

import io
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.errors import FileRefused
from bot.intake.identities import find_identity, is_like_name
from bot.intake.table_files import NumberedRow, defuse, read_sheets, write_csv

TEXT = "study_code;note\n7K3M-9QXA; børn, 3 år \n\n;x\n"


def read_rows(content: bytes) -> list[NumberedRow]:
    (sheet,) = read_sheets("list.csv", content)
    return list(sheet.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_csv_reads_the_same_in_every_encoding_and_with_every_line_ending(
    encoding: str, ending: str
) -> None:
    rows = read_rows(TEXT.replace("\n", ending).encode(encoding))

    assert rows == [
        NumberedRow(1, ("study_code", "note")),
        NumberedRow(2, ("7K3M-9QXA", "børn, 3 år")),
        NumberedRow(4, ("", "x")),
    ]


@pytest.mark.parametrize(
    "text",
    ["a,b\n1,2\n", "a;b\n1;2\n", "a\tb\n1\t2\n", "sep=;\na;b\n1;2\n", '"a";"b"\n"1";"2"\n'],
)
def test_the_separator_is_found(text: str) -> None:
    assert [row.cells for row in read_rows(text.encode())] == [("a", "b"), ("1", "2")]


def test_decimal_commas_do_not_pass_for_separators() -> None:
    rows = read_rows(b"a;b\n1,5;2,5\n")

    assert rows[1].cells == ("1,5", "2,5")


def test_a_row_is_named_by_the_line_on_which_it_begins() -> None:
    rows = read_rows(b'a,b\n"two\nlines",1\nx,2\n')

    assert [row.line for row in rows] == [1, 2, 4]


def test_numbers_and_dates_of_a_spreadsheet_are_text_and_blank_sheets_are_left_out() -> None:
    book = Workbook()
    book.active.append([12.5, 3.0, datetime(2022, 5, 1), date(2022, 5, 2), True, None, " x "])  # noqa: DTZ001
    book.create_sheet("empty")
    content = io.BytesIO()
    book.save(content)

    (sheet,) = read_sheets("list.xlsx", content.getvalue())

    assert sheet.rows[0].cells == ("12.5", "3", "2022-05-01", "2022-05-02", "TRUE", "", "x")


SAVE = "Save it as .xlsx or as CSV."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "f: there is nothing in it. Write a header, and one row for each child."),
        (b" ;\n", "f: there is nothing in it. Write a header, and one row for each child."),
        (b"PK\x03\x04rest", f"f: this is not a workbook that can be read. {SAVE}"),
        (
            b"\xd0\xcf\x11\xe0rest",
            f"f: this is an old Excel file, or one with a password. {SAVE}",
        ),
        (
            b"\x81\x8d",
            "f: this is not text in any encoding that schools use. Save it as CSV UTF-8.",
        ),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_sheets("f", content)

    assert str(refused.value) == said


def test_no_cell_that_is_written_back_is_a_formula() -> None:
    text = write_csv(["a"], [["=1+1"], ["+cmd"], ["-2+3"], ["@x"], ["-1,5"], ["plain"]])

    assert text.splitlines() == ["a", "'=1+1", "'+cmd", "'-2+3", "'@x", '"-1,5"', "plain"]


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"))), min_size=2, max_size=4))
def test_what_is_written_reads_as_it_was(cells: list[str]) -> None:
    rows = read_rows(write_csv(["a"] * len(cells), [cells]).encode("utf-8-sig"))

    wanted = tuple(defuse(cell).strip() for cell in cells)
    assert (rows[1].cells if len(rows) > 1 else ("",) * len(cells)) == wanted


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("010120-1234", "a CPR number"),
        ("a@b.dk", "an e-mail address"),
        ("880320-0016", "a Swedish personnummer"),
        ("born 19880320-0016", "a Swedish personnummer"),
        ("151086 95088", "a Norwegian fødselsnummer"),
        ("131052-308T", "a Finnish henkilötunnus"),
        ("44051401359", "a Polish PESEL"),
        ("12345678Z", "a Spanish DNI"),
        ("RCCMNL83S18D969H", "an Italian codice fiscale"),
        ("070-123 45 67", "a phone number"),
        ("+45 12 34 56 78", "a phone number"),
        ("12345678", "a phone number"),
        *((plain, None) for plain in ("20220501", "2022-05-01", "31.05.2026", "01 05 2026")),
        *((plain, None) for plain in ("7K3M-9QXA", "12,5", "1.234,5", "131052-3", "2022-05")),
    ],
)
def test_what_tells_who_somebody_is_is_told_from_codes_dates_and_numbers(
    cell: str, kind: str | None
) -> None:
    assert find_identity(cell) == kind


@pytest.mark.parametrize(
    ("cell", "is_name"),
    [
        ("Amina Hansen", True),
        ("Åse-Marie Holm", True),
        ("plain", False),
        ("7K3M-9QXA", False),
        ("WKRM-NQXA", False),
    ],
)
def test_two_words_with_capitals_read_as_a_name(cell: str, is_name: bool) -> None:
    assert is_like_name(cell) is is_name
