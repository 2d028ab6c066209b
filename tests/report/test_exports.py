"""Exports, from what families really did in a town."""

import csv
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy
import pandas
import pyarrow
import pyreadstat
import pytest
from pyarrow import parquet

from bot.errors import BotError
from bot.intake.outcome_files import import_outcomes
from bot.report.exports import writers
from bot.report.exports.batches import tell_local
from bot.report.exports.columns import NOT_LINKED, WITHHELD, Kind
from bot.report.exports.exporting import Wish, export_tables
from bot.report.exports.tables import DELIVERIES, DOSE, TABLES
from bot.report.exports.writers import Format, show
from bot.store import centres
from bot.store.events import record_event
from bot.store.states import EventKind
from bot.store.tables import Child, Guardian
from tests.town import Town

pytestmark = pytest.mark.anyio
Rows = list[dict[str, str]]
NAMES = [table.name for table in TABLES]


def rows(path: Path) -> Rows:
    with path.open() as file:
        return list(csv.DictReader(file))


async def export(
    town: Town, folder: Path, *, formats: Sequence[Format] = (Format.CSV,)
) -> dict[str, Rows]:
    """Export, and give every CSV table's rows."""
    wish = Wish(town.clock.now(), tuple(formats), minutes={})
    await export_tables(town.store.database, folder, wish=wish, sealer=town.store.sealer)
    return {name: rows(folder / f"{name}.csv") for name in NAMES if Format.CSV in formats}


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

    doses = {each["linking"]: each for each in (await export(town, tmp_path / "out"))["dose"]}

    assert set(doses) == {"linked", "withheld", "not linked"}
    linked = doses["linked"]
    assert (linked["active_weeks"], linked["delivered"], linked["has_stopped"]) == ("1", "2", "no")
    told = ("guardians", "research", "delivered", "joined_at", "joined_local", "active_weeks")
    for each in ("withheld", "not linked"):
        assert {doses[each][name] for name in told} == {""}
    assert len({each["child"] for each in doses.values()}) == 3


async def test_engagement_is_tied_to_a_child_only_where_linking_is_agreed(
    town: Town, tmp_path: Path
) -> None:
    await live(town)
    await town.phone("Chen").join(await town.card("en"))  # who answers nothing about linking

    files = await export(town, tmp_path / "out")

    (linked,) = [each["child"] for each in files["dose"] if each["linking"] == "linked"]
    for name in ("deliveries", "events"):
        assert {each["child"] for each in files[name]} == {"", linked}


async def test_a_withdrawal_of_linking_takes_the_child_out_of_later_files(
    town: Town, tmp_path: Path
) -> None:
    phone = town.phone("Amina")
    first = await phone.join(await town.card("en"))
    await phone.tap(first, "did-it")
    question = await phone.tap(phone.from_bot[2], "linking:yes")
    await phone.tap(question, "research:yes")
    (child,) = await town.rows(Child)
    content = f"study_code,instrument,wave,score\n{child.study_code},words,after,11\n".encode()
    async with town.store.database.writing() as session:
        await import_outcomes(session, "results.csv", content, now=town.clock.now())
    before = await export(town, tmp_path / "before")

    await phone.tap(question, "consents")
    await phone.tap(question, "linking:no")
    after = await export(town, tmp_path / "after")

    (dose,) = before["dose"]
    assert [(each["child"], each["score"]) for each in before["outcomes"]] == [
        (dose["child"], "11.0")
    ]
    for name in ("deliveries", "events", "outcomes"):
        assert dose["child"] in {each["child"] for each in before[name]}
        assert after[name] == []
    (dose,) = after["dose"]
    assert dose["linking"] == "withheld"
    assert {dose[name] for name in ("guardians", "research", "delivered", "tapped")} == {""}


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

    assert [each["linking"] for each in files["dose"]] == ["withheld"]
    assert files["deliveries"] == []


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

    files = await export(town, tmp_path / "out")

    assert len({each["guardian"] for each in files["deliveries"]} - {""}) == 2
    assert len({each["guardian"] for each in files["events"]} - {""}) == 1
    (dose,) = files["dose"]
    assert (dose["guardians"], dose["research"], dose["tapped"]) == ("2", "1", "1")


async def test_two_exports_share_no_pseudonym_and_no_study_code_leaves(
    town: Town, tmp_path: Path
) -> None:
    await live(town)

    first = await export(town, tmp_path / "first")
    second = await export(town, tmp_path / "second")

    for table in TABLES:
        for column in (each.name for each in table.columns if each.kind is Kind.PSEUDONYM):
            one, two = ({row[column] for row in x[table.name]} - {""} for x in (first, second))
            assert len(one) == len(two)
            assert one.isdisjoint(two)
    written = "".join(path.read_text() for path in (tmp_path / "first").iterdir())
    assert not any(child.study_code in written for child in await town.rows(Child))


async def test_no_export_names_a_chat_or_a_card(town: Town, tmp_path: Path) -> None:
    phone, code = town.phone("Amina"), await town.card("en")
    await phone.join(code)

    await export(town, tmp_path / "out")

    written = "".join(path.read_text() for path in (tmp_path / "out").iterdir())
    assert code not in written
    assert not re.search(rf"\b{phone.person.id}\b", written)
    assert "Amina" not in written


async def test_a_centre_where_things_are_tried_out_is_in_no_table(
    town: Town, tmp_path: Path
) -> None:
    await live(town)
    async with town.store.database.writing() as session:
        (centre,) = await centres.list_centres(session)
        centre.is_test = True
        session.add(centre)
        for guardian in await town.rows(Guardian):  # what is about no child
            await record_event(
                session, EventKind.LANGUAGE, guardian_id=guardian.id, now=town.clock.now()
            )

    files = await export(town, tmp_path / "out", formats=(Format.CSV, Format.PARQUET))

    assert not any(files.values())
    assert not any(
        parquet.read_table(tmp_path / "out" / name).num_rows for name in ("deliveries", "events")
    )


async def test_the_dictionary_and_the_codebook_explain_every_column_of_every_file(
    town: Town, tmp_path: Path
) -> None:
    await live(town)

    files = await export(town, tmp_path / "out")

    explained = rows(tmp_path / "out" / "dictionary.csv")
    assert all(each["description"] and each["type"] and each["label"] for each in explained)
    book = (tmp_path / "out" / "codebook.md").read_text()
    for name in files:
        with (tmp_path / "out" / f"{name}.csv").open() as file:
            header = next(csv.reader(file))
        assert header == [each["column"] for each in explained if each["table"] == name]
        assert all(f"| {column} |" in book for column in header)


async def test_every_format_says_the_same(town: Town, tmp_path: Path) -> None:
    await live(town)
    codes = [child.study_code for child in await town.rows(Child)]
    lines = [
        f"{code},words,after,{score}"
        for code, score in zip(codes, ("7.1", "8", "absent"), strict=True)
    ]
    content = "\n".join(["study_code,instrument,wave,score", *lines]).encode()
    async with town.store.database.writing() as session:
        await import_outcomes(session, "results.csv", content, now=town.clock.now())
    out = tmp_path / "out"

    files = await export(town, out, formats=list(Format))

    assert all(len(files[name]) >= 2 for name in ("deliveries", "events", "dose", "outcomes"))
    for table in TABLES:
        told = sorted(files[table.name], key=lambda row: row[table.key])
        arrow = parquet.read_table(out / table.name).to_pylist()
        shown = [{name: show(value) for name, value in row.items()} for row in arrow]
        assert sorted(shown, key=lambda row: row[table.key]) == told
        for read, ending in ((pyreadstat.read_dta, "dta"), (pyreadstat.read_sav, "sav")):
            frame, about = read(out / f"{table.name}.{ending}")
            assert list(about.column_names) == table.names
            assert about.column_names_to_labels[table.key] == table.columns[0].label
            assert sorted(frame[table.key]) == [row[table.key] for row in told]


async def test_stata_and_spss_files_have_labels_codes_and_reasons_for_what_is_missing(
    town: Town, tmp_path: Path
) -> None:
    await live(town)

    await export(town, tmp_path / "out", formats=(Format.DTA, Format.SAV))

    stata, about = pyreadstat.read_dta(tmp_path / "out" / "dose.dta", user_missing=True)
    assert set(stata["guardians"]) == {1.0, WITHHELD.stata, NOT_LINKED.stata}
    assert about.variable_value_labels["guardians"]["a"] == WITHHELD.label
    spss, about = pyreadstat.read_sav(tmp_path / "out" / "dose.sav", user_missing=True)
    assert set(spss["guardians"]) == {1.0, WITHHELD.spss, NOT_LINKED.spss}
    assert about.variable_value_labels["has_stopped"][0] == "no"
    plainly, _ = pyreadstat.read_sav(tmp_path / "out" / "dose.sav", apply_value_formats=True)
    assert sorted(plainly["linking"]) == ["linked", "not linked", "withheld"]
    assert plainly["guardians"].count() == 1
    sent, _ = pyreadstat.read_dta(tmp_path / "out" / "deliveries.dta", apply_value_formats=True)
    assert set(sent["status"]) <= {"sent", "planned", "skipped"}
    ahead = sent["due_local"] - sent["due_at"]
    assert set(ahead) == {pandas.Timedelta(hours=2)}  # Copenhagen, in September


async def test_an_export_never_replaces_somebody_elses_files(town: Town, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")

    with pytest.raises(BotError, match="holds other files"):
        await export(town, tmp_path)
    await export(town, tmp_path / "out", formats=list(Format))
    await export(town, tmp_path / "out")

    assert (tmp_path / "thesis.txt").read_text() == "mine"
    assert [name for name in os.listdir(tmp_path) if "out" in name] == ["out"]  # noqa: PTH208


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        (-1.5, "-1.5"),
        (True, "yes"),
        (None, ""),
        (WITHHELD, ""),
        (date(2022, 5, 1), "2022-05-01"),
        (datetime(2026, 9, 7, 9, tzinfo=UTC), "2026-09-07T09:00:00+00:00"),
    ],
)
def test_a_value_is_text_that_no_spreadsheet_computes(value: Any, shown: str) -> None:
    assert show(value) == shown


def test_every_table_begins_with_its_key_and_pairs_each_moment_with_a_local_time() -> None:
    for table in TABLES:
        assert table.names[0] == table.key
        assert len(set(table.names)) == len(table.names)
    for table in (DELIVERIES, DOSE):
        moments = [each.name for each in table.columns if each.kind is Kind.MOMENT]
        assert moments == [each.source for each in table.columns if each.kind is Kind.LOCAL]


async def test_an_export_that_breaks_off_leaves_the_earlier_one_as_it_was(
    town: Town, tmp_path: Path
) -> None:
    await live(town)
    await export(town, tmp_path / "out")
    before = (tmp_path / "out" / "events.csv").read_bytes()

    def break_off(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    wish = Wish(town.clock.now(), tuple(Format), show_progress=break_off)
    with pytest.raises(KeyboardInterrupt):
        await export_tables(
            town.store.database, tmp_path / "out", wish=wish, sealer=town.store.sealer
        )

    assert (tmp_path / "out" / "events.csv").read_bytes() == before
    assert [name for name in os.listdir(tmp_path) if "out" in name] == ["out"]  # noqa: PTH208


def test_clocks_that_change_are_told_as_the_zone_tells_them() -> None:
    spring = [
        datetime(2026, 3, 29, hour, minute, tzinfo=UTC) for hour in (0, 1) for minute in (0, 59)
    ]
    autumn = [
        datetime(2026, 10, 25, hour, minute, tzinfo=UTC) for hour in (0, 1) for minute in (0, 59)
    ]
    moments = [*spring, *autumn, datetime(2026, 4, 4, 15, 0, tzinfo=UTC)]
    known = [
        ZoneInfo(name) for name in ("Europe/Copenhagen", "Australia/Lord_Howe", "Asia/Kolkata")
    ]

    for place, zone in enumerate(known):
        stamps = pyarrow.array(moments, pyarrow.timestamp("us", "UTC")).cast(
            pyarrow.timestamp("us")
        )
        told = tell_local(stamps, numpy.full(len(moments), place), known)
        assert told.to_pylist() == [tell(moment, zone) for moment in moments]


def tell(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def test_csv_needs_no_library_of_the_extra_and_other_formats_name_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writers, "find_spec", lambda _name: None)

    writers.check_extra([Format.CSV])
    with pytest.raises(BotError) as refused:
        writers.check_extra([Format.CSV, Format.SAV])

    assert str(refused.value).startswith("Exports as sav need pandas, pyreadstat, not installed")
    program = "import sys, bot.report.exports.exporting; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert {"pyarrow", "pandas", "numpy", "pyreadstat"}.isdisjoint(done.stdout.split())
