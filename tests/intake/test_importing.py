"""A file that is taken in while others write: judged beside them, and by what holds in the end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from bot.intake.importing import TRIES, Arrival, import_apart
from bot.intake.outcome_files import import_outcomes, read_file, undo_outcomes
from bot.store import Database, Session, audit, centres, outcomes
from bot.store.console_tables import AuditEntry
from bot.store.evaluation_tables import Outcome
from bot.store.reading import read
from bot.store.states import OutcomeEnd
from bot.store.tables import Centre
from tests.intake.school import CODES, fill

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
SHORT = "study_code,instrument,wave,score\n"
TEXT = SHORT + "<a>,words,before,12\n<b>,words,before,9\n"
Meddle = Callable[[Database], Awaitable[object]]


class Busy(Database):
    """A database to which others write while a file is judged, and before it is kept."""

    def __init__(self, database: Database, *, judging: list[Meddle], keeping: list[Meddle]) -> None:
        super().__init__(database.engine)
        self.others = database
        self.judging, self.keeping = judging, keeping

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        async with super().reading() as session:
            await read(session, select(Outcome.id))  # its one moment begins
            if self.judging:
                await self.judging.pop()(self.others)
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Session]:
        if self.keeping:
            await self.keeping.pop()(self.others)
        async with super().writing() as session:
            yield session


@pytest.fixture
async def centre(database: Database) -> Centre:
    """Put two children on the roster, of the first two codes."""
    async with database.writing() as session:
        centre = await centres.add_centre(
            session, "sun", name="Sun", zone="Europe/Copenhagen", language="da", now=NOW
        )
        for code in CODES[:2]:
            await enrol(session, centre, code)
        return centre


async def enrol(session: Session, centre: Centre, code: str) -> None:
    await centres.enrol_child(session, centre, study_code=code, birth_month=None, now=NOW)


def arrive(text: str = TEXT) -> Arrival:
    content = fill(text).encode()
    return Arrival("results.csv", content, read_file("results.csv", content, None))


async def note(session: Session) -> None:
    await audit.record(session, "taken in", who="me", account_id=None, about="", now=NOW)


async def import_other(others: Database) -> None:
    async with others.writing() as session:
        content = fill(SHORT + "<a>,words,before,13\n").encode()
        await import_outcomes(session, "other.csv", content, now=NOW)


async def undo_other(others: Database) -> None:
    async with others.writing() as session:
        await undo_outcomes(session, "other.csv", now=NOW)


async def list_ends(database: Database) -> list[OutcomeEnd]:
    async with database.reading() as session:
        return [each.ended for each in await outcomes.list_ends(session)]


async def count_notes(database: Database) -> int:
    async with database.reading() as session:
        return len(await read(session, select(AuditEntry.id)))


@pytest.mark.usefixtures("centre")
async def test_a_family_writes_while_a_file_is_judged(database: Database) -> None:
    written = []

    async def write(others: Database) -> None:
        async with others.writing() as session:
            await note(session)
        written.append(await count_notes(others))

    busy = Busy(database, judging=[write], keeping=[])
    imported = await import_apart(busy, arrive(), now=NOW, note=note)

    assert written == [1]
    assert imported.counts.accepted == 2
    assert await count_notes(database) == 2


@pytest.mark.usefixtures("centre")
@pytest.mark.parametrize("times", [1, 2])
async def test_what_comes_in_before_a_file_is_kept_is_judged_with_it(
    database: Database, times: int
) -> None:
    meddles: list[Meddle] = [import_other, undo_other, import_other][-(2 * times - 1) :]

    busy = Busy(database, judging=[], keeping=meddles)
    imported = await import_apart(busy, arrive(), now=NOW, note=note)

    assert busy.keeping == []
    assert (imported.counts.accepted, sum(imported.counts.quarantined.values())) == (1, 1)
    assert sorted(await list_ends(database)) == ["accepted", "accepted", "quarantined"]
    assert await count_notes(database) == 1


async def test_a_child_that_is_enrolled_meanwhile_gets_its_result(
    database: Database, centre: Centre
) -> None:
    async def enrol_third(others: Database) -> None:
        async with others.writing() as session:
            await enrol(session, centre, CODES[2])

    busy = Busy(database, judging=[], keeping=[enrol_third])
    imported = await import_apart(busy, arrive(TEXT + "<c>,words,before,1\n"), now=NOW)

    assert imported.counts.accepted == 3


@pytest.mark.usefixtures("centre")
async def test_a_file_is_taken_in_however_often_others_change_what_it_rests_upon(
    database: Database,
) -> None:
    meddles: list[Meddle] = [undo_other, import_other] * TRIES

    busy = Busy(database, judging=[], keeping=meddles)
    imported = await import_apart(busy, arrive(), now=NOW, note=note)

    assert len(busy.keeping) == 2 * TRIES - TRIES - 1
    assert imported.has_changed
    assert await count_notes(database) == 1


@pytest.mark.usefixtures("centre")
async def test_nothing_is_kept_of_a_file_whose_note_is_not(database: Database) -> None:
    async def fail(_session: Session) -> None:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await import_apart(database, arrive(), now=NOW, note=fail)

    assert await list_ends(database) == []
