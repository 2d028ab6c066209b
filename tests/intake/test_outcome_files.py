"""Files of results in the database: taken in once, corrected, withheld, known, and taken back."""

import itertools
from datetime import UTC, datetime

import pytest

from bot.core.actions import Purpose
from bot.errors import BotError, FileRefused
from bot.intake.outcome_files import Imported, check_outcomes, import_outcomes, undo_outcomes
from bot.store import Database, centres, outcomes
from bot.store.exports import list_outcomes
from bot.store.outcomes import KnownOutcome
from bot.store.states import ConsentAnswer, OutcomeEnd
from bot.store.tables import Child, Consent, Pair
from tests.intake.school import CODES, HEADER, fill, map_wide
from tests.rows import make_guardian

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
SHORT = "study_code,instrument,wave,score\n"


@pytest.fixture
async def children(database: Database) -> list[Child]:
    """Put three children on the roster, of the first three codes."""
    async with database.writing() as session:
        centre = await centres.add_centre(
            session, "sun", name="Sun", zone="Europe/Copenhagen", language="da", now=NOW
        )
        return [
            await centres.enrol_child(session, centre, study_code=code, birth_month=None, now=NOW)
            for code in CODES[:3]
        ]


async def take_in(
    database: Database, text: str, *, name: str = "results.csv", **others: object
) -> Imported:
    async with database.writing() as session:
        content = fill(text).encode()
        return await import_outcomes(session, name, content, now=NOW, **others)  # type: ignore[arg-type]


async def list_kept(database: Database) -> list[KnownOutcome]:
    async with database.reading() as session:
        return await outcomes.list_ends(session)


async def list_scores(database: Database) -> list[float]:
    async with database.reading() as session:
        return [each.score for each in await list_outcomes(session)]


@pytest.mark.usefixtures("children")
async def test_a_clean_file_is_taken_in_and_a_second_time_changes_nothing(
    database: Database,
) -> None:
    text = HEADER + "<a>,words,before,12.5,2026-08-31\n<b>,words,before,9,\n<c>,words,before,syg,\n"

    first = await take_in(database, text)
    kept = await list_kept(database)
    again = await take_in(database, text)

    assert first.list_lines() == [
        "results.csv: 3 rows, 3 results.",
        "3 accepted",
        "0 corrected by confirmation",
        "0 withheld: linking refused or withdrawn",
        "0 quarantined",
    ]
    assert again.list_lines() == [*first.list_lines(), "Nothing has changed."]
    assert await list_kept(database) == kept
    assert await list_scores(database) == [12.5, 9.0]


@pytest.mark.usefixtures("children")
async def test_a_check_says_what_an_import_would_and_writes_nothing(database: Database) -> None:
    text = SHORT + "<a>,words,before,1\n<swapped>,words,after,1\n"

    async with database.reading() as session:
        checked = await check_outcomes(session, "results.csv", fill(text).encode())
    kept = await list_kept(database)
    taken = await take_in(database, text)

    assert kept == []
    assert checked.list_lines() == taken.list_lines()


@pytest.mark.usefixtures("children")
async def test_every_result_has_a_row_and_the_quarantined_are_in_no_figure(
    database: Database,
) -> None:
    await take_in(
        database, SHORT + "<a>,words,before,1\n<nobody>,words,before,2\n<b>,words,before,x\n"
    )

    kept = await list_kept(database)

    assert [(each.ended, each.child_id is not None) for each in kept] == [
        (OutcomeEnd.ACCEPTED, True),
        (OutcomeEnd.QUARANTINED, False),
        (OutcomeEnd.QUARANTINED, True),
    ]
    assert await list_scores(database) == [1.0]


@pytest.mark.usefixtures("children")
@pytest.mark.parametrize("portion", [1, 2, 3, 5, 6])
async def test_every_result_is_linked_once_however_many_are_read_at_a_time(
    database: Database, portion: int
) -> None:
    rows = [f"<{child}>,words,{wave},1\n" for wave in ("before", "after") for child in "abc"]
    await take_in(database, SHORT + "".join(rows[:5]) + "<nobody>,words,after,2\n")

    async with database.reading() as session:
        ends = await outcomes.list_ends(session, portion=portion)

    assert [each.wave for each in ends] == ["before"] * 3 + ["after"] * 3
    assert len(set(ends)) == 6
    assert ends[-1].ended is OutcomeEnd.QUARANTINED


@pytest.mark.usefixtures("children")
async def test_the_same_results_in_another_file_are_known_and_change_nothing(
    database: Database,
) -> None:
    await take_in(database, SHORT + "<a>,words,before,12\n<b>,words,before,9\n")
    kept = await list_kept(database)

    again = await take_in(
        database, SHORT + "<b>,words,before,9.0\n<a>,words,before,12\n", name="b.csv"
    )

    assert again.list_lines()[-2:] == [
        "2 of these are known from an earlier file",
        "Nothing has changed.",
    ]
    assert await list_kept(database) == kept


@pytest.mark.usefixtures("children")
async def test_a_result_that_contradicts_an_earlier_file_is_quarantined(database: Database) -> None:
    await take_in(database, SHORT + "<a>,words,before,12\n")

    later = await take_in(
        database, SHORT + "<a>,words,before,13\n<b>,words,before,9\n", name="b.csv"
    )

    assert "  1 differs from an earlier file" in later.list_lines()
    assert await list_scores(database) == [12.0, 9.0]


@pytest.mark.usefixtures("children")
async def test_a_confirmed_code_is_corrected_and_stays_so_at_the_next_import(
    database: Database,
) -> None:
    text = SHORT + "<swapped>,words,before,12\n<b>,words,before,9\n"
    before = await take_in(database, text)

    told = await take_in(database, text, confirmed={("", 2): CODES[0]}, confirmed_in="c.csv")
    kept = await list_kept(database)
    again = await take_in(database, text)

    assert before.counts.corrected == 0
    assert told.counts.corrected == again.counts.corrected == 1
    assert not again.has_changed
    assert [each.ended for each in kept] == [OutcomeEnd.CORRECTED, OutcomeEnd.ACCEPTED]
    assert await list_kept(database) == kept


@pytest.mark.usefixtures("children")
async def test_a_confirmed_code_beside_another_fault_stays_confirmed(database: Database) -> None:
    text = SHORT + "<swapped>,words,before,x\n"
    told = await take_in(database, text, confirmed={("", 2): CODES[0]}, confirmed_in="c.csv")

    again = await take_in(database, text)

    assert "  1 not a number" in told.list_lines()
    assert not again.has_changed


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        (("", 3), CODES[0], "c.csv: line 3 is not quarantined for its study code. Leave it out."),
        (("", 9), CODES[0], "c.csv: line 9 is not quarantined for its study code. Leave it out."),
        (("", 2), CODES[7], "c.csv: no child has the study code that is confirmed for line 2. Copy it from the suggestion."),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("children")
async def test_a_confirmation_that_confirms_nothing_is_refused(
    database: Database, place: tuple[str, int], code: str, said: str
) -> None:
    text = SHORT + "<swapped>,words,before,12\n<b>,words,before,9\n"

    with pytest.raises(FileRefused) as refused:
        await take_in(database, text, confirmed={place: code}, confirmed_in="c.csv")

    assert [str(each) for each in refused.value.problems] == [said]
    assert await list_kept(database) == []


@pytest.mark.usefixtures("children")
async def test_an_import_is_taken_back_and_can_come_again(database: Database) -> None:
    text = SHORT + "<a>,words,before,12\n<nobody>,words,before,9\n"
    await take_in(database, text)
    kept = await list_kept(database)

    async with database.writing() as session:
        said = await undo_outcomes(session, "results.csv", now=NOW)
    between = await list_kept(database)
    again = await take_in(database, text, name="same.csv")

    assert said.startswith("results.csv is taken back: 2 results are out.")
    assert between == []
    assert again.has_changed
    assert await list_kept(database) == kept


@pytest.mark.usefixtures("children")
async def test_what_cannot_be_taken_back_is_said_in_one_line(database: Database) -> None:
    await take_in(database, SHORT + "<a>,words,before,12\n")
    await take_in(database, SHORT + "<b>,words,before,12\n")

    async with database.writing() as session:
        with pytest.raises(BotError, match=r'^2 files are called "results.csv"\. Name one by its '):
            await undo_outcomes(session, "results.csv", now=NOW)
        with pytest.raises(BotError, match=r'^No file in use is called "r%", and no hash begins'):
            await undo_outcomes(session, "r%", now=NOW)


@pytest.mark.usefixtures("children")
async def test_a_file_in_use_is_not_read_in_another_way(database: Database) -> None:
    text = "Code,Words\n<a>,99\n"
    await take_in(database, text, mapping=map_wide())

    with pytest.raises(BotError, match=r"taken in with another mapping\. Take it back first"):
        await take_in(database, text, mapping=map_wide(missing=["99"]))


@pytest.mark.parametrize("answer", [ConsentAnswer.REFUSED, ConsentAnswer.WITHDRAWN, None])
async def test_one_guardians_no_withholds_a_result_when_it_is_read(
    database: Database, children: list[Child], answer: ConsentAnswer | None
) -> None:
    text = SHORT + "<a>,words,before,12\n<b>,words,before,9\n"
    before = await take_in(database, text)

    await refuse_linking(database, children[0], answer)
    after = await take_in(database, text)

    assert (before.counts.accepted, before.counts.withheld) == (2, 0)
    assert (after.counts.accepted, after.counts.withheld) == (1, 1)
    assert not after.has_changed


async def refuse_linking(database: Database, child: Child, answer: ConsentAnswer | None) -> None:
    """Let one of two guardians answer no, or the last one be forgotten."""
    async with database.writing() as session:
        if answer is None:
            child.withdrawn_at = NOW
            session.add(child)
            return
        for said, number in zip((ConsentAnswer.GIVEN, answer), itertools.count()):
            guardian = make_guardian(f"key {number}", at=NOW)
            session.add(guardian)
            await session.flush()
            session.add(Pair(guardian_id=guardian.id, child_id=child.id, joined_at=NOW))
            session.add(
                Consent(
                    guardian_id=guardian.id,
                    purpose=Purpose.LINKING,
                    answer=said,
                    version="1",
                    language="da",
                    answered_at=NOW,
                )
            )
