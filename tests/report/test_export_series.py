"""Exports of a series: increments, applied in order, equal a full export."""

import csv
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from bot.core.actions import Purpose
from bot.core.sealing import Sealer
from bot.errors import BotError
from bot.report.exports import series
from bot.report.exports.exporting import Wish, export_tables
from bot.report.exports.tables import TABLES
from bot.report.exports.writers import Format
from bot.store import Database, Session, centres, events, forgetting, outcomes, rosters
from bot.store.columns import id_of
from bot.store.outcomes import StoredOutcome
from bot.store.series import record_export
from bot.store.states import (
    ConsentAnswer,
    DeliveryKind,
    DeliveryStatus,
    Disadvantage,
    EventKind,
    OutcomeEnd,
)
from bot.store.tables import Consent, Delivery, Guardian, Pair
from tests.rows import make_guardian

pytestmark = pytest.mark.anyio
START = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
SEALER = Sealer(bytes(32))
Tables = dict[str, dict[str, tuple[str, ...]]]


@dataclass
class Study:
    """A study in which everything happens by chance; each change is an hour after the last."""

    database: Database
    rng: Random
    now: datetime = START
    guardians: list[int] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    async def change(self) -> None:
        """Let one thing happen."""
        self.now += timedelta(hours=1)
        happenings: list[Callable[[Session], Awaitable[None]]] = [
            self.join,
            self.send,
            self.tap,
            self.tap,
            self.answer_consent,
            self.answer_consent,
            self.forget,
            self.assess,
            self.take_back,
            self.correct_roster,
            self.correct_roster,
            self.move_abroad,
        ]
        happens = self.rng.choice(happenings)
        async with self.database.writing() as session:
            await happens(session)

    async def join(self, session: Session) -> None:
        centre = await centres.get_centre(session, "elm")
        code = f"code-{len(self.children)}"
        child = await centres.enrol_child(
            session, centre, study_code=code, birth_month=None, now=self.now
        )
        self.children.append(id_of(child))
        for place in range(self.rng.randrange(3)):
            guardian = make_guardian(f"chat-{id_of(child)}-{place}", at=self.now)
            session.add(guardian)
            await session.flush()
            pair = Pair(guardian_id=id_of(guardian), child_id=id_of(child), joined_at=self.now)
            session.add(pair)
            self.guardians.append(id_of(guardian))
            for purpose in (Purpose.LINKING, Purpose.RESEARCH):
                self.say(session, id_of(guardian), purpose, ConsentAnswer.GIVEN)

    def say(self, session: Session, guardian: int, purpose: Purpose, answer: ConsentAnswer) -> None:
        session.add(
            Consent(
                guardian_id=guardian,
                purpose=purpose,
                answer=answer,
                version="1",
                language="da",
                answered_at=self.now,
            )
        )

    async def send(self, session: Session) -> None:
        planned = await session.exec(
            select(Delivery).where(Delivery.status == DeliveryStatus.PLANNED)
        )
        for delivery in planned.all():
            delivery.status, delivery.ended_at = DeliveryStatus.SENT, self.now
            session.add(delivery)
        await session.flush()
        pairs = (await session.exec(select(Pair))).all()
        for pair in pairs:
            session.add(
                Delivery(
                    guardian_id=pair.guardian_id,
                    child_id=pair.child_id,
                    kind=DeliveryKind.PROGRAMME,
                    planned_at=self.now,
                    due_at=self.now,
                    week=1,
                    activity_id="sock-pairs",
                )
            )

    async def tap(self, session: Session) -> None:
        sent = (await session.exec(select(Delivery))).all()
        if sent:
            about = self.rng.choice(sent)
            await events.record_event(
                session,
                self.rng.choice([EventKind.DID_IT, EventKind.NOT_YET]),
                guardian_id=about.guardian_id,
                child_id=about.child_id,
                delivery_id=about.id,
                now=self.now,
            )

    async def answer_consent(self, session: Session) -> None:
        if self.guardians:
            answer = self.rng.choice([ConsentAnswer.GIVEN, ConsentAnswer.WITHDRAWN])
            purpose = self.rng.choice([Purpose.LINKING, Purpose.RESEARCH])
            self.say(session, self.rng.choice(self.guardians), purpose, answer)

    async def forget(self, session: Session) -> None:
        if len(self.guardians) > 3:
            gone = self.guardians.pop(self.rng.randrange(len(self.guardians)))
            await forgetting.forget_guardian(session, gone, now=self.now)

    async def assess(self, session: Session) -> None:
        name = f"file-{self.now}"
        if not self.children or self.files:
            return
        file = await outcomes.record_file(
            session, name, name=name, rows=1, mapping="", now=self.now
        )
        await outcomes.add_outcomes(
            session,
            file,
            [
                StoredOutcome(
                    line, child, None, "words", "after", 1.0 + line, None, None,
                    OutcomeEnd.ACCEPTED, None,
                )
                for line, child in enumerate(self.children)
            ],
        )  # fmt: skip
        self.files.append(name)

    async def take_back(self, session: Session) -> None:
        if self.files:
            file = await outcomes.find_file(session, self.files.pop())
            assert file
            await outcomes.record_undone(session, file, now=self.now)

    async def correct_roster(self, session: Session) -> None:
        if self.children:
            child = await centres.get_child(session, self.rng.choice(self.children))
            await rosters.record_entry(
                session,
                child,
                home_language="ar",
                baseline=float(self.rng.randrange(3)),
                disadvantage=Disadvantage.LOW,
                now=self.now,
            )

    async def move_abroad(self, session: Session) -> None:
        if self.guardians:
            guardian = await session.get(Guardian, self.rng.choice(self.guardians))
            assert guardian
            guardian.zone = self.rng.choice(["Europe/Copenhagen", "America/New_York"])
            session.add(guardian)

    async def export(self, folder: Path, *, since: datetime | None = None) -> Tables:
        """Export the series a minute later; give its tables by key."""
        self.now += timedelta(minutes=1)
        wish = Wish(self.now, (Format.CSV,), "panel", since)
        await export_tables(self.database, folder, wish=wish, sealer=SEALER)
        return {table.name: read(folder / f"{table.name}.csv") for table in TABLES}


def read(path: Path) -> dict[str, tuple[str, ...]]:
    with path.open() as file:
        return {row[0]: tuple(row) for row in list(csv.reader(file))[1:]}


def apply(held: Tables, increment: Tables, folder: Path) -> Tables:
    """Apply an increment as the codebook says."""
    with (folder / "withdrawn.csv").open() as file:
        gone = {(row["table"], row["key"]) for row in csv.DictReader(file)}
    applied = {
        name: {key: row for key, row in rows.items() if (name, key) not in gone} | increment[name]
        for name, rows in held.items()
    }
    return applied | {"forgotten": increment["forgotten"]}


@pytest.fixture
async def study(database: Database) -> Study:
    async with database.writing() as session:
        await centres.add_centre(
            session, "elm", name="Elm", zone="Europe/Copenhagen", language="da", now=START
        )
    return Study(database, Random(0))


@pytest.mark.parametrize("seed", range(3))
async def test_increments_in_order_equal_a_full_export(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(series, "PART", 7)  # numbers, so that there are many parts
    study.rng.seed(seed)
    async with study.database.writing() as session:
        for _ in range(4):
            await study.join(session)
    held = await study.export(tmp_path / "first")
    last, withdrawn, changed = study.now, 0, 0

    for step in range(12):
        for _ in range(study.rng.randrange(1, 12)):
            await study.change()
        folder = tmp_path / f"step-{step}"
        increment = await study.export(folder, since=last)
        last = study.now
        withdrawn += len((folder / "withdrawn.csv").read_text().splitlines()) - 1
        changed += sum(map(len, increment.values()))
        held = apply(held, increment, folder)

    idle = await study.export(tmp_path / "idle", since=last)
    whole = await study.export(tmp_path / "whole")
    assert held == whole
    assert withdrawn > 3
    assert changed > 30
    assert sum(map(len, idle.values())) == len(whole["forgotten"])  # what did not change stays away


async def test_a_missed_increment_is_made_good_by_an_earlier_moment(
    study: Study, tmp_path: Path
) -> None:
    async with study.database.writing() as session:
        for _ in range(5):
            await study.join(session)
        await study.send(session)
    held = await study.export(tmp_path / "first")
    first = study.now
    async with study.database.writing() as session:
        await forgetting.forget_guardian(session, study.guardians.pop(), now=study.now)
    await study.export(tmp_path / "missed", since=first)
    for _ in range(9):
        await study.change()

    increment = await study.export(tmp_path / "second", since=first)

    held = apply(held, increment, tmp_path / "second")
    assert held == await study.export(tmp_path / "whole")


async def test_two_series_and_an_export_without_one_share_no_pseudonym(
    study: Study, tmp_path: Path
) -> None:
    async with study.database.writing() as session:
        await study.join(session)
    wish = Wish(study.now + timedelta(days=1), series="another")

    one = await study.export(tmp_path / "one")
    again = await study.export(tmp_path / "again")
    await export_tables(study.database, tmp_path / "other", wish=wish, sealer=SEALER)
    alone = Wish(study.now)
    await export_tables(study.database, tmp_path / "alone", wish=alone, sealer=SEALER)

    assert one == again
    (child,) = one["dose"]
    assert child not in read(tmp_path / "other" / "dose.csv")
    assert child not in read(tmp_path / "alone" / "dose.csv")


@pytest.mark.parametrize(
    ("name", "days", "said"),
    [
        (None, 0, "An increment is of a series. Write --series NAME beside --since."),
        ("new", 0, 'There is no series "new" yet. Leave --since out of its first export.'),
        ("panel", 9, "--since 2026-09-16T09:00:00+00:00 is not past yet."),
    ],
)
async def test_an_increment_that_can_follow_nothing_is_refused(
    study: Study, tmp_path: Path, name: str | None, days: int, said: str
) -> None:
    await study.export(tmp_path / "first")
    since = START + timedelta(days=days)
    wish = Wish(study.now + timedelta(hours=1), series=name, since=since)

    with pytest.raises(BotError) as refused:
        await export_tables(study.database, tmp_path / "out", wish=wish, sealer=SEALER)

    assert str(refused.value).startswith(said)
    assert not (tmp_path / "out").exists()


async def test_an_export_at_the_moment_of_the_last_one_is_refused(
    study: Study, tmp_path: Path
) -> None:
    await study.export(tmp_path / "first")
    study.now -= timedelta(minutes=1)

    with pytest.raises(BotError, match="is not past by this machine's clock"):
        await study.export(tmp_path / "second")


async def test_an_export_that_another_one_of_its_series_overtook_is_refused(
    study: Study, tmp_path: Path
) -> None:
    await study.export(tmp_path / "first")

    async with study.database.writing() as session:
        with pytest.raises(BotError, match="was made meanwhile"):
            await record_export(
                session,
                "panel",
                key_sealed=b"",
                before=study.now - timedelta(hours=1),
                now=study.now + timedelta(hours=1),
                parts=[],
            )
