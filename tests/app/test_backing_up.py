"""After a restore nothing is sent twice, nobody comes back, and the record is in order."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr
from sqlmodel import select

from bot.app.backing_up import Restored, back_up, read_key_file, restore
from bot.app.examination import walk
from bot.app.withdrawing import withdraw_unknown
from bot.core.actions import Purpose
from bot.core.sealing import draw_key, format_keys, parse_key, parse_keys
from bot.errors import BotError
from bot.settings import Settings
from bot.store import Database, guardians, open_database
from bot.store.backups.reading import Backup
from bot.store.backups.sealing import SealedWriter
from bot.store.console_tables import AuditEntry
from bot.store.states import DeliveryStatus, GuardianState
from bot.store.tables import Consent, Delivery, Guardian
from bot.store.tombstones import TombstoneFile
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
KEY = b"k" * 32


@contextmanager
def showing(_of_what: str) -> Iterator[Callable[[int, int], None]]:
    yield lambda _done, _total: None


def keep_tombstones(town: Town, folder: Path) -> Settings:
    """Let the bot note who was forgotten or withdrew; give settings that name the file."""
    file = TombstoneFile(folder / "tombstones")
    file.prepare()
    town.runtime.inbox.desk = replace(town.runtime.inbox.desk, tombstones=file)
    return town.settings.model_copy(update={"tombstones": file.path})


async def write(town: Town, settings: Settings, path: Path) -> None:
    await back_up(
        settings,
        path,
        secret=KEY,
        overwrites=False,
        clock=town.clock,
        show_progress=lambda _done, _total: None,
    )


async def bring_back(
    town: Town, settings: Settings, path: Path, url: str, *, accepts_losses: bool = False
) -> Restored:
    return await restore(
        settings.model_copy(update={"database_url": SecretStr(url)}),
        Backup(path, KEY),
        accepts_losses=accepts_losses,
        clock=town.clock,
        showing=showing,
    )


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = open_database(url)
    try:
        yield database
    finally:  # what stays open would keep the next test from emptying PostgreSQL
        await database.close()


async def examine(town: Town, database: Database) -> list[str]:
    programme = town.runtime.shelf.current.programme
    found = walk(database, programme, now=town.clock.now())
    return [each.sentence async for batch, *_ in found for each in batch]


async def read(database: Database, table: type) -> list:
    async with database.reading() as session:
        return list((await session.exec(select(table).order_by("id"))).all())


async def find_answers(database: Database, purpose: Purpose) -> list[str]:
    return [str(each.answer) for each in await read(database, Consent) if each.purpose is purpose]


async def test_what_was_due_since_the_backup_is_skipped_and_the_next_slot_is_planned(
    town: Town, target_url: str, tmp_path: Path
) -> None:
    settings = keep_tombstones(town, tmp_path)
    await town.phone("Amina").join(await town.card("en"))
    await town.skip(days=1)
    await write(town, settings, tmp_path / "backup")
    await town.skip(days=9)  # and three touches went out that the backup knows nothing of

    restored = await bring_back(town, settings, tmp_path / "backup", target_url)

    async with opened(target_url) as database:
        rows = await read(database, Delivery)
        breaches = await examine(town, database)
        trail = await read(database, AuditEntry)
    of_programme = [row for row in rows if row.kind == "programme"]
    skipped = [row for row in of_programme if row.reason == "restored"]
    ahead = [row for row in rows if row.status is DeliveryStatus.PLANNED]
    assert breaches == []
    assert [f"{row.slot_on:%a %d}" for row in skipped] == ["Fri 11", "Mon 14", "Wed 16"]
    assert restored.skipped >= len(skipped)
    assert len(ahead) == 1
    assert ahead[0].due_at > town.clock.now()
    assert ahead[0].id > 1_000_000  # no message of the lost days has buttons with this number
    assert [entry.action for entry in trail] == ["restored"]


async def test_whoever_was_forgotten_or_withdrew_since_the_backup_stays_so(
    town: Town, target_url: str, tmp_path: Path
) -> None:
    settings = keep_tombstones(town, tmp_path)
    amina, bashir, chen = town.phone("Amina"), town.phone("Bashir"), town.phone("Chen")
    for phone in (amina, bashir, chen):
        await phone.join(await town.card("en"))
        asked = phone.asking("linking:yes")
        refusal = next(each for each in asked.actions() if "linking:no" in each)
        yes = next(each for each in asked.actions() if "linking:yes" in each)
        await phone.tap(asked, yes)
    await write(town, settings, tmp_path / "backup")
    await town.skip(days=3)
    question = await amina.write("/forget")
    await amina.tap(question, "forget-surely")
    await bashir.write("/stop")
    stopped_at = town.clock.now()
    await chen.tap_stale(asked, refusal)
    await town.skip(days=5)

    restored = await bring_back(town, settings, tmp_path / "backup", target_url)

    async with opened(target_url) as database:
        found = await read(database, Guardian)
        said = await read(database, Consent)
        breaches = await examine(town, database)
        linking = await find_answers(database, Purpose.LINKING)
    assert breaches == []
    assert (restored.forgotten, restored.withdrawn) == (1, 2)
    assert [each.state for each in found] == [GuardianState.STOPPED, GuardianState.ACTIVE]
    assert linking == ["given", "given", "withdrawn"]
    stops = [each for each in said if each.answer == "withdrawn" and each.purpose == "messages"]
    assert [each.answered_at for each in stops] == [stopped_at]


async def test_whoever_withdrew_and_agreed_again_is_left_as_it_was(
    town: Town, target_url: str, tmp_path: Path
) -> None:
    settings = keep_tombstones(town, tmp_path)
    amina, bashir = town.phone("Amina"), town.phone("Bashir")
    for phone in (amina, bashir):
        await phone.join(await town.card("en"))
    await amina.write("/stop")  # before the backup, and back before it
    await town.skip(hours=1)
    await amina.write("/resume")
    await write(town, settings, tmp_path / "backup")
    await town.skip(hours=1)
    await bashir.write("/stop")  # after the backup, and back after it
    await town.skip(hours=1)
    await bashir.write("/resume")

    restored = await bring_back(town, settings, tmp_path / "backup", target_url)

    async with opened(target_url) as database:
        states = [each.state for each in await read(database, Guardian)]
        breaches = await examine(town, database)
    assert restored.withdrawn == 0
    assert states == [GuardianState.ACTIVE, GuardianState.ACTIVE]
    assert breaches == []


async def test_a_database_put_back_by_other_means_learns_at_the_start_who_withdrew(
    town: Town, target_url: str, tmp_path: Path
) -> None:
    settings, sealer = keep_tombstones(town, tmp_path), town.runtime.store.sealer
    unaware = settings.model_copy(update={"tombstones": None})
    amina, bashir = town.phone("Amina"), town.phone("Bashir")
    for phone in (amina, bashir):
        await phone.join(await town.card("en"))
    await write(town, settings, tmp_path / "backup")
    await town.skip(days=1)
    await amina.write("/stop")
    await bring_back(town, unaware, tmp_path / "backup", target_url, accepts_losses=True)
    file, weeks = TombstoneFile(tmp_path / "tombstones"), 36

    async with opened(target_url) as database:
        before = [each.state for each in await read(database, Guardian)]
        count = await withdraw_unknown(database, file, sealer=sealer, weeks=weeks)
        after = [each.state for each in await read(database, Guardian)]
        again = await withdraw_unknown(database, file, sealer=sealer, weeks=weeks)
        said = await find_answers(database, Purpose.MESSAGES)
        breaches = await examine(town, database)

    assert before == [GuardianState.ACTIVE, GuardianState.ACTIVE]
    assert (count, again) == (1, 0)
    assert after == [GuardianState.STOPPED, GuardianState.ACTIVE]
    assert said == ["given", "given", "withdrawn"]
    assert breaches == []


async def tap_on(phone: Phone) -> None:
    for answer in ("did-it", "not-yet", "did-it", "too-hard"):
        message = next(each for each in phone.from_bot if each.media)
        action = next(each for each in message.actions() if each.startswith("a"))
        await phone.tap_stale(message, action.rsplit(":", 1)[0] + f":{answer}")
        await phone.write("/help")


async def test_a_backup_under_load_is_in_order(town: Town, target_url: str, tmp_path: Path) -> None:
    settings = keep_tombstones(town, tmp_path)
    phones = [town.phone(f"Parent {number}") for number in range(3)]
    for phone in phones:
        await phone.join(await town.card("en"))

    async with anyio.create_task_group() as tasks:
        for phone in phones:
            tasks.start_soon(tap_on, phone)
        tasks.start_soon(write, town, settings, tmp_path / "backup")
    await town.settle()
    await bring_back(town, settings, tmp_path / "backup", target_url)

    async with opened(target_url) as database:
        assert await examine(town, database) == []


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("setting", "KUFFERT_TOMBSTONES is not set"),
        ("file", "There is no file "),
        ("beginning", " is not the file that KUFFERT_TOMBSTONES named at the backup"),
    ],
)
async def test_without_the_file_of_tombstones_nothing_is_restored_unless_that_is_accepted(
    town: Town, tmp_path: Path, missing: str, said: str
) -> None:
    settings = keep_tombstones(town, tmp_path)
    TombstoneFile(tmp_path / "tombstones").add("a" * 64, now=town.clock.now())
    await write(town, settings, tmp_path / "backup")
    (tmp_path / "tombstones").unlink()
    if missing == "setting":
        settings = settings.model_copy(update={"tombstones": None})
    elif missing == "beginning":
        TombstoneFile(tmp_path / "tombstones").prepare()  # as `run` makes a new one
    url = f"sqlite:///{tmp_path / 'target.db'}"

    with pytest.raises(BotError) as refused:
        await bring_back(town, settings, tmp_path / "backup", url)
    was_made = (tmp_path / "target.db").exists()
    await bring_back(town, settings, tmp_path / "backup", url, accepts_losses=True)

    assert said in str(refused.value)
    assert str(refused.value).endswith("with --accept-lost-withdrawals.")
    assert not was_made
    async with opened(url) as database, database.reading() as session:
        assert await guardians.find_newcomer(session, "nobody") is None


def test_a_key_file_opens_a_backup_of_before_its_key_was_rotated(tmp_path: Path) -> None:
    before, path = tmp_path / "before.key", tmp_path / "sealed"
    before.write_text(draw_key())
    with path.open("wb") as file:
        writer = SealedWriter(file, read_key_file(before) or b"")
        writer.finish()
    after = tmp_path / "after.key"
    after.write_text(format_keys(parse_keys(before.read_text()).add(parse_key(draw_key()))))

    assert read_key_file(after, sealed=path) == read_key_file(before)
    assert read_key_file(after) != read_key_file(before)
    assert read_key_file(after, sealed=tmp_path / "nothing") == read_key_file(after)
