"""What stays of forgotten families adds up in the export, and never tells of a few."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.core.sealing import Sealer
from bot.report.exports.exporting import Wish, export_tables
from bot.store import Database, Session, centres
from bot.store.columns import id_of
from bot.store.tables import ForgottenCount

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
TOLD = {True: "one", False: "all"}
COLUMNS = ("guardians", "sent", "answered")


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
        ({"elm": [(3, 40, 20)]}, ["one,,,", "all,,,"]),
        ({"elm": [(4, 40, 20), (2, 5, 1)]}, ["one,6,45,21", "all,6,45,21"]),
        (
            {"ash": [(8, 90, 60)], "elm": [(6, 45, 21)], "oak": [(2, 9, 3)]},
            ["one,,,", "one,,,", "one,8,90,60", "all,16,144,84"],
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

    wish = Wish(NOW)
    await export_tables(database, tmp_path / "out", wish=wish, sealer=Sealer(bytes(32)))

    with (tmp_path / "out" / "forgotten.csv").open() as file:
        rows = list(csv.DictReader(file))
    names = [row["centre"] for row in rows]
    lines = [",".join((TOLD[bool(row["centre"])], *(row[c] for c in COLUMNS))) for row in rows]
    assert [*sorted(lines[:-1]), *lines[-1:]] == expected
    assert not {"ash", "elm", "oak"} & set(names)
