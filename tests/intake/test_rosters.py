"""Rosters: whole or not at all, every wrong row named, nobody's name."""

import io
from datetime import UTC, date, datetime
from random import Random

import pytest
from openpyxl import Workbook

from bot.core.choosing import Variant
from bot.core.codes import draw_study_code
from bot.errors import FileRefused
from bot.intake.rosters import (
    Roster,
    check_roster,
    give_codes,
    import_roster,
    parse_roster,
)
from bot.store import Database, centres, rosters
from bot.store.rosters import Known
from bot.store.states import Disadvantage, LevelSource

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
HEADER = "study_code,birth_month,home_language,level,baseline,disadvantage\n"
FIRST, SECOND, ELSEWHERE = (draw_study_code(Random(n)) for n in (1, 2, 3))
REMOVE = "Remove it: a child is known by its study code alone."
USE = "Use: study_code, birth_month, home_language, level, baseline, disadvantage."
COPY = (
    "Copy it from the list that `kuffert cards issue` printed, or leave it empty for a new child."
)


@pytest.fixture
async def _centres(database: Database) -> None:
    async with database.writing() as session:
        for code in ("sun", "moon"):
            await centres.add_centre(
                session, code, name=code, zone="Europe/Copenhagen", language="da", now=NOW
            )
        moon = await centres.get_centre(session, "moon")
        await centres.enrol_child(session, moon, study_code=ELSEWHERE, birth_month=None, now=NOW)


async def read(database: Database, content: str | bytes) -> Roster:
    content = content.encode() if isinstance(content, str) else content
    async with database.reading() as session:
        sun = await centres.get_centre(session, "sun")
        roster = parse_roster("list.csv", content, now=NOW)
        return await check_roster(session, roster, name="list.csv", centre=sun)


async def take_in(database: Database, content: str | bytes) -> tuple[str, Roster]:
    content = content.encode() if isinstance(content, str) else content
    roster = await read(database, content)
    async with database.writing() as session:
        sun = await centres.get_centre(session, "sun")
        roster = await give_codes(session, roster, content, centre=sun)
        said = await import_roster(session, roster, name="list.csv", centre=sun, now=NOW)
    return str(said), roster


async def list_known(database: Database) -> dict[str, Known]:
    async with database.reading() as session:
        return await rosters.list_known(session, await centres.get_centre(session, "sun"))


@pytest.mark.usefixtures("_centres")
async def test_a_list_is_taken_in_and_a_second_time_changes_nothing(database: Database) -> None:
    text = f'{HEADER}{FIRST},2022-05,Arabisk,easier,"12,5",yes\n{SECOND.lower()},,da,,,other\n'

    said, _ = await take_in(database, text)
    again, _ = await take_in(database, text)

    assert said == "list.csv: 2 new, 0 changed, 0 as they were."
    assert again == "list.csv: all 2 are known already; nothing has changed."
    known = await list_known(database)
    child, entry = known[FIRST]
    assert (child.birth_month, child.level) == (date(2022, 5, 1), Variant.EASIER)
    assert child.level_source is LevelSource.ROSTER
    assert entry is not None
    assert (entry.home_language, entry.baseline, entry.disadvantage) == (
        "ar",
        12.5,
        Disadvantage.LOW,
    )
    assert known[SECOND].child.level_source is None


@pytest.mark.usefixtures("_centres")
async def test_a_changed_value_is_counted_and_an_empty_cell_leaves_what_is_known(
    database: Database,
) -> None:
    await take_in(database, f"{HEADER}{FIRST},2022-05,ar,easier,12,low\n{SECOND},,,,,\n")

    said, _ = await take_in(database, f"study_code,baseline\n{FIRST},13\n{SECOND},\n")

    assert said == "list.csv: 0 new, 1 changed, 1 as they were."
    entry = (await list_known(database))[FIRST].entry
    assert entry is not None
    assert (entry.baseline, entry.home_language) == (13, "ar")


@pytest.mark.usefixtures("_centres")
async def test_a_level_that_the_family_wished_stays(database: Database) -> None:
    await take_in(database, f"{HEADER}{FIRST},,,easier,,\n")
    async with database.writing() as session:
        child = await centres.get_child_by_code(session, FIRST)
        await centres.record_level(session, child, Variant.HARDER, source=LevelSource.WISH)

    said, _ = await take_in(database, f"{HEADER}{FIRST},,,easier,,\n")

    assert said.endswith("nothing has changed. Levels left as the family wished: 1.")
    assert (await list_known(database))[FIRST].child.level is Variant.HARDER


@pytest.mark.usefixtures("_centres")
async def test_children_without_a_code_get_one_and_the_same_when_the_file_comes_again(
    database: Database,
) -> None:
    text = "birth_month;level\n2022-05;plain\n2021-11;harder\n"

    _, first = await take_in(database, text)
    said, second = await take_in(database, text)
    with_codes, _ = await take_in(database, first.write_with_codes())

    assert first.rows == second.rows
    assert len({row.study_code for row in first.rows}) == 2
    nothing = "list.csv: all 2 are known already; nothing has changed."
    assert (said, with_codes) == (nothing, nothing)
    assert len(await list_known(database)) == 2


@pytest.mark.usefixtures("_centres")
async def test_a_spreadsheet_is_read_though_it_made_dates_of_months(database: Database) -> None:
    book = Workbook()
    book.active.append(["Study code", "Birth month", "Baseline"])
    book.active.append([FIRST, datetime(2022, 5, 1), 12.5])  # noqa: DTZ001  (as openpyxl has them)
    content = io.BytesIO()
    book.save(content)

    await take_in(database, content.getvalue())

    child, entry = (await list_known(database))[FIRST]
    assert child.birth_month == date(2022, 5, 1)
    assert entry is not None
    assert entry.baseline == 12.5


REFUSED = [
    (HEADER + f"{FIRST},010120-1234,,,,\n", f"list.csv, line 2: column B holds what looks like a CPR number. {REMOVE}"),
    (HEADER + f"{FIRST},,Amina Hansen,,,\n", f"list.csv, line 2: column C holds what looks like a name. {REMOVE}"),
    (HEADER + "880320-0016,,,,,\n", f"list.csv, line 2: column A holds what looks like a Swedish personnummer. {REMOVE}"),
    (f"study_code,navn\n{FIRST},Amina\n", f"list.csv, line 1: column B seems to tell who a child is by its heading. {REMOVE}"),
    (f"{FIRST},a@b.dk\n", f"list.csv, line 1: column B holds what looks like an e-mail address. {REMOVE}"),
    (f"study_code,colour\n{FIRST},red\n", f"list.csv, line 1: column B has a heading that is not known. {USE}"),
    (f"level,Level\n{FIRST},red\n", 'list.csv, line 1: the column "level" stands there twice. Keep one.'),
    (HEADER, "list.csv: there are no children. Write one row for each child."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_a_file_that_tells_who_a_child_is_is_refused_without_saying_it_again(
    text: str, said: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        parse_roster("list.csv", text.encode(), now=NOW)

    assert str(refused.value) == said


def test_a_name_on_another_sheet_is_found_too() -> None:
    book = Workbook()
    book.active.append(["study_code"])
    book.active.append([FIRST])
    book.create_sheet("Key").append([FIRST, "Amina Hansen"])
    content = io.BytesIO()
    book.save(content)

    with pytest.raises(FileRefused, match='column B, in the sheet "Key", holds what looks like a'):
        parse_roster("list.xlsx", content.getvalue(), now=NOW)


WRONG = [
    (f"{FIRST},,,hard,,\n", '"level" is not known. Use one of: easier, plain, harder.'),
    (f"{FIRST},2022-13,,,,\n", '"birth_month" is no month. Write year and month: 2022-05.'),
    (f"{FIRST},2022-05-17,,,,\n", '"birth_month" is no month. Write year and month: 2022-05.'),
    (f"{FIRST},2030-01,,,,\n", '"2030-01" is no month in which a child was born. Write year and month: 2022-05.'),
    (f"{FIRST},,Amina,,,\n", '"home_language" is no language that is known. Write a code such as ar, or a name such as Arabic.'),
    (f"{FIRST},,,,x,\n", '"baseline" is no number. Write a number, such as 12.5 or 12,5.'),
    (f"{FIRST},,,,,poor\n", '"disadvantage" is not known. Use one of: low (or yes), other (or no).'),
    (f"{FIRST},,,,,,x\n", "this row has more cells than the 6 columns. Write one a column."),
    ("7K3M-9QXB,,,,,\n", f'"7K3M-9QXB" is no study code: a character is wrong or missing. {COPY}'),
    ("Amina,,,,,\n", f"this is no study code: a character is wrong or missing. {COPY}"),
    (f"{ELSEWHERE},,,,,\n", 'this study code is of a child of another centre. Leave it out: a list holds the children of one centre, here "sun". A child that has moved stays in the list of its first centre.'),
]  # fmt: skip


@pytest.mark.usefixtures("_centres")
@pytest.mark.parametrize(("row", "said"), WRONG)
async def test_a_wrong_row_is_named_and_comes_back_with_its_problem(
    database: Database, row: str, said: str
) -> None:
    roster = await read(database, f"{HEADER}{row}{SECOND},,,,,\n")

    assert [str(each) for each in roster.problems] == [f"list.csv, line 2: {said}"]
    assert [each.study_code for each in roster.rows] == [SECOND]
    back = roster.write_rejected()
    assert "problem" in back.splitlines()[0]
    assert len(back.splitlines()) == 2


@pytest.mark.usefixtures("_centres")
async def test_a_row_that_came_back_can_be_put_right_where_it_stands(database: Database) -> None:
    roster = await read(database, f"{HEADER}{FIRST},,,hard,,\n")

    righted = await read(database, roster.write_rejected().replace(",hard,", ",harder,"))

    assert righted.problems == ()
    assert [row.level for row in righted.rows] == [Variant.HARDER]


@pytest.mark.usefixtures("_centres")
async def test_a_code_that_stands_twice_is_wrong_the_second_time(database: Database) -> None:
    roster = await read(database, f"{HEADER}{FIRST},,,,,\n{FIRST},,,,,\n")

    assert [str(each) for each in roster.problems] == [
        "list.csv, line 3: this study code stands in line 2 too. Keep one of the two."
    ]
