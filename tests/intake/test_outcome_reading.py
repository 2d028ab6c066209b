"""Files as schools send them: what is read, what is refused whole, what is quarantined and why."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import FileRefused
from bot.intake.judging import count_ends
from bot.intake.mapping import Mapping, SheetMapping, parse_mapping
from bot.intake.outcome_files import read_file
from bot.intake.proposing import propose
from bot.intake.quarantining import COLUMNS, parse_confirmed, render_quarantined
from bot.intake.readings import Fault
from bot.intake.school_files import read_sheets
from tests.intake.school import (
    CODES,
    HEADER,
    ROSTER,
    fill,
    judge_file,
    list_read,
    map_wide,
    write_book,
    write_csv,
)

TIDY = "Write study_code, instrument, wave, score and, if you have it, assessed_on; or have a mapping proposed: `kuffert outcomes check FILE`."
REMOVE = "Remove it; use study codes alone."
DECIMAL = "Write decimal: point or decimal: comma in the mapping."
ORDER = "Write date_order: day or date_order: month in the mapping."
SAVE = "Save it as .xlsx or as CSV."
ROW = "<a>,words,before,1,\n"
WRONG = "wrong study code: a character of the study code is wrong or missing"

REFUSED = [
    (b"", f"results.csv: this file needs a mapping. {TIDY}"),
    (HEADER, "results.csv: there are no results. Write one row for each."),
    ("study_code,instrument,wave\n<a>,words,before\n", f"results.csv: this file needs a mapping. {TIDY}"),
    (HEADER.replace("assessed_on", "colour") + ROW, f"results.csv: this file needs a mapping. {TIDY}"),
    (HEADER.replace("assessed_on", "Barnets navn") + "<a>,words,before,1,Sol\n", f'results.csv, line 1: column 5, "Barnets navn", seems to tell who a child is. {REMOVE}'),
    (HEADER.replace("assessed_on", "CPR") + "<a>,words,before,1,1234\n", f'results.csv, line 1: column 5, "CPR", seems to tell who a child is. {REMOVE}'),
    (HEADER + ROW + "010120-1234,words,before,1,\n", f"results.csv, line 3: column 1 holds what looks like a CPR number. {REMOVE}"),
    (HEADER + "<a>,words,before,0101201234,\n", f"results.csv, line 2: column 4 holds what looks like a CPR number. {REMOVE}"),
    (HEADER + "<a>,words,before,０１０１２０-１２３４,\n", f"results.csv, line 2: column 4 holds what looks like a CPR number. {REMOVE}"),
    (HEADER + "<a>,a@b.dk,before,1,\n", f"results.csv, line 2: column 2 holds what looks like an e-mail address. {REMOVE}"),
    (HEADER + "<a>,+45 12 34 56 78,before,1,\n", f"results.csv, line 2: column 2 holds what looks like a phone number. {REMOVE}"),
    ("Liste 010120-1234\n" + HEADER + ROW, f"results.csv, line 1: column 1 holds what looks like a CPR number. {REMOVE}"),
    (b"%PDF-1.7 whatever", f"results.csv: this is a PDF, not a table. {SAVE}"),
    (b"\xd0\xcf\x11\xe0 whatever", f"results.csv: this is an old Excel file, or one with a password. {SAVE}"),
    (b"PK\x03\x04 whatever", f"results.csv: this is not a workbook that can be read. {SAVE}"),
    (b"\x81\x8d\x8f\xff", "results.csv: this is not text in any encoding that schools use. Save it as CSV UTF-8."),
    (HEADER + '<a>,"words,before,1,\n', "results.csv, line 2: this line cannot be read: unexpected end of data. Look at its quotation marks."),
    (HEADER + '<a>,words,before,"1.234",\n', f'results.csv: "score" has numbers such as 1.234, which read in two ways. {DECIMAL}'),
    (HEADER + '<a>,words,before,"12,5",\n<b>,words,before,12.5,\n', f'results.csv: "score" has decimal points and decimal commas, which read in two ways. {DECIMAL}'),
    (HEADER + "<a>,words,before,1,01/02/2026\n", f'results.csv: "assessed_on" has dates such as 01/02/2026, which read in two ways. {ORDER}'),
    (HEADER + "<a>,words,before,1,31/02/2026\n<b>,words,before,1,02/28/2026\n", f'results.csv: "assessed_on" has dates with the day first and with the month first. {ORDER}'),
]  # fmt: skip

QUARANTINED = [
    ("<swapped>,words,before,1,\n", [WRONG]),
    ("<mistyped>,words,before,1,\n", [WRONG]),
    ("ABC,words,before,1,\n", [WRONG]),
    ("Sol fra den blå stue,words,before,1,\n", [WRONG]),
    ("<nobody>,words,before,1,\n", ["not on the roster: no child has this study code"]),
    (",words,before,1,\n", ["no study code: the cell of the study code is empty"]),
    ("<a>,words,before,x,\n", ['not a number: "x" is not a score']),
    ("<a>,words,before,inf,\n", ['not a number: "inf" is not a score']),
    ("<a>,words,before,1e5,\n", ['not a number: "1e5" is not a score']),
    ("<a>,words,before,12;5,\n", ['not a number: "12;5" is not a score']),
    ("<a>,words,before,var ikke med i dag,\n", ["not a number: a text of 18 characters is not a score"]),
    ("<a>,words,before,99 %,\n", ['not a number: "99 %" is not a score']),
    ("<a>,words,before,1,31/8\n", ['not a date: "31/8" is not a date']),
    ("<a>,words,before,1,2026-02-30\n", ['not a date: "2026-02-30" is not a date']),
    ("<a>,,before,1,\n", ["no instrument or wave: write both, an instrument in up to 80 characters, a wave in up to 40"]),
    (f"<a>,words,{'x' * 41},1,\n", ["no instrument or wave: write both, an instrument in up to 80 characters, a wave in up to 40"]),
    ("<a>,words,before\n", ["another number of cells: the row has 3 cells, the header 5"]),
    ("<a>,words,before,12,5,\n", ['not a date: "5" is not a date']),
    ("<a>,words,before,12,5,2026-01-01\n", ["another number of cells: the row has 6 cells, the header 5"]),
    (ROW + ROW, ["duplicate: line 2 says the same"]),
    (ROW + ROW + "<lower>,words,before,1.0,\n", ["duplicate: line 2 says the same"] * 2),
    (ROW + "<a>,words,before,2,\n", ["two values in the file: line 3 gives another value", "two values in the file: line 2 gives another value"]),
    (ROW + "<a>,words,before,absent,\n", ["two values in the file: line 3 gives another value", "two values in the file: line 2 gives another value"]),
    ("<c>,words,before,4,\n", ["differs from an earlier file: an earlier file says 3 for this"]),
    ("<c>,words,after,4,\n", ["differs from an earlier file: an earlier file has no score for this"]),
]  # fmt: skip
EARLIER = {(3, "words", "before"): 3.0, (3, "words", "after"): None}

READ = [
    ("<a>,words,before,12.5,\n", 12.5),
    ('<a>,words,before,"12,5",\n', 12.5),
    ('<a>,words,before,"1.234,5",\n', 1234.5),
    ('<a>,words,before,"1,234.5",\n', 1234.5),
    ('<a>,words,before,"1 234,5",\n', 1234.5),
    ('<a>,words,before,"1\u00a0234,5",\n', 1234.5),
    ("<a>,words,before,1'234.5,\n", 1234.5),
    ("<a>,words,before,1.234.567,\n", 1234567.0),
    ('<b>,sounds,before,"0,5",\n<a>,words,before,1.234,\n', 1234.0),
    ("<b>,sounds,before,0.5,\n<a>,words,before,1.234,\n", 1.234),
    ("<b>,sounds,before,0.5,\n<a>,words,before,1.234,\n", 1.234),
    ("<a>,words,before,\u2212３,\n", -3.0),
    ("<a>,words,before,٣,\n", 3.0),
    ("<a> ,words,before , 12\u00a0,\n", 12.0),
    ("<lower>,words,before,12,\n", 12.0),
    ("<wide>,words,before,12,\n", 12.0),
    ("<a>,words,before,99,\n", 99.0),
    ("<a>,words,before,,\n", None),
    ("<a>,words,before,-,\n", None),
    ("<a>,words,before,.,\n", None),
    ("<a>,words,before,N/A,\n", None),
    ("<a>,words,before, Fraværende ,\n", None),
    ("<a>,words,before,syg,\n", None),
]  # fmt: skip

DAYS = [
    ("2026-08-31", date(2026, 8, 31)),
    ("31/8/2026", date(2026, 8, 31)),
    ("31.08.26", date(2026, 8, 31)),
    ("31-08-2026", date(2026, 8, 31)),
    ("8/31/2026", date(2026, 8, 31)),
    ("46265", date(2026, 8, 31)),
    ("2026-08-31 00:00:00", date(2026, 8, 31)),
    ("", None),
]


@pytest.mark.parametrize(("content", "said"), REFUSED)
def test_a_file_that_may_not_be_read_is_refused_with_its_exact_sentence(
    content: bytes | str, said: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        judge_file(content)

    assert said in [str(each) for each in refused.value.problems]


@pytest.mark.parametrize(("rows", "reasons"), QUARANTINED)
def test_a_result_that_cannot_be_taken_in_is_quarantined_with_its_exact_reason(
    rows: str, reasons: list[str]
) -> None:
    judged = judge_file(HEADER + rows, known=EARLIER)

    assert [str(judged.reasons[n]) for n in sorted(judged.reasons)] == reasons


def test_every_fault_but_an_impossible_score_stands_in_the_table() -> None:
    found = {
        Fault(reason.partition(":")[0]) for _rows, reasons in QUARANTINED for reason in reasons
    }

    assert set(Fault) - found == {Fault.OUT_OF_RANGE}  # which needs a mapping: see below


@pytest.mark.parametrize(("rows", "score"), READ)
def test_a_score_is_read_as_its_column_shows(rows: str, score: float | None) -> None:
    judged = judge_file(HEADER + rows)

    assert not judged.reasons
    assert (1, "words", "before", score, score is None, None) in list_read(judged)


@pytest.mark.parametrize(("written", "day"), DAYS)
def test_a_date_is_read_in_the_order_that_its_column_shows(written: str, day: date | None) -> None:
    judged = judge_file(f"{HEADER}<a>,words,before,1,{written}\n")

    assert judged.results.assessed == [day]


def test_what_stood_for_a_missing_score_is_kept() -> None:
    judged = judge_file(HEADER + "<a>,words,before, Syg,\n<b>,words,before,,\n")

    assert judged.results.missing == ["Syg", "blank"]


def test_99_is_missing_only_where_the_mapping_says_so() -> None:
    content = fill("Code,Words\n<a>,99\n<b>,12\n")

    plain = judge_file(content, map_wide())
    told = judge_file(content, map_wide(missing=["99"]))

    assert plain.results.scores == [99.0, 12.0]
    assert (told.results.scores, told.results.missing) == ([None, 12.0], ["99", None])


def test_a_score_outside_the_stated_range_is_quarantined() -> None:
    columns = {"Words": {"instrument": "words", "wave": "before", "range": [0, 40]}}

    judged = judge_file("Code,Words\n<a>,41\n<b>,40\n", map_wide(columns=columns))

    assert {n: str(each) for n, each in judged.reasons.items()} == {
        0: "out of range: 41 is not between 0 and 40"
    }


def test_a_score_that_excel_made_a_date_is_quarantined() -> None:
    content = write_book({"S": [["Code", "Words"], [CODES[0], datetime(2026, 5, 1)]]})  # noqa: DTZ001

    judged = judge_file(content, map_wide())

    assert str(judged.reasons[0]) == "not a number: a date stands where a score should"


def test_a_score_column_about_names_of_letters_is_no_column_of_names() -> None:
    columns = {"Letter names": {"instrument": "letters", "wave": "before"}}

    judged = judge_file("Code,Letter names\n<a>,4\n<b>,syg\n", map_wide(columns=columns))

    assert judged.results.scores == [4.0, None]


MAPPED = [
    ({"columns": {"Ord": {"instrument": "words", "wave": "before"}}}, 'results.csv, line 1: there is no column "Ord". There are: Code, Words, Group.'),
    ({}, 'results.csv, line 1: the mapping says nothing of the column "Group". Name it in columns or in ignored.'),
    ({"ignored": ["Group", "Words"]}, 'results.csv, line 1: the mapping names "Words" twice. Name each once.'),
    ({"columns": {"Words": {"instrument": "words"}}, "ignored": ["Group"]}, 'results.csv, line 1: "Words" has no wave. Write one, such as before.'),
    ({"sheet": "Ark2"}, 'results.csv: there is no sheet "Ark2". There are: none.'),
    ({"layout": "long", "instrument": "Group", "score": "Words", "columns": {}}, "results.csv, line 1: no wave is named. Name its column, or write only_wave."),
]  # fmt: skip


@pytest.mark.parametrize(("others", "said"), MAPPED)
def test_a_mapping_that_does_not_fit_is_refused_with_its_exact_sentence(
    others: dict[str, object], said: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        judge_file("Code,Words,Group\n<a>,4,blue\n", map_wide(**others))

    assert said in [str(each) for each in refused.value.problems]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sheets: [", "m.yaml, line 1: this is not YAML. Look at its indents."),
        ("colour: red", "m.yaml: colour: extra inputs are not permitted. `kuffert outcomes check FILE` proposes a mapping."),
        ("sheets: [{layout: wide, study_code: c}]", "m.yaml: sheets.0: a wide layout needs columns. `kuffert outcomes check FILE` proposes a mapping."),
    ],
)  # fmt: skip
def test_a_broken_mapping_file_is_refused_with_its_exact_sentence(text: str, said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        parse_mapping("m.yaml", text.encode())

    assert said in [str(each) for each in refused.value.problems]


def test_a_workbook_with_titles_merged_headers_and_two_sheets_is_read_as_proposed() -> None:
    top = [
        ["Language tests, Sun"],
        [],
        ["Study code", "Words", None, "Stue"],
        [None, "før", "efter"],
    ]
    rows = [[CODES[0].lower() + " ", 3, "12,5", "blue"], [CODES[1], None, "absent", "red"]]
    late = [["kode", "test", "runde", "point", "dato"], [CODES[2], "rhymes", "t2", 7, "31/8-2026"]]
    content = write_book({"Early": [*top, *rows], "Late": late, "Notes": [["Thank you"]]}, "B3:C3")

    proposed = propose("results.csv", read_sheets("results.csv", content))
    judged = judge_file(content, parse_mapping("m.yaml", proposed.encode()))

    assert list_read(judged) == {
        (1, "Words", "før", 3.0, False, None),
        (1, "Words", "efter", 12.5, False, None),
        (2, "Words", "før", None, True, None),
        (2, "Words", "efter", None, True, None),
        (3, "rhymes", "t2", 7.0, False, date(2026, 8, 31)),
    }
    assert 'ignored: ["Stue"]' in proposed
    assert judged.results.lines == [5, 6, 5, 6, 2]


def test_a_proposal_asks_what_the_file_does_not_tell() -> None:
    content = fill("kode;Ord;dato\n<a>;1.234;01/02/2026\n<b>;99;03/02/2026\n").encode()

    proposed = propose("r.csv", read_sheets("r.csv", content))

    asked = [line.strip() for line in proposed.splitlines()[1:] if "ASK" in line]
    assert asked == [
        "date_order:  # ASK: day or month? Its dates can be read in both ways.",
        "wave:  # ASK: the column's name does not say it. Such as before.",
        "decimal:  # ASK: point or comma? Some numbers, such as 1.234, read in two ways.",
        "# ASK: 99 is among the scores. If it means missing, add it.",
    ]


def test_no_mapping_is_proposed_for_a_file_without_study_codes() -> None:
    with pytest.raises(
        FileRefused, match=r"r\.csv: no column with a header has study codes\. Name its column"
    ):
        propose("r.csv", read_sheets("r.csv", b"colour,shape\nred,round\n"))


def test_a_suggestion_is_offered_and_never_applied_by_itself() -> None:
    text = HEADER + "<swapped>,words,before,1,\n<mistyped>,sounds,before,1,\n<nobody>,x,y,1,\n"
    first = judge_file(text)

    again = judge_file(text, confirmed=parse_confirmed("q.csv", render_quarantined(first).encode()))
    told = judge_file(text, confirmed={("", 2): CODES[0]})

    assert first.suggestions == {0: (CODES[0],), 1: (CODES[0],)}
    assert first.children == again.children == [None, None, None]
    assert (told.corrected, told.children[0], sorted(told.reasons)) == ({0}, 1, [1, 2])


def test_the_quarantined_file_defuses_formulas_and_repeats_no_long_text() -> None:
    text = HEADER + "=1+2,=words,before,1,\nSol fra den blå stue hos os,words,before,1,\n"

    lines = render_quarantined(judge_file(text)).splitlines()

    assert lines[0] == ",".join(COLUMNS)
    assert lines[1].startswith(",2,'=1+2,'=words,before,1,,")
    assert lines[2].startswith(",3,,words,before,1,,")


SCORES = st.integers(-999, 999).map(lambda number: number / 10)
CELLS = st.one_of(SCORES, st.none())
TABLES = st.dictionaries(
    st.tuples(st.integers(0, 5), st.sampled_from(["words", "ord, æøå"]), st.sampled_from("12")),
    CELLS,
    min_size=1,
)


@settings(max_examples=60, deadline=None)
@given(
    table=TABLES,
    separator=st.sampled_from(";\t,"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
    decimal=st.sampled_from(".,"),
    layout=st.sampled_from(["tidy", "wide", "book"]),
)
def test_a_tidy_table_reads_the_same_from_any_dialect_encoding_and_layout(
    table: dict[tuple[int, str, str], float | None],
    separator: str,
    encoding: str,
    decimal: str,
    layout: str,
) -> None:
    def spell(score: float | None) -> str:
        return "fravær" if score is None else f"{score:.1f}".replace(".", decimal)

    if layout == "tidy":
        rows = [["study_code", "instrument", "wave", "score"]]
        rows += [[CODES[n], test, wave, spell(score)] for (n, test, wave), score in table.items()]
        judged = judge_file(write_csv(rows, separator, encoding))
    else:
        heads = sorted({key[1:] for key in table})
        columns = {f"{test} {wave}": {"instrument": test, "wave": wave} for test, wave in heads}
        rows = [["Code", *columns]]
        for n in sorted({key[0] for key in table}):
            cells = [table.get((n, *head), "gone") for head in heads]
            rows.append([CODES[n], *("gone" if c == "gone" else spell(c) for c in cells)])
        content = (
            write_book({"S": rows}) if layout == "book" else write_csv(rows, separator, encoding)
        )
        judged = judge_file(content, map_wide(columns=columns, missing=["fravær"]))

    assert list_read(judged) == {
        (n + 1, test, wave, score, score is None, None) for (n, test, wave), score in table.items()
    }


MESS = st.lists(
    st.tuples(
        st.sampled_from([*CODES, "ABC", "", CODES[0].lower(), "<swapped>"]),
        st.sampled_from(["words", "sounds", ""]),
        st.sampled_from(["before", "after"]),
        st.sampled_from(["1", "2,5", "absent", "", "x", "-"]),
        st.sampled_from(["", "2026-08-31", "31/8", "?"]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(rows=MESS, withheld=st.frozensets(st.integers(1, 6)), confirmed=st.integers(2, 41))
def test_the_counts_of_any_messy_file_add_up_to_its_results(
    rows: list[tuple[str, ...]], withheld: frozenset[int], confirmed: int
) -> None:
    content = write_csv([HEADER.strip().split(","), *rows])
    results, _mapping = read_file("results.csv", content, None)

    counts = count_ends(judge_file(content, confirmed={("", confirmed): CODES[1]}), withheld)

    told = counts.accepted + counts.corrected + counts.withheld + sum(counts.quarantined.values())
    assert min(counts.accepted, counts.corrected, counts.withheld) >= 0
    assert told == counts.results == counts.rows == len(results.lines) == len(rows)
    assert set(ROSTER.values()) >= withheld


def test_the_mapping_forbids_what_it_does_not_know() -> None:
    described = [*SheetMapping.model_fields.values(), *Mapping.model_fields.values()]

    assert all(field.description for field in described)
    with pytest.raises(ValueError, match="Extra inputs"):
        map_wide(colour="red")
