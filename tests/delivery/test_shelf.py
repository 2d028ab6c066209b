"""Earlier catalogues: a guardian in the middle of an activity keeps it, where it can be read."""

from datetime import UTC, datetime

import pytest

from bot.catalogue.files import pack, version_of
from bot.catalogue.reading.loading import load_catalogue
from bot.delivery.shelf import Shelf
from bot.store import Database, snapshots
from tests.shipped import shipped_files

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
NEEDED_NOW = "content/print/da.md"  # what an earlier version of Kuffert did not ask for
TITLE = "content/activities/because-chain/en.md"


async def test_an_earlier_catalogue_is_used_unless_it_cannot_be_read_now(
    database: Database,
) -> None:
    files = shipped_files()
    earlier = files | {TITLE: files[TITLE].replace(b"title: ", b"title: Earlier ", 1)}
    earlier[TITLE] = earlier[TITLE].replace(b'Earlier "', b'"Earlier ', 1)
    unreadable = {name: body for name, body in files.items() if name != NEEDED_NOW}
    shelf = Shelf(load_catalogue(files))
    async with database.writing() as session:
        for each in (earlier, unreadable):
            await snapshots.accept_snapshot(session, version_of(each), body=pack(each), now=NOW)

    async with database.reading() as session:
        found = await shelf.get(session, version_of(earlier))
        instead = await shelf.get(session, version_of(unreadable))
        gone = await shelf.get(session, "0" * 64)

    assert found.version == version_of(earlier)
    assert instead is shelf.current
    assert gone is shelf.current
