"""Exports and the report, from what families really did in a town."""

import csv
from pathlib import Path

import pytest

from bot.errors import BotError
from bot.intake.outcome_files import import_outcomes
from bot.report.disclosure import suppress, suppress_funnel
from bot.report.document import write_report
from bot.report.exporting import export_tables
from bot.store.tables import Child, Guardian
from tests.town import Town

pytestmark = pytest.mark.anyio


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


async def export(town: Town, folder: Path) -> dict[str, list[dict[str, str]]]:
    """Export, and give every file's rows."""
    async with town.store.database.reading() as session:
        await export_tables(session, folder)
    names = ("deliveries.csv", "events.csv", "dose.csv")
    return {name: rows(folder / name) for name in names}


async def live(town: Town) -> None:
    """Three children: one linked and active, one whose guardian refuses, one who never joins."""
    amina, bashir = town.phone("Amina"), town.phone("Bashir")
    first = await amina.join(await town.card("en"))
    await amina.tap(first, "did-it")
    await amina.tap(amina.from_bot[2], "linking:yes")
    await amina.tap(amina.from_bot[2], "research:yes")
    second = await bashir.join(await town.card("en"))
    await bashir.tap(second, "did-it")
    await bashir.tap(bashir.asking("linking:no"), "linking:no")
    await town.card("en")
    await town.skip(days=5)


async def test_the_dose_table_has_every_child_and_tells_only_what_is_linked(
    town: Town, tmp_path: Path
) -> None:
    await live(town)

    async with town.store.database.reading() as session:
        await export_tables(session, tmp_path / "out")

    doses = rows(tmp_path / "out" / "dose.csv")
    assert [each["linking"] for each in doses] == ["linked", "withheld", "not linked"]
    assert (doses[0]["weeks_done"], doses[0]["did_it"], doses[0]["sent"]) == ("1", "1", "2")
    assert [each["did_it"] for each in doses[1:]] == ["", ""]
    assert all(each["study_code"] for each in doses)


async def test_engagement_is_tied_to_a_study_code_only_where_linking_is_agreed(
    town: Town, tmp_path: Path
) -> None:
    await live(town)
    await town.phone("Chen").join(await town.card("en"))  # who answers nothing about linking

    async with town.store.database.reading() as session:
        await export_tables(session, tmp_path / "out")

    linked = (await town.rows(Child))[0].study_code
    for name in ("deliveries.csv", "events.csv"):
        assert {each["study_code"] for each in rows(tmp_path / "out" / name)} == {"", linked}


async def test_a_withdrawal_of_linking_takes_the_child_out_of_later_files(
    town: Town, tmp_path: Path
) -> None:
    phone = town.phone("Amina")
    first = await phone.join(await town.card("en"))
    await phone.tap(first, "did-it")
    question = await phone.tap(phone.from_bot[2], "linking:yes")
    await phone.tap(question, "research:yes")
    (child,) = await town.rows(Child)
    before = await export(town, tmp_path / "before")

    await phone.tap(question, "consents")
    await phone.tap(question, "linking:no")
    after = await export(town, tmp_path / "after")

    for name in ("deliveries.csv", "events.csv"):
        assert child.study_code in {each["study_code"] for each in before[name]}
        assert after[name] == []
    (dose,) = after["dose.csv"]
    assert (dose["study_code"], dose["linking"]) == (child.study_code, "withheld")
    assert {dose[name] for name in ("guardians", "research", "sent", "answered")} == {""}


async def test_one_guardians_no_withholds_the_child_for_the_other_too(
    town: Town, tmp_path: Path
) -> None:
    code = await town.card("en")
    amina, bashir = town.phone("Amina"), town.phone("Bashir")
    await amina.join(code)
    await bashir.join(code)
    await amina.tap(amina.from_bot[2], "linking:yes")

    await bashir.tap(bashir.asking("linking:no"), "linking:no")
    files = await export(town, tmp_path / "out")

    assert [each["linking"] for each in files["dose.csv"]] == ["withheld"]
    assert files["deliveries.csv"] == []


async def test_what_a_guardian_tapped_is_in_no_file_without_a_yes_to_research(
    town: Town, tmp_path: Path
) -> None:
    code = await town.card("en")
    amina, bashir = town.phone("Amina"), town.phone("Bashir")
    for phone, research in ((amina, "research:yes"), (bashir, "research:no")):
        first = await phone.join(code)
        await phone.tap(first, "did-it")
        await phone.tap(phone.asking("linking"), "linking:yes")
        await phone.tap(phone.asking("research"), research)
    _, his = [row.id for row in await town.rows(Guardian)]

    files = await export(town, tmp_path / "out")

    assert str(his) not in {each["guardian"] for each in files["events.csv"]}
    (dose,) = files["dose.csv"]
    assert (dose["guardians"], dose["research"], dose["did_it"]) == ("2", "1", "1")


async def test_the_dictionary_explains_every_column_of_every_file(
    town: Town, tmp_path: Path
) -> None:
    await live(town)

    async with town.store.database.reading() as session:
        written = await export_tables(session, tmp_path / "out")

    explained = rows(tmp_path / "out" / "dictionary.csv")
    assert all(each["description"] and each["type"] for each in explained)
    for name, count in written:
        with (tmp_path / "out" / name).open() as file:
            header = next(csv.reader(file))
        assert header == [each["column"] for each in explained if each["file"] == name]
        assert count == len(rows(tmp_path / "out" / name))


async def test_no_export_names_a_chat_or_a_card(town: Town, tmp_path: Path) -> None:
    phone, code = town.phone("Amina"), await town.card("en")
    await phone.join(code)

    async with town.store.database.reading() as session:
        await export_tables(session, tmp_path / "out")

    written = "".join(path.read_text() for path in (tmp_path / "out").iterdir())
    assert code not in written
    assert str(phone.person.id) not in written
    assert "Amina" not in written


async def test_an_export_never_replaces_somebody_elses_files(town: Town, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")

    async with town.store.database.reading() as session:
        with pytest.raises(BotError, match="holds other files"):
            await export_tables(session, tmp_path)
        await export_tables(session, tmp_path / "out")
        await export_tables(session, tmp_path / "out")

    assert (tmp_path / "thesis.txt").read_text() == "mine"


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
        ([*[9] * 10, 1, 2, 6], [*[9] * 10, None, None, None]),
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
