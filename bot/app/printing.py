"""The commands that put on paper what families are handed, and take cards and posters back."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.app import handing_out
from bot.app.cards import find_link_base
from bot.app.clocks import SystemClock
from bot.app.files import saying_why
from bot.app.opening import open_store
from bot.catalogue.files import read_folder
from bot.catalogue.reading.loading import load_catalogue
from bot.catalogue.records import Catalogue
from bot.core.codes import IssuedCard
from bot.settings import Settings
from bot.store import centres
from bot.web.console.offices import Printed


async def print_cards(
    settings: Settings,
    centre_code: str,
    *,
    folder: Path,
    language: str | None,
    show_progress: Callable[[int, int], None],
) -> list[Path]:
    """Print a centre's valid cards as sheets and as letters, and note each card's first time."""
    catalogue = load(settings)
    async with open_store(settings) as store:
        batches = handing_out.lay_out(
            store,
            catalogue,
            centre_code,
            language=language,
            link_base=await find_link_base(store, settings),
            now=SystemClock().now(),
            show_progress=show_progress,
        )
        return [write(folder, each) async for batch in batches for each in batch]


async def find_cautions(
    settings: Settings, centre_code: str, *, language: str | None, now: datetime
) -> list[str]:
    """Say which of a centre's cards are on a waiting list, and which are not printed."""
    async with open_store(settings) as store, store.database.reading() as session:
        centre = await centres.get_centre(session, centre_code)
        return await handing_out.list_cautions(session, centre, language=language, now=now)


async def print_poster(settings: Settings, centre_code: str, *, folder: Path) -> Path:
    """Print a centre's poster, where the programme lets anybody join; the same one each time."""
    catalogue = load(settings)
    handing_out.check_enrolment(catalogue)
    async with open_store(settings) as store:
        made = await handing_out.draw_poster(
            store,
            catalogue,
            centre_code,
            link_base=await find_link_base(store, settings),
            now=SystemClock().now(),
        )
    return write(folder, made)


async def revoke_poster(settings: Settings, centre_code: str) -> str:
    """Revoke a centre's poster; say what came of it."""
    async with open_store(settings) as store:
        return await handing_out.revoke_poster(store, centre_code, now=SystemClock().now())


async def print_pack(settings: Settings, centre_code: str, *, language: str, folder: Path) -> Path:
    """Print the first weeks as a booklet, for families without the app."""
    catalogue = load(settings)
    async with open_store(settings) as store:
        made = await handing_out.set_pack(
            store, catalogue, centre_code, language=language, now=SystemClock().now()
        )
    return write(folder, made)


async def revoke_card(settings: Settings, text: str) -> str:
    """Revoke a card by the code that is printed on it; say what came of it."""
    async with open_store(settings) as store:
        return await handing_out.revoke_card(store, text, now=SystemClock().now())


async def reissue(
    settings: Settings, study_code: str, *, language: str | None
) -> tuple[IssuedCard, int]:
    """Issue a new card for a child and revoke its others; give it, and how many those were."""
    catalogue = load(settings)
    async with open_store(settings) as store:
        return await handing_out.reissue(
            store,
            catalogue,
            study_code,
            language=language,
            link_base=await find_link_base(store, settings),
            now=SystemClock().now(),
        )


def load(settings: Settings) -> Catalogue:
    """Load the catalogue from its files."""
    return load_catalogue(read_folder(settings.content, settings.locales))


def write(folder: Path, made: Printed) -> Path:
    """Write a file into a folder; raise BotError where that cannot be."""
    path = folder / made.name
    with saying_why(path, "written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.content)
    return path
