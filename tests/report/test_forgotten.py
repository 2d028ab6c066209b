"""What stays of forgotten families adds up in the export, and never tells of a few."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.report.exporting import export_tables
from bot.store import Database, Session, centres
from bot.store.columns import id_of
from bot.store.tables import ForgottenCount

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
COLUMNS = ("centre", "guardians", "sent", "answered")


async def forget(session: Session, code: str, *months: tuple[int, int, int]) -> None:
    """Leave the counts of a centre, one month after another."""
    centre = await centres.add_centre(
        session, code, name=code, zone="Europe/Copenhagen", language="da", now=NOW
    )
    for number, (guardians, sent, answered) in enumerate(months, start=1):
        session.add(
            ForgottenCount(
                centre_id=id_of(centre),
                month=date(2026, number, 1),
                guardians=guardians,
                sent=sent,
                answered=answered,
            )
        )


@pytest.mark.parametrize(
    ("families", "expected"),
    [
        ({}, []),
        ({"elm": [(3, 40, 20)]}, ["elm,,,", ",,,"]),
        ({"elm": [(4, 40, 20), (2, 5, 1)]}, ["elm,6,45,21", ",6,45,21"]),
        (
            {"ash": [(8, 90, 60)], "elm": [(6, 45, 21)], "oak": [(2, 9, 3)]},
            ["ash,8,90,60", "elm,,,", "oak,,,", ",16,144,84"],
        ),
    ],
)
async def test_what_stays_of_the_forgotten_adds_up_and_never_tells_of_a_few(
    database: Database,
    tmp_path: Path,
    families: dict[str, list[tuple[int, int, int]]],
    expected: list[str],
) -> None:
    async with database.writing() as session:
        for code, months in families.items():
            await forget(session, code, *months)

    async with database.reading() as session:
        await export_tables(session, tmp_path / "out")

    with (tmp_path / "out" / "forgotten.csv").open() as file:
        found = [",".join(row[name] for name in COLUMNS) for row in csv.DictReader(file)]
    assert found == expected
