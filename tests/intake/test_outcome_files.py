"""Files of results: whole or not at all, every wrong row named."""

from datetime import UTC, datetime
from random import Random

import pytest

from bot.core.codes import draw_study_code
from bot.errors import FileRefused
from bot.intake.outcome_files import import_outcomes
from bot.store import Database, centres
from bot.store.exports import list_outcomes

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
HEADER = "study_code,instrument,wave,score,assessed_on\n"
USE = "Use: study_code, instrument, wave, score, assessed_on."
ISSUED = "Use the codes that `kuffert cards issue` printed."


@pytest.fixture
async def codes(database: Database) -> tuple[str, str]:
    """Give the study codes of two children."""
    drawn = draw_study_code(Random(1)), draw_study_code(Random(2))
    async with database.writing() as session:
        centre = await centres.add_centre(
            session, "sun", name="Sun", zone="Europe/Copenhagen", language="da", now=NOW
        )
        for code in drawn:
            await centres.enrol_child(session, centre, study_code=code, birth_month=None, now=NOW)
    return drawn


async def take_in(database: Database, text: str) -> str:
    async with database.writing() as session:
        return str(await import_outcomes(session, "results.csv", text.encode(), now=NOW))


async def count(database: Database) -> int:
    async with database.reading() as session:
        return len(await list_outcomes(session))


async def test_a_clean_file_is_taken_in_and_a_second_time_changes_nothing(
    database: Database, codes: tuple[str, str]
) -> None:
    first, second = codes
    text = f"{HEADER}{first},words,before,12.5,2026-08-31\n{second.lower()},words,before,9,\n"

    said = await take_in(database, text)
    again = await take_in(database, text)

    assert said == "results.csv: 2 of 2 results are new and taken in."
    assert again == "results.csv: all 2 results are known already; nothing has changed."
    assert await count(database) == 2


async def test_semicolons_decimal_commas_and_a_mark_at_the_start_are_read(
    database: Database, codes: tuple[str, str]
) -> None:
    await take_in(
        database, f"\ufeffstudy_code;instrument;wave;score\n{codes[0]};words;before;12,5\n"
    )

    async with database.reading() as session:
        (outcome,) = await list_outcomes(session)
    assert outcome.score == 12.5


BROKEN = [
    ("", "results.csv, line 1: the column \"study_code\" is missing. " + USE),
    (HEADER, "results.csv: there are no results. Write one row for each result."),
    ("study_code,instrument,wave,score,colour\n", f'results.csv, line 1: unknown column "colour". {USE}'),
    ("study_code,instrument,wave,score,name\n", f'results.csv, line 1: the column "name" seems to tell who a child is. Remove it. {USE}'),
    (HEADER + "{0},words,before\n", "results.csv, line 2: this row has another number of cells. Write one a column."),
    (HEADER + "{0},words,before,x,\n", 'results.csv, line 2: "x" is not a score. Write a number, such as 12.5.'),
    (HEADER + "{0},words,before,inf,\n", 'results.csv, line 2: "inf" is not a score. Write a number, such as 12.5.'),
    (HEADER + "{0},,before,1,\n", 'results.csv, line 2: "instrument" is empty or too long. Write up to 80 characters.'),
    (HEADER + "{0},words,before,1,31/8\n", 'results.csv, line 2: "31/8" is not a date. Write year-month-day: 2026-05-31.'),
    (HEADER + "010120-1234,words,before,1,\n", 'results.csv, line 2: "study_code" holds what looks like a CPR number. Use study codes alone.'),
    (HEADER + "{0},a@b.dk,before,1,\n", 'results.csv, line 2: "instrument" holds what looks like an e-mail address. Use study codes alone.'),
    (HEADER + "{0},+45 12 34 56 78,before,1,\n", 'results.csv, line 2: "instrument" holds what looks like a phone number. Use study codes alone.'),
    (HEADER + "ABC,words,before,1,\n", 'results.csv, line 2: "ABC" is no study code: a character is wrong or missing. Copy it from the list that `kuffert cards issue` printed.'),
    (HEADER + "{0},words,before,1,\n{0},words,before,2,\n", "results.csv, line 3: this child's words, before stands in line 2. Keep one of the two."),
    (HEADER + "{2},words,before,1,\n", f"results.csv: none of its study codes is on the roster. {ISSUED}"),
    (HEADER + "{0},words,before,1,\n{2},words,before,1,\n", f'results.csv, line 3: no child has the study code "{{2}}". {ISSUED}'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), BROKEN)
async def test_a_wrong_file_is_refused_whole_with_its_exact_sentence(
    database: Database, codes: tuple[str, str], text: str, said: str
) -> None:
    unknown = draw_study_code(Random(3))

    with pytest.raises(FileRefused) as refused:
        await take_in(database, text.format(*codes, unknown))

    assert said.format(*codes, unknown) in [str(each) for each in refused.value.problems]
    assert await count(database) == 0


async def test_a_file_that_contradicts_an_earlier_one_is_refused(
    database: Database, codes: tuple[str, str]
) -> None:
    await take_in(database, f"{HEADER}{codes[0]},words,before,12,\n")

    with pytest.raises(FileRefused) as refused:
        await take_in(database, f"{HEADER}{codes[0]},words,before,13,\n")

    assert str(refused.value) == (
        "results.csv, line 2: an earlier file says 12 for words, before. "
        "Ask the school which is right; nothing has been taken in."
    )
