"""Set up a rehearsal: a bot that lives for seconds, its kindergarten, its cards; gather all."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot.app.cards import issue_for
from bot.app.clocks import MovableClock, StandingClock
from bot.app.examination import walk
from bot.app.opening import Store, open_store
from bot.app.rehearsing.playing import TOKEN, Played, Player, ShowWeek, Watched
from bot.app.running import Network, Runtime
from bot.catalogue.desk.personas import Persona
from bot.catalogue.files import Files, pack
from bot.catalogue.reading.loading import load_catalogue
from bot.catalogue.records import Catalogue
from bot.chat.turns import CHAT
from bot.core.cadence import DAYS_A_WEEK
from bot.core.choosing import birth_month_of
from bot.core.sealing import draw_key
from bot.delivery.shelf import Shelf
from bot.intake.enrolling import enrol
from bot.sandbox import serve
from bot.settings import Settings
from bot.store import centres, dossiers, guardians, snapshots
from bot.store.states import LevelSource

CENTRE = "rehearsal"
RATE = 1000.0  # the stand-in takes any pace
BETWEEN_CARDS = timedelta(minutes=10)


def end_of(persona: Persona, weeks: int) -> datetime:
    """Give the moment at which so many of the family's own weeks are over."""
    day_on = persona.first_monday + timedelta(days=DAYS_A_WEEK * weeks)
    return datetime.combine(day_on, time(), ZoneInfo(persona.home_zone)).astimezone(UTC)


async def rehearse(
    persona: Persona,
    files: Files,
    *,
    weeks: int,
    catalogue: Catalogue | None = None,
    show_week: ShowWeek = lambda _week: None,
    within: Path | None = None,
) -> Played:
    """Play a persona's weeks; `catalogue` is what the files make, where it was loaded before.

    `show_week` is told the week that is played, again and again; `within` is the folder where the
    bot keeps what it needs, so that nothing stays of a process that is ended.
    """
    catalogue = catalogue or load_catalogue(files)
    joined_at = persona.joined_at.astimezone(UTC)
    clock = MovableClock(StandingClock(joined_at - timedelta(hours=1)))
    sandbox = Watched(clock)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="rehearsal-", dir=within)))
        server = await serve(sandbox)
        stack.push_async_callback(server.stop)
        store = await stack.enter_async_context(open_store(settings_in(folder, server.url)))
        async with store.database.writing() as session:
            now = clock.now()
            await snapshots.accept_snapshot(session, catalogue.version, body=pack(files), now=now)
        codes = await hand_out(store, persona, catalogue, now=clock.now())
        network = Network(TOKEN, server.url, rate=RATE, chat_wait=timedelta())
        runtime = Runtime(store, Shelf(catalogue), clock=clock, network=network)
        await stack.enter_async_context(runtime)
        player = Player(persona, runtime, sandbox, clock)
        plan_acts(player, codes, weeks=weeks)
        until = end_of(persona, weeks)
        await player.play(until, show_week)
        return await gather(player, weeks=weeks, until=until)


def settings_in(folder: Path, url: str) -> Settings:
    """Give the settings of a bot that lives in a folder for a few seconds."""
    return Settings.model_construct(
        telegram_token=SecretStr(TOKEN),
        telegram_api=url,
        database_url=SecretStr(f"sqlite:///{folder / 'kuffert.db'}"),
        secret_key=SecretStr(draw_key()),
        secret_key_file=None,
    )


async def hand_out(
    store: Store, persona: Persona, catalogue: Catalogue, *, now: datetime
) -> list[str]:
    """Make the kindergarten, its children and their cards."""
    language = persona.centre_language or catalogue.programme.language
    codes = []
    async with store.database.writing() as session:
        centre = await centres.add_centre(
            session, CENTRE, name="Rehearsal", zone=persona.centre_zone, language=language, now=now
        )
        for each in persona.children:
            born = birth_month_of(each.months, on=persona.joined_at.date())
            child = await enrol(session, centre, birth_month=born, now=now)
            if each.level:
                await centres.record_level(session, child, each.level, source=LevelSource.ROSTER)
            code, _card = await issue_for(
                session, child, language=persona.language, sealer=store.sealer, now=now
            )
            codes.append(code)
    return codes


def plan_acts(player: Player, codes: Sequence[str], *, weeks: int) -> None:
    """Plan the cards that are opened, and what is done once in a week."""
    persona = player.persona
    joined_at = persona.joined_at.astimezone(UTC)
    for place, code in enumerate(codes):
        is_first = place == 0
        player.plan(
            joined_at + BETWEEN_CARDS * place,
            partial(player.join, code, is_first=is_first),
        )
    zone = ZoneInfo(persona.home_zone)
    for week in range(1, weeks + 1):
        for rule in persona.rules_of(week):
            day_on = persona.first_monday + timedelta(days=DAYS_A_WEEK * (week - 1) + rule.day)
            at = datetime.combine(day_on, time(rule.at), zone).astimezone(UTC)
            if at > joined_at:
                player.plan(at, partial(player.act, rule))


async def gather(player: Player, *, weeks: int, until: datetime) -> Played:
    """Read what came of it, and examine the record as `kuffert doctor` does."""
    runtime, sandbox = player.runtime, player.sandbox
    database, catalogue = runtime.store.database, runtime.shelf.current
    found = walk(database, catalogue.programme, now=player.clock.now())
    breaches = [each.sentence async for batch, *_ in found for each in batch]
    address = runtime.store.sealer.keyed_hash(str(player.person), purpose=CHAT)
    async with database.reading() as session:
        guardian = await guardians.find_guardian(session, address)
        dossier = await dossiers.read_dossier(session, guardian, None)
    return Played(
        persona=player.persona,
        weeks=weeks,
        until=until,
        catalogue=catalogue,
        entries=sandbox.entries,
        contents=sandbox.contents,
        guardian=dossier.guardian,
        ties=dossier.ties,
        deliveries=dossier.deliveries,
        breaches=breaches,
    )
