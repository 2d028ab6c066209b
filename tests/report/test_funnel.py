"""The funnel, with figures that were computed by hand, and what an attacker could compute."""

import csv
import io
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.console import Console

from bot.app.funnel_table import list_footnotes, make_table, write_csv
from bot.errors import BotError
from bot.report.disclosure import check_smallest, suppress_table
from bot.report.funnel import By, Column, Counts, Step, count_funnel
from bot.store import Database, Session
from bot.store.columns import id_of
from bot.store.evaluation_tables import RosterEntry
from bot.store.states import DeliveryKind, Disadvantage, EventKind
from bot.store.tables import Card, Centre, Child, Delivery, EngagementEvent, Pair
from tests.processes import kuffert
from tests.rows import make_guardian

pytestmark = pytest.mark.anyio
START = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
NOW = START + timedelta(days=70)
NUMBERS = count(1)


async def put(session: Session, row: object) -> int:
    session.add(row)
    await session.flush()
    return id_of(row)


async def add_centre(session: Session, code: str) -> int:
    zone = "Europe/Copenhagen"
    return await put(
        session, Centre(code=code, name=code, zone=zone, language="da", created_at=START)
    )


async def add_children(
    session: Session,
    centre_id: int,
    number: int,
    *,
    language: str = "da",
    printed: bool = True,
    opened: int = 0,
    disadvantage: Disadvantage | None = None,
) -> list[int]:
    """Put children on the roster with a card each, of which the first ones were opened."""
    children = []
    for place in range(number):
        child_id = await put(
            session,
            Child(
                centre_id=centre_id,
                study_code=f"S{next(NUMBERS)}",
                enrolled_at=START,
            ),
        )
        if disadvantage:
            session.add(
                RosterEntry(child_id=child_id, disadvantage=disadvantage, imported_at=START)
            )
        await put(
            session,
            Card(
                child_id=child_id,
                code_key=f"key {next(NUMBERS)}",
                code_sealed=b"",
                language=language,
                issued_at=START,
                printed_at=START if printed else None,
                opened_at=START if place < opened else None,
            ),
        )
        children.append(child_id)
    return children


async def join(session: Session, child_id: int, *, on_day: int, guardians: int = 1) -> None:
    """Let guardians join for a child."""
    at = START + timedelta(days=on_day)
    for _ in range(guardians):
        guardian_id = await put(
            session,
            make_guardian(f"chat {next(NUMBERS)}", at=at),
        )
        await put(session, Pair(guardian_id=guardian_id, child_id=child_id, joined_at=at))
        await put(
            session,
            Delivery(
                guardian_id=guardian_id,
                child_id=child_id,
                kind=DeliveryKind.PROGRAMME,
                planned_at=at,
                due_at=at,
            ),
        )


async def tap(
    session: Session, child_id: int, *, on_day: float, kind: EventKind = EventKind.DID_IT
) -> None:
    """Let the family tap on a touch; or do something else, where it is of no touch."""
    is_tap = kind is EventKind.DID_IT
    await put(
        session,
        EngagementEvent(
            child_id=child_id,
            delivery_id=1 if is_tap else None,
            kind=kind,
            happened_at=START + timedelta(days=on_day),
        ),
    )


async def live(session: Session) -> None:
    """Two centres: of sun ten joined on the first day, of moon six twenty days later.

    Of sun's ten three have two guardians, all ten tapped at once, and five in the second month
    as well; one's tap came a moment too late for it. Of moon's, none tapped after the first month.
    """
    sun, moon = await add_centre(session, "sun"), await add_centre(session, "moon")
    ours = await add_children(session, sun, 20, opened=15, disadvantage=Disadvantage.LOW)
    theirs = await add_children(session, moon, 16, language="ar", printed=False, opened=11)
    for place, child in enumerate(ours[:10]):
        await join(session, child, on_day=0, guardians=2 if place < 3 else 1)
        await tap(session, child, on_day=0)
        await tap(session, child, on_day=29.99)
        if place < 5:
            await tap(session, child, on_day=30)
            await tap(session, child, on_day=31)
        if place == 5:
            await tap(session, child, on_day=60)
        await tap(session, child, on_day=40, kind=EventKind.LANGUAGE)
    for child in theirs[:6]:
        await join(session, child, on_day=20)
        await tap(session, child, on_day=49)


@pytest.fixture
async def session(database: Database) -> AsyncIterator[Session]:
    async with database.writing() as session:
        await live(session)
        yield session


def figures(counts: Counts) -> list[int | None]:
    return list(counts.values())


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        (By.CENTRE, ("moon", "sun")),
        (By.LANGUAGE, ("ar", "da")),
        (By.DISADVANTAGE, ("unknown", "low")),
    ],
)
async def test_each_child_counts_once_in_every_step_it_came_to(
    session: Session, by: By, groups: tuple[str, str]
) -> None:
    funnel = await count_funnel(session, by=by, now=NOW)

    moon, sun = groups
    #                      cards open yes tap due act due act
    assert figures(funnel.groups[sun]) == [20, 15, 10, 10, 10, 10, 10, 5]
    assert figures(funnel.groups[moon]) == [16, 11, 6, 6, 6, 6, 0, 0]
    assert figures(funnel.total) == [36, 26, 16, 16, 16, 16, 10, 5]
    assert (funnel.printed, funnel.issued) == (20, 16)


async def test_a_month_counts_once_it_is_over(session: Session) -> None:
    early = await count_funnel(session, by=None, now=START + timedelta(days=50, seconds=-1))
    late = await count_funnel(session, by=None, now=START + timedelta(days=50))

    assert early.total[Column(Step.DUE, 1)] == 10
    assert late.total[Column(Step.DUE, 1)] == 16
    assert Column(Step.DUE, 2) not in late.total


async def test_a_small_centre_is_suppressed_and_so_is_what_would_tell_it(session: Session) -> None:
    star = await add_centre(session, "star")
    await add_children(session, star, 3)

    funnel = await count_funnel(session, by=By.CENTRE, now=NOW)

    cards = {name: counts[Column(Step.CARDS)] for name, counts in funnel.groups.items()}
    assert cards == {"moon": None, "star": None, "sun": 20}
    assert funnel.total[Column(Step.CARDS)] == 39
    assert funnel.groups["star"][Column(Step.OPENED)] == 0


async def test_children_of_posters_and_forgotten_families_are_said_and_counted_apart(
    session: Session,
) -> None:
    sun = await add_centre(session, "open")
    for _ in range(7):
        code = f"S{next(NUMBERS)}"
        await put(session, Child(centre_id=sun, study_code=code, is_open=True, enrolled_at=START))
    forgotten = await add_children(session, sun, 6, opened=0)
    for child_id in forgotten:
        child = await session.get(Child, child_id)
        child.withdrawn_at = NOW
    await session.flush()

    funnel = await count_funnel(session, by=By.CENTRE, now=NOW)

    assert figures(funnel.groups["open"])[:5] == [6, 6, 6, 0, 0]
    assert funnel.by_poster == 7
    assert "Not counted: 7 children who came by a poster." in list_footnotes(funnel)


async def test_the_table_and_the_file_show_the_same_and_say_what_is_suppressed(
    session: Session, tmp_path: Path
) -> None:
    await add_children(session, await add_centre(session, "star"), 3)
    funnel = await count_funnel(session, by=By.CENTRE, now=NOW)
    console = Console(record=True, width=120, file=io.StringIO())

    console.print(make_table(funnel))
    write_csv(tmp_path / "funnel.csv", funnel)

    lines = [line.split() for line in console.export_text().splitlines()]
    rows = [[cell for cell in line if cell != "│"] for line in lines]
    assert "sun 20 15 (75 %) 10 (50 %) 10 (50 %) 10 of 10 5 of 10" in [" ".join(r) for r in rows]
    assert list_footnotes(funnel)[0] == (
        "Cards: for 23 children printed by us; for 16 issued alone."
    )
    with (tmp_path / "funnel.csv").open() as file:
        cells = [tuple(row.values()) for row in csv.DictReader(file)]
    assert ("centre", "sun", "active", "2", "5", "10", "no") in cells
    assert ("centre", "star", "cards", "", "", "", "yes") in cells
    assert len(cells) == 4 * 6


def test_the_command_counts_an_empty_database(tmp_path: Path) -> None:
    done = kuffert(tmp_path, "funnel", "--by", "language", "--csv", "funnel.csv")

    assert done.returncode == 0, done.stderr
    assert "wrote funnel.csv" in done.stdout
    with (tmp_path / "funnel.csv").open() as file:
        assert [row["children"] for row in csv.DictReader(file)] == ["0"] * 4


def test_a_file_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    done = kuffert(tmp_path, "funnel", "--csv", "nowhere/funnel.csv")

    assert done.returncode == 1
    assert done.stderr == "nowhere/funnel.csv cannot be written: No such file or directory.\n"


@some.composite
def tables(draw: some.DrawFn) -> list[list[int]]:
    """Draw groups of a funnel of three steps."""
    groups = draw(some.integers(0, 5))
    drawn = some.lists(some.integers(0, 25), min_size=3, max_size=3)
    return [sorted(draw(drawn), reverse=True) for _ in range(groups)]


def list_secrets(counts: list[int], shown: list[int | None]) -> Iterator[int]:
    """List what can be told of one column: shown counts, and what a sum leaves over."""
    yield from (each for each in shown if each is not None)
    *parts, total = shown
    hidden = [each for each, told in zip(counts, parts, strict=False) if told is None]
    if total is not None and parts:
        yield sum(hidden)
    if total is None and parts and not hidden:
        yield sum(counts[: len(parts)])
    assert len(hidden) != 1 or total is None or hidden == [0]


@given(tables(), some.integers(3, 12))
def test_nothing_small_can_be_computed_from_what_is_shown(
    parts: list[list[int]], smallest: int
) -> None:
    totals = [sum(column) for column in zip(*parts, strict=True)] if parts else [30, 20, 10]

    shown = suppress_table(parts, totals, chains=[[0, 1, 2]], smallest=smallest)

    for column in range(3):
        counts = [*(row[column] for row in parts), totals[column]]
        for told in list_secrets(counts, [row[column] for row in shown]):
            assert told == 0 or told >= smallest
    for row in shown:
        steps = [step for step in row if step is not None]
        for before, after in pairwise(steps):
            assert before - after == 0 or before - after >= smallest


def test_figures_never_rest_on_fewer_than_three_children() -> None:
    assert check_smallest(3) == 3
    with pytest.raises(BotError, match="Ask for 3 or more; 5 is usual"):
        check_smallest(2)
