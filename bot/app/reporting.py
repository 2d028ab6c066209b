"""Make the report: read what the study settled on, work it out, write it down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import bot
from bot.app.content_versions import read_running
from bot.app.files import read_bytes
from bot.app.opening import open_store
from bot.app.simulating.cast import BEGINS
from bot.catalogue.files import read_folder
from bot.catalogue.reading.loading import load_catalogue
from bot.catalogue.records import Catalogue
from bot.errors import BotError
from bot.report.estimates import check_extra
from bot.report.plans import Plan, parse_plan
from bot.settings import Settings
from bot.store import centres
from bot.store.database import Database, open_database
from bot.store.migrating import prepare

if TYPE_CHECKING:
    from bot.report.costs import CostFile

LANGUAGES = ("en", "da")  # that the report can be read in


@dataclass(frozen=True)
class Wish:
    """What an evaluator asks for; `study` and `costs` are files, the others outdo the study's."""

    study: Path | None = None
    costs: Path | None = None
    control: str | None = None
    smallest: int | None = None
    seed: int | None = None
    language: str | None = None
    is_example: bool = False


async def report(
    settings: Settings,
    folder: Path,
    wish: Wish,
    *,
    now: datetime,
    show_progress: Callable[[int, int], None],
) -> list[Path]:
    """Write the report to a folder; give its files. Raise BotError without the extra."""
    check_extra()
    from bot.app.example import example_costs, example_plan
    from bot.report.costs import parse_costs

    check_language(wish.language)
    plan, costs = Plan(), None
    if wish.is_example:
        plan, costs = example_plan(), example_costs()
    if wish.study:
        plan = parse_plan(wish.study.name, await asyncio.to_thread(read_bytes, wish.study))
    if wish.costs:
        costs = parse_costs(wish.costs.name, await asyncio.to_thread(read_bytes, wish.costs))
    async with open_study(settings, wish, now=now) as (database, catalogue):
        return await write_report(
            database,
            catalogue,
            folder,
            language=wish.language or choose_language(catalogue.programme.language),
            plan=outdo(plan, wish),
            costs=costs,
            is_simulated=wish.is_example,
            now=now,
            show_progress=show_progress,
        )


async def write_report(
    database: Database,
    catalogue: Catalogue,
    folder: Path,
    *,
    language: str,
    now: datetime,
    show_progress: Callable[[int, int], None],
    plan: Plan | None = None,
    costs: "CostFile | None" = None,
    is_simulated: bool = False,
) -> list[Path]:
    """Write the report on a database to a folder; raise BotError without the extra."""
    check_extra()
    from bot.report.analysis.analysing import Setting, analyse
    from bot.report.paper.writing import write_document

    programme = catalogue.programme
    setting = Setting(
        title=programme.name,
        legal_basis=programme.legal_basis_in(programme.language),
        minutes={each.card.id: each.minutes for each in catalogue.activities.values()},
        version=bot.VERSION,
        plan=plan or Plan(),
        costs=costs,
        simulated=is_simulated or await has_simulated(database),
    )
    async with database.reading() as session:
        findings = await analyse(session, setting, now=now, show_progress=show_progress)
    return await asyncio.to_thread(write_document, findings, folder, language=language)


async def has_simulated(database: Database) -> bool:
    """Say whether there are simulated centres, as in the demo: a report on them says so."""
    async with database.reading() as session:
        return any(each.code.startswith(BEGINS) for each in await centres.list_centres(session))


def check_language(language: str | None) -> None:
    """Raise BotError for a language that the report is not written in."""
    if language is not None and language not in LANGUAGES:
        raise BotError(f'The report is not written in "{language}". Use: {", ".join(LANGUAGES)}.')


def choose_language(language: str) -> str:
    """Choose the programme's language where the report is written in it."""
    return language if language in LANGUAGES else LANGUAGES[0]


def outdo(plan: Plan, wish: Wish) -> Plan:
    """Put what was asked for in the command in place of what the study file says."""
    asked = {"control": wish.control, "smallest": wish.smallest, "seed": wish.seed}
    return plan.model_copy(update={key: value for key, value in asked.items() if value is not None})


@asynccontextmanager
async def open_study(
    settings: Settings, wish: Wish, *, now: datetime
) -> AsyncIterator[tuple[Database, Catalogue]]:
    """Open the study's database, or a simulated one that is gone afterwards."""
    if wish.is_example:  # it needs neither a database nor a key
        catalogue = load_catalogue(read_folder(settings.content, settings.locales))
        async with open_example(now=now) as database:
            yield database, catalogue
        return
    async with open_store(settings) as store:
        yield store.database, await read_running(store.database, settings)


@asynccontextmanager
async def open_example(*, now: datetime) -> AsyncIterator[Database]:
    """Make a database of a simulated study, in a folder that is gone afterwards."""
    from bot.app.example import make_example

    with TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/simulated.db")
        try:
            await prepare(database)
            await make_example(database, now=now)
            yield database
        finally:
            await database.close()
