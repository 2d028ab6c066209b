"""Make an export: of what the running content says, in the formats and the series asked for."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from bot.app.content_versions import read_running
from bot.app.opening import Store, open_store
from bot.catalogue.records import Catalogue
from bot.core.clock import Clock
from bot.report.exports.exporting import Wish, export_tables
from bot.report.exports.writers import Format, check_extra
from bot.settings import Settings


async def export(
    settings: Settings,
    folder: Path,
    *,
    formats: Sequence[Format],
    series: str | None,
    since: datetime | None,
    clock: Clock,
    show_progress: Callable[[int, int], None],
) -> tuple[dict[str, int], datetime]:
    """Write the exports; give each table's number of rows, and the moment of it all."""
    check_extra(formats)
    async with open_store(settings) as store:
        catalogue = await read_running(store.database, settings)
        now = clock.now()
        written = await write_export(
            store,
            catalogue,
            folder,
            formats=formats,
            series=series,
            since=since,
            now=now,
            show_progress=show_progress,
        )
        return written, now


async def write_export(
    store: Store,
    catalogue: Catalogue,
    folder: Path,
    *,
    formats: Sequence[Format],
    series: str | None,
    since: datetime | None,
    now: datetime,
    show_progress: Callable[[int, int], None],
) -> dict[str, int]:
    """Write the exports of an open store; give each table's number of rows."""
    wish = Wish(
        now,
        tuple(dict.fromkeys(formats)),
        series,
        since,
        {name: each.minutes for name, each in catalogue.activities.items()},
        show_progress,
    )
    return await export_tables(store.database, folder, wish=wish, sealer=store.sealer)
