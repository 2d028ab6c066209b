"""Arms are drawn once: the list and its hash stay, and what came later is told."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest

from bot.app.assigning import assign, show
from bot.core.arms import parse_scheme
from bot.core.cadence import Rhythm
from bot.core.codes import draw_study_code
from bot.errors import BotError
from bot.report.drawing import Wish
from bot.store import Database, arms, centres, guardians
from bot.store.states import AllocationUnit
from tests.town import town_settings

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
SAME = "These arms were drawn already, in the same way; nothing has changed."
HIDDEN = "a number of children that is not shown now"
NOBODY = "no guardian has children in two arms"
EVENING = Rhythm("Europe/Copenhagen", (0, 2, 4), 17, 21, 8)


def wish(*, seed: int | None = 7, by: tuple[str, ...] = ("language",), **more: object) -> Wish:
    given = {"control": None, "unit": AllocationUnit.CENTRE, "starts": {}, **more}
    return Wish(("now", "later"), seed=seed, by=by, **given)  # type: ignore[arg-type]


async def add(database: Database, code: str, *, children: int = 0) -> list[int]:
    """Add a centre with children; give their numbers."""
    numbers = []
    async with database.writing() as session:
        language = "sv" if code[-1] in "13579" else "da"
        centre = await centres.add_centre(
            session, code, name=code, zone="Europe/Copenhagen", language=language, now=NOW
        )
        for n in range(children):
            child = await centres.enrol_child(
                session,
                centre,
                study_code=draw_study_code(Random(f"{code} {n}")),
                birth_month=None,
                now=NOW,
            )
            numbers.append(child.id or 0)
    return numbers


async def tie(database: Database, chat: str, children: list[int]) -> None:
    """Make somebody a guardian of children."""
    async with database.writing() as session:
        guardian = await guardians.add_guardian(
            session, chat, chat_sealed=b"", language="da", rhythm=EVENING, now=NOW
        )
        for number in children:
            child = await centres.get_child(session, number)
            await guardians.add_pair(session, guardian, child, now=NOW)


async def test_centres_are_drawn_once_and_the_same_again_changes_nothing(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    for n in range(9):
        await add(database, f"c{n}", children=1)
    settings, out = town_settings(database_url), tmp_path / "list.csv"

    first = await assign(settings, wish(starts={"later": date(2027, 2, 1)}), out=out, now=NOW)
    again = await assign(settings, wish(starts={"later": date(2027, 2, 1)}), out=None, now=NOW)
    unseeded = await assign(
        settings, wish(seed=None, starts={"later": date(2027, 2, 1)}), out=None, now=NOW
    )

    assert first[0] == "Drawn: 9 centres into 2 arms."
    assert again == [SAME, *first[1:-1]] == unseeded
    assert again[1:] == await show(settings, out=None)
    assert hashlib.sha256(out.read_bytes()).hexdigest() in first[2]
    rows = out.read_text().splitlines()
    assert rows[0] == "code,stratum,arm"
    assert [row.split(",")[:2] for row in rows[1:]] == [
        [f"c{n}", "sv" if n % 2 else "da"] for n in range(9)
    ]
    assert "2 now, 2 later" in next(line for line in first if line.startswith("stratum sv"))
    assert any(line.endswith(f"{HIDDEN}, starts on 2027-02-01") for line in first)
    async with database.reading() as session:
        allocation = await arms.find_allocation(session)
    assert allocation is not None
    assert allocation.listed == out.read_bytes()
    assert [each.size for each in parse_scheme(allocation.scheme).strata] == [5, 4]


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 8},
        {"by": ()},
        {"control": "now"},
        {"starts": {"later": date(2027, 2, 1)}},
    ],
)
async def test_another_draw_is_refused_and_changes_nothing(
    database: Database, database_url: str, other: dict[str, object]
) -> None:
    for n in range(8):
        await add(database, f"c{n}")
    settings = town_settings(database_url)
    before = await assign(settings, wish(), out=None, now=NOW)

    with pytest.raises(BotError, match="with the seed 7; they are never drawn again, nor changed"):
        await assign(settings, wish(**other), out=None, now=NOW)  # type: ignore[arg-type]

    assert await show(settings, out=None) == before[1:]


async def test_a_child_that_comes_later_is_in_its_centres_arm_and_a_later_centre_in_none(
    database: Database, database_url: str
) -> None:
    await add(database, "c0")
    await add(database, "c2")
    settings = town_settings(database_url)
    await assign(
        settings,
        wish(starts={"now": date(2027, 1, 1), "later": date(2027, 1, 1)}),
        out=None,
        now=NOW,
    )

    (late,) = await add(database, "c4", children=1)
    async with database.writing() as session:
        centre = await centres.get_centre(session, "c0")
        child = await centres.enrol_child(
            session, centre, study_code=draw_study_code(Random(5)), birth_month=None, now=NOW
        )
    said = await show(settings, out=None)

    assert "added after the draw, without an arm: c4" in said
    assert sum(f"1 centres, {HIDDEN}" in line for line in said) == 1
    async with database.reading() as session:
        starts = await arms.list_starts(session, [child.id or 0, late])
    assert {number: each.starts_on for number, each in starts.items()} == {
        child.id: date(2027, 1, 1)
    }


async def test_children_are_drawn_by_themselves_and_guardians_of_two_arms_are_told_but_not_a_few(
    database: Database, database_url: str
) -> None:
    children = await add(database, "c0", children=12)
    settings = town_settings(database_url)
    drawn = await assign(
        settings, wish(by=("centre",), unit=AllocationUnit.CHILD), out=None, now=NOW
    )
    assert drawn[-1] == NOBODY
    assert sum(": 6 children now" in line for line in drawn) == 2

    await tie(database, "chat 0", children)
    few = (await show(settings, out=None))[-1]
    for n in range(1, 5):
        await tie(database, f"chat {n}", children)
    many = (await show(settings, out=None))[-1]

    assert few == "guardians with children in both later and now: fewer than 5"
    assert many == "guardians with children in both later and now: 5"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"control": "never"}, 'There is no arm "never". There are: now, later.'),
        ({"starts": {"x": date(2027, 1, 1)}}, 'There is no arm "x". There are: now, later.'),
        (
            {"by": ("level",)},
            'Centres cannot be told apart by "level". Use: language, zone.',
        ),
        ({"seed": -1}, "A seed is a number from 0 to 2147483647."),
        ({}, "There is no centre yet that could be drawn."),
    ],
)
async def test_what_cannot_be_drawn_is_refused_in_a_sentence(
    database_url: str, other: dict[str, object], said: str
) -> None:
    with pytest.raises(BotError) as refused:
        await assign(town_settings(database_url), wish(**other), out=None, now=NOW)  # type: ignore[arg-type]

    assert str(refused.value) == said


@pytest.mark.parametrize(("children", "is_shown"), [(9, False), (10, True)])
async def test_an_arm_of_a_few_children_is_not_counted_nor_told_by_the_other(
    database: Database, database_url: str, children: int, is_shown: bool
) -> None:
    await add(database, "c0", children=children)

    drawn = await assign(
        town_settings(database_url), wish(by=(), unit=AllocationUnit.CHILD), out=None, now=NOW
    )

    told = [line.split(": ")[1] for line in drawn if line.startswith("arm ")]
    assert [each == HIDDEN for each in told] == [not is_shown] * 2


async def test_strata_with_a_few_children_are_not_counted(
    database: Database, database_url: str
) -> None:
    await add(database, "c0", children=12)
    await add(database, "c1", children=6)
    settings = town_settings(database_url)

    drawn = await assign(
        settings, wish(by=("centre",), unit=AllocationUnit.CHILD), out=None, now=NOW
    )

    assert "2 strata; their counts are not shown, for some are of a few children" in drawn
    assert not any(line.startswith("stratum ") for line in drawn)
