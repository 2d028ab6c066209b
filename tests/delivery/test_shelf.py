"""Which catalogue a message is shown from again."""

import pytest

from bot.catalogue.files import pack, read_folder, version_of
from bot.catalogue.loading import load_catalogue
from bot.delivery.shelf import Shelf
from bot.store import Database, snapshots
from tests.delivery.world import MONDAY_MORNING
from tests.town import ROOT

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("name", "is_kept"), [("en.yaml", False), ("programme.yaml", True)])
async def test_an_earlier_catalogue_that_lacks_what_is_asked_now_gives_way_to_the_current_one(
    database: Database, name: str, *, is_kept: bool
) -> None:
    files = read_folder(ROOT / "content", ROOT / "locales")
    shelf = Shelf(load_catalogue(files))
    path = next(each for each in files if each.endswith(f"/{name}"))
    earlier = dict(files)
    if is_kept:
        earlier[path] += b"\n# an earlier wording\n"
    else:
        del earlier[path]
    version = version_of(earlier)

    async with database.writing() as session:
        await snapshots.accept_snapshot(session, version, body=pack(earlier), now=MONDAY_MORNING)
        found = await shelf.get(session, version)

    assert (found is shelf.current) == (not is_kept)
