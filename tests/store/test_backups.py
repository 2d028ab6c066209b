"""A backup holds every row and says whether it is whole; an empty database becomes what it says."""

import gzip
import json
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from bot.errors import BotError
from bot.store import Database, audit, open_database
from bot.store.backups.dumping import LEFT_OUT, dump
from bot.store.backups.loading import load
from bot.store.backups.reading import Backup, check_backup
from bot.store.backups.sealing import CHUNK_BYTES, MAGIC, TAG_BYTES
from bot.store.backups.writing import END, BackupWriter, Header, new_file
from bot.store.migrating import list_drift, upgrade_connection
from bot.store.tables import Centre
from tests.filling import REVISIONS, fill, read_all

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def see(_done: int, _total: int) -> None:
    """Look at progress, and say nothing."""


async def write_backup(database: Database, path: Path, *, secret: bytes | None = None) -> Header:
    with new_file(path, overwrites=False) as file:
        writer = BackupWriter(file, secret)
        header = await dump(database, writer, tombstones=None, now=NOW, show_progress=see)
        writer.finish()
    return header


async def restore(url: str, backup: Backup) -> Database:
    header = check_backup(backup, show_progress=see)
    database = open_database(url)
    try:
        async with database.writing() as session:
            await load(session, backup, header, show_progress=see)
    except BotError:
        await database.close()
        raise
    return database


async def make(url: str, revision: str = "head") -> dict[str, list[dict[str, Any]]]:
    """Make a database of some version with rows in every table; give them."""
    database = open_database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(upgrade_connection, revision)
        await connection.run_sync(fill)
        rows = await connection.run_sync(read_all)
    await database.close()
    return rows


async def read(database: Database) -> dict[str, list[dict[str, Any]]]:
    async with database.engine.connect() as connection:
        return await connection.run_sync(read_all)


def in_both(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {name: rows[name] for name in rows if name not in LEFT_OUT}


@pytest.mark.parametrize("secret", [None, KEY])
async def test_every_row_comes_back_in_a_database_of_either_kind(
    empty_url: str, target_url: str, tmp_path: Path, secret: bytes | None
) -> None:
    before = await make(empty_url)
    source = open_database(empty_url)

    header = await write_backup(source, tmp_path / "backup", secret=secret)
    await source.close()
    restored = await restore(target_url, Backup(tmp_path / "backup", secret))

    after, drift = await read(restored), await list_drift(restored)
    await restored.close()
    assert in_both(after) == in_both(before)
    assert after["work_part"] == []  # what was made behind the pages can be made again
    assert drift == []
    assert (header.made_at, header.schema) == (NOW, REVISIONS[-1])


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_backup_of_every_earlier_version_is_restored_and_upgraded(
    empty_url: str, other_url: str, tmp_path: Path, revision: str
) -> None:
    before = await make(empty_url, revision)
    source = open_database(empty_url)

    header = await write_backup(source, tmp_path / "backup")
    await source.close()
    restored = await restore(other_url, Backup(tmp_path / "backup"))

    after, drift = await read(restored), await list_drift(restored)
    await restored.close()
    assert header.schema == revision
    assert drift == []
    assert all(len(after[name]) >= len(rows) for name, rows in in_both(before).items())


async def test_new_rows_are_numbered_on_from_the_restored_ones(
    empty_url: str, target_url: str, tmp_path: Path
) -> None:
    await make(empty_url)
    source = open_database(empty_url)
    await write_backup(source, tmp_path / "backup")
    await source.close()

    restored = await restore(target_url, Backup(tmp_path / "backup"))

    async with restored.writing() as session:
        centre = Centre(code="new", name="New", zone="UTC", language="da", created_at=NOW)
        session.add(centre)
        await session.flush()
        await audit.record(session, "restored", who="by command", account_id=None, now=NOW)
    await restored.close()
    assert centre.id == 3


async def test_a_restored_audit_trail_can_only_be_added_to(
    empty_url: str, target_url: str, tmp_path: Path
) -> None:
    await make(empty_url)
    source = open_database(empty_url)
    await write_backup(source, tmp_path / "backup")
    await source.close()

    restored = await restore(target_url, Backup(tmp_path / "backup"))

    for change in ("DELETE FROM audit_entry", "UPDATE audit_entry SET who = 'nobody'"):
        with pytest.raises(DBAPIError, match="can only be added to"):
            async with restored.engine.begin() as connection:
                await connection.execute(text(change))
    await restored.close()


@pytest.mark.parametrize("revision", ["head", "0003"])
async def test_tables_without_rows_count_as_an_empty_database(
    empty_url: str, other_url: str, tmp_path: Path, revision: str
) -> None:
    before = await make(empty_url)
    source, target = open_database(empty_url), open_database(other_url)
    await write_backup(source, tmp_path / "backup")
    async with target.engine.begin() as connection:
        await connection.run_sync(upgrade_connection, revision)
    await target.close()
    await source.close()

    restored = await restore(other_url, Backup(tmp_path / "backup"))

    after, drift = await read(restored), await list_drift(restored)
    await restored.close()
    assert (in_both(after), drift) == (in_both(before), [])


async def test_a_database_with_one_row_is_left_as_it_is(
    empty_url: str, other_url: str, tmp_path: Path
) -> None:
    await make(empty_url)
    source, target = open_database(empty_url), open_database(other_url)
    await write_backup(source, tmp_path / "backup")
    async with target.engine.begin() as connection:
        await connection.run_sync(upgrade_connection)
        await connection.execute(text("INSERT INTO deployment VALUES ('key', 'value')"))
    await source.close()
    await target.close()

    with pytest.raises(BotError) as refused:
        await restore(other_url, Backup(tmp_path / "backup"))

    assert str(refused.value) == (
        "The database is not empty, and a backup is restored into an empty one alone. "
        "Name a new one in KUFFERT_DATABASE_URL."
    )
    target = open_database(other_url)
    after = await read(target)
    await target.close()
    assert {name: len(rows) for name, rows in after.items() if rows} == {"deployment": 1}


async def test_a_database_of_somebody_else_is_left_as_it_is(
    empty_url: str, other_url: str, tmp_path: Path
) -> None:
    await make(empty_url)
    source, target = open_database(empty_url), open_database(other_url)
    await write_backup(source, tmp_path / "backup")
    async with target.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE shop (id INTEGER PRIMARY KEY)"))
    await source.close()
    await target.close()

    with pytest.raises(BotError, match="The database holds other tables"):
        await restore(other_url, Backup(tmp_path / "backup"))


async def test_a_row_that_is_refused_leaves_the_database_empty(
    empty_url: str, other_url: str, tmp_path: Path
) -> None:
    await make(empty_url)
    source = open_database(empty_url)
    await write_backup(source, tmp_path / "backup")
    await source.close()
    rewrite(tmp_path / "backup", '"guardian_id":2', '"guardian_id":7')

    with pytest.raises(BotError, match=r"^The database refuses a row of [a-z_]+: "):
        await restore(other_url, Backup(tmp_path / "backup"))

    database = open_database(other_url)
    left = await read(database)
    await database.close()
    assert left == {}


def rewrite(path: Path, old: str, new: str) -> None:
    """Change cells of a plain backup, each as `"column":value`, and hash all of it anew."""
    table, every, lines, columns = sha256(), sha256(), [], []
    for line in gzip.decompress(path.read_bytes()).splitlines():
        content = json.loads(line)
        if isinstance(content, list):
            named = dict(zip(columns, content, strict=True))
            changed = json.dumps(named, separators=(",", ":")).replace(old, new)
            content = list(json.loads(changed).values())
        elif "table" in content:
            table, columns = sha256(), content["columns"]
        elif "end" in content:
            is_last = content["end"] == END
            content["sha256"] = (every if is_last else table).hexdigest()
        written = json.dumps(content, separators=(",", ":")).encode() + b"\n"
        if isinstance(content, list):
            table.update(written)
        every.update(written)
        lines.append(written)
    path.write_bytes(gzip.compress(b"".join(lines)))


# A file that is not whole, or not as it was written


@pytest.fixture
async def backup(tmp_path: Path) -> Path:
    """Give a plain backup of an SQLite file."""
    return await make_file(tmp_path, None)


@pytest.fixture
async def sealed(tmp_path: Path) -> Path:
    """Give a sealed backup of several chunks."""
    return await make_file(tmp_path, KEY)


async def make_file(folder: Path, secret: bytes | None) -> Path:
    await make(f"sqlite:///{folder / 'kuffert.db'}")
    database = open_database(f"sqlite:///{folder / 'kuffert.db'}")
    async with database.engine.begin() as connection:
        large = text("UPDATE catalogue_snapshot SET body = :body")
        await connection.execute(large, {"body": os.urandom(2 * CHUNK_BYTES)})
    await write_backup(database, folder / "backup", secret=secret)
    await database.close()
    return folder / "backup"


def check(path: Path, secret: bytes | None = None) -> str:
    """Give what is said of a file, without its name; nothing, where it is whole."""
    try:
        check_backup(Backup(path, secret), show_progress=see)
    except BotError as error:
        return str(error).removeprefix(f"{path} cannot be restored: ")
    return ""


async def test_a_backup_that_was_cut_anywhere_is_noticed(backup: Path) -> None:
    whole = backup.read_bytes()
    ends = {*range(30), *range(30, len(whole), 997), *range(len(whole) - 30, len(whole))}

    said = {}
    for end in sorted(ends):
        backup.write_bytes(whole[:end])
        said[end] = check(backup)

    assert {said[end] for end in ends if end < 2} == {"it is no backup of Kuffert's."}
    assert {said[end] for end in ends if end >= 2} == {"it is cut short."}


async def test_a_sealed_backup_that_was_cut_anywhere_is_noticed(sealed: Path) -> None:
    whole, beginning = sealed.read_bytes(), len(MAGIC) + 48
    chunks = range(beginning, len(whole), CHUNK_BYTES + TAG_BYTES)
    ends = {*range(0, len(whole), 997), *chunks, beginning - 1, len(whole) - 1}

    said = {}
    for end in sorted(ends):
        sealed.write_bytes(whole[:end])
        said[end] = check(sealed, KEY)

    assert len(chunks) > 3  # so that a file was cut right between two chunks
    assert said[0] == "it is no backup of Kuffert's."
    behind = {said[end] for end in ends if end > len(MAGIC)}
    assert behind == {"it is cut short.", "it was changed or cut short."}


@pytest.mark.parametrize("secret", [None, KEY])
async def test_a_backup_with_one_changed_bit_is_noticed(
    tmp_path: Path, secret: bytes | None
) -> None:
    path = await make_file(tmp_path, secret)
    whole = path.read_bytes()
    places = {*range(10, 90), *range(90, len(whole), 1499), len(whole) - 1}
    passed_by = set() if secret else set(range(10))  # gzip's own beginning says when, and where

    for place in sorted(places - passed_by):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)

        assert check(path, secret), f"byte {place} of {len(whole)}"


async def test_chunks_that_changed_places_are_noticed(sealed: Path) -> None:
    whole, start, size = sealed.read_bytes(), len(MAGIC) + 48, CHUNK_BYTES + TAG_BYTES
    first, second = whole[start : start + size], whole[start + size : start + 2 * size]
    sealed.write_bytes(whole[:start] + second + first + whole[start + 2 * size :])

    assert check(sealed, KEY) == "it was changed."


async def test_what_follows_a_backup_is_noticed(backup: Path) -> None:
    whole = backup.read_bytes()
    for more in (b"more", gzip.compress(b"{}\n"), whole):
        backup.write_bytes(whole + more)

        assert check(backup) == "it was changed."


async def test_another_key_is_told_from_a_damaged_file(sealed: Path) -> None:
    assert check(sealed, OTHER_KEY) == "it does not open with this key."
    assert check(sealed) == "it is sealed, so its key is needed (--key-file)."


async def test_a_key_for_a_backup_that_is_not_sealed_is_refused(backup: Path) -> None:
    assert check(backup, KEY) == "it is not sealed, so leave --key-file out."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is no backup of Kuffert's."),
        (b"Dear family", "it is no backup of Kuffert's."),
        (gzip.compress(b""), "it is cut short."),
        (gzip.compress(b"Dear family\n"), "it was changed."),
        (gzip.compress(b"[]\n"), "it was changed."),
        (gzip.compress(b'{"kind":"letter"}\n'), "it is no backup of Kuffert's."),
        (
            gzip.compress(b'{"kind":"kuffert backup","format":2,"version":"9.1"}\n'),
            "a later version of Kuffert made it (9.1).",
        ),
    ],
    ids=("nothing", "a letter", "no line", "no JSON", "a list", "another kind", "a later format"),
)
def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "file").write_bytes(content)

    assert check(tmp_path / "file") == said


async def test_a_sealed_backup_shows_nothing_of_what_it_holds(sealed: Path) -> None:
    whole = sealed.read_bytes()

    assert whole.startswith(MAGIC)
    assert not any(word in whole for word in (b"guardian", b"\x1f\x8b\x08\x00\x00\x00\x00\x00"))


async def test_a_file_that_changed_after_it_was_checked_is_noticed(
    backup: Path, tmp_path: Path
) -> None:
    header = check_backup(Backup(backup), show_progress=see)
    backup.write_bytes(backup.read_bytes()[:-20])

    database = open_database(f"sqlite:///{tmp_path / 'target.db'}")
    with pytest.raises(BotError, match="it is cut short"):
        async with database.writing() as session:
            await load(session, Backup(backup), header, show_progress=see)

    left = await read(database)
    await database.close()
    assert left == {}


async def test_a_backup_with_other_tables_than_its_version_is_refused(
    backup: Path, tmp_path: Path
) -> None:
    header = check_backup(Backup(backup), show_progress=see)
    database = open_database(f"sqlite:///{tmp_path / 'target.db'}")

    with pytest.raises(BotError, match="it has other tables than its version"):
        async with database.writing() as session:
            other = replace(header, schema="0005")
            await load(session, Backup(backup), other, show_progress=see)

    await database.close()


# The file


async def test_a_backup_is_for_its_owner_alone(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


async def test_an_earlier_file_stays_unless_it_may_be_written_over(backup: Path) -> None:
    before = backup.read_bytes()

    with pytest.raises(BotError) as refused, new_file(backup, overwrites=False):
        pass
    after = backup.read_bytes()
    with new_file(backup, overwrites=True) as file:
        file.write(b"new")

    assert str(refused.value) == (
        f"{backup} is there already. Give another name, or --force to write over it."
    )
    assert (after, backup.read_bytes()) == (before, b"new")


def test_what_fails_on_the_way_leaves_no_file(tmp_path: Path) -> None:
    away = pytest.raises(BotError, match="the database is away")
    with away, new_file(tmp_path / "backup", overwrites=False) as file:
        file.write(b"half")
        raise BotError("the database is away")

    assert list(tmp_path.iterdir()) == []


def test_two_backups_to_one_file_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    with new_file(path, overwrites=False) as file:
        file.write(b"first")
        held = pytest.raises(BotError, match="Another backup is being written to")
        with held, new_file(path, overwrites=False):
            pass

    assert path.read_bytes() == b"first"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "backup"

    missing = pytest.raises(BotError, match=rf"^{path} cannot be written \(No such file")
    with missing, new_file(path, overwrites=False):
        pass


async def test_an_empty_database_cannot_be_backed_up(empty_url: str, tmp_path: Path) -> None:
    database = open_database(empty_url)

    with pytest.raises(BotError, match=r"^The database is empty: there is nothing to back up\.$"):
        await write_backup(database, tmp_path / "backup")

    await database.close()
    assert not (tmp_path / "backup").exists()


async def test_a_backup_sees_one_moment_while_others_write(
    empty_url: str, target_url: str, tmp_path: Path
) -> None:
    """Beside each centre that is added stands one more word in the deployment: both or neither."""
    await make(empty_url)
    source, written = open_database(empty_url), 0

    async def write(number: int) -> None:
        async with source.writing() as session:
            code = f"more-{number}"
            named = {"code": code, "name": "More", "zone": "UTC", "language": "da"}
            session.add(Centre(id=100 + number, **named, created_at=NOW))
            await session.flush()
            await session.exec(  # type: ignore[call-overload]
                text("INSERT INTO deployment VALUES (:code, 'x')"), params={"code": code}
            )

    async def write_on() -> None:
        nonlocal written
        while True:
            await write(written)
            written += 1

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(write_on)
        while not written:
            await anyio.lowlevel.checkpoint()
        await write_backup(source, tmp_path / "backup")
        seen = written
        tasks.cancel_scope.cancel()
    await source.close()
    restored = await restore(target_url, Backup(tmp_path / "backup"))

    async with restored.reading() as session:
        centres = {each.code for each in (await session.exec(select(Centre))).all()}
        found = await session.exec(text("SELECT key FROM deployment"))  # type: ignore[call-overload]
        keys = set(found.scalars())
    await restored.close()
    both = [{each for each in found if "more" in each} for found in (centres, keys)]
    assert both[0] == both[1]
    assert 0 < len(both[0]) <= seen + 1
