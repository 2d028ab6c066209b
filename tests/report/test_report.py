"""The report, from what families really did in a town."""

from pathlib import Path

import pytest

from bot.intake.outcome_files import import_outcomes
from bot.report.disclosure import suppress, suppress_funnel
from bot.report.document import write_report
from bot.store.tables import Child
from tests.town import Town

pytestmark = pytest.mark.anyio


async def test_the_report_starts_from_the_roster_and_says_what_it_cannot(
    town: Town, tmp_path: Path
) -> None:
    for _ in range(7):
        phone = town.phone("Amina")
        first = await phone.join(await town.card("en"))
        await phone.tap(first, "did-it")
        await phone.tap(phone.from_bot[2], "linking:yes")
    for _ in range(6):
        await town.card("en")
    children = await town.rows(Child)
    lines = [f"{child.study_code},words,after,{10 + n}" for n, child in enumerate(children)]
    content = "\n".join(["study_code,instrument,wave,score", *lines]).encode()

    async with town.store.database.writing() as session:
        await import_outcomes(session, "results.csv", content, now=town.clock.now())
        path = await write_report(
            session,
            tmp_path / "page",
            now=town.clock.now(),
            title="Kuffert",
            legal_basis="The school act.",
        )

    page = " ".join(path.read_text().split())
    assert (
        "<td>Solsikken (solsikken)</td><td>13</td><td>7</td><td>7</td><td>7</td><td>7</td><td>13</td>"
        in page
    )
    assert "<td>1 to 3 weeks</td><td>7</td><td>13.00</td><td>2.16</td>" in page
    assert "<td>not joined</td><td>6</td><td>19.50</td><td>1.87</td>" in page
    assert "Not causal." in page
    assert "Under-powered: with 1 centre," in page


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([10, 20, 0], [10, 20, 0]),
        ([3, 20, 9], [None, 20, None]),
        ([3, 3, 20], [None, None, 20]),
        ([1, 1, 20], [None, None, None]),
        ([0, 0], [0, 0]),
        ([4], [None]),
    ],
)
def test_a_small_group_is_hidden_and_so_is_whatever_would_tell_it(
    counts: list[int], shown: list[int | None]
) -> None:
    assert suppress(counts) == shown


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([20, 15, 10], [20, 15, 10]),
        ([20, 18, 10], [20, None, 10]),
        ([20, 15, 3], [20, 15, None]),
        ([20, 20, 15], [20, 20, 15]),
        ([4, 0, 0], [None, 0, 0]),
    ],
)
def test_a_step_that_few_fall_away_at_is_hidden(counts: list[int], shown: list[int | None]) -> None:
    assert suppress_funnel(counts) == shown
