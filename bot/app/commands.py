"""What each command does, on the settings that it is given."""

import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import date, datetime
from pathlib import Path
from tempfile import gettempdir

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.app.alerting import Watch, measure_disks
from bot.app.cards import find_link_base, issue_cards
from bot.app.clocks import SystemClock
from bot.app.console import console
from bot.app.forgetting import forget_again
from bot.app.greeting import Webhook
from bot.app.health import list_database_folders
from bot.app.locking import hold
from bot.app.opening import Store, open_store
from bot.app.reloading import Reloader
from bot.app.running import Network, Role, Runtime, spare_the_collector
from bot.app.serving import serving
from bot.app.withdrawing import withdraw_unknown
from bot.catalogue.files import read_folder
from bot.catalogue.reading.loading import load_catalogue
from bot.catalogue.reading.recording_folder import RecordingFolder
from bot.chat.receiving import is_update
from bot.core.codes import IssuedCard
from bot.core.sealing import draw_key
from bot.errors import BotError, FileRefused
from bot.intake.enrolling import open_centre
from bot.report import funnel
from bot.report.funnel import By, Funnel
from bot.settings import HIGHEST_FREE_RATE, Settings
from bot.store import budget, centres, open_database
from bot.store.database import check_reachable
from bot.store.migrating import upgrade
from bot.store.tombstones import TombstoneFile
from bot.web.health import make_health
from bot.web.metrics import make_metrics
from bot.web.webhook import PATH, make_webhook

TESTS = "\ta test: counted nowhere"
SETTINGS = """\
# Kuffert's settings. This file and the key are readable by you alone.
# The bot's token, from @BotFather:
KUFFERT_TELEGRAM_TOKEN=
KUFFERT_SECRET_KEY_FILE=kuffert.key
# Where everything is kept; PostgreSQL: postgresql://user:password@host/name
KUFFERT_DATABASE_URL=sqlite:///kuffert.db
"""


def init(folder: Path) -> list[Path]:
    """Write a settings file and a key, for their owner alone; never over an earlier one."""
    written = []
    for name, body in (("kuffert.env", SETTINGS), ("kuffert.key", draw_key() + "\n")):
        path = folder / name
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise BotError(f"There is a {name} already. It is left as it is.") from None
        with os.fdopen(handle, "w") as file:
            file.write(body)
        written.append(path)
    return written


async def run(settings: Settings, *, role: Role, say: Callable[[str], None]) -> None:
    """Run the bot, or a part of it, until cancelled."""
    token, clock = settings.read_token(), SystemClock()
    url = settings.database_url.get_secret_value()
    if role is not Role.ALL and url.startswith("sqlite"):
        raise BotError(
            "SQLite serves one process that does everything. Use PostgreSQL for more than one "
            "(KUFFERT_DATABASE_URL), or leave --role out."
        )
    with hold(url):
        async with open_store(settings) as store:
            reloader = Reloader.of(store.database, settings, clock=clock)
            shelf = await reloader.open()
            tombstones = TombstoneFile(settings.tombstones) if settings.tombstones else None
            if tombstones:
                await replay(
                    store, tombstones, weeks=shelf.current.programme.weeks, now=clock.now()
                )
            runtime = Runtime(
                store,
                shelf,
                clock=clock,
                network=Network(
                    token,
                    settings.telegram_api,
                    rate=settings.send_rate,
                    is_paid=settings.send_rate > HIGHEST_FREE_RATE,
                    webhook=find_webhook(settings),
                ),
                role=role,
                tombstones=tombstones,
                reloader=reloader,
                recordings=RecordingFolder(settings.content),
                watch=find_watch(settings),
            )
            health = make_health(store.database)
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(runtime)
                more = [*health.routes, make_metrics(runtime.meters, runtime.read_condition)]
                pages = Starlette(routes=more)
                if role is not Role.SENDER:
                    pages = await stack.enter_async_context(
                        console(
                            store,
                            settings,
                            shelf=shelf,
                            clock=clock,
                            api=lambda: settings.telegram_api,
                            more=[*more, *list_webhooks(runtime)],
                        )
                    )
                await stack.enter_async_context(
                    serving(pages, host=settings.host, port=settings.port, proxies=settings.proxies)
                )
                spare_the_collector()
                name = runtime.application.bot.username
                await runtime.run(when_ready=lambda: say(f"@{name} is running. Ctrl-C stops it."))


async def replay(store: Store, tombstones: TombstoneFile, *, weeks: int, now: datetime) -> None:
    """Forget and withdraw again what the file says and the database does not know."""
    tombstones.prepare()
    await forget_again(store.database, tombstones, sealer=store.sealer, now=now)
    await withdraw_unknown(store.database, tombstones, sealer=store.sealer, weeks=weeks)


def find_webhook(settings: Settings) -> Webhook | None:
    """Say where updates are to be brought to, if anywhere; raise BotError without a secret."""
    if settings.public_url is None:
        return None
    return Webhook(f"{settings.public_url}{PATH}", settings.read_webhook_secret())


def list_webhooks(runtime: Runtime) -> list[BaseRoute]:
    """Give the page that updates are brought to, if they are."""
    webhook = runtime.network.webhook
    if webhook is None:
        return []
    receive, meters = runtime.receiver.receive, runtime.meters
    return [make_webhook(webhook.secret, receive, is_update=is_update, meters=meters)]


def find_watch(settings: Settings) -> Watch | None:
    """Say which chat is told what is the matter, if any, and whose disks are looked at."""
    if settings.staff_chat is None:
        return None
    folders = [settings.content, Path(gettempdir()), *list_database_folders(settings)]
    return Watch(settings.staff_chat, lambda: measure_disks(folders))


async def switch_sending(settings: Settings, *, is_stopped: bool) -> bool:
    """Stop or resume the schedule, wherever it runs; say whether that changed anything."""
    async with open_store(settings) as store, store.database.writing() as session:
        now = SystemClock().now()
        return await budget.record_stopped(session, is_stopped=is_stopped, now=now)


async def set_theme(settings: Settings, code: str, *, monday: date, words: str) -> None:
    """Set what a centre works on in the week of a Monday; no words take it back."""
    async with open_store(settings) as store, store.database.writing() as session:
        centre = await centres.get_centre(session, code)
        await centres.record_theme(session, centre, monday=monday, words=words)


async def upgrade_database(settings: Settings) -> None:
    """Run the migrations that the database lacks."""
    database = open_database(settings.database_url.get_secret_value())
    try:
        await check_reachable(database)
        await upgrade(database)
    finally:
        await database.close()


async def add_centre(
    settings: Settings, code: str, *, name: str, zone: str, language: str, is_test: bool = False
) -> None:
    """Add a centre; one that is a test counts nowhere."""
    try:
        catalogue = load_catalogue(read_folder(settings.content, settings.locales))
    except FileRefused as refused:
        raise BotError(str(refused.problems[0])) from None
    async with open_store(settings) as store, store.database.writing() as session:
        await open_centre(
            session,
            code,
            name=name,
            zone=zone,
            language=language,
            languages=catalogue.languages,
            is_test=is_test,
            now=SystemClock().now(),
        )


async def list_centres(settings: Settings) -> list[str]:
    """List the centres, each as a line."""
    async with open_store(settings) as store, store.database.reading() as session:
        return [
            f"{each.code}\t{each.name}\t{each.zone}\t{each.language}\t"
            f"{await centres.count_children(session, each)} children{TESTS * each.is_test}"
            for each in await centres.list_centres(session)
        ]


async def issue(
    settings: Settings,
    centre_code: str,
    *,
    count: int,
    birth_month: date | None,
    language: str | None,
) -> list[IssuedCard]:
    """Issue cards; their links need the bot's name, from an earlier run or from the network."""
    async with open_store(settings) as store:
        link_base = await find_link_base(store, settings)
        async with store.database.writing() as session:
            centre = await centres.get_centre(session, centre_code)
            return await issue_cards(
                session,
                centre,
                count=count,
                birth_month=birth_month,
                language=language or centre.language,
                link_base=link_base,
                sealer=store.sealer,
                now=SystemClock().now(),
            )


async def count_funnel(settings: Settings, *, by: By | None) -> Funnel:
    """Count how far families have come, from cards to months in which they were active."""
    async with open_store(settings) as store, store.database.reading() as session:
        return await funnel.count_funnel(session, by=by, now=SystemClock().now())
